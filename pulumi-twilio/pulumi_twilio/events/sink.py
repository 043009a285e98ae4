"""`twilio:events:Sink`: https://www.twilio.com/docs/events/event-streams/sink-resource."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, urlsplit

import pulumi

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Declaration, Property
from pulumi_twilio.sdk import Resource


def may_be(shown: Any, declared: Any) -> bool:
    """Whether the configuration that Twilio shows may be the declared one.

    How a destination with a password is shown is not documented: as it is, masked, or without it.
    A password that is shown and is another, another address or another option are a change.

    Parameters
    ----------
    shown, declared
        Configurations; what is not in both is not compared.
    """
    if not isinstance(shown, Mapping) or not isinstance(declared, Mapping):
        return True
    return all(
        _same(_text(shown[name]), _text(declared[name])) for name in shown.keys() & declared.keys()
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same(shown: str, declared: str) -> bool:
    try:
        url, meant = urlsplit(shown), urlsplit(declared)
    except ValueError:
        return shown == declared
    if not url.netloc or not meant.netloc:
        return shown == declared or _is_masked(shown)
    if url.password and not _is_masked(url.password):
        return url == meant
    return _without_credentials(url) == _without_credentials(meant)


def _without_credentials(url: SplitResult) -> SplitResult:
    return url._replace(netloc=url.netloc.rpartition("@")[2])


def _is_masked(text: str) -> bool:
    """Whether a text hides another: one character again and again, such as an asterisk."""
    return len(text) > 1 and len(set(text)) == 1


class Sink(Resource):
    """Where events are sent: https://www.twilio.com/docs/events/event-streams/sink-resource.

    Import one with `pulumi import twilio:events:Sink <name> DG…`. Descriptions tell an account's
    sinks apart, so two sinks that Pulumi manages need different ones.

    Parameters
    ----------
    resource_name
        Its name in the program.
    opts
        Pulumi's resource options.
    description
        Its name at Twilio. Twilio asks that it holds no personal data.
    sink_type
        `kinesis`, `webhook`, `segment` or `email`. Another one replaces the sink.
    sink_configuration
        What Twilio needs to connect, with the keys of its documentation, such as `destination` and
        `method`. Kept as a secret. Another one replaces the sink.
    adopt_existing
        True to use the sink of that description if the account has one. It is then never deleted.
    """

    declaration = Declaration(
        token="twilio:events:Sink",  # noqa: S106 - a type token, not a secret
        kind="sink",
        product="events",
        path="/Sinks",
        sid_prefix="DG",
        properties=(
            Property("description", shapes.NAME, required=True),
            Property(
                "sinkType",
                shapes.one_of("kinesis", "webhook", "segment", "email"),
                required=True,
                replaces=True,
            ),
            # A sink's description is all that an update changes.
            # https://www.twilio.com/docs/events/event-streams/sink-resource#update-a-sink-resource
            Property(
                "sinkConfiguration",
                shapes.OBJECT,
                required=True,
                replaces=True,
                secret=True,
                may_be=may_be,
            ),
            declare.ADOPT_EXISTING,
        ),
        computed=MappingProxyType(
            {
                "dateCreated": "When it was created, ISO 8601.",
                "status": "`initialized`, `validating`, `active` or `failed`.",
            }
        ),
        key="description",
        filtered=False,
    )

    status: pulumi.Output[str]
    description: pulumi.Output[str]
    sink_type: pulumi.Output[str]
    sink_configuration: pulumi.Output[Mapping[str, Any]]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        description: pulumi.Input[str],
        sink_type: pulumi.Input[str],
        sink_configuration: pulumi.Input[Mapping[str, Any]],
        adopt_existing: pulumi.Input[bool] | None = None,
    ) -> None:
        self._register(resource_name, opts, locals())
