"""The policy pack as the real engine runs it, in a virtual environment of its own."""

import pytest

from tests.engine.stack_on_engine import POLICY, Engine

pytestmark = pytest.mark.skipif(
    not (POLICY / ".venv").is_dir(), reason="the policy pack is not installed; run make policy"
)

ENDPOINTS = "infra/transfer_stack/endpoints.py"
PERMISSIONS = "infra/transfer_stack/permissions.py"
# Where the program declares something else.
PLACE = "# Outputs for the Flex plugin"
OFFERS = {
    "flex-chat-transfer:handOver": "optional",
    "flex-chat-transfer:eventsPassword": "a-password-of-the-tests-for-events-0123456789",
}

# A file of the program, what it has, and what does harm in its place.
HARMFUL = [
    (
        "alarms",
        "alarm_description=description,",
        "alarm_description=description, actions_enabled=False,",
    ),
    ("alarms", "threshold=threshold,", "threshold=10**9,"),
    (
        "schedule",
        "description=description,\n        schedule",
        'state="DISABLED",\n        schedule',
    ),
    ("schedule", "maximum_retry_attempts=0,", "maximum_retry_attempts=2,"),
    (
        "functions",
        'environment={"variables": dict(environment)},',
        (
            'environment={"variables": {**environment, "AWS_LAMBDA_EXEC_WRAPPER": "/opt/spy"}},'
            'layers=["arn:aws:lambda:eu-west-1:999999999999:layer:spy:1"],'
        ),
    ),
    ("functions", "settings.functions.reserved_concurrency,", "0,"),
    ("events_queue", "VISIBILITY_SECONDS: Final = 6 * TRANSFER_SECONDS", "VISIBILITY_SECONDS = 5"),
    ("transfer_events", "batch_size=_BATCH,", "batch_size=_BATCH, enabled=False,"),
    ("offers", "@{rest}/events", "@example.com/events"),
]
OPENINGS = """
import json
import pulumi_aws as aws
ANYBODY = json.dumps(
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
)
aws.secretsmanager.SecretPolicy("open", secret_arn="arn:aws:secretsmanager:x", policy=ANYBODY)
aws.sns.TopicPolicy("open", arn="arn:aws:sns:eu-west-1:123456789012:a", policy=ANYBODY)
"""
TIGHTENING = """
import json
import pulumi_aws as aws
TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
OWN = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*"}
TAGS = {"project": "p", "environment": "e", "managed-by": "pulumi"}
DENY = json.dumps({"Version": "2012-10-17", "Statement": [TLS_ONLY]})
TOPIC = "arn:aws:sns:eu-west-1:123456789012:a"
aws.sqs.QueuePolicy("tls", queue_url="https://sqs.example.com/q", policy=DENY)
aws.sns.TopicPolicy("tls", arn=TOPIC, policy=DENY)
aws.secretsmanager.SecretPolicy("tls", secret_arn="arn:aws:secretsmanager:x", policy=DENY)
aws.kms.Key("own", policy=json.dumps({"Statement": [OWN, TLS_ONLY]}), tags=TAGS)
aws.kms.Alias("own", name="alias/own", target_key_id="k")
aws.cloudwatch.CompositeAlarm(
    "all", alarm_name="all", alarm_rule="ALARM(a)", alarm_actions=[TOPIC], tags=TAGS
)
"""


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
        # Nor is the API's ID, which the alarms' metrics have, nor a first version.
        "alarm-threshold",
        "one-version",
        "resource-policy",
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


def test_changes_that_harm_are_refused_each_by_its_rule(engine: Engine) -> None:
    engine.set(OFFERS)
    engine.up()
    for file, old, new in HARMFUL:
        engine.replace(f"infra/transfer_stack/{file}.py", old, new)
    engine.replace("infra/__main__.py", PLACE, f"{OPENINGS}\n{PLACE}")

    run = engine.refused()

    assert run.breaches == {
        *("resource-policy", "alarm-action", "alarm-threshold", "running-schedule", "own-code"),
        *("visibility-timeout", "scheduled-once", "running", "event-source", "own-sink"),
    }


@pytest.mark.timeout(300)
def test_additions_that_only_tighten_are_let_through(engine: Engine) -> None:
    engine.set(OFFERS)
    before = engine.up()
    engine.replace("infra/__main__.py", PLACE, f"{TIGHTENING}\n{PLACE}")

    run = engine.up()

    assert run.breaches == run.unchecked == frozenset()
    assert run.changes == {"same": sum(before.changes.values()), "create": 6}
