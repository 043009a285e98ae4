"""What to do with a stack that is up: commands to paste.

The token in them is the emulated Twilio's, made up like everything else there.
"""

import json
import shlex

import requests
from rich.console import Console

from local.addresses import Addresses

TIMEOUT = 10


def show_instructions(console: Console, addresses: Addresses) -> None:
    """Print the addresses, and commands for a transfer and for what came of it."""
    endpoint, twilio_url = addresses.endpoint, addresses.twilio
    seed = requests.get(f"{twilio_url}/emulator/seed", timeout=TIMEOUT).json()
    ben = seed["workers"]["ben"]
    console.print(f"\nEndpoint         [bold]{endpoint}[/]", soft_wrap=True)
    console.print(f"Emulated Twilio  {twilio_url}", soft_wrap=True)
    console.print(f"Functions' log   {addresses.functions_log}", soft_wrap=True, markup=False)
    _command(
        console,
        "Ana transfers her web chat to Ben:",
        transfer_command(endpoint, twilio_url, seed["tasks"]["chat"], ben),
    )
    workspace = f"{twilio_url}/taskrouter/v1/Workspaces/{seed['workspace_sid']}"
    credentials = f"{seed['account_sid']}:{seed['auth_token']}"
    offers = f"{workspace}/Workers/{ben}/Reservations?ReservationStatus=pending"
    _command(
        console,
        "What TaskRouter offers Ben now:",
        shlex.join(["curl", "-sS", "-u", credentials, offers]),
    )
    body = json.dumps({"kind": "conversation", "holder": "ana"})
    _command(
        console,
        "One more conversation for Ana (kind: chat, sms, conversation or sms_conversation):",
        shlex.join(["curl", "-sS", f"{twilio_url}/emulator/tasks", "-d", body]),
    )


def transfer_command(endpoint: str, twilio_url: str, task_sid: str, target_sid: str) -> str:
    """Return a shell command that transfers a task of Ana's."""
    answer = requests.post(f"{twilio_url}/emulator/tokens", json={"worker": "ana"}, timeout=TIMEOUT)
    body = {"Token": answer.json()["token"], "taskSid": task_sid, "targetSid": target_sid}
    header = "content-type: application/json"
    return shlex.join(
        ["curl", "-sS", f"{endpoint}/transfer-chat", "-H", header, "-d", json.dumps(body)]
    )


def _command(console: Console, title: str, command: str) -> None:
    console.print(f"\n{title}", style="bold", markup=False)
    console.print(f"  {command}", markup=False, soft_wrap=True)
