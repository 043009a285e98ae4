"""What to do with a stack that is up: commands to paste.

The token in them is the emulated Twilio's, made up like everything else there.
"""

import json
import shlex

import requests
from rich.console import Console

TIMEOUT = 10


def show_addresses(console: Console, *, endpoint: str, twilio_url: str, functions_log: str) -> None:
    """Print a stack's addresses."""
    console.print(f"Endpoint         [bold]{endpoint}[/]", soft_wrap=True)
    console.print(f"Emulated Twilio  {twilio_url}", soft_wrap=True)
    console.print(f"Its console      {twilio_url}/console", soft_wrap=True)
    console.print(f"Functions' log   {functions_log}", soft_wrap=True, markup=False)


def show_instructions(
    console: Console, *, endpoint: str, twilio_url: str, functions_log: str
) -> None:
    """Print a stack's addresses, and commands for a transfer and for its result."""
    seed = requests.get(f"{twilio_url}/emulator/seed", timeout=TIMEOUT).json()
    ben = seed["workers"]["ben"]
    console.print()
    show_addresses(console, endpoint=endpoint, twilio_url=twilio_url, functions_log=functions_log)
    _print_command(
        console,
        "Ana transfers her web chat to Ben:",
        _transfer_command(endpoint, twilio_url, seed["tasks"]["chat"], ben),
    )
    workspace = f"{twilio_url}/taskrouter/v1/Workspaces/{seed['workspace_sid']}"
    credentials = f"{seed['account_sid']}:{seed['auth_token']}"
    offers = f"{workspace}/Workers/{ben}/Reservations?ReservationStatus=pending"
    _print_command(console, "What TaskRouter offers Ben now:", ["-u", credentials, offers])
    body = json.dumps({"kind": "conversation", "holder": "ana"})
    _print_command(
        console,
        "One more for Ana (kind: chat, sms, conversation, sms_conversation, email_conversation):",
        [f"{twilio_url}/emulator/tasks", "-d", body],
    )


def _transfer_command(endpoint: str, twilio_url: str, task_sid: str, target_sid: str) -> list[str]:
    answer = requests.post(f"{twilio_url}/emulator/tokens", json={"worker": "ana"}, timeout=TIMEOUT)
    body = {"Token": answer.json()["token"], "taskSid": task_sid, "targetSid": target_sid}
    header = "content-type: application/json"
    return [f"{endpoint}/transfer-chat", "-H", header, "-d", json.dumps(body)]


def _print_command(console: Console, title: str, arguments: list[str]) -> None:
    console.print(f"\n{title}", style="bold", markup=False)
    console.print(f"  {shlex.join(['curl', '-sS', *arguments])}", markup=False, soft_wrap=True)
