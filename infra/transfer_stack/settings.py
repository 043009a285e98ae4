"""The stack's settings: one typed, frozen object in place of look-ups all over the program."""

from dataclasses import dataclass, field
from typing import Final, Literal

# An HTTP API gives an integration 30 s at most, and the function must end first to answer with a
# problem of its own.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
GATEWAY_TIMEOUT_SECONDS: Final = 30

Architecture = Literal["arm64", "x86_64"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """The Twilio account: who we are there, and where its API is.

    Parameters
    ----------
    account_sid
        The account's SID.
    auth_token, api_key_sid, api_key_secret
        Either the account's auth token, or an API key and its secret; the others are empty.
    region, edge, base_url
        Empty for Twilio's default. `base_url` is for an emulator alone.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    api_key_sid: str
    api_key_secret: str = field(repr=False)
    region: str
    edge: str
    base_url: str

    def credentials(self) -> dict[str, str]:
        """Return what the functions read from Secrets Manager: the names that they look for."""
        if self.auth_token:
            return {"auth_token": self.auth_token}
        return {"api_key_sid": self.api_key_sid, "api_key_secret": self.api_key_secret}


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    """What decides who is offered a transferred task, and for how long (all times in seconds)."""

    workspace_sid: str
    workflow_name: str
    transfer_queues: tuple[str, ...]
    agent_timeout: int
    queue_timeout: int
    fallback_timeout: int
    reservation_timeout: int


@dataclass(frozen=True, slots=True)
class FunctionSettings:
    """How the Lambda functions run."""

    memory_mb: int
    timeout_seconds: int
    architecture: Architecture
    log_level: LogLevel
    log_retention_days: int
    snap_start: bool
    reserved_concurrency: int | None


@dataclass(frozen=True, slots=True)
class DomainSettings:
    """A host name of the company's own for the endpoints, and the Route 53 zone that it is in."""

    name: str
    hosted_zone_id: str


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Who may call the endpoints from a browser, and how often."""

    allowed_origins: tuple[str, ...]
    throttling_rate: int
    throttling_burst: int
    log_retention_days: int
    domain: DomainSettings | None
    keeps_execute_api: bool


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """When somebody is told, and who; without an address they subscribe to the topic themselves."""

    email: str
    failure_percent: int
    refused_percent: int
    latency_seconds: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a stack's config decides.

    Parameters
    ----------
    project, stack
        The names of the Pulumi project and of the stack.
    twilio, routing, functions, gateway, alarms
        What belongs to one part of the program.
    canary
        Whether a function asks the endpoints every few minutes, and an alarm tells when it gets no
        answer.
    secret_key_arn
        The customer-managed KMS key that encrypts the secret; empty for AWS's own.
    protect
        Whether Pulumi refuses to delete what could not be had back.
    commit
        The commit that is deployed; empty when it is not known, or not to be tagged.
    """

    project: str
    stack: str
    twilio: TwilioSettings
    routing: RoutingSettings
    functions: FunctionSettings
    gateway: GatewaySettings
    alarms: AlarmSettings
    canary: bool
    secret_key_arn: str
    protect: bool
    commit: str

    @property
    def prefix(self) -> str:
        """What the names of things that an operator looks for begin with."""
        return f"{self.project}-{self.stack}"

    @property
    def tags(self) -> dict[str, str]:
        """What every resource that AWS can tag is tagged with."""
        tags = {"project": self.project, "environment": self.stack, "managed-by": "pulumi"}
        return {**tags, "commit": self.commit} if self.commit else tags
