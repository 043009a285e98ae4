"""`twilio:conversations:Webhooks`.

https://www.twilio.com/docs/conversations/api/conversations-webhook-resource.
"""

from types import MappingProxyType

from pulumi_twilio import shapes
from pulumi_twilio.conversations import webhook_filters
from pulumi_twilio.declaration import Declaration, Kind, Property


class Webhooks(Kind):
    """The account's webhooks of Conversations, of which it has one set.

    https://www.twilio.com/docs/conversations/api/conversations-webhook-resource. Pulumi changes
    what is declared, leaves the rest as it is and deletes nothing. Import it with
    `pulumi import twilio:conversations:Webhooks <name> AC…`.

    Parameters
    ----------
    method
        How Twilio calls the URLs, `GET` or `POST`.
    filters
        The events to call them for, such as `onMessageAdded`, in any order.
    pre_webhook_url
        What Twilio calls before it does something; an empty string clears it.
    post_webhook_url
        What Twilio calls after it did something; an empty string clears it.
    target
        `webhook` to call the URLs, `flex` to route the conversations to Flex.
    """

    declaration = Declaration(
        token="twilio:conversations:Webhooks",  # noqa: S106 - a type token, not a secret
        kind="webhooks of Conversations",
        product="conversations",
        path="/Configuration/Webhooks",
        sid_prefix="AC",
        properties=(
            Property("method", shapes.one_of("GET", "POST")),
            Property("filters", webhook_filters.SHAPE, same=webhook_filters.same),
            Property("preWebhookUrl", shapes.URL, default=""),
            Property("postWebhookUrl", shapes.URL, default=""),
            Property("target", shapes.one_of("webhook", "flex")),
        ),
        computed=MappingProxyType({"accountSid": "The account's SID."}),
        key="",
        only_adopted=True,
        is_single=True,
    )
