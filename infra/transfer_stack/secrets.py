"""The Twilio credentials' only home in AWS: a secret that the functions read at run time.

An environment variable would show them to everybody who may look at the function.
"""

import json

import pulumi
import pulumi_aws as aws

from transfer_stack.permissions import Statement, decrypt_secret, read_secret
from transfer_stack.settings import StackSettings


class TwilioCredentials(pulumi.ComponentResource):
    """A secret, its value JSON: `auth_token`, or `api_key_sid` and `api_key_secret`.

    Protected: a deleted secret can be brought back for some weeks, but until then every transfer
    fails.

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
    value: aws.secretsmanager.SecretVersion
    statements: tuple[pulumi.Output[Statement], ...]

    def __init__(
        self, name: str, settings: StackSettings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:TwilioCredentials", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        secret = aws.secretsmanager.Secret(
            "credentials",
            # A deleted secret keeps its name for weeks, so a stack that is made anew needs another
            # one.
            name_prefix=f"{settings.prefix}-twilio-",
            description=f"Twilio credentials of {settings.prefix}",
            kms_key_id=settings.secret_key_arn or None,
            tags=settings.tags,
            opts=pulumi.ResourceOptions.merge(
                child, pulumi.ResourceOptions(protect=settings.protect)
            ),
        )
        self.value = aws.secretsmanager.SecretVersion(
            "credentials",
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(json.dumps(settings.twilio.credentials())),
            opts=child,
        )
        self.arn = secret.arn
        self.statements = (secret.arn.apply(read_secret),)
        if settings.secret_key_arn:
            key_arn = settings.secret_key_arn
            decrypt = secret.arn.apply(lambda arn: decrypt_secret(key_arn, arn))
            self.statements = (*self.statements, decrypt)
        self.register_outputs({"arn": self.arn})
