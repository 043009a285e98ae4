"""Every key of a stack's config in one table: the README shows it, tests hold it to the code.

`PYTHONPATH=infra python -m transfer_stack.settings_table` prints it as Markdown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_OURS: Final = "flex-chat-transfer"
REQUIRED: Final = "required"
NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a stack's config.

    Parameters
    ----------
    name
        As it stands in the stack's file, namespace included.
    default
        The value that counts when the key is not there, as one would write it; `REQUIRED` for a
        key that must be there, `NONE` for one without which something is left out.
    meaning
        What it decides, in one sentence without a final stop.
    allowed
        Which values it takes; empty when the meaning says it all.
    """

    name: str
    default: str
    meaning: str
    allowed: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it is in our own namespace; the others belong to providers."""
        return self.name.startswith(f"{_OURS}:")


def _our(name: str, default: str, meaning: str, allowed: str = "") -> Key:
    return Key(f"{_OURS}:{name}", default, meaning, allowed)


_TWILIO: Final = (
    Key("twilio:accountSid", REQUIRED, "The Twilio account", "`AC` and 32 hexadecimal digits"),
    Key(
        "twilio:authToken",
        NONE,
        "The account's auth token, a secret; this or an API key is needed",
    ),
    Key("twilio:apiKeySid", NONE, "An API key in its place", "`SK` and 32 hexadecimal digits"),
    Key("twilio:apiKeySecret", NONE, "The API key's secret, a secret"),
    Key(
        "twilio:region", NONE, "Twilio's region, for an account outside the United States", "`ie1`"
    ),
    Key("twilio:edge", NONE, "Twilio's edge location; a region needs one", "`dublin`"),
    Key("twilio:baseUrl", NONE, "An emulator in Twilio's place", "`http://127.0.0.1:PORT`"),
)

_ROUTING: Final = (
    _our(
        "workspaceSid",
        REQUIRED,
        "The Flex Task Assignment workspace",
        "`WS` and 32 hexadecimal digits",
    ),
    _our(
        "transferQueues",
        "[]",
        "The queues that chats can be transferred to, beside Everyone",
        "a list of SIDs or friendly names",
    ),
    _our(
        "workflowName",
        "Chat transfer (STACK)",
        "The transfer workflow's name, which must differ between environments in one workspace",
        "1 to 64 characters",
    ),
    _our(
        "agentTimeoutSeconds",
        "120",
        "How long a chat waits for the agent it was transferred to",
        "1 to 86400",
    ),
    _our(
        "queueTimeoutSeconds",
        "300",
        "How long it waits for the agents of the queue it was transferred to",
        "1 to 86400",
    ),
    _our(
        "fallbackTimeoutSeconds",
        "600",
        "How long it then waits for everyone but the agents it comes from, before it is offered to "
        "everyone without a limit",
        "1 to 86400",
    ),
    _our("reservationTimeoutSeconds", "120", "How long an agent has to accept", "1 to 86400"),
)

_ENDPOINTS: Final = (
    _our(
        "allowedOrigins",
        '["https://flex.twilio.com"]',
        "The origins that a browser may call from",
        "exact `https` origins, or `http://localhost:PORT` while developing",
    ),
    _our("throttlingRate", "20", "Requests a second on average, all callers together", "1 to 1000"),
    _our("throttlingBurst", "40", "Requests at once", "1 to 1000"),
    _our(
        "domainName",
        NONE,
        "A host name of your own for the endpoints; needs `hostedZoneId`",
        "a host name of at most 64 characters",
    ),
    _our(
        "hostedZoneId",
        NONE,
        "The public Route 53 zone that `domainName` is in, where its certificate is validated",
        "such as `Z0123456789ABCDEFGHIJ`",
    ),
    _our(
        "keepExecuteApi",
        "false",
        "Whether API Gateway's own address goes on answering next to `domainName`, for a plugin "
        "that was built with it",
        "`true`, `false`",
    ),
)

_FUNCTIONS: Final = (
    _our("architecture", "arm64", "The processors that the functions run on", "`arm64`, `x86_64`"),
    _our("lambdaMemoryMb", "512", "Each function's memory in megabytes", "128 to 10240"),
    _our(
        "lambdaTimeoutSeconds",
        "25",
        "How long a function may run, below the 30 s that API Gateway waits",
        "5 to 29",
    ),
    _our(
        "snapStart",
        "true",
        "Whether a new execution environment begins with a snapshot of an initialised one, which "
        "AWS charges for",
        "`true`, `false`",
    ),
    _our(
        "reservedConcurrency",
        NONE,
        "Concurrent executions set aside for each function, which are also its limit; AWS keeps "
        "100 of the account's for other functions",
        "1 to 1000",
    ),
    _our("logLevel", "INFO", "How much the functions log", "`DEBUG`, `INFO`, `WARNING`, `ERROR`"),
)

_OPERATIONS: Final = (
    _our(
        "logRetentionDays",
        "30",
        "How long all logs are kept",
        "a number of days that CloudWatch knows, such as 7, 30, 90 or 365",
    ),
    _our(
        "alarmEmail",
        NONE,
        "Who is told of alarms; without it subscribe to the topic in the output `alarmTopicArn`",
        "an e-mail address",
    ),
    _our(
        "alarmFailurePercent",
        "5",
        "The share of transfers answered with 5xx above which there is an alarm",
        "1 to 99",
    ),
    _our(
        "alarmRefusedPercent",
        "50",
        "The share of agents' requests answered with 4xx above which there is an alarm",
        "1 to 99",
    ),
    _our(
        "alarmLatencySeconds",
        "10",
        "The 95th percentile of a transfer's duration above which there is an alarm",
        "1 to 28, less than `lambdaTimeoutSeconds`, which brings the default down too",
    ),
    _our(
        "canary",
        "false",
        "Whether a function asks both endpoints every five minutes, with an alarm for when they do "
        "not answer as they should",
        "`true`, `false`",
    ),
    _our(
        "secretKmsKeyArn",
        NONE,
        "A KMS key of your own for the secret with the Twilio credentials, in place of AWS's",
        "the ARN of a key in the stack's region",
    ),
    _our(
        "protect",
        "true",
        "Whether Pulumi refuses to delete the transfer workflow, the HTTP API and the secret",
        "`true`, `false`",
    ),
    _our(
        "tagCommit",
        "true",
        "Whether resources are tagged with the commit, which changes each of them with each commit",
        "`true`, `false`",
    ),
)

KEYS: Final = (*_TWILIO, *_ROUTING, *_ENDPOINTS, *_FUNCTIONS, *_OPERATIONS)

HEADER: Final = "| key | default | meaning |"


def markdown_table() -> str:
    """Return the table in Markdown: a row a key, without a final line break."""
    return "\n".join([HEADER, "| --- | --- | --- |", *_rows()])


def _rows() -> Iterator[str]:
    for key in KEYS:
        default = key.default if key.default in {REQUIRED, NONE} else f"`{key.default}`"
        meaning = f"{key.meaning}: {key.allowed}" if key.allowed else key.meaning
        yield f"| `{key.name}` | {default} | {meaning} |"


if __name__ == "__main__":
    print(markdown_table())  # noqa: T201 - it is what this command is for
