"""What lists refuse, as Twilio documents it."""

import pytest
import requests

from emulator.every_route import (
    CHANNEL,
    CHAT,
    CHAT_CHANNEL,
    CONVERSATION,
    CONVERSATIONS,
    FLEX,
    TASKROUTER,
    WORKSPACE,
)
from twilio_emulator.seed import ContactCentre, contact_centre
from twilio_emulator.server import RunningTwilio

SEEDED = frozenset(contact_centre().tasks)


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
