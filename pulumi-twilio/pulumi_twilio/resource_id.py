"""The ids by which objects are read and imported."""

import re
from collections.abc import Mapping
from typing import Any

from pulumi_twilio.declaration import Declaration
from pulumi_twilio.errors import InvalidIdError


def resource_id_parts(
    declared: Declaration, resource_id: str, known: Mapping[str, Any]
) -> tuple[dict[str, Any], str]:
    """Take an id apart.

    Parameters
    ----------
    declared
        The kind of object.
    resource_id
        `WS…/WQ…`, or the object's SID alone when it is in no workspace or the workspace is known.
    known
        The inputs and the state, which may tell the workspace.

    Returns
    -------
    tuple
        The place, such as the workspace's SID by `workspaceSid`, and the object's SID.

    Raises
    ------
    InvalidIdError
        The id has another form, or nothing tells the workspace.
    """
    kind, prefix = declared.kind, declared.sid_prefix
    inside = "(?:(WS[0-9a-f]{32})/)?" if declared.place else "()"
    match = re.fullmatch(rf"{inside}({prefix}[0-9a-f]{{32}})", resource_id)
    if not match:
        form = "the workspace's SID, a slash and " if declared.place else ""
        example = f"WS{'0' * 32}/" if declared.place else ""
        raise InvalidIdError(
            f"{resource_id!r} is not the id of a {kind}: expected {form}the {kind}'s SID, such as "
            f"{example}{prefix}{'0' * 32}"
        )
    if not declared.place:
        return {}, match[2]
    workspace_sid = match[1] or known.get("workspaceSid")
    if not workspace_sid:
        raise InvalidIdError(
            f"{resource_id} does not tell the workspace: write WS…/{resource_id} with the "
            "workspace's SID before the slash"
        )
    return {"workspaceSid": workspace_sid}, match[2]
