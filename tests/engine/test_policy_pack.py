"""The policy pack as the real engine runs it, in a virtual environment of its own."""

import pytest

from tests.engine.stack_on_engine import POLICY, Engine

pytestmark = pytest.mark.skipif(
    not (POLICY / ".venv").is_dir(), reason="the policy pack is not installed; run make policy"
)

ENDPOINTS = "infra/transfer_stack/endpoints.py"
PERMISSIONS = "infra/transfer_stack/permissions.py"


def test_the_stack_passes_and_stays_as_it_is(engine: Engine) -> None:
    done = engine.up()

    assert done.breaches == done.unchecked == frozenset()
    assert engine.preview(policy=True).changes == {"same": sum(done.changes.values())}


def test_a_preview_of_a_new_stack_says_what_it_could_not_check(engine: Engine) -> None:
    run = engine.preview(policy=True)

    # ARNs are known only once there is something to have one.
    assert run.breaches == frozenset()
    assert run.unchecked == {
        "alias-integration",
        "function-invocation",
        "least-privilege",
        "no-credential-in-environment",
        "no-secret-in-environment",
        "role-trust",
        "scheduled-function",
    }


def test_a_preview_of_what_breaks_a_rule_fails_and_names_it(engine: Engine) -> None:
    engine.up()
    engine.replace(
        ENDPOINTS,
        '"allow_origins": list(self._settings.gateway.allowed_origins)',
        '"allow_origins": ["*"]',
    )
    engine.replace(PERMISSIONS, 'GetSecretValue", secret_arn', 'GetSecretValue", "*"')

    run = engine.refused()

    assert run.breaches == {"cors-origins", "least-privilege"}
    assert "origin '*'; expected an exact https origin" in run.text
