"""The stack's settings: one typed, frozen object, each config key declared with its field."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from transfer_stack.config_keys import (
    FLAG,
    REQUIRED,
    choice,
    declared_keys,
    key,
    sid,
    strings,
    text,
    whole,
)
from transfer_stack.offer_settings import OfferSettings
from transfer_stack.plugin_settings import PluginSettings
from transfer_stack.twilio_settings import TwilioSettings

# The longest integration timeout of an HTTP API. The function must time out first to answer with a
# problem of its own.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
GATEWAY_TIMEOUT_SECONDS: Final = 30

# What CloudWatch takes, except 0 (never expire).
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

Architecture = Literal["arm64", "x86_64"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

_UP_TO_A_DAY: Final = whole(1, 86_400, "seconds")
_PERCENT: Final = whole(1, 99, "percent")


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    """Which agents are offered a transferred task, and for how long (all times in seconds)."""

    workspace_sid: str = key(
        "workspaceSid",
        sid("WS", "the Flex Task Assignment workspace"),
        "The TaskRouter workspace (Console: TaskRouter, Workspaces)",
        default=REQUIRED,
        example=f"WS{'x' * 32}",
    )
    transfer_queues: tuple[str, ...] = key(
        "transferQueues",
        strings("task queue SIDs or friendly names", r"\S(.*\S)?"),
        "The queues that chats can be transferred to, in addition to Everyone",
        default=(),
    )
    workflow_name: str = key(
        "workflowName",
        text("1 to 64 characters that neither begin nor end with whitespace", r"\S(.{0,62}\S)?"),
        "The transfer workflow's name. It must differ between environments in one workspace",
        default="Chat transfer (STACK)",
    )
    agent_timeout: int = key(
        "agentTimeoutSeconds",
        _UP_TO_A_DAY,
        "How long a chat waits for the agent it was transferred to",
        default=120,
    )
    queue_timeout: int = key(
        "queueTimeoutSeconds",
        _UP_TO_A_DAY,
        "How long a chat waits for the agents of the queue it was transferred to",
        default=300,
    )
    fallback_timeout: int = key(
        "fallbackTimeoutSeconds",
        _UP_TO_A_DAY,
        "How long it then waits for every agent except those who transferred it. After that it is "
        "offered to every agent, without a limit",
        default=600,
    )
    reservation_timeout: int = key(
        "reservationTimeoutSeconds", _UP_TO_A_DAY, "How long an agent has to accept", default=120
    )
    keeps_everyone: bool = key(
        "keepEveryoneQueue",
        FLAG,
        "Whether the workspace's queue Everyone stays as it is. Otherwise `pulumi up` gives it "
        "every worker",
        default=False,
    )
    strict: bool = key(
        "strictRouting",
        FLAG,
        "Whether queues that leave a chat waiting for no one, and a change of the queue Everyone, "
        "stop `pulumi preview` and `pulumi up`. They are warnings of the preview otherwise",
        default=False,
    )


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """The HTTP API: allowed origins, throttling and host name."""

    allowed_origins: tuple[str, ...] = key(
        "allowedOrigins",
        strings(
            "exact origins in lower case such as https://flex.twilio.com, or "
            "http://localhost:3000 while developing: no wildcard, no path, no final /",
            r"(https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?|http://localhost)(:[0-9]{1,5})?",
        ),
        "The origins that browsers may call from",
        default=("https://flex.twilio.com",),
    )
    throttling_rate: int = key(
        "throttlingRate",
        whole(1, 500, "requests a second"),
        "Requests a second on average, all callers together, and twice as many at once. Requests "
        "beyond it get 429",
        default=20,
    )
    domain_name: str = key(
        "domainName",
        text(
            "a host name such as transfers.example.com: lower case, at most 64 characters",
            r"(?=.{4,64}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        ),
        "Your own host name for the endpoints. Requires `hostedZoneId`",
        default="",
        example="transfers.example.com",
    )
    hosted_zone_id: str = key(
        "hostedZoneId",
        text(
            "the ID of a public hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ",
            "Z[A-Z0-9]{1,31}",
        ),
        "The hosted zone of `domainName`, in which its certificate is validated",
        default="",
        example="Z0123456789ABCDEFGHIJ",
    )
    trust_store: str = key(
        "originTrustStore",
        text(
            "the S3 address of a PEM file, s3://BUCKET/KEY, in the stack's region",
            r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S+",
        ),
        "The certificate authorities whose clients alone may call `domainName`, if a CloudFront "
        "distribution of yours is in front: see docs/web-acl.md",
        default="",
        example="s3://my-trust-store/transfers.pem",
    )
    keeps_execute_api: bool = key(
        "keepExecuteApi",
        FLAG,
        "Whether API Gateway's own address still answers when there is a `domainName`, for a "
        "plugin that was built with that address",
        default=False,
    )

    @property
    def throttling_burst(self) -> int:
        """How many requests may come at once."""
        return 2 * self.throttling_rate


@dataclass(frozen=True, slots=True)
class FunctionSettings:
    """How the Lambda functions run."""

    architecture: Architecture = key(  # noqa: RUF009
        "architecture",
        choice(get_args(Architecture)),
        "The functions' instruction set architecture",
        default="arm64",
    )
    memory_mb: int = key(
        "lambdaMemoryMb",
        whole(128, 10_240, "megabytes"),
        "The functions' memory, with processor time in proportion. That of Twilio's events has at "
        "least 512, the canary 128",
        default=512,
    )
    timeout_seconds: int = key(
        "lambdaTimeoutSeconds",
        whole(5, GATEWAY_TIMEOUT_SECONDS - 1, "seconds"),
        "How long a function that agents call may run, below the 30 seconds that API Gateway waits",
        default=25,
    )
    snap_start: bool = key(
        "snapStart",
        FLAG,
        "Whether execution environments start from a snapshot (SnapStart). AWS charges for each "
        "version's snapshot and for restoring it",
        default=True,
    )
    reserved_concurrency: int | None = key(
        "reservedConcurrency",
        whole(1, 1000, "concurrent executions of each function"),
        "Concurrent executions reserved for each function that agents call, which are also its "
        "limit; half as many for that of Twilio's events. AWS keeps 100 of the account's "
        "unreserved",
        default=None,
        example="20",
    )
    log_level: LogLevel = key(  # noqa: RUF009
        "logLevel", choice(get_args(LogLevel)), "The functions' log level", default="INFO"
    )


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """The alarms' thresholds, and the address that is told of them."""

    email: str = key(
        "alarmEmail",
        text("an e-mail address, which AWS asks for its consent", r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        "The address that alarms are sent to that cannot wait. Without it, subscribe to the topic "
        "in the output `alarmTopicArn`",
        default="",
        example="on-call@example.com",
    )
    ticket_email: str = key(
        "ticketEmail",
        text("an e-mail address, which AWS asks for its consent", r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        "The address that the other alarms are sent to. Without it, subscribe to the topic in the "
        "output `ticketTopicArn`",
        default="",
        example="chat-team@example.com",
    )
    failure_percent: int = key(
        "alarmFailurePercent",
        _PERCENT,
        "The share of transfers answered with 5xx above which there is an alarm",
        default=5,
    )
    latency_seconds: int = key(
        "alarmLatencySeconds",
        whole(1, GATEWAY_TIMEOUT_SECONDS - 2, "seconds"),
        "The 95th percentile of a transfer's duration above which there is an alarm. It must be "
        "less than `lambdaTimeoutSeconds`, which lowers the default too",
        default=10,
    )


@dataclass(frozen=True, slots=True)
class StackSettings:
    """Everything that a stack's config decides.

    Parameters
    ----------
    project, stack
        The names of the Pulumi project and of the stack.
    commit
        The commit that is deployed; empty when it is not known, or not to be tagged.
    """

    project: str
    stack: str
    commit: str
    twilio: TwilioSettings
    routing: RoutingSettings
    offers: OfferSettings
    plugin: PluginSettings
    gateway: GatewaySettings
    functions: FunctionSettings
    alarms: AlarmSettings
    log_retention_days: int = key(
        "logRetentionDays",
        choice(tuple(map(str, LOG_RETENTION_DAYS)), int),
        "How many days all logs are kept",
        default=30,
    )
    canary: bool = key(
        "canary",
        FLAG,
        "Whether a function requests `/transfer-chat` and `/get-workflows` every five minutes, "
        "with an alarm for wrong answers or none",
        default=False,
    )
    key_arn: str = key(
        "kmsKeyArn",
        text(
            "the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID; no alias, policies name the "
            "key",
            r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-)?[0-9a-f-]{32,36}",
        ),
        "Your own KMS key, in the stack's region, for all that takes one: secrets, table, queues, "
        "logs, functions and the alarms' topics. Set it with `--plaintext`",
        default="",
        example="arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    )
    permissions_boundary: str = key(
        "rolePermissionsBoundary",
        text(
            "the ARN of an IAM policy, arn:aws:iam::ACCOUNT:policy/NAME",
            r"arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[\w+=,.@/-]+",
        ),
        "The permissions boundary of every role, if your landing zone asks for one",
        default="",
        example="arn:aws:iam::123456789012:policy/boundary",
    )
    protect: bool = key(
        "protect",
        FLAG,
        "Whether Pulumi refuses to delete the transfer workflow, the HTTP API, the secret and the "
        "table, and AWS the table",
        default=True,
    )
    tag_commit: bool = key(
        "tagCommit",
        FLAG,
        "Whether resources are tagged with the commit, which changes each of them with each commit",
        default=True,
    )

    @property
    def prefix(self) -> str:
        """The prefix of the names that an operator looks for."""
        return f"{self.project}-{self.stack}"

    @property
    def tags(self) -> dict[str, str]:
        """The tags of every resource that AWS can tag."""
        tags = {"project": self.project, "environment": self.stack, "managed-by": "pulumi"}
        return {**tags, "commit": self.commit} if self.commit else tags


KEYS: Final = tuple(declared_keys(StackSettings))
