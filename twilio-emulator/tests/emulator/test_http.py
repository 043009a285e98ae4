"""What all of Twilio's APIs have in common: credentials, errors, pages; and Flex's tokens.

https://www.twilio.com/docs/usage/requests-to-twilio,
https://www.twilio.com/docs/usage/twilios-response
"""

from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import ContactCentre, contact_centre
from twilio_emulator.server import RunningTwilio, serve


def test_the_auth_token_and_an_api_key_are_accepted(
    twilio: RunningTwilio, centre: ContactCentre
) -> None:
    url = f"{twilio.base_url}/taskrouter/v1/Workspaces"
    for credentials in ((centre.account_sid, centre.auth_token), centre.api_key):
        assert requests.get(url, auth=credentials, timeout=5).status_code == 200


@pytest.mark.parametrize("path", ["/taskrouter/v1/Workspaces", "/flex-api/v1/Configuration"])
def test_other_credentials_are_refused(
    twilio: RunningTwilio, centre: ContactCentre, path: str
) -> None:
    key_sid, _ = centre.api_key
    for credentials in (
        None,
        (centre.account_sid, "wrong"),
        (key_sid, centre.auth_token),
        ("SK" + "0" * 32, ""),
    ):
        answer = requests.get(twilio.base_url + path, auth=credentials, timeout=5)
        assert answer.status_code == 401
        assert answer.json() == {
            "code": 20003,
            "message": "Authenticate",
            "more_info": "https://www.twilio.com/docs/errors/20003",
            "status": 401,
        }


def test_unknown_paths_are_answered_404_and_unknown_methods_405(
    twilio: RunningTwilio, centre: ContactCentre
) -> None:
    def code(method: str, path: str) -> tuple[int, int]:
        url = twilio.base_url + path
        answer = requests.request(method, url, auth=centre.api_key, timeout=5)
        return answer.status_code, answer.json()["code"]

    assert code("GET", "/taskrouter/v1/Workplaces") == (404, 20404)
    assert code("GET", "/taskrouter/v1/Workspaces/WS0/Tasks") == (404, 20404)
    assert code("DELETE", "/flex-api/v1/Configuration") == (405, 20004)


@pytest.mark.parametrize(
    ("available", "names"),
    [
        ("true", {"Available"}),
        ("1", {"Available"}),
        ("Yes", {"Available"}),
        ("false", {"Unavailable", "Offline", "Break"}),
        ("maybe", {"Unavailable", "Offline", "Break"}),
    ],
)
def test_the_available_filter_accepts_three_words_for_true(
    workspace: WorkspaceContext, available: str, names: set[str]
) -> None:
    """The page on activities; the one on workers says the same."""
    listed = workspace.activities.list(available=available)
    assert {activity.friendly_name for activity in listed} == names
    workers = workspace.workers.list(available=available)
    assert {worker.activity_name for worker in workers} <= names
    assert workers


def test_the_sdk_reads_lists_page_by_page(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    for number in range(7):
        workspace.task_queues.create(f"Queue {number}")
    everything = [queue.sid for queue in workspace.task_queues.list()]
    by_twos = [queue.sid for queue in workspace.task_queues.list(page_size=2)]
    assert by_twos == everything == list(centre.workspace.tables.task_queues)
    assert len(workspace.task_queues.list(page_size=3, limit=4)) == 4


def test_a_page_links_to_the_next_and_the_previous_page(workspace: WorkspaceContext) -> None:
    first = workspace.workers.page(page_size=3)
    names = [worker.friendly_name for worker in first]
    second = first.next_page()
    assert second is not None
    back = second.previous_page()
    assert back is not None
    assert [worker.friendly_name for worker in back] == names
    assert names[0] not in [worker.friendly_name for worker in second]


def test_page_links_keep_the_filters(workspace: WorkspaceContext) -> None:
    available = workspace.workers.list(available="true", page_size=1)
    assert [worker.friendly_name for worker in available] == [
        "ana@example.com",
        "ben@example.com",
        "carla@example.com",
        "dev@example.com",
    ]


@pytest.mark.parametrize(
    "query", [{"PageSize": "0"}, {"PageSize": "1001"}, {"PageSize": "x"}, {"PageToken": "made-up"}]
)
def test_an_invalid_page_parameter_is_refused(
    twilio: RunningTwilio, centre: ContactCentre, query: dict[str, str]
) -> None:
    url = f"{twilio.base_url}/taskrouter/v1/Workspaces"
    answer = requests.get(url, params=query, auth=centre.api_key, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def validate(twilio: RunningTwilio, document: Any, account: str | None = None) -> Any:
    centre = twilio.centre
    url = f"{twilio.base_url}/iam/v1/Accounts/{account or centre.account_sid}/Tokens/validate"
    answer = requests.post(url, json=document, auth=centre.api_key, timeout=5)
    return answer.json()


@pytest.mark.parametrize(
    ("name", "role"), [("ana", "agent"), ("sam", "supervisor"), ("alex", "admin")]
)
def test_a_valid_token_names_its_worker_and_roles(
    twilio: RunningTwilio, name: str, role: str
) -> None:
    answer = validate(twilio, {"token": twilio.centre.token_of(name)})
    assert answer["valid"] is True
    assert answer["identity"] == f"{name}_40example_2Ecom"
    assert answer["worker_sid"] == twilio.centre.workers[name]
    assert answer["roles"] == [role]


def test_unknown_expired_and_empty_tokens_are_not_valid(
    twilio: RunningTwilio, clock: ManualClock
) -> None:
    token = twilio.centre.token_of("ana")
    assert validate(twilio, {"token": twilio.centre.invalid_token()})["valid"] is False
    assert "expired" in validate(twilio, {"token": twilio.centre.expired_token()})["message"]
    assert validate(twilio, {"token": ""})["code"] == 20001
    assert validate(twilio, {"token": token}, "AC" + "0" * 32)["code"] == 20404
    clock.advance(24 * 3600)
    assert validate(twilio, {"token": token})["valid"] is False


def test_tokens_and_credentials_are_not_in_the_journal(twilio: RunningTwilio) -> None:
    token = twilio.centre.token_of("ana")
    validate(twilio, {"token": token})
    written = repr(list(twilio.journal)) + repr(twilio.centre)
    for secret in (token, twilio.centre.auth_token, twilio.centre.api_key[1]):
        assert secret not in written


def test_the_journal_records_method_product_status_and_form(
    twilio: RunningTwilio, workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    workspace.tasks(centre.tasks["chat"]).update(priority=3)
    with pytest.raises(TwilioRestException):
        workspace.tasks("WT0").fetch()
    update, fetch = twilio.journal.entries
    assert (update.method, update.product, update.status) == ("POST", "taskrouter", 200)
    assert update.form == {"Priority": "3"}
    assert (fetch.method, fetch.status) == ("GET", 404)
    assert twilio.journal.matching("post", r"/Tasks/WT") == [update]


def test_two_emulators_do_not_share_state(client: Client) -> None:
    with serve(contact_centre()) as other:
        before = len(other.centre.workspace.tables.tasks)
        client.taskrouter.v1.workspaces(other.centre.workspace_sid).tasks.create(
            workflow_sid=other.centre.workflows["Escalations"]
        )
        assert len(other.centre.workspace.tables.tasks) == before


def test_seeded_sids_are_the_same_every_time() -> None:
    assert contact_centre().summary() == contact_centre().summary()


def test_the_control_plane_hands_out_sids_tokens_and_tasks(twilio: RunningTwilio) -> None:
    base = f"{twilio.base_url}/emulator"
    seed = requests.get(f"{base}/seed", timeout=5).json()
    assert seed["tasks"]["chat"] == twilio.centre.tasks["chat"]
    token = requests.post(f"{base}/tokens", json={"worker": "ana"}, timeout=5).json()["token"]
    assert validate(twilio, {"token": token})["valid"] is True
    journal = requests.get(f"{base}/journal", timeout=5).json()["entries"]
    assert [entry["path"] for entry in journal] == [entry.path for entry in twilio.journal]
    made = requests.post(f"{base}/tasks", json={"kind": "sms", "holder": "ben"}, timeout=5).json()
    assert twilio.centre.holder_of(made["taskSid"]) == "ben"
    for path in ("tokens", "tasks", "faults"):
        assert requests.post(f"{base}/{path}", json={"x": 1}, timeout=5).status_code == 400
