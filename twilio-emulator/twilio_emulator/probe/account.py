"""Looks at an account before anything is created in it."""

from dataclasses import dataclass

from twilio_emulator.probe.experiment import PREFIX
from twilio_emulator.probe.transport import Caller


class Unsuitable(Exception):
    """The probe cannot be run in this workspace; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Premises:
    """What a probe needs to know of a workspace: two activities."""

    available: str
    offline: str


def look(caller: Caller, workspace: str, *, agents_allowed: bool) -> Premises:
    """Check a workspace.

    Parameters
    ----------
    agents_allowed
        Whether agents may be available there.

    Raises
    ------
    Unsuitable
        The workspace is not there, has agents who are available, or no fitting activities.
    CallFailed
        Twilio does not answer.
    """
    base = f"taskrouter/v1/Workspaces/{workspace}"
    found = caller.read(base)
    if found.status in {401, 403}:
        raise Unsuitable("Twilio refuses the credentials; see TWILIO_ACCOUNT_SID in the README")
    if found.status != 200:  # noqa: PLR2004
        raise Unsuitable(f"There is no workspace {workspace} in this account; see --workspace")
    workers = caller.read(f"{base}/Workers", {"Available": "true"}).body["workers"]
    agents = [one for one in workers if not one["friendly_name"].startswith(PREFIX)]
    if agents and not agents_allowed:
        raise Unsuitable(
            f"{len(agents)} agents are available in the workspace. No task of the probe is offered "
            "to them, but searches share their limit; choose a time when no one works, or add "
            "--agents-may-work"
        )
    activities = caller.read(f"{base}/Activities").body["activities"]
    sids = {bool(each["available"]): str(each["sid"]) for each in reversed(activities)}
    if len(sids) < 2:  # noqa: PLR2004
        raise Unsuitable("The workspace needs an activity that is available, and one that is not")
    return Premises(sids[True], sids[False])
