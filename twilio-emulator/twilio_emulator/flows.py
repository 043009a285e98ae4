"""Studio's flows, whose definitions are kept and not run.

Source: https://www.twilio.com/docs/studio/rest-api/v2/flow
"""

import json
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.clock import iso8601
from twilio_emulator.errors import invalid, not_found
from twilio_emulator.paging import page
from twilio_emulator.sids import new_sid

FLOWS = "/Flows"
FLOW = FLOWS + "/{flow}"

Entry = dict[str, Any]


def show_all(account: Account, call: Call) -> Answer:
    """List the flows, without their definitions."""
    empty = dict.fromkeys(("definition", "valid", "errors", "warnings"))
    return page(call, "flows", list(account.flows.values()), lambda flow: flow | empty)


def create(account: Account, call: Call) -> Answer:
    """Create a flow."""
    sid, now = new_sid("FW", account.random), iso8601(account.clock.now())
    url = f"https://studio.twilio.com/v2/Flows/{sid}"
    call.required("Definition")
    flow: Entry = {
        "sid": sid,
        "account_sid": account.sid,
        "author_sid": None,
        "friendly_name": call.required("FriendlyName"),
        "revision": 0,
        "commit_message": None,
        "valid": True,
        "errors": [],
        "warnings": [],
        "date_created": now,
        "webhook_url": f"https://webhooks.twilio.com/v1/Accounts/{account.sid}/Flows/{sid}",
        "url": url,
        "links": {
            "test_users": f"{url}/TestUsers",
            "revisions": f"{url}/Revisions",
            "executions": f"{url}/Executions",
        },
    }
    return Answer(201, _revised(account, call, flow))


def fetch(account: Account, call: Call) -> Answer:
    """Show a flow."""
    return Answer(200, _find(account, call))


def update(account: Account, call: Call) -> Answer:
    """Change a flow, which makes a new revision."""
    return Answer(200, _revised(account, call, _find(account, call)))


def delete(account: Account, call: Call) -> Answer:
    """Delete a flow."""
    del account.flows[_find(account, call)["sid"]]
    return Answer(204)


def _find(account: Account, call: Call) -> Entry:
    sid = call.path["flow"]
    if sid not in account.flows:
        raise not_found(f"/Flows/{sid}")
    return account.flows[sid]


def _revised(account: Account, call: Call, flow: Entry) -> Entry:
    status = call.required("Status")
    if status not in {"draft", "published"}:
        raise invalid(f"Status must be draft or published, not {status}")
    before = json.dumps(flow.get("definition"))
    account.flows[flow["sid"]] = flow | {
        "friendly_name": call.form.get("FriendlyName") or flow["friendly_name"],
        "definition": json.loads(call.json_object("Definition", before)),
        "status": status,
        "commit_message": call.form.get("CommitMessage", flow["commit_message"]),
        "revision": flow["revision"] + 1,
        "date_updated": iso8601(account.clock.now()),
    }
    return account.flows[flow["sid"]]


ROUTES: Routes = (
    ("GET", FLOWS, show_all),
    ("POST", FLOWS, create),
    ("GET", FLOW, fetch),
    ("POST", FLOW, update),
    ("DELETE", FLOW, delete),
)
