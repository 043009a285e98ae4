"""The custom domain: certificate, records, mapping and the endpoint output."""

from tests.infra.declared import DOMAIN, PRODUCTION, Program, declare

ZONE = "Z0123456789ABCDEFGHIJ"
RECORD = "aws:route53/record:Record"


def test_the_endpoint_is_the_host_name(production: Program) -> None:
    assert production.outputs["endpoint"] == f"https://{DOMAIN}"


API = "aws:apigatewayv2/api:Api"


def test_a_host_name_disables_the_execute_api_endpoint(
    program: Program, production: Program
) -> None:
    """Callers cannot bypass what is in front of the host name."""
    both = declare(PRODUCTION, stack="production", keepExecuteApi="true")

    assert production.one(API, "api").inputs["disableExecuteApiEndpoint"] is True
    assert both.one(API, "api").inputs["disableExecuteApiEndpoint"] is False
    # Without one it would have none at all.
    assert program.one(API, "api").inputs["disableExecuteApiEndpoint"] is False


def test_the_certificate_is_validated_in_the_zone(production: Program) -> None:
    certificate = production.one("aws:acm/certificate:Certificate", "api").inputs
    proof = production.one(RECORD, "api-validation").inputs

    assert certificate["domainName"] == DOMAIN
    assert certificate["validationMethod"] == "DNS"
    assert proof["zoneId"] == ZONE
    assert (proof["type"], proof["name"]) == ("CNAME", f"_proof.{DOMAIN}.")
    assert proof["records"] == ["_proof.acm-validations.aws."]


def test_the_validation_record_outlives_the_stack_and_no_other_does(production: Program) -> None:
    """Another stack's certificate for the same host name is renewed by it."""
    records = production.of_type(RECORD)

    assert {name for name, found in records.items() if found.retain_on_delete} == {"api-validation"}
    assert records["api-validation"].inputs["allowOverwrite"] is True


def test_the_domain_waits_for_the_issued_certificate(production: Program) -> None:
    validation = production.one("aws:acm/certificateValidation:CertificateValidation", "api")
    name = production.one("aws:apigatewayv2/domainName:DomainName", "api")

    assert validation.inputs["validationRecordFqdns"] == [f"_proof.{DOMAIN}."]
    assert validation.name in {urn.split("::")[-1] for urn in name.depends_on}
    assert name.inputs["domainNameConfiguration"] == {
        "certificateArn": validation.inputs["certificateArn"],
        "endpointType": "REGIONAL",
        "securityPolicy": "TLS_1_2",
    }


def test_a_trust_store_lets_only_its_clients_connect_and_leaves_the_name_to_them(
    production: Program,
) -> None:
    store = "s3://trust/transfers.pem"
    found = declare(PRODUCTION, stack="production", originTrustStore=store)
    kind = "aws:apigatewayv2/domainName:DomainName"

    assert found.one(kind, "api").inputs["mutualTlsAuthentication"] == {"truststoreUri": store}
    assert "mutualTlsAuthentication" not in production.one(kind, "api").inputs
    assert production.of_type(RECORD).keys() - found.of_type(RECORD).keys() == {"api"}
    assert found.one(API, "api").inputs["disableExecuteApiEndpoint"] is True
    assert found.outputs["endpoint"] == f"https://{DOMAIN}"


def test_the_alias_record_and_the_mapping_lead_to_the_stage(production: Program) -> None:
    alias = production.one(RECORD, "api").inputs
    mapping = production.one("aws:apigatewayv2/apiMapping:ApiMapping", "api").inputs

    assert (alias["zoneId"], alias["name"], alias["type"]) == (ZONE, DOMAIN, "A")
    assert alias["aliases"] == [
        {
            "name": "d-abc123.execute-api.eu-west-1.amazonaws.com",
            "zoneId": "ZLY8HYME6SFDD",
            "evaluateTargetHealth": False,
        }
    ]
    assert mapping == {"apiId": "api-id", "domainName": DOMAIN, "stage": "api-id"}


def test_without_a_host_name_no_domain_resources_are_declared(program: Program) -> None:
    kinds = {found.type.split(":")[1].partition("/")[0] for found in program.resources}

    assert not kinds & {"acm", "route53"}
