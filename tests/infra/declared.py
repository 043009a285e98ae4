"""Runs the program with a recorder instead of the engine, and returns what it declared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from flex_chat_transfer import component
from local.deployer.deployment import PROGRAM, run_program
from transfer_stack.bundle import build_bundle

ACCOUNT_SID = "AC" + "a" * 32
AUTH_TOKEN = "a-token-that-must-stay-secret"
WORKSPACE_SID = "WS" + "b" * 32
EVERYONE_SID = "WQ" + "e" * 32
WORKFLOW_SID = "WW" + "f" * 32
SINK_SID = "DG" + "d" * 32
SUPPORT_SID = "WQ" + "5" * 32
BILLING_SID = "WW" + "6" * 32
REGION_AND_ACCOUNT = "eu-west-1:123456789012"

CONFIG = {
    "aws:region": "eu-west-1",
    "twilio:accountSid": ACCOUNT_SID,
    "twilio:authToken": AUTH_TOKEN,
    "flex-chat-transfer:workspaceSid": WORKSPACE_SID,
    "flex-chat-transfer:transferQueues": json.dumps(["Support"]),
    # The tests must not depend on the checked-out commit.
    "flex-chat-transfer:tagCommit": "false",
}
KEY_ARN = f"arn:aws:kms:{REGION_AND_ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"
DOMAIN = "transfers.example.com"
# What Pulumi.production.yaml sets, whose placeholders no settings would take.
PRODUCTION = {
    **{key: value for key, value in CONFIG.items() if key != "twilio:authToken"},
    "aws:allowedAccountIds": '["123456789012"]',
    "twilio:apiKeySid": "SK" + "c" * 32,
    "twilio:apiKeySecret": AUTH_TOKEN,
    "flex-chat-transfer:domainName": DOMAIN,
    "flex-chat-transfer:hostedZoneId": "Z0123456789ABCDEFGHIJ",
    "flex-chat-transfer:reservedConcurrency": "40",
    "flex-chat-transfer:alarmEmail": "on-call@example.com",
    "flex-chat-transfer:canary": "true",
    "flex-chat-transfer:kmsKeyArn": KEY_ARN,
    "flex-chat-transfer:logRetentionDays": "90",
}
EVENTS_PASSWORD = "a-password-for-events-that-must-stay-secret"
OFFERS = {
    "flex-chat-transfer:handOver": "optional",
    "flex-chat-transfer:eventsPassword": EVENTS_PASSWORD,
}
SECRETS = frozenset(
    {"twilio:authToken", "twilio:apiKeySecret", "flex-chat-transfer:eventsPassword"}
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource as it is registered with the engine."""

    type: str
    name: str
    parent: str
    inputs: Mapping[str, Any]
    secret_inputs: frozenset[str]
    retain_on_delete: bool
    protect: bool
    depends_on: frozenset[str]
    timeouts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Program:
    """All that one run declared."""

    resources: tuple[Declared, ...]
    outputs: Mapping[str, Any]

    def of_type(self, type_: str) -> dict[str, Declared]:
        """Every resource of a type, by name."""
        return {found.name: found for found in self.resources if found.type == type_}

    def one(self, type_: str, name: str) -> Declared:
        """The one resource of a type and a name."""
        return self.of_type(type_)[name]


_PROOF = {
    "domainName": DOMAIN,
    "resourceRecordName": f"_proof.{DOMAIN}.",
    "resourceRecordType": "CNAME",
    "resourceRecordValue": "_proof.acm-validations.aws.",
}
_TARGET = {
    "targetDomainName": "d-abc123.execute-api.eu-west-1.amazonaws.com",
    "hostedZoneId": "ZLY8HYME6SFDD",
}


def _arn(type_: str, name: str) -> str:
    """Return an ARN, in AWS's form if code parses it."""
    service = type_.split(":")[1].partition("/")[0]
    form = {
        "aws:cloudwatch/logGroup:LogGroup": "logs:{}:log-group:{}",
        "aws:lambda/alias:Alias": "lambda:{}:function:{}",
        "aws:lambda/function:Function": "lambda:{}:function:{}",
    }.get(type_, service + ":{}:{}")
    return f"arn:aws:{form.format(REGION_AND_ACCOUNT, name)}"


def declared_outputs(args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
    """Return the ID and the outputs of a resource, which contain its name; components have none."""
    if not args.custom:
        return None, {}
    name = args.inputs.get("name", args.name)
    arn = _arn(args.typ, f"{args.inputs.get('functionName', '')}:{name}".removeprefix(":"))
    sids = {"Sink": SINK_SID, "TaskQueue": EVERYONE_SID, "Workflow": WORKFLOW_SID}
    sid = sids.get(args.typ.split(":")[-1])
    added = {
        "sid": sid,
        "name": name,
        "arn": arn,
        "invokeArn": f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}"
        "/invocations",
        "apiEndpoint": "https://abc123.execute-api.eu-west-1.amazonaws.com/",
        "executionArn": f"arn:aws:execute-api:{REGION_AND_ACCOUNT}:abc123",
        "version": "7",
        "fqdn": name,
        "domainValidationOptions": [_PROOF],
    }
    outputs = {**added, **args.inputs}
    if "domainNameConfiguration" in outputs:
        outputs["domainNameConfiguration"] |= _TARGET
    if sid == WORKFLOW_SID:
        # Twilio returns it as text.
        outputs["configuration"] = json.dumps(outputs["configuration"])
    if "uiAttributes" in outputs:
        outputs["uiAttributes"] = json.dumps(outputs["uiAttributes"])
    if args.typ == "aws:sqs/queue:Queue":
        return f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}", outputs
    return sid or f"{args.name}-id", outputs


# No setting changes the bundle, and building it is half of a run.
_built_once = cache(build_bundle)


class _Provider(Mocks):
    """Answers with IDs and ARNs that contain the resource's name."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return declared_outputs(args)

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token == "twilio:taskrouter:getTaskQueues":
            assert args.args["friendlyName"] == "Everyone"
            found = {"sid": EVERYONE_SID, "friendlyName": "Everyone", "targetWorkers": "1==1"}
            return {"taskQueues": [found]}, []
        if args.token == "twilio:taskrouter:getWorkflow":
            assert args.args["friendlyName"] == "Billing"
            return {"sid": BILLING_SID, "friendlyName": "Billing"}, []
        assert args.token == "twilio:taskrouter:getTaskQueue"
        assert args.args["friendlyName"] == "Support"
        return {"sid": SUPPORT_SID, "friendlyName": "Support"}, []


class _Recorder(MockMonitor):
    def __init__(self) -> None:
        super().__init__(_Provider())
        self.declared: list[Declared] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - Pulumi's name
        inputs = rpc.deserialize_properties(request.object)
        secrets = frozenset(key for key, value in inputs.items() if rpc.is_rpc_secret(value))
        plain = {key: rpc.unwrap_rpc_secret(value) for key, value in inputs.items()}
        parent = request.parent.split("::")[-1]
        self.declared.append(
            Declared(
                request.type,
                request.name,
                parent,
                plain,
                secrets,
                request.retainOnDelete,
                request.protect,
                frozenset(urn.split("$")[-1] for urn in request.dependencies),
                frozenset({request.customTimeouts.create, request.customTimeouts.update} - {""}),
            )
        )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def declare(
    config: Mapping[str, str] = CONFIG,
    *,
    stack: str = "dev",
    **changes: str,
) -> Program:
    """Run the program; `changes` are keys of our own namespace to add to the config."""
    ours = {f"flex-chat-transfer:{key}": value for key, value in changes.items()}
    return declare_by(PROGRAM, {**config, **ours}, stack=stack)


def declare_by(program: Path, config: Mapping[str, str], *, stack: str = "dev") -> Program:
    """Run another program."""
    recorder = _Recorder()
    with patch.object(component, "build_bundle", _built_once):
        outputs = run_program(recorder, config, SECRETS, stack=stack, program=program)
    found = sorted(recorder.declared, key=lambda item: (item.type, item.name))
    return Program(tuple(found), outputs)
