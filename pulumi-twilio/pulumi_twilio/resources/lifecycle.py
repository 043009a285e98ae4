"""What creating, adopting, reading, updating and deleting a TaskRouter object have in common.

All of them lie in a workspace, have a SID and a friendly name, and take the same calls. What
differs stands in the module of each resource.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from pulumi.provider.experimental.provider import CheckFailure, DiffResponse
from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from pulumi_twilio.errors import (
    AlreadyExistsError,
    AmbiguousError,
    GoneError,
    TwilioFailedError,
    asking_twilio,
)
from pulumi_twilio.property_values import UNKNOWN, Properties
from pulumi_twilio.resources import properties
from pulumi_twilio.resources.calls import Calls, S
from pulumi_twilio.resources.resource_id import resource_id_parts
from pulumi_twilio.resources.state import camel, snake


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading an object gives: its SID, its outputs, and the inputs that would declare it."""

    sid: str
    outputs: Properties
    inputs: Properties


class Lifecycle(Calls[S]):
    """The operations of one kind of object. All but `check`, `diff` and `preview` call Twilio."""

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """Find what is wrong with declared inputs; see `properties.check`."""
        return properties.check(self.declared, inputs)

    def diff(
        self, state: Properties, inputs: Properties, ignore_changes: Sequence[str]
    ) -> DiffResponse:
        """Compare recorded state and declared inputs; see `properties.diff`."""
        return properties.diff(self.declared, state, inputs, ignore_changes)

    def preview(self, inputs: Properties, state: Properties | None = None) -> Properties:
        """Say what the outputs will be, as far as that is known without Twilio.

        Parameters
        ----------
        inputs
            The declared inputs.
        state
            The recorded outputs; None for an object that is yet to be created.

        Returns
        -------
        Properties
            The outputs, `UNKNOWN` where only Twilio can tell.
        """
        if state is None:
            outputs = {camel(each.name): UNKNOWN for each in fields(self.recorded)}
            known = {each.name: inputs.get(each.name) for each in self.declared if each.managed}
            known = {key: value for key, value in known.items() if value is not None}
            adopted = UNKNOWN if inputs.get("adoptExisting") else False
            return outputs | {"adopted": adopted} | self.expected(known)
        found = properties.changes(self.declared, state, inputs)
        return state | self.expected({each.property.name: each.value for each in found})

    def expected(self, values: Properties) -> Properties:
        """Turn inputs into the outputs that they will be; the same unless a resource says more."""
        return values

    def create(self, client: Client, name: str, inputs: Properties) -> Properties:
        """Create an object, or adopt the one of that friendly name.

        Parameters
        ----------
        client
            Whom to ask.
        name
            The resource's name in the program, for messages.
        inputs
            The declared inputs, all known.

        Returns
        -------
        Properties
            The outputs.

        Raises
        ------
        AlreadyExistsError
            The workspace has an object of that friendly name and `adoptExisting` is not set.
        AmbiguousError
            It has more than one of them.
        TwilioFailedError
            Twilio refused, failed or could not be reached.
        """
        workspace_sid, friendly_name = inputs["workspaceSid"], inputs["friendlyName"]
        existing = self._find(client, workspace_sid, friendly_name)
        if existing and not inputs.get("adoptExisting"):
            raise self._already_exists(name, existing)
        if existing:
            return self._adopt(client, existing, inputs)
        return self._post_new(client, inputs).outputs(adopted=False)

    def read(
        self, client: Client, resource_id: str, state: Properties, inputs: Properties
    ) -> Reading | None:
        """Read an object for a refresh, an import or a `get`.

        Parameters
        ----------
        client
            Whom to ask.
        resource_id
            A SID, or workspace SID and SID with a slash between them, as for an import.
        state
            The recorded outputs, or what is known of them.
        inputs
            The inputs of the last deployment; empty for an import.

        Returns
        -------
        Reading or None
            None when the object is gone.

        Raises
        ------
        InvalidIdError
            The id has another form, or does not tell the workspace.
        TwilioFailedError
            Twilio refused, failed or could not be reached.
        """
        known = state.get("workspaceSid") or inputs.get("workspaceSid")
        workspace_sid, sid = resource_id_parts(self.kind, self.sid_prefix, resource_id, known)
        try:
            with asking_twilio(f"read the {self.kind} {sid} of {workspace_sid}"):
                found = self.fetch(_workspace(client, workspace_sid), sid)
        except GoneError:
            return None
        outputs = found.outputs(adopted=bool(state.get("adopted")))
        return Reading(found.sid, outputs, self._inputs_of(outputs, inputs))

    def update(
        self, client: Client, name: str, sid: str, state: Properties, inputs: Properties
    ) -> Properties:
        """Change what differs, nothing else.

        Parameters
        ----------
        client
            Whom to ask.
        name
            The resource's name in the program, for messages.
        sid
            The object's SID.
        state
            The recorded outputs.
        inputs
            The declared inputs, all known.

        Returns
        -------
        Properties
            The outputs.

        Raises
        ------
        AlreadyExistsError
            Another object has the new friendly name.
        AmbiguousError
            More than one has.
        TwilioFailedError
            Twilio refused, failed or could not be reached.
        """
        workspace_sid, friendly_name = state["workspaceSid"], inputs["friendlyName"]
        if friendly_name != state.get("friendlyName"):
            holder = self._find(client, workspace_sid, friendly_name)
            if holder and holder.sid != sid:
                raise self._already_exists(name, holder)
        found = properties.changes(self.declared, state, inputs)
        return self._change(
            client, workspace_sid, sid, {each.property.name: each.value for each in found}
        ).outputs(adopted=bool(state.get("adopted")))

    def delete(self, client: Client, sid: str, state: Properties) -> None:
        """Delete an object; one that was adopted is left where it was before.

        Parameters
        ----------
        client
            Whom to ask.
        sid
            The object's SID.
        state
            The recorded outputs.

        Raises
        ------
        TwilioFailedError
            Twilio refused, failed or could not be reached. An object that is gone is fine.
        """
        if state.get("adopted"):
            return
        workspace_sid = state["workspaceSid"]
        try:
            with asking_twilio(f"delete the {self.kind} {sid} of {workspace_sid}"):
                self.remove(_workspace(client, workspace_sid), sid)
        except GoneError:
            return

    def _post_new(self, client: Client, inputs: Properties) -> S:
        workspace_sid, friendly_name = inputs["workspaceSid"], inputs["friendlyName"]
        arguments = self._arguments(
            {each.name: inputs.get(each.name) for each in self.declared if each.managed}
        )
        try:
            with asking_twilio(f"create {self._label(friendly_name, workspace_sid)}"):
                return self.post_new(_workspace(client, workspace_sid), arguments)
        except TwilioFailedError as error:
            # There was none of that name a moment ago: one that is there now is what was created.
            late = (
                self._find(client, workspace_sid, friendly_name) if error.outcome_unknown else None
            )
            if late is None:
                raise
            return late

    def _adopt(self, client: Client, existing: S, inputs: Properties) -> Properties:
        outputs = existing.outputs(adopted=True)
        found = properties.changes(self.declared, outputs, inputs)
        if not found:
            return outputs
        wanted = {each.property.name: each.value for each in found}
        return self._change(client, existing.workspace_sid, existing.sid, wanted).outputs(
            adopted=True
        )

    def _change(self, client: Client, workspace_sid: str, sid: str, wanted: Properties) -> S:
        workspace = _workspace(client, workspace_sid)
        with asking_twilio(f"update the {self.kind} {sid} of {workspace_sid}"):
            if not wanted:
                return self.fetch(workspace, sid)
            return self.post_changes(workspace, sid, self._arguments(wanted))

    def _find(self, client: Client, workspace_sid: str, friendly_name: str) -> S | None:
        with asking_twilio(f"look for {self._label(friendly_name, workspace_sid)}"):
            listed = self.named(_workspace(client, workspace_sid), friendly_name)
        # Do not rely on how Twilio compares names.
        found = [each for each in listed if each.friendly_name == friendly_name]
        if len(found) > 1:
            raise AmbiguousError(
                f"{workspace_sid} has {len(found)} {self.kind}s named {friendly_name!r}: "
                f"{', '.join(each.sid for each in found)}. Rename all but one, or use another "
                "friendly name"
            )
        return found[0] if found else None

    def _already_exists(self, name: str, existing: S) -> AlreadyExistsError:
        return AlreadyExistsError(
            f"{existing.workspace_sid} already has {self._label(existing.friendly_name)} "
            f"({existing.sid}). To use it, set adopt_existing=True (it is then never deleted); to "
            f"take it over, run: pulumi import {self.token} {name} "
            f"{existing.workspace_sid}/{existing.sid}"
        )

    def _label(self, friendly_name: str, workspace_sid: str = "") -> str:
        return f"the {self.kind} {friendly_name!r}" + (workspace_sid and f" in {workspace_sid}")

    def _arguments(self, values: Properties) -> dict[str, Any]:
        wanted = {key: value for key, value in values.items() if key != "workspaceSid"}
        return {
            snake(key): value for key, value in self.expected(wanted).items() if value is not None
        }

    def _inputs_of(self, outputs: Properties, before: Properties) -> Properties:
        if not before:
            return {
                each.name: self.imported(each.name, outputs[each.name])
                for each in self.declared
                if each.managed and each.name in outputs
            }
        drifted = {
            each.property.name: outputs.get(each.property.name)
            for each in properties.changes(self.declared, outputs, before)
            if each.property.name in before
        }
        return before | drifted

    def imported(self, name: str, value: Any) -> Any:
        """Turn an output into the input that an import writes; the same unless overridden."""
        del name
        return value


def _workspace(client: Client, workspace_sid: str) -> WorkspaceContext:
    return client.taskrouter.v1.workspaces(workspace_sid)
