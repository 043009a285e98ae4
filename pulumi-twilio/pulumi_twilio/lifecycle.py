"""Creating, adopting, reading, updating and deleting an object: the same for all resources."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pulumi.provider.experimental.provider import CheckFailure, DiffResponse

from pulumi_twilio import comparison
from pulumi_twilio.added_keys import ADDED, AddedKeys
from pulumi_twilio.api import Answer
from pulumi_twilio.as_declared import SHOWN, as_declared, as_shown
from pulumi_twilio.client import Client
from pulumi_twilio.errors import (
    AlreadyExistsError,
    GoneError,
    NotFoundError,
    TwilioFailedError,
    asking_twilio,
)
from pulumi_twilio.json_values import merge
from pulumi_twilio.objects import place_of, within
from pulumi_twilio.property_values import UNKNOWN, Properties
from pulumi_twilio.resource_id import resource_id_parts


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading an object gives: its SID, its outputs, and the inputs that would declare it."""

    sid: str
    outputs: Properties
    inputs: Properties


@dataclass(frozen=True)
class Lifecycle(AddedKeys):
    """The operations on one kind of object. All but `check`, `diff` and `preview` call Twilio."""

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """Find what is wrong with declared inputs; see `comparison.check`."""
        return comparison.check(self.declaration.properties, inputs)

    def diff(
        self,
        state: Properties,
        inputs: Properties,
        ignore_changes: Sequence[str],
        old_inputs: Properties | None = None,
    ) -> DiffResponse:
        """Compare recorded state and declared inputs; see `comparison.diff`."""
        return comparison.diff(self.declaration, state, inputs, ignore_changes, old_inputs)

    def preview(
        self,
        inputs: Properties,
        state: Properties | None = None,
        old_inputs: Properties | None = None,
    ) -> Properties:
        """Return the outputs, as far as they are known without Twilio.

        Parameters
        ----------
        inputs
            The declared inputs.
        state
            The recorded outputs; None for an object that is yet to be created.
        old_inputs
            The inputs of the last deployment.

        Returns
        -------
        Properties
            The outputs, `UNKNOWN` where only Twilio can tell.
        """
        if state is not None:
            left = {"adopted": True} if comparison.is_let_go(state, inputs, old_inputs) else {}
            wanted = self._changes(state, inputs)
            whole = {
                each.name: merge(state.get(each.name), wanted[each.name])
                for each in self._managed
                if each.merged and each.name in wanted
            }
            return state | self._expected(wanted | whole) | left
        known = {each.name: inputs[each.name] for each in self._managed if each.name in inputs}
        adopted: Any = UNKNOWN if inputs.get("adoptExisting") else self.declaration.only_adopted
        outputs: Properties = dict.fromkeys(self.declaration.outputs, UNKNOWN)
        return outputs | {"adopted": adopted} | self._expected(known)

    def create(self, client: Client, name: str, inputs: Properties) -> Properties:
        """Create an object, or adopt the one of that name.

        Parameters
        ----------
        client
            The client of the account.
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
            There is an object of that name and `adoptExisting` is not set.
        AmbiguousError
            There is more than one of them.
        TwilioFailedError
            Twilio refused, failed or could not be reached.
        """
        existing = self._find(client, inputs)
        if existing is None:
            if self.declaration.only_adopted:
                raise NotFoundError(f"{place_of(inputs)} has no {self._label(inputs)[4:]}")
            return self._create(client, inputs)
        if not (self.declaration.only_adopted or inputs.get("adoptExisting")):
            raise self._already_exists(name, existing, inputs)
        return self._adopt(client, existing, inputs)

    def _create(self, client: Client, inputs: Properties) -> Properties:
        made = self._post_new(client, inputs)
        outputs = self.outputs(made, inputs, adopted=False)
        declared = as_declared(self.declaration, self._expected(inputs), {})
        if declared:
            # A creation may be answered with what is never shown again.
            declared |= self._shown(client, outputs)
        outputs |= declared
        # An empty value that Twilio took for "not given" is one for an update.
        ignored = {n: value for n, value in self._changes(outputs, inputs).items() if value == ""}
        try:
            changed = self._change(client, outputs, ignored, made)
        except TwilioFailedError:
            self.delete(client, outputs["sid"], outputs)
            raise
        return self.outputs(changed, inputs, adopted=False) | declared

    def _adopt(self, client: Client, existing: Answer, inputs: Properties) -> Properties:
        # A list may leave things out, such as the definition of a flow.
        found = self._fetch(client, existing["sid"], inputs)
        outputs = self.outputs(found, inputs, adopted=True)
        wanted = self._changes(outputs, inputs)
        fixed = [each.name for each in self._managed if each.replaces and each.name in wanted]
        if fixed:
            raise AlreadyExistsError(
                f"{place_of(inputs)} already has {self._label(inputs)} ({existing['sid']}), with "
                f"another {' and '.join(fixed)}, which cannot be changed: declare it as it is, or "
                "use another name"
            )
        changed = self._change(client, outputs, wanted, found)
        own = self.recorded(inputs, outputs, {})
        outputs = self.outputs(changed, inputs, adopted=True)
        return outputs | as_shown(self.declaration, outputs) | own

    def read(
        self, client: Client, resource_id: str, state: Properties, inputs: Properties
    ) -> Reading | None:
        """Read an object for a refresh, an import or a `get`.

        Parameters
        ----------
        client
            The client of the account.
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
        place, sid = resource_id_parts(self.declaration, resource_id, inputs | state)
        try:
            found = self._fetch(client, sid, place)
        except GoneError:
            return None
        adopted = self.declaration.only_adopted or bool(state.get("adopted"))
        outputs = self.outputs(found, place, adopted=adopted)
        outputs |= as_declared(self.declaration, state, outputs) | as_shown(
            self.declaration, outputs
        )
        outputs |= {name: state[name] for name in (ADDED,) if name in state}
        return Reading(sid, outputs, comparison.inputs_of(self.declaration, outputs, inputs))

    def update(
        self,
        client: Client,
        sid: str,
        state: Properties,
        inputs: Properties,
        old_inputs: Properties | None = None,
    ) -> Properties:
        """Change what differs, nothing else.

        Parameters
        ----------
        client
            The client of the account.
        sid
            The object's SID.
        state
            The recorded outputs.
        inputs
            The declared inputs, all known.
        old_inputs
            Those of the last deployment.

        Returns
        -------
        Properties
            The outputs.

        Raises
        ------
        AlreadyExistsError
            Another object has the new name.
        AmbiguousError
            More than one has.
        TwilioFailedError
            Twilio refused, failed or could not be reached.
        """
        wanted = self._changes(state, inputs)
        if self.declaration.key in wanted:
            holder = self._find(client, inputs)
            if holder and holder["sid"] != sid:
                raise AlreadyExistsError(
                    f"{place_of(inputs)} already has {self._label(inputs)} ({holder['sid']}), so "
                    f"{sid} cannot take that name: use another one, or first rename or delete "
                    f"{holder['sid']}"
                )
        changed = self._change(client, state | {"sid": sid}, wanted)
        left = bool(state.get("adopted")) or comparison.is_let_go(state, inputs, old_inputs)
        outputs = self.outputs(changed, state, adopted=left)
        recorded = {SHOWN: state[SHOWN]} if SHOWN in state else {}
        recorded |= self.recorded(inputs, state, state)
        return outputs | as_declared(self.declaration, state, {}) | recorded

    def delete(self, client: Client, sid: str, state: Properties) -> None:
        """Delete an object, unless it was adopted; of one that was, take out what was added.

        Parameters
        ----------
        client
            The client of the account.
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
            self.take_out(client, sid, state)
            return
        try:
            with asking_twilio(f"delete the {self.declaration.kind} {sid}{within(state)}"):
                self._api(client).delete(self._object(state, sid))
        except GoneError:
            return
        except TwilioFailedError as error:
            is_kept = self.declaration.is_kept
            if error.outcome_unknown or is_kept is None:
                raise
            with asking_twilio(f"ask why the {self.declaration.kind} {sid} is not deleted"):
                kept = is_kept(self._api(client), state | {"sid": sid})
            if not kept:
                raise

    def _changes(self, state: Properties, inputs: Properties) -> Properties:
        found = comparison.changes(self.declaration.properties, state, inputs)
        return {each.property.name: each.value for each in found}

    def _already_exists(
        self, name: str, existing: Answer, inputs: Properties
    ) -> AlreadyExistsError:
        sid = existing["sid"]
        resource_id = "/".join([*(inputs[each.name] for each in self.declaration.place), sid])
        return AlreadyExistsError(
            f"{place_of(inputs)} already has {self._label(inputs)} ({sid}). If this stack has it "
            "under another name, because the resource was renamed or moved in the program, tell "
            "Pulumi the old name with the resource option `aliases` "
            "(https://www.pulumi.com/docs/iac/concepts/options/aliases/). If it was made without "
            "this stack, set adoptExisting (in Python adopt_existing) to use it, which never "
            "deletes it, or take it over: pulumi import "
            f"{self.declaration.token} {name} {resource_id}"
        )
