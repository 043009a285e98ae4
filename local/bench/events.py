"""The events that are measured."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from local.stack import LocalStack
from twilio_emulator.centre import ContactCentre

KINDS: Final[Mapping[str, Callable[[ContactCentre], str]]] = {
    "chat": lambda centre: centre.chat_task(),
    "conversation": lambda centre: centre.conversation_task(),
    "with hints": lambda centre: centre.conversation_task(),
}
HINTS: Final = ("flexInteractionSid", "flexInteractionChannelSid")


def transfer_event(stack: LocalStack, kind: str, **fields: str) -> dict[str, Any]:
    """Make a task of Ana's and the event that transfers it to Dev, payload format 2.0.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    centre = stack.twilio.centre
    task_sid = KINDS[kind](centre)
    attributes = centre.attributes(task_sid) if kind == "with hints" else {}
    body = {
        "Token": centre.token_of("ana"),
        "taskSid": task_sid,
        "targetSid": centre.workers["dev"],
        **{name: attributes[name] for name in HINTS if name in attributes},
        **fields,
    }
    http = {"method": "POST", "path": "/transfer-chat", "protocol": "HTTP/1.1"}
    return {
        "version": "2.0",
        "routeKey": "POST /transfer-chat",
        "rawPath": "/transfer-chat",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "bench",
            "http": http,
            "requestId": "bench",
            "routeKey": "POST /transfer-chat",
            "stage": "$default",
        },
        "isBase64Encoded": False,
        "body": json.dumps(body),
    }
