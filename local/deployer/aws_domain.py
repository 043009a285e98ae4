"""Creates what a host name of one's own needs: certificate, records, domain name and mapping.

The emulated AWS keeps the records and resolves none: the stack's `endpoint` is then an address that
nobody on this machine can call.
"""

from typing import Any, Final, Literal

from local.deployer.aws_clients import AwsClients, capitalised, tag_list
from local.deployer.errors import DeploymentError
from local.deployer.resource_types import Created, Inputs, ResourceType


def _create_certificate(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    acm = aws.client("acm")
    arn = acm.request_certificate(
        DomainName=inputs["domainName"],
        ValidationMethod=inputs["validationMethod"],
        Tags=tag_list(inputs["tags"]),
    )["CertificateArn"]
    options = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    proofs = [
        {
            "domainName": option["DomainName"],
            "resourceRecordName": option["ResourceRecord"]["Name"],
            "resourceRecordType": option["ResourceRecord"]["Type"],
            "resourceRecordValue": option["ResourceRecord"]["Value"],
        }
        for option in options
    ]
    return Created(arn, {"arn": arn, "domainValidationOptions": proofs})


def _validate_certificate(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    arn = inputs["certificateArn"]
    certificate = aws.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    if certificate["Status"] != "ISSUED":
        raise DeploymentError(f"certificate {arn} is {certificate['Status']}, not ISSUED")
    return Created(arn)


def _create_record(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    record: Any = {"Name": inputs["name"], "Type": inputs["type"]}
    if "aliases" in inputs:
        (alias,) = inputs["aliases"]
        record["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    else:
        record["TTL"] = inputs["ttl"]
        record["ResourceRecords"] = [{"Value": value} for value in inputs["records"]]
    action: Literal["CREATE", "UPSERT"] = "UPSERT" if inputs.get("allowOverwrite") else "CREATE"
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=inputs["zoneId"],
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
    )
    name = inputs["name"].removesuffix(".")
    return Created(f"{inputs['zoneId']}_{name}_{inputs['type']}", {"fqdn": name})


def _create_domain_name(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    configuration = inputs["domainNameConfiguration"]
    given: Any = capitalised(configuration)
    answer = aws.client("apigatewayv2").create_domain_name(
        DomainName=inputs["domainName"], DomainNameConfigurations=[given], Tags=inputs["tags"]
    )
    (found,) = answer["DomainNameConfigurations"]
    target = {
        "targetDomainName": found["ApiGatewayDomainName"],
        "hostedZoneId": found["HostedZoneId"],
    }
    return Created(inputs["domainName"], {"domainNameConfiguration": {**configuration, **target}})


def _create_mapping(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("apigatewayv2").create_api_mapping(
        ApiId=inputs["apiId"], DomainName=inputs["domainName"], Stage=inputs["stage"]
    )
    return Created(answer["ApiMappingId"])


TYPES: Final = {
    "aws:acm/certificate:Certificate": ResourceType(
        frozenset({"domainName", "tags", "validationMethod"}), _create_certificate
    ),
    "aws:acm/certificateValidation:CertificateValidation": ResourceType(
        # The records are there when it is called: the program makes one wait for the other.
        frozenset({"certificateArn", "validationRecordFqdns"}),
        _validate_certificate,
    ),
    "aws:route53/record:Record": ResourceType(
        frozenset({"aliases", "allowOverwrite", "name", "records", "ttl", "type", "zoneId"}),
        _create_record,
    ),
    "aws:apigatewayv2/domainName:DomainName": ResourceType(
        frozenset({"domainName", "domainNameConfiguration", "tags"}), _create_domain_name
    ),
    "aws:apigatewayv2/apiMapping:ApiMapping": ResourceType(
        frozenset({"apiId", "domainName", "stage"}), _create_mapping
    ),
}
