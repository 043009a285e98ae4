"""Every answer as Twilio documents it: properties, types, values, statuses."""

import jsonschema_rs
import pytest
import requests

from local.twilio.application import PRODUCTS
from local.twilio.seed import ContactCentre, contact_centre
from local.twilio.server import RunningTwilio
from tests.emulator import (
    event_schemas,
    messaging_schemas,
    settings_schemas,
    taskrouter_schemas,
)
from tests.emulator.every_route import (
    CHANNEL,
    CHAT,
    CHAT_CHANNEL,
    CONVERSATION,
    CONVERSATIONS,
    EVENTS,
    FLEX,
    STUDIO,
    TASKROUTER,
    WORKSPACE,
    Exchange,
)
from tests.emulator.schemas import NUMBER, TEXT, URL, Schema, maybe, only

SEEDED = frozenset(contact_centre().tasks)

# Where a list is, under which key it has its entries, and what each of them, or one of them
# fetched below that path, looks like; without a key there is one and no list.
TABLE: list[tuple[str, str, str | None, Schema]] = [
    (TASKROUTER, "/Workspaces", "workspaces", taskrouter_schemas.A_WORKSPACE),
    (TASKROUTER, WORKSPACE + "/Activities", "activities", taskrouter_schemas.AN_ACTIVITY),
    (TASKROUTER, WORKSPACE + "/TaskChannels", "channels", taskrouter_schemas.A_TASK_CHANNEL),
    (TASKROUTER, WORKSPACE + "/Workers", "workers", taskrouter_schemas.A_WORKER),
    (
        TASKROUTER,
        WORKSPACE + "/Workers/{worker}/Channels/{channel}",
        None,
        taskrouter_schemas.A_WORKER_CHANNEL,
    ),
    (
        TASKROUTER,
        WORKSPACE + "/Workers/{worker}/Reservations",
        "reservations",
        taskrouter_schemas.A_RESERVATION,
    ),
    (TASKROUTER, WORKSPACE + "/TaskQueues", "task_queues", taskrouter_schemas.A_TASK_QUEUE),
    (
        TASKROUTER,
        WORKSPACE + "/TaskQueues/{queue}/RealTimeStatistics",
        None,
        taskrouter_schemas.QUEUE_STATISTICS,
    ),
    (TASKROUTER, WORKSPACE + "/Workflows", "workflows", taskrouter_schemas.A_WORKFLOW),
    (TASKROUTER, WORKSPACE + "/Tasks", "tasks", taskrouter_schemas.A_TASK),
    (
        TASKROUTER,
        WORKSPACE + "/Tasks/{task}/Reservations",
        "reservations",
        taskrouter_schemas.A_RESERVATION,
    ),
    (FLEX, "/Configuration", None, messaging_schemas.THE_CONFIGURATION),
    (FLEX, CHANNEL, None, messaging_schemas.AN_INTERACTION_CHANNEL),
    (FLEX, CHANNEL + "/Participants", "participants", messaging_schemas.A_CHANNEL_PARTICIPANT),
    (FLEX, CHANNEL + "/Invites", "invites", messaging_schemas.AN_INVITE),
    (CHAT, CHAT_CHANNEL, None, messaging_schemas.A_CHAT_CHANNEL),
    (CHAT, CHAT_CHANNEL + "/Members", "members", messaging_schemas.A_MEMBER),
    (CONVERSATIONS, CONVERSATION, None, messaging_schemas.A_CONVERSATION),
    (
        CONVERSATIONS,
        CONVERSATION + "/Participants",
        "participants",
        messaging_schemas.A_CONVERSATION_PARTICIPANT,
    ),
    (CONVERSATIONS, CONVERSATION + "/Messages", "messages", messaging_schemas.A_MESSAGE),
    (
        CONVERSATIONS,
        "/Configuration/Addresses",
        "address_configurations",
        event_schemas.AN_ADDRESS_CONFIGURATION,
    ),
    (CONVERSATIONS, "/Configuration", None, settings_schemas.THE_CONFIGURATION),
    (CONVERSATIONS, "/Configuration/Webhooks", None, settings_schemas.THE_WEBHOOKS),
    (STUDIO, "/Flows", "flows", settings_schemas.A_FLOW),
    (EVENTS, "/Sinks", "sinks", event_schemas.A_SINK),
    (EVENTS, "/Sinks/{sink}/Test", None, event_schemas.A_SINK_TEST),
    (EVENTS, "/Sinks/{sink}/Validate", None, event_schemas.A_SINK_VALIDATION),
    (EVENTS, "/Subscriptions", "subscriptions", event_schemas.A_SUBSCRIPTION),
    (
        EVENTS,
        "/Subscriptions/{subscription}/SubscribedEvents",
        "types",
        event_schemas.A_SUBSCRIBED_EVENT,
    ),
]
SHAPES = {(product, route): (key, schema) for product, route, key, schema in TABLE}

A_META = only(
    key=TEXT,
    page=NUMBER,
    page_size=NUMBER,
    url=URL,
    first_page_url=URL,
    previous_page_url=maybe(URL),
    next_page_url=maybe(URL),
)

# The validation of Flex tokens has a test of its own, in test_http.py.
ROUTES = [
    (product, method, route)
    for product in PRODUCTS
    if product != "iam/v1"
    for method, route, _handler in PRODUCTS[product]
]


def expected(product: str, method: str, route: str) -> tuple[int, Schema | None]:
    """Return the status and the shape that a route's answers have.

    What is created is answered with 201, but not by the Interactions API: there creation is
    asynchronous, and "a 200 response only indicates that the server has accepted the request".
    """
    if method == "DELETE":
        return 204, None
    key, schema = SHAPES.get((product, route)) or SHAPES[product, route.rpartition("/")[0]]
    is_list = (product, route) in SHAPES and key is not None
    if method == "GET" and is_list and key is not None:
        return 200, only(meta=A_META, **{key: {"type": "array", "items": schema}})
    created = is_list or route in {"/Sinks/{sink}/Test", "/Sinks/{sink}/Validate"}
    return (201 if created and product != FLEX else 200), schema


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_every_answer_is_as_documented(
    exchanges: list[Exchange], route: tuple[str, str, str]
) -> None:
    answers = [exchange.response for exchange in exchanges if exchange.key == route]
    assert answers
    status, schema = expected(*route)
    assert {answer.status_code for answer in answers} == {status}
    for answer in answers:
        if schema is None:
            assert not answer.content
        else:
            validator = jsonschema_rs.validator_for(schema, validate_formats=True)
            assert [error.message for error in validator.iter_errors(answer.json())] == []


def test_a_resources_url_is_the_address_it_was_fetched_from(exchanges: list[Exchange]) -> None:
    """So a reservation's address is below its task or its worker, as it was asked for."""
    fetched = [
        exchange
        for exchange in exchanges
        if exchange.method == "GET" and "url" in exchange.response.json()
    ]
    assert len(fetched) > len(TABLE)
    for exchange in fetched:
        product, version = exchange.product.split("/")
        path = exchange.response.request.path_url.removeprefix(f"/{exchange.product}")
        assert exchange.response.json()["url"] == f"https://{product}.twilio.com/{version}{path}"


@pytest.mark.parametrize(
    ("product", "path", "maximum"),
    [
        (TASKROUTER, WORKSPACE + "/Tasks", 1000),
        (TASKROUTER, WORKSPACE + "/Tasks/{task}/Reservations", 1000),
        (FLEX, CHANNEL + "/Participants", 1000),
        (FLEX, CHANNEL + "/Invites", 1000),
        (CHAT, CHAT_CHANNEL + "/Members", 100),
        (CONVERSATIONS, CONVERSATION + "/Participants", 100),
        (CONVERSATIONS, CONVERSATION + "/Messages", 100),
    ],
)
def test_a_page_size_above_the_documented_maximum_is_refused(
    twilio: RunningTwilio, centre: ContactCentre, product: str, path: str, maximum: int
) -> None:
    chat, interaction = (centre.attributes(centre.tasks[name]) for name in ("chat", "conversation"))
    below = path.format(
        workspace=centre.workspace_sid,
        task=centre.tasks["chat"],
        interaction=interaction["flexInteractionSid"],
        channel=interaction["flexInteractionChannelSid"],
        service=centre.account.flex.chat_service_sid,
        room=chat["channelSid"] if product == CHAT else interaction["conversationSid"],
    )
    for size, status in ((maximum, 200), (maximum + 1, 400), (0, 400)):
        answer = requests.get(
            f"{twilio.base_url}/{product}{below}",
            params={"PageSize": size},
            auth=centre.api_key,
            timeout=5,
        )
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"HasAddons": "true"}, set()),
        ({"HasAddons": "TRUE"}, set()),
        ({"HasAddons": "false"}, SEEDED),
        ({"HasAddons": "False"}, SEEDED),
        ({"HasAddons": "maybe"}, None),
        ({"HasAddons": "1"}, None),
        (
            {"AssignmentStatus": "pending,wrapping"},
            {"pending", "wrapping", "conversation_wrapping"},
        ),
        ({"AssignmentStatus": "pending,done"}, None),
        ({"Priority": "high"}, None),
        ({"Ordering": "Age:asc"}, None),
    ],
)
def test_a_task_filter_accepts_documented_values_and_refuses_others(
    twilio: RunningTwilio, centre: ContactCentre, query: dict[str, str], found: set[str] | None
) -> None:
    url = f"{twilio.base_url}/taskrouter/v1/Workspaces/{centre.workspace_sid}/Tasks"
    answer = requests.get(url, params=query, auth=centre.api_key, timeout=5)
    if found is None:
        assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    else:
        sids = {task["sid"] for task in answer.json()["tasks"]}
        assert sids == {centre.tasks[name] for name in found}


@pytest.mark.parametrize("below", ["Tasks/{chat}", "Workers/{ana}"])
def test_an_unknown_reservation_status_is_refused(
    twilio: RunningTwilio, centre: ContactCentre, below: str
) -> None:
    path = below.format(chat=centre.tasks["chat"], ana=centre.workers["ana"])
    base = f"{twilio.base_url}/taskrouter/v1/Workspaces/{centre.workspace_sid}/{path}/Reservations"
    for status, code in (("accepted", 200), ("open", 400)):
        query = {"ReservationStatus": status}
        assert requests.get(base, params=query, auth=centre.api_key, timeout=5).status_code == code
