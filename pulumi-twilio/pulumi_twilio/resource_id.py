"""The ids by which objects are read and imported."""

import re

from pulumi_twilio.errors import InvalidIdError


def resource_id_parts(
    kind: str, sid_prefix: str, resource_id: str, known_workspace_sid: str | None
) -> tuple[str, str]:
    """Take an id apart.

    Parameters
    ----------
    kind
        What the object is, for messages: "task queue".
    sid_prefix
        The first two letters of its SID: "WQ".
    resource_id
        `WS…/WQ…`, or `WQ…` alone when the workspace is known.
    known_workspace_sid
        The workspace that inputs or state tell, if any.

    Returns
    -------
    tuple
        The workspace's SID and the object's.

    Raises
    ------
    InvalidIdError
        The id has another form, or nothing tells the workspace.
    """
    match = re.fullmatch(rf"(?:(WS[0-9a-f]{{32}})/)?({sid_prefix}[0-9a-f]{{32}})", resource_id)
    if not match:
        example = f"WS{'0' * 32}/{sid_prefix}{'0' * 32}"
        raise InvalidIdError(
            f"{resource_id!r} is not the id of a {kind}: expected the workspace's SID, a slash and "
            f"the {kind}'s SID, such as {example}"
        )
    workspace_sid = match[1] or known_workspace_sid
    if not workspace_sid:
        raise InvalidIdError(
            f"{resource_id} does not tell the workspace: write WS…/{resource_id} with the "
            "workspace's SID before the slash"
        )
    return workspace_sid, match[2]
