"""`twilio:conversations:Configuration`.

https://www.twilio.com/docs/conversations/api/configuration-resource.
"""

import re
from types import MappingProxyType
from typing import Any

from pulumi_twilio import shapes
from pulumi_twilio.declaration import Declaration, Kind, Property
from pulumi_twilio.shapes import Shape, Wrong


def _wrong_duration(value: Any) -> Wrong:
    pattern = r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?"
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        yield "", "an ISO 8601 duration such as PT2H or P1D"


_DURATION = Shape({"type": "string"}, _wrong_duration)


class Configuration(Kind):
    """The account's settings of Conversations, of which it has one.

    https://www.twilio.com/docs/conversations/api/configuration-resource. Pulumi changes what is
    declared, leaves the rest as it is and deletes nothing. Import it with
    `pulumi import twilio:conversations:Configuration <name> AC…`.

    Parameters
    ----------
    default_chat_service_sid
        The service (`IS…`) of conversations that name none.
    default_messaging_service_sid
        The messaging service (`MG…`) of conversations that name none.
    default_inactive_timer
        After what time a conversation is set to inactive, ISO 8601, at least `PT1M`.
    default_closed_timer
        After what time a conversation is closed, ISO 8601, at least `PT10M`.
    """

    declaration = Declaration(
        token="twilio:conversations:Configuration",  # noqa: S106 - a type token, not a secret
        kind="configuration of Conversations",
        product="conversations",
        path="/Configuration",
        sid_prefix="AC",
        properties=(
            Property("defaultChatServiceSid", shapes.sid("IS")),
            Property("defaultMessagingServiceSid", shapes.sid("MG")),
            Property("defaultInactiveTimer", _DURATION),
            Property("defaultClosedTimer", _DURATION),
        ),
        computed=MappingProxyType({"accountSid": "The account's SID."}),
        key="",
        only_adopted=True,
        is_single=True,
    )
