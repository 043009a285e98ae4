"""List what a workspace has, in the form that `pulumi import --file` takes.

`python -m pulumi_twilio.import_file WS… > import.json`, with the credentials in the environment.
Workers are left out: Flex makes them when agents log in.
https://www.pulumi.com/docs/iac/cli/commands/pulumi_import/
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from typing import Any, Final

from pulumi_twilio import config
from pulumi_twilio.client import Client, twilio_client
from pulumi_twilio.errors import ProviderError
from pulumi_twilio.objects import Objects
from pulumi_twilio.provider import KINDS

# What a message of the provider calls `twilio:<key>`.
_GIVEN_BY: Final = {**config.ENVIRONMENT, "baseUrl": "--base-url"}
_IN_WORKSPACE: Final = ("Activity", "TaskChannel", "TaskQueue", "Workflow")


def entries(client: Client, workspace_sid: str) -> Iterator[dict[str, str]]:
    """Go through what a workspace has: type, name in the program and import id of each.

    Parameters
    ----------
    client
        The client of the account.
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits.

    Raises
    ------
    TwilioFailedError
        Twilio refused, failed or could not be reached.
    """
    taken: set[str] = set()

    def entry(token: str, label: str, resource_id: str) -> dict[str, str]:
        kind = re.sub(r"(?<=.)(?=[A-Z])", "-", token.rpartition(":")[2]).lower()
        stem = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or kind
        # Pulumi makes a variable of the name, of which a program has one.
        names = [stem, f"{stem}-{kind}", *(f"{stem}-{kind}-{count}" for count in range(2, 10_000))]
        name = next(name for name in names if name not in taken)
        taken.add(name)
        return {"type": token, "name": name, "id": resource_id}

    yield entry("twilio:taskrouter:Workspace", "workspace", workspace_sid)
    for kind in _IN_WORKSPACE:
        declared = KINDS[f"twilio:taskrouter:{kind}"].declaration
        for each in Objects(declared).all(client, {"workspaceSid": workspace_sid}):
            yield entry(declared.token, each[declared.key], f"{workspace_sid}/{each['sid']}")


def main(arguments: list[str] | None = None) -> None:
    """Print the file."""
    parser = argparse.ArgumentParser(
        prog="python -m pulumi_twilio.import_file",
        description="List what a TaskRouter workspace has, for `pulumi import --file`.",
        epilog="Credentials come from the environment, not from a stack: TWILIO_ACCOUNT_SID and "
        "TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET.",
    )
    parser.add_argument("workspace", help="the workspace's SID, WS and 32 hexadecimal digits")
    parser.add_argument("--base-url", help="where an emulator of Twilio listens")
    given = parser.parse_args(arguments)
    if not re.fullmatch(r"WS[0-9a-f]{32}", given.workspace):
        parser.error(f"workspace must be WS and 32 hexadecimal digits, not {given.workspace!r}")
    settings: dict[str, Any] = {"baseUrl": given.base_url} if given.base_url else {}
    for key, reason in config.check(settings).items():
        parser.error(f"{_GIVEN_BY[key]} {_for_this_command(reason)}")
    try:
        found = list(entries(twilio_client(config.settings(settings)), given.workspace))
    except ProviderError as error:
        sys.exit(f"error: {_for_this_command(str(error))}")
    json.dump({"resources": found}, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _for_this_command(message: str) -> str:
    """Name environment variables and options: the stack's configuration is not read here."""
    message = message.partition(", or the environment variable")[0]
    exported = re.sub(
        r"`pulumi config set (?:--secret )?twilio:(\w+) ?([^`]*)`",
        lambda found: f"`export {_GIVEN_BY[found[1]]}={found[2] or '…'}`",
        message,
    )
    return re.sub(r"twilio:(\w+)", lambda found: _GIVEN_BY.get(found[1], found[0]), exported)


if __name__ == "__main__":
    main()
