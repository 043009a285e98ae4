"""The company's own host name for the endpoints: certificate, DNS records and API mapping."""

import pulumi
import pulumi_aws as aws

from transfer_stack.component import Component
from transfer_stack.settings import StackSettings

_VALIDATION_TTL_SECONDS = 300

# Usually some minutes. The provider's default of 75 would exceed the lifetime of a deployment's
# credentials; a later deployment waits for the same certificate again.
_ISSUED_WITHIN = pulumi.CustomTimeouts(create="20m")


class CustomDomain(Component):
    """A host name with a certificate that AWS renews by itself.

    Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html
    and https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mutual-tls.html
    """

    url: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        api_id: pulumi.Input[str],
        stage_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        self._gateway = settings.gateway
        self._tags = settings.tags
        trust_store = self._gateway.trust_store
        certificate_arn = self._declare_certificate(name)
        domain = aws.apigatewayv2.DomainName(
            name,
            domain_name=self._gateway.domain_name,
            domain_name_configuration={
                "certificate_arn": certificate_arn,
                "endpoint_type": "REGIONAL",
                "security_policy": "TLS_1_2",
            },
            # With a trust store only its clients can connect, such as the company's distribution.
            mutual_tls_authentication=({"truststore_uri": trust_store} if trust_store else None),
            tags=self._tags,
            opts=self.child(),
        )
        mapping = aws.apigatewayv2.ApiMapping(
            name,
            api_id=api_id,
            domain_name=domain.domain_name,
            stage=stage_id,
            opts=self.child(),
        )
        if not trust_store:
            # Otherwise the name leads to the distribution.
            self._declare_alias(name, domain)
        # Known once the name leads somewhere.
        self.url = mapping.domain_name.apply(lambda host: f"https://{host}")
        self.register_outputs({"url": self.url})

    def _declare_certificate(self, name: str) -> pulumi.Output[str]:
        """Declare a certificate that DNS validates; its ARN is known once it is issued."""
        certificate = aws.acm.Certificate(
            name,
            domain_name=self._gateway.domain_name,
            validation_method="DNS",
            tags=self._tags,
            opts=self.child(),
        )
        proof = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{name}-validation",
            zone_id=self._gateway.hosted_zone_id,
            name=proof.resource_record_name,
            type=proof.resource_record_type,
            records=[proof.resource_record_value],
            ttl=_VALIDATION_TTL_SECONDS,
            # All of an account's certificates for a host name have the same record, in every region
            # and stack, and ACM renews them only while it is there. So it outlives each stack.
            # https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
            allow_overwrite=True,
            opts=self.child(retain_on_delete=True),
        )
        return aws.acm.CertificateValidation(
            name,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=self.child(custom_timeouts=_ISSUED_WITHIN),
        ).certificate_arn

    def _declare_alias(self, name: str, domain: aws.apigatewayv2.DomainName) -> None:
        target = domain.domain_name_configuration
        aws.route53.Record(
            name,
            zone_id=self._gateway.hosted_zone_id,
            name=self._gateway.domain_name,
            type="A",
            aliases=[
                {
                    "name": target.target_domain_name,
                    "zone_id": target.hosted_zone_id,
                    "evaluate_target_health": False,
                }
            ],
            opts=self.child(),
        )
