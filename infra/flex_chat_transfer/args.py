"""The arguments of `FlexChatTransfer`. Written by transfer_stack.config_reference."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi


@dataclass(frozen=True, kw_only=True)
class FlexChatTransferArgs:
    """What a deployment decides. An argument that is None has the default that is given with it.

    Only a secret can be an output: all others are checked before anything is changed.
    """

    workspace_sid: str
    """The TaskRouter workspace (Console: TaskRouter, Workspaces). Value: the SID of the Flex Task Assignment workspace: WS and 32 hexadecimal digits in lower case."""
    transfer_queues: Sequence[str] | None = None
    """The queues that chats can be transferred to, in addition to Everyone. Value: a list of task queue SIDs or friendly names. Default: `[]`."""
    workflow_name: str | None = None
    """The transfer workflow's name. It must differ between environments in one workspace. Value: 1 to 64 characters that neither begin nor end with whitespace. Default: `Chat transfer (STACK)`."""
    agent_timeout_seconds: int | None = None
    """How long a chat waits for the agent it was transferred to. Value: a whole number of seconds from 1 to 86400. Default: `120`."""
    queue_timeout_seconds: int | None = None
    """How long a chat waits for the agents of the queue it was transferred to. Value: a whole number of seconds from 1 to 86400. Default: `300`."""
    fallback_timeout_seconds: int | None = None
    """How long it then waits for every agent except those who transferred it. After that it is offered to every agent, without a limit. Value: a whole number of seconds from 1 to 86400. Default: `600`."""
    reservation_timeout_seconds: int | None = None
    """How long an agent has to accept. Value: a whole number of seconds from 1 to 86400. Default: `120`."""
    keep_everyone_queue: bool | None = None
    """Whether the workspace's queue Everyone stays as it is. Otherwise `pulumi up` gives it every worker. Default: `false`."""
    strict_routing: bool | None = None
    """Whether queues that leave a chat waiting for no one, and a change of the queue Everyone, stop `pulumi preview` and `pulumi up`. They are warnings of the preview otherwise. Default: `false`."""
    hand_over: str | None = None
    """Whether a request may be an offer: the agent stays with the customer until another agent accepts. `now` is no, `optional` is yes. With `accepted` a request is one by default. With `warm` it is one after which both agents have the customer. Value: one of now, optional, accepted, warm. Default: `now`."""
    hand_over_choices: Sequence[str] | None = None
    """What agents can choose from. By default `now` and `accepted`, and `warm` if `hand_over` is `warm`. None, if `hand_over` is `now`. Value: a list of now, accepted or warm. Default: `[]`."""
    events_password: pulumi.Input[str] | None = field(default=None, repr=False)
    """The password with which Twilio sends events to the stack. Required unless `hand_over` is `now`. Value: a secret of 32 to 128 letters, digits, - and _."""
    transfer_workflows: Sequence[str] | None = None
    """The workflows that chats can be transferred to. Without it all of the workspace but transfer workflows, this stack's and others'. Value: a list of workflow SIDs or friendly names."""
    transfer_targets_attribute: str | None = None
    """The attribute of a worker that lists the queues and workflows, by name or SID, which that agent may transfer to. An agent without the attribute may transfer to all. Value: the name of an attribute of workers, such as transfer_targets."""
    unavailable_agents: str | None = None
    """What becomes of a transfer to an agent who is not available. With `wait` the customer waits for them for `agent_timeout_seconds`, `refuse` answers 409 and changes nothing. Value: one of wait, refuse. Default: `wait`."""
    flex_ui_attributes: bool | None = None
    """Whether the stack writes its endpoint into Flex's configuration, as `flexChatTransfer` of `ui_attributes`, where the plugin finds it. An account has one Flex, so for one stack of the account. Default: `false`."""
    allowed_origins: Sequence[str] | None = None
    """The origins that browsers may call from. Value: a list of exact origins in lower case such as https://flex.twilio.com, or http://localhost:3000 while developing: no wildcard, no path, no final /. Default: `["https://flex.twilio.com"]`."""
    throttling_rate: int | None = None
    """Requests a second on average, all callers together, and twice as many at once. Requests beyond it get 429. Value: a whole number of requests a second from 1 to 500. Default: `20`."""
    domain_name: str | None = None
    """Your own host name for the endpoints. Requires `hosted_zone_id`. Value: a host name such as transfers.example.com: lower case, at most 64 characters."""
    hosted_zone_id: str | None = None
    """The hosted zone of `domain_name`, in which its certificate is validated. Value: the ID of a public hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ."""
    origin_trust_store: str | None = None
    """The certificate authorities whose clients alone may call `domain_name`, if a CloudFront distribution of yours is in front: see docs/web-acl.md. Value: the S3 address of a PEM file, s3://BUCKET/KEY, in the stack's region."""
    keep_execute_api: bool | None = None
    """Whether API Gateway's own address still answers when there is a `domain_name`, for a plugin that was built with that address. Default: `false`."""
    architecture: str | None = None
    """The functions' instruction set architecture. Value: one of arm64, x86_64. Default: `arm64`."""
    lambda_memory_mb: int | None = None
    """The functions' memory, with processor time in proportion. That of Twilio's events has at least 512, the canary 128. Value: a whole number of megabytes from 128 to 10240. Default: `512`."""
    lambda_timeout_seconds: int | None = None
    """How long a function that agents call may run, below the 30 seconds that API Gateway waits. Value: a whole number of seconds from 5 to 29. Default: `25`."""
    snap_start: bool | None = None
    """Whether execution environments start from a snapshot (SnapStart). AWS charges for each version's snapshot and for restoring it. Default: `true`."""
    reserved_concurrency: int | None = None
    """Concurrent executions reserved for each function that agents call, which are also its limit; half as many for that of Twilio's events. AWS keeps 100 of the account's unreserved. Value: a whole number of concurrent executions of each function from 1 to 1000."""
    log_level: str | None = None
    """The functions' log level. Value: one of DEBUG, INFO, WARNING, ERROR. Default: `INFO`."""
    alarm_email: str | None = None
    """The address that alarms are sent to that cannot wait. Without it, subscribe to the topic in the output `alarmTopicArn`. Value: an e-mail address, which AWS asks for its consent."""
    ticket_email: str | None = None
    """The address that the other alarms are sent to. Without it, subscribe to the topic in the output `ticketTopicArn`. Value: an e-mail address, which AWS asks for its consent."""
    alarm_failure_percent: int | None = None
    """The share of transfers answered with 5xx above which there is an alarm. Value: a whole number of percent from 1 to 99. Default: `5`."""
    alarm_latency_seconds: int | None = None
    """The 95th percentile of a transfer's duration above which there is an alarm. It must be less than `lambda_timeout_seconds`, which lowers the default too. Value: a whole number of seconds from 1 to 28. Default: `10`."""
    log_retention_days: int | None = None
    """How many days all logs are kept. Value: one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653. Default: `30`."""
    canary: bool | None = None
    """Whether a function requests `/transfer-chat` and `/get-workflows` every five minutes, with an alarm for wrong answers or none. Default: `false`."""
    kms_key_arn: str | None = None
    """Your own KMS key, in the stack's region, for all that takes one: secrets, table, queues, logs, functions and the alarms' topics. Set it with `--plaintext`. Value: the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID; no alias, policies name the key."""
    role_permissions_boundary: str | None = None
    """The permissions boundary of every role, if your landing zone asks for one. Value: the ARN of an IAM policy, arn:aws:iam::ACCOUNT:policy/NAME."""
    protect: bool | None = None
    """Whether Pulumi refuses to delete the transfer workflow, the HTTP API, the secret and the table, and AWS the table. Default: `true`."""
    tag_commit: bool | None = None
    """Whether resources are tagged with the commit, which changes each of them with each commit. Default: `true`."""
