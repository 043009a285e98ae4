"""The Twilio credentials' only home in AWS: a secret that the functions read at run time.

An environment variable would show them to everybody who may look at the function.
"""

import json

import pulumi
import pulumi_aws as aws

from transfer_stack.settings import Settings


class TwilioCredentials(pulumi.ComponentResource):
    """A secret, its value JSON: `auth_token`, or `api_key_sid` and `api_key_secret`.

    Parameters
    ----------
    name
        The component's name.
    settings
        The stack's settings.
    opts
        Pulumi's resource options.
    """

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:TwilioCredentials", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        secret = aws.secretsmanager.Secret(
            "credentials",
            # A deleted secret keeps its name for weeks, so a stack that is made anew needs another
            # one.
            name_prefix=f"{settings.prefix}-twilio-",
            description=f"Twilio credentials of {settings.prefix}",
            tags=settings.tags,
            opts=child,
        )
        aws.secretsmanager.SecretVersion(
            "credentials",
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(json.dumps(settings.twilio.credentials())),
            opts=child,
        )
        self.arn = secret.arn
        self.register_outputs({"arn": self.arn})
