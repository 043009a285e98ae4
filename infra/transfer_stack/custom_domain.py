"""A host name of the company's own for the endpoints: certificate, DNS records and mapping.

The API's first URL is switched off, unless a Flex plugin that was built with it is still in use.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from transfer_stack.settings import GatewaySettings

_VALIDATION_TTL_SECONDS = 300

# Mostly some minutes. The provider's own 75 would outlive a deployment's credentials; a later
# deployment goes on waiting for the same certificate.
_ISSUED_WITHIN = pulumi.CustomTimeouts(create="20m")


@dataclass(frozen=True, slots=True)
class CustomDomainArgs:
    """What `CustomDomain` is made from.

    Parameters
    ----------
    settings
        The host name and its zone.
    api_id, stage_id
        What the host name leads to.
    tags
        What its resources are tagged with.
    """

    settings: GatewaySettings
    api_id: pulumi.Input[str]
    stage_id: pulumi.Input[str]
    tags: Mapping[str, str]


class CustomDomain(pulumi.ComponentResource):
    """A host name with a certificate that AWS renews by itself.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html

    Parameters
    ----------
    name
        The component's name.
    args
        See `CustomDomainArgs`.
    opts
        Pulumi's resource options.
    """

    url: pulumi.Output[str]

    def __init__(
        self, name: str, args: CustomDomainArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:CustomDomain", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        certificate_arn = self._declare_certificate(name, args)
        domain = aws.apigatewayv2.DomainName(
            name,
            domain_name=args.settings.domain_name,
            domain_name_configuration={
                "certificate_arn": certificate_arn,
                "endpoint_type": "REGIONAL",
                "security_policy": "TLS_1_2",
            },
            tags=args.tags,
            opts=self._child,
        )
        mapping = aws.apigatewayv2.ApiMapping(
            name,
            api_id=args.api_id,
            domain_name=domain.domain_name,
            stage=args.stage_id,
            opts=self._child,
        )
        self._declare_alias(name, args.settings, domain)
        # Known once the name leads somewhere.
        self.url = mapping.domain_name.apply(lambda host: f"https://{host}")
        self.register_outputs({"url": self.url})

    def _declare_certificate(self, name: str, args: CustomDomainArgs) -> pulumi.Output[str]:
        """Declare a certificate that DNS validates; its ARN is known once it is issued."""
        certificate = aws.acm.Certificate(
            name,
            domain_name=args.settings.domain_name,
            validation_method="DNS",
            tags=args.tags,
            opts=self._child,
        )
        proof = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{name}-validation",
            zone_id=args.settings.hosted_zone_id,
            name=proof.resource_record_name,
            type=proof.resource_record_type,
            records=[proof.resource_record_value],
            ttl=_VALIDATION_TTL_SECONDS,
            # All of an account's certificates for a host name have the same record, in every region
            # and stack, and ACM renews them only while it is there. So it outlives each stack.
            # https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
            allow_overwrite=True,
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(retain_on_delete=True)
            ),
        )
        return aws.acm.CertificateValidation(
            name,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(custom_timeouts=_ISSUED_WITHIN)
            ),
        ).certificate_arn

    def _declare_alias(
        self, name: str, settings: GatewaySettings, domain: aws.apigatewayv2.DomainName
    ) -> None:
        target = domain.domain_name_configuration
        aws.route53.Record(
            name,
            zone_id=settings.hosted_zone_id,
            name=settings.domain_name,
            type="A",
            aliases=[
                {
                    "name": target.target_domain_name,
                    "zone_id": target.hosted_zone_id,
                    "evaluate_target_health": False,
                }
            ],
            opts=self._child,
        )
