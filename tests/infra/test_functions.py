"""Versions, alias and SnapStart of the functions."""

import pytest

from tests.infra.declared import Program, declare

FUNCTION = "aws:lambda/function:Function"
NAMES = ("transfer-chat", "get-workflows")


@pytest.mark.parametrize("name", NAMES)
def test_the_live_alias_is_on_the_version_that_was_published(program: Program, name: str) -> None:
    function = program.one(FUNCTION, name)
    alias = program.one("aws:lambda/alias:Alias", name)

    assert function.inputs["publish"] is True
    assert alias.inputs["name"] == "live"
    assert alias.inputs["functionName"] == function.inputs["name"]
    assert alias.inputs["functionVersion"] == "7"
    # No share of the requests goes to another version.
    assert "routingConfig" not in alias.inputs


@pytest.mark.parametrize("name", NAMES)
def test_the_alias_waits_for_the_credentials(program: Program, name: str) -> None:
    alias = program.one("aws:lambda/alias:Alias", name)

    assert "aws:secretsmanager/secretVersion:SecretVersion::credentials" in alias.depends_on


def test_snap_start_is_on_unless_configured_off(program: Program) -> None:
    without = declare(snapStart="false")

    for name in NAMES:
        snapshot = program.one(FUNCTION, name).inputs["snapStart"]
        assert snapshot == {"applyOn": "PublishedVersions"}
        assert "snapStart" not in without.one(FUNCTION, name).inputs


def test_concurrency_is_reserved_when_configured(program: Program) -> None:
    reserved = declare(reservedConcurrency="20")

    for name in NAMES:
        assert "reservedConcurrentExecutions" not in program.one(FUNCTION, name).inputs
        assert reserved.one(FUNCTION, name).inputs["reservedConcurrentExecutions"] == 20
