"""Creates what the stack's own host name needs: certificate, records, domain name and mapping.

The emulated AWS keeps the records and resolves none: the stack's `endpoint` is then an address that
nothing on this machine can call.
"""

from collections.abc import Mapping
from typing import Any, Final

from local.deployer.aws_clients import AwsClients, parameters, tag_list
from local.deployer.errors import DeploymentError
from local.deployer.resource_types import Create, Created, Inputs


def _create_certificate(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    acm = aws.client("acm")
    given = parameters(inputs) | {"Tags": tag_list(inputs["tags"])}
    arn = acm.request_certificate(**given)["CertificateArn"]
    options = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    proofs = [
        {
            "domainName": option["DomainName"],
            **{f"resourceRecord{key}": value for key, value in option["ResourceRecord"].items()},
        }
        for option in options
    ]
    return Created(arn, {"arn": arn, "domainValidationOptions": proofs})


def _validate_certificate(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    # The records are there when it is called: the program makes one wait for the other.
    arn, _records = inputs["certificateArn"], inputs["validationRecordFqdns"]
    certificate = aws.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    if certificate["Status"] != "ISSUED":
        raise DeploymentError(f"certificate {arn} is {certificate['Status']}, not ISSUED")
    return Created(arn)


def _create_record(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    record: dict[str, Any] = {"Name": inputs["name"], "Type": inputs["type"]}
    if "aliases" in inputs:
        (alias,) = inputs["aliases"]
        record["AliasTarget"] = parameters(alias, name="DNSName", zoneId="HostedZoneId")
    else:
        record["TTL"] = inputs["ttl"]
        record["ResourceRecords"] = [{"Value": value} for value in inputs["records"]]
    action = "UPSERT" if inputs.get("allowOverwrite") else "CREATE"
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=inputs["zoneId"],
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
    )
    name = inputs["name"].removesuffix(".")
    return Created(f"{inputs['zoneId']}_{name}_{inputs['type']}", {"fqdn": name})


def _create_domain_name(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    given = parameters(
        inputs,
        domainNameConfiguration="DomainNameConfigurations",
        mutualTlsAuthentication="MutualTlsAuthentication",
    )
    given["DomainNameConfigurations"] = [given["DomainNameConfigurations"]]
    answer = aws.client("apigatewayv2").create_domain_name(**given)
    (found,) = answer["DomainNameConfigurations"]
    configuration = {
        **inputs["domainNameConfiguration"],
        "targetDomainName": found["ApiGatewayDomainName"],
        "hostedZoneId": found["HostedZoneId"],
    }
    return Created(inputs["domainName"], {"domainNameConfiguration": configuration})


def _create_mapping(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("apigatewayv2").create_api_mapping(**parameters(inputs))
    return Created(answer["ApiMappingId"])


TYPES: Final[Mapping[str, Create]] = {
    "aws:acm/certificate:Certificate": _create_certificate,
    "aws:acm/certificateValidation:CertificateValidation": _validate_certificate,
    "aws:route53/record:Record": _create_record,
    "aws:apigatewayv2/domainName:DomainName": _create_domain_name,
    "aws:apigatewayv2/apiMapping:ApiMapping": _create_mapping,
}
