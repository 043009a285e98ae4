"""The commands and claims of the operations pages."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.functions.conftest import Deployment, aws, deployment
from tests.infra.declared import Program, declare

__all__ = ["aws", "deployment"]

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EVENT = re.compile(r"<<'EVENT'\n(.*?)^EVENT$", re.MULTILINE | re.DOTALL)
# What AWS calls the services that the program's types belong to.
SERVICES = {
    "acm": "ACM",
    "apigatewayv2": "API Gateway",
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDB",
    "iam": "IAM",
    "lambda": "Lambda",
    "route53": "Route 53",
    "scheduler": "EventBridge Scheduler",
    "secretsmanager": "Secrets Manager",
    "sns": "SNS",
    "sqs": "SQS",
}


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text()


@pytest.mark.parametrize("path", ["/transfer-chat", "/get-workflows"])
def test_the_documented_invocation_event_gets_401(deployment: Deployment, path: str) -> None:
    (text,) = EVENT.findall(page("operations"))

    answer = deployment.invoke(json.loads(text.replace("/transfer-chat", path)))

    assert (answer.status, answer.code) == (401, "token_missing")


def test_an_invocation_always_has_an_event() -> None:
    found = [
        line for it in PAGES for line in it.read_text().splitlines() if "lambda invoke" in line
    ]

    assert found
    assert [line for line in found if "--payload" not in line] == []


def test_a_failed_snapshot_is_described_by_what_is_seen_of_it() -> None:
    text = " ".join(page("operations").split())

    # First at the function, then, once more, at its alias.
    first = text.index("timeout while waiting for state to become 'Successful'")
    assert first < text.index("`ResourceConflictException`")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_command_removes_a_stacks_file(path: Path) -> None:
    removals = re.findall(r"pulumi stack rm[^`\n]*|pulumi destroy[^`\n]*--remove", path.read_text())

    assert [found for found in removals if "--preserve-config" not in found] == []


def test_the_teardown_page_names_what_stays(production: Program) -> None:
    kept = {found.type for found in production.resources if found.retain_on_delete}

    assert kept == {"twilio:taskrouter:TaskQueue", "aws:route53/record:Record"}
    stays = page("operations").partition("What stays:")[2]
    assert '"Everyone" queue' in stays
    assert "validation record" in stays


def test_the_deployments_role_is_told_every_service(production: Program) -> None:
    used = {
        found.type.split(":")[1].partition("/")[0]
        for found in production.resources
        if found.type.startswith("aws:")
    }
    role = " ".join(_deployment_role().split())

    assert used in (SERVICES.keys(), SERVICES.keys() - {"sqs"})
    assert [name for name in used if SERVICES[name] not in role] == []


def test_the_deployments_role_may_make_api_gateways_own_role() -> None:
    """The first API or domain of an account needs it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
    """
    found = re.findall(r"```json\n(.*?)```", page("github"), re.DOTALL)
    statements = [it for text in found for it in _statements(text)]

    assert {
        "Effect": "Allow",
        "Action": "iam:CreateServiceLinkedRole",
        "Resource": "arn:aws:iam::123456789012:role/aws-service-role/ops.apigateway.amazonaws.com/"
        "AWSServiceRoleForAPIGateway",
        "Condition": {"StringEquals": {"iam:AWSServiceName": "ops.apigateway.amazonaws.com"}},
    } in statements


def test_the_deployments_role_passes_roles_to_who_takes_them_on(production: Program) -> None:
    role = _deployment_role()
    principals = {
        principal
        for found in production.of_type("aws:iam/role:Role").values()
        for principal in re.findall(r"(\w+)\.amazonaws\.com", found.inputs["assumeRolePolicy"])
    }

    assert principals == {"lambda", "scheduler"}
    assert all(f"`{name}.amazonaws.com`" in role for name in principals)
    # Every stack has a schedule.
    assert "for a canary" not in " ".join(role.split())


def test_the_page_of_what_was_tried_names_every_page() -> None:
    pages = {it.name for it in PAGES if it.stem not in {"README", "tested"}}

    assert set(re.findall(r"\]\(([\w-]+\.md)\)", page("tested"))) == pages


def test_the_suite_runs_with_the_policy_pack_in_its_own_environment() -> None:
    (prerequisites,) = re.findall(r"^test: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert "policy" in prerequisites.split()
    assert '\nmake test TESTS="$*"\n' in (ROOT / ".ci" / "run").read_text()


def test_all_cases_and_the_plugin_run_at_night_and_not_before_a_deployment() -> None:
    workflows = {
        name: yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
        for name in ("test", "nightly")
    }
    ran = {
        name: {step["run"] for job in it["jobs"].values() for step in job["steps"] if "run" in step}
        for name, it in workflows.items()
    }

    assert ran["test"] == {'make test TESTS="$(.ci/parts "$BASE")"', "make lint"}
    assert {"make test", "make test-all", "flex-plugin/ci"} <= ran["nightly"]


def test_production_is_deployed_to_no_account_but_its_own() -> None:
    config = yaml.safe_load((ROOT / "Pulumi.production.yaml").read_text())["config"]

    assert config["aws:allowedAccountIds"] == ["123456789012"]


def test_a_stack_for_development_keeps_no_snapshots() -> None:
    config = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    key = "flex-chat-transfer:snapStart"

    assert config[key] is False
    found = declare(snapStart=str(config[key]).lower())
    functions = found.of_type("aws:lambda/function:Function").values()
    assert not [it.name for it in functions if "snapStart" in it.inputs]


def _deployment_role() -> str:
    return page("github").partition("\n## Rights of a deployment\n")[2].partition("\n## ")[0]


def _statements(text: str) -> list[object]:
    parsed = json.loads(text)
    return list(parsed["Statement"]) if "Statement" in parsed else [parsed]
