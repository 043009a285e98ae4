"""What the program declares so that a transfer can wait for its acceptance."""

import json
from typing import Any

import pytest

from tests.infra.declared import (
    AUTH_TOKEN,
    BILLING_SID,
    CONFIG,
    EVENTS_PASSWORD,
    OFFERS,
    REGION_AND_ACCOUNT,
    SECRETS,
    SINK_SID,
    Program,
    declare,
)
from transfer_stack.read_settings import SettingsError, read_settings

ALIAS_ARN = (
    f"arn:aws:lambda:{REGION_AND_ACCOUNT}:function:flex-chat-transfer-dev-transfer-events:live"
)
FUNCTION = "aws:lambda/function:Function"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_ARN = f"arn:aws:sqs:{REGION_AND_ACCOUNT}:flex-chat-transfer-dev-events"
QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/flex-chat-transfer-dev-events"
TABLE_ARN = f"arn:aws:dynamodb:{REGION_AND_ACCOUNT}:flex-chat-transfer-dev-idempotency"
PASSWORD_KEY = "flex-chat-transfer:eventsPassword"
COMMAND = 'pulumi config set --secret eventsPassword "$(openssl rand -hex 24)"'


def problem(config: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(config, SECRETS, project="flex-chat-transfer", stack="dev")
    (found,) = caught.value.problems
    return str(found)


@pytest.mark.parametrize("hand_over", ["optional", "accepted"])
def test_offers_need_a_password(hand_over: str) -> None:
    line = problem({**CONFIG, "flex-chat-transfer:handOver": hand_over})

    expected = f"{PASSWORD_KEY}: missing; expected one, since handOver is {hand_over}: {COMMAND}"
    assert line == expected


@pytest.mark.parametrize("password", ["x" * 31, "x" * 129, "x" * 31 + "/", " " + "x" * 32])
def test_a_password_that_a_url_cannot_hold_is_refused_and_not_shown(password: str) -> None:
    line = problem({**CONFIG, **OFFERS, PASSWORD_KEY: password})

    assert line.startswith(f"{PASSWORD_KEY}: a wrong value; expected a secret of 32 to 128")
    assert COMMAND in line
    assert password not in line


@pytest.mark.parametrize("password", ["x" * 32, "aZ09-_" + "x" * 122])
def test_a_password_of_either_length_is_taken(password: str) -> None:
    config = {**CONFIG, **OFFERS, PASSWORD_KEY: password}

    settings = read_settings(config, SECRETS, project="flex-chat-transfer", stack="dev")

    assert settings.offers.events_password == password
    assert password not in repr(settings)


def test_nothing_of_it_is_declared_by_default(program: Program, with_offers: Program) -> None:
    without = {(found.type, found.name) for found in program.resources}
    added = {(found.type, found.name) for found in with_offers.resources} - without

    assert without < {(found.type, found.name) for found in with_offers.resources}
    assert {name for type_, name in added if type_ == FUNCTION} == {"receive-events"}
    assert {type_ for type_, _ in added} >= {
        QUEUE,
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "aws:secretsmanager/secret:Secret",
        "twilio:events:Sink",
        "twilio:events:Subscription",
    }


def test_a_password_without_offers_is_nowhere() -> None:
    found = declare({**CONFIG, PASSWORD_KEY: EVENTS_PASSWORD})

    shown = [json.dumps(dict(each.inputs), default=vars) for each in found.resources]
    assert not [each for each in shown if EVENTS_PASSWORD in each]


@pytest.mark.parametrize("setting", [{}, OFFERS])
def test_the_table_always_has_its_indexes(setting: dict[str, str]) -> None:
    table = declare({**CONFIG, **setting}).one("aws:dynamodb/table:Table", "idempotency").inputs

    assert table["globalSecondaryIndexes"] == [
        {"name": "unfinished", "hashKey": "unfinished", "projectionType": "KEYS_ONLY"},
        {
            "name": "offers",
            "hashKey": "holder",
            "rangeKey": "listed_until",
            "projectionType": "INCLUDE",
            "nonKeyAttributes": ["conversation"],
        },
    ]
    of_keys = {(it["name"], it["type"]) for it in table["attributes"]}
    assert of_keys == {("id", "S"), ("unfinished", "S"), ("holder", "S"), ("listed_until", "N")}


@pytest.mark.parametrize(
    ("hand_over", "default"), [("optional", "now"), ("accepted", "accepted"), ("warm", "warm")]
)
def test_the_functions_are_told_of_offers(hand_over: str, default: str) -> None:
    found = declare({**CONFIG, **OFFERS, "flex-chat-transfer:handOver": hand_over})

    for name in ("transfer-chat", "get-workflows", "transfer-events"):
        variables = environment(found, name)
        assert (variables["HAND_OVER"], variables["EVENTS_QUEUE_URL"]) == (default, QUEUE_URL)
    assert environment(found, "transfer-events") == environment(found, "transfer-chat")
    assert environment(found, "receive-events").keys() == {
        "EVENTS_QUEUE_URL",
        "EVENTS_SECRET_ARN",
        "POWERTOOLS_LOG_LEVEL",
        "POWERTOOLS_METRICS_NAMESPACE",
        "POWERTOOLS_SERVICE_NAME",
    }


@pytest.mark.parametrize(
    ("config", "has_route"),
    [
        ({"handOver": "optional"}, False),
        ({"handOver": "warm"}, True),
        ({"handOver": "optional", "handOverChoices": '["now", "warm"]'}, True),
    ],
    ids=str,
)
def test_agents_can_leave_to_who_has_joined(config: dict[str, str], has_route: bool) -> None:
    own = {f"flex-chat-transfer:{name}": value for name, value in config.items()}
    found = declare({**CONFIG, **OFFERS, **own})

    routes = {
        it.inputs["routeKey"] for it in found.of_type("aws:apigatewayv2/route:Route").values()
    }
    assert ("POST /transfers/{taskSid}" in routes) is has_route
    types = found.one("twilio:events:Subscription", "events").inputs["types"]
    assert ("com.twilio.taskrouter.reservation.wrapup" in types) is has_route
    choices = environment(found, "transfer-chat").get("HAND_OVER_CHOICES")
    assert choices == ('["now", "warm"]' if "handOverChoices" in config else None)


def test_choices_need_offers() -> None:
    line = problem({**CONFIG, "flex-chat-transfer:handOverChoices": '["now", "warm"]'})
    assert line.startswith("flex-chat-transfer:handOverChoices: choices, though handOver is now")


def test_the_functions_are_told_to_refuse_agents_who_are_away(program: Program) -> None:
    refusing = declare(unavailableAgents="refuse")

    assert environment(refusing, "transfer-chat")["UNAVAILABLE_AGENTS"] == "refuse"
    assert "UNAVAILABLE_AGENTS" not in environment(program, "transfer-chat")


def test_the_functions_are_told_of_targets_if_the_config_has_some(program: Program) -> None:
    named = declare(transferWorkflows='["Billing"]', transferTargetsAttribute="transfer_targets")
    none = declare(transferWorkflows="[]")

    for name in ("transfer-chat", "get-workflows"):
        variables = environment(named, name)
        assert json.loads(variables["TRANSFER_WORKFLOWS"]) == [BILLING_SID]
        assert variables["TRANSFER_TARGETS_ATTRIBUTE"] == "transfer_targets"
        assert environment(none, name)["TRANSFER_WORKFLOWS"] == "[]"
        assert not {it for it in environment(program, name) if it.startswith("TRANSFER_")}


def test_without_offers_the_functions_are_told_nothing(program: Program) -> None:
    for name in ("transfer-chat", "get-workflows", "transfer-events"):
        assert not {"HAND_OVER", "EVENTS_QUEUE_URL"} & environment(program, name).keys()


def test_the_password_is_in_a_secret_of_its_own(program: Program, with_offers: Program) -> None:
    kind = "aws:secretsmanager/secretVersion:SecretVersion"

    def secrets(found: Program) -> dict[str, Any]:
        return {
            name: json.loads(version.inputs["secretString"])
            for name, version in found.of_type(kind).items()
        }

    credentials = {"credentials": {"auth_token": AUTH_TOKEN}}
    assert secrets(program) == credentials
    assert secrets(with_offers) == {**credentials, "events": {"events_password": EVENTS_PASSWORD}}


def test_events_wait_long_enough_for_a_second_attempt(with_offers: Program) -> None:
    queue = with_offers.one(QUEUE, "events").inputs
    failed = with_offers.one(QUEUE, "failed-events").inputs
    timeout = with_offers.one(FUNCTION, "transfer-events").inputs["timeout"]

    assert queue["visibilityTimeoutSeconds"] == 6 * timeout
    assert json.loads(queue["redrivePolicy"]) == {
        "deadLetterTargetArn": f"arn:aws:sqs:{REGION_AND_ACCOUNT}:{failed['name']}",
        "maxReceiveCount": 5,
    }
    assert queue["messageRetentionSeconds"] == 4 * 86_400
    assert failed["messageRetentionSeconds"] == 14 * 86_400


def test_the_queue_invokes_the_live_function_with_few_batches_at_once(
    with_offers: Program,
) -> None:
    kind = "aws:lambda/eventSourceMapping:EventSourceMapping"
    mapping = with_offers.one(kind, "transfer-events").inputs

    assert mapping["eventSourceArn"] == QUEUE_ARN
    assert mapping["functionName"] == ALIAS_ARN
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert (mapping["batchSize"], mapping["scalingConfig"]) == (10, {"maximumConcurrency": 5})


@pytest.mark.parametrize("setting", [{}, OFFERS])
def test_the_schedule_runs_each_minute_in_every_stack(setting: dict[str, str]) -> None:
    found = declare({**CONFIG, **setting})
    schedule = found.one("aws:scheduler/schedule:Schedule", "transfer-events").inputs

    assert schedule["scheduleExpression"] == "rate(1 minute)"
    assert schedule["target"]["arn"] == ALIAS_ARN
    assert json.loads(schedule["target"]["input"]) == {"source": "schedule"}
    assert found.one(FUNCTION, "transfer-events").inputs["timeout"] < 60


def test_the_webhook_answers_before_twilio_gives_up() -> None:
    found = declare({**CONFIG, **OFFERS}, lambdaMemoryMb="128", reservedConcurrency="7")
    receive = found.one(FUNCTION, "receive-events").inputs

    assert receive["timeout"] < 5
    assert receive["memorySize"] == 512
    # Fewer than agents' requests have; the queue and the schedule limit the other.
    assert receive["reservedConcurrentExecutions"] == 3
    assert "reservedConcurrentExecutions" not in found.one(FUNCTION, "transfer-events").inputs


def test_the_webhook_and_the_polls_have_limits_of_their_own(with_offers: Program) -> None:
    stage = with_offers.one("aws:apigatewayv2/stage:Stage", "api").inputs
    route = with_offers.one("aws:apigatewayv2/route:Route", "post-events").inputs

    assert route["routeKey"] == "POST /events"
    assert stage["routeSettings"] == [
        {
            "routeKey": key,
            "throttlingRateLimit": 20,
            "throttlingBurstLimit": 40,
            "detailedMetricsEnabled": True,
        }
        for key in ("GET /transfers", "POST /events")
    ]


def test_twilio_sends_events_to_the_webhook_with_the_password(with_offers: Program) -> None:
    sink = with_offers.one("twilio:events:Sink", "events")
    subscription = with_offers.one("twilio:events:Subscription", "events").inputs

    host = "abc123.execute-api.eu-west-1.amazonaws.com"
    assert sink.inputs["sinkType"] == "webhook"
    assert sink.inputs["sinkConfiguration"] == {
        "destination": f"https://twilio:{EVENTS_PASSWORD}@{host}/events",
        "method": "POST",
        "batch_events": True,
    }
    assert "sinkConfiguration" in sink.secret_inputs
    # Before its route is there, the API would answer 404.
    assert "aws:apigatewayv2/route:Route::post-events" in sink.depends_on
    assert subscription["sinkSid"] == SINK_SID
    assert set(subscription["types"]) == {
        f"com.twilio.taskrouter.{name}"
        for name in (
            "reservation.accepted",
            "reservation.rejected",
            "reservation.timeout",
            "task.canceled",
            "task.completed",
            "task.deleted",
            "task.system-deleted",
        )
    }


def test_twilio_sends_events_to_the_companys_own_host_name() -> None:
    domain = {"domainName": "transfers.example.com", "hostedZoneId": "Z1"}
    found = declare({**CONFIG, **OFFERS}, **domain)

    configuration = found.one("twilio:events:Sink", "events").inputs["sinkConfiguration"]
    host = "transfers.example.com"
    assert configuration["destination"] == f"https://twilio:{EVENTS_PASSWORD}@{host}/events"


SECRET = {
    "Sid": "ReadSecret",
    "Effect": "Allow",
    "Action": "secretsmanager:GetSecretValue",
    "Resource": f"arn:aws:secretsmanager:{REGION_AND_ACCOUNT}:credentials",
}
PASSWORD = {**SECRET, "Resource": f"arn:aws:secretsmanager:{REGION_AND_ACCOUNT}:events"}
SEND = {
    "Sid": "SendEvents",
    "Effect": "Allow",
    "Action": "sqs:SendMessage",
    "Resource": QUEUE_ARN,
}
TABLE = {
    "Sid": "RememberTransfers",
    "Effect": "Allow",
    "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    "Resource": TABLE_ARN,
}
INDEX = {
    "Sid": "FindUnfinished",
    "Effect": "Allow",
    "Action": "dynamodb:Scan",
    "Resource": f"{TABLE_ARN}/index/unfinished",
}
LISTS = [
    INDEX,
    {
        "Sid": "FindOffers",
        "Effect": "Allow",
        "Action": "dynamodb:Query",
        "Resource": f"{TABLE_ARN}/index/offers",
    },
    {
        "Sid": "ReadOffers",
        "Effect": "Allow",
        "Action": "dynamodb:BatchGetItem",
        "Resource": TABLE_ARN,
    },
]
TAKE = {
    "Sid": "TakeEvents",
    "Effect": "Allow",
    "Action": ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
    "Resource": QUEUE_ARN,
}


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("receive-events", [PASSWORD, SEND]),
        ("transfer-events", [SECRET, TABLE, INDEX, TAKE]),
        ("transfer-chat", [SECRET, TABLE, *LISTS]),
        ("get-workflows", [SECRET]),
    ],
)
def test_a_role_allows_what_its_function_needs(
    with_offers: Program, name: str, allowed: list[dict[str, Any]]
) -> None:
    policy = with_offers.one("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"]

    _logs, _traces, *others = json.loads(policy)["Statement"]
    assert others == allowed


def test_an_operator_is_told_the_queues(with_offers: Program, program: Program) -> None:
    assert with_offers.outputs["eventsQueueUrl"] == QUEUE_URL
    assert with_offers.outputs["failedEventsQueueUrl"].endswith("-dev-failed-events")
    assert not {"eventsQueueUrl", "failedEventsQueueUrl"} & program.outputs.keys()
    assert {"receiveEvents", "transferEvents"} <= with_offers.outputs["functionNames"].keys()
    assert {"receiveEvents", "transferEvents"} <= with_offers.outputs["logGroups"].keys()


def environment(program: Program, name: str) -> dict[str, str]:
    variables: dict[str, str] = program.one(FUNCTION, name).inputs["environment"]["variables"]
    return variables
