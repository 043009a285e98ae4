"""The secrets, which the functions read at run time.

Everyone who may view a function can read its environment variables, so no credential is there.
"""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from transfer_stack.component import Component
from transfer_stack.permissions import Statement, decrypt_secret, read_secret
from transfer_stack.settings import StackSettings


class StackSecret(Component):
    """A secret with JSON in it, and the statements of a role that reads it.

    Parameters
    ----------
    name
        The component's name, and a part of the secret's.
    resource_name
        The name of its resources in the program.
    holds
        What is in it, for the secret's description.
    content
        Its value: text by name.
    protect
        Whether Pulumi refuses to delete it. A deleted secret can be restored for some weeks, but
        until then whatever needs it fails.
    """

    arn: pulumi.Output[str]
    value: aws.secretsmanager.SecretVersion
    statements: tuple[pulumi.Output[Statement], ...]

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        resource_name: str,
        holds: str,
        content: Mapping[str, pulumi.Input[str]],
        protect: bool,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        secret = aws.secretsmanager.Secret(
            resource_name,
            # A deleted secret keeps its name for weeks, so a recreated stack needs another one.
            name_prefix=f"{settings.prefix}-{name}-",
            description=f"{holds} of {settings.prefix}",
            kms_key_id=settings.key_arn or None,
            tags=settings.tags,
            opts=self.child(protect=protect),
        )
        self.value = aws.secretsmanager.SecretVersion(
            resource_name,
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(dict(content)).apply(json.dumps),
            opts=self.child(),
        )
        self.arn = secret.arn
        self.statements = (secret.arn.apply(read_secret),)
        if settings.key_arn:
            key_arn = settings.key_arn
            decrypt = secret.arn.apply(lambda arn: decrypt_secret(key_arn, arn))
            self.statements = (*self.statements, decrypt)
        self.register_outputs({"arn": self.arn})
