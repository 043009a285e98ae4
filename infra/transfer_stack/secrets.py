"""The secret with the Twilio credentials, which the functions read at run time.

Everyone who may view a function can read its environment variables, so no credential is there.
"""

import json

import pulumi
import pulumi_aws as aws

from transfer_stack.component import Component
from transfer_stack.permissions import Statement, decrypt_secret, read_secret
from transfer_stack.settings import StackSettings


class TwilioCredentials(Component):
    """A secret, its value JSON: `auth_token`, or `api_key_sid` and `api_key_secret`.

    With offers also `events_password`, which Twilio sends with its events.

    Protected: a deleted secret can be restored for some weeks, but until then every transfer fails.
    """

    arn: pulumi.Output[str]
    value: aws.secretsmanager.SecretVersion
    statements: tuple[pulumi.Output[Statement], ...]

    def __init__(self, name: str, *, settings: StackSettings, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        secret = aws.secretsmanager.Secret(
            "credentials",
            # A deleted secret keeps its name for weeks, so a recreated stack needs another one.
            name_prefix=f"{settings.prefix}-twilio-",
            description=f"Twilio credentials of {settings.prefix}",
            kms_key_id=settings.secret_key_arn or None,
            tags=settings.tags,
            opts=self.child(protect=settings.protect),
        )
        self.value = aws.secretsmanager.SecretVersion(
            "credentials",
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(json.dumps(_credentials(settings))),
            opts=self.child(),
        )
        self.arn = secret.arn
        self.statements = (secret.arn.apply(read_secret),)
        if settings.secret_key_arn:
            key_arn = settings.secret_key_arn
            decrypt = secret.arn.apply(lambda arn: decrypt_secret(key_arn, arn))
            self.statements = (*self.statements, decrypt)
        self.register_outputs({"arn": self.arn})


def _credentials(settings: StackSettings) -> dict[str, str]:
    credentials = settings.twilio.credentials()
    if settings.offers.are_possible:
        credentials["events_password"] = settings.offers.events_password
    return credentials
