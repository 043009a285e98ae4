"""Creating, adopting, reading, updating and deleting an object: the same for all resources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi.provider.experimental.provider import CheckFailure, DiffResponse
from twilio.rest import Client

from pulumi_twilio import comparison
from pulumi_twilio.api import Answer, Api
from pulumi_twilio.declaration import Declaration, Property, encoded, pascal, snake
from pulumi_twilio.errors import (
    AlreadyExistsError,
    AmbiguousError,
    GoneError,
    NotFoundError,
    TwilioFailedError,
    asking_twilio,
)
from pulumi_twilio.property_values import UNKNOWN, Properties
from pulumi_twilio.resource_id import resource_id_parts


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading an object gives: its SID, its outputs, and the inputs that would declare it."""

    sid: str
    outputs: Properties
    inputs: Properties


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The operations on one kind of object. All but `check`, `diff` and `preview` call Twilio."""

    declaration: Declaration

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """Find what is wrong with declared inputs; see `comparison.check`."""
        return comparison.check(self.declaration.properties, inputs)

    def diff(
        self, state: Properties, inputs: Properties, ignore_changes: Sequence[str]
    ) -> DiffResponse:
        """Compare recorded state and declared inputs; see `comparison.diff`."""
        return comparison.diff(self.declaration, state, inputs, ignore_changes)

    def preview(self, inputs: Properties, state: Properties | None = None) -> Properties:
        """Return the outputs, as far as they are known without Twilio.

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
        if state is not None:
            return state | self._expected(self._changes(state, inputs))
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
                raise NotFoundError(f"{_place(inputs)} has no {self._label(inputs)[4:]}")
            return self.outputs(self._post_new(client, inputs), inputs, adopted=False)
        if not (self.declaration.only_adopted or inputs.get("adoptExisting")):
            raise self._already_exists(name, existing, inputs)
        return self._adopt(client, existing, inputs)

    def _adopt(self, client: Client, existing: Answer, inputs: Properties) -> Properties:
        with asking_twilio(f"read {self._label(inputs)}{_in(inputs)}"):
            found = self._complete(self._api(client), existing, inputs)
        outputs = self.outputs(found, inputs, adopted=True)
        wanted = self._changes(outputs, inputs)
        fixed = [each.name for each in self._managed if each.replaces and each.name in wanted]
        if fixed:
            raise AlreadyExistsError(
                f"{_place(inputs)} already has {self._label(inputs)} ({existing['sid']}), with "
                f"another {' and '.join(fixed)}, which cannot be changed: declare it as it is, or "
                "use another name"
            )
        changed = self._change(client, outputs, wanted, found)
        return self.outputs(changed, inputs, adopted=True)

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
            with asking_twilio(f"read the {self.declaration.kind} {sid}{_in(place)}"):
                api = self._api(client)
                found = self._complete(api, api.fetch(f"{self._path(place)}/{sid}"), place)
        except GoneError:
            return None
        adopted = self.declaration.only_adopted or bool(state.get("adopted"))
        outputs = self.outputs(found, place, adopted=adopted)
        return Reading(sid, outputs, self._inputs_of(outputs, inputs))

    def update(
        self, client: Client, name: str, sid: str, state: Properties, inputs: Properties
    ) -> Properties:
        """Change what differs, nothing else.

        Parameters
        ----------
        client
            The client of the account.
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
                raise self._already_exists(name, holder, inputs)
        changed = self._change(client, state | {"sid": sid}, wanted)
        return self.outputs(changed, state, adopted=bool(state.get("adopted")))

    def delete(self, client: Client, sid: str, state: Properties) -> None:
        """Delete an object, unless it was adopted.

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
            return
        try:
            with asking_twilio(f"delete the {self.declaration.kind} {sid}{_in(state)}"):
                self._api(client).delete(f"{self._path(state)}/{sid}")
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

    def all(self, client: Client, place: Properties) -> list[Properties]:
        """List the outputs of all objects of a place, such as a workspace."""
        with asking_twilio(f"list the {self.declaration.kind}s{_in(place)}"):
            found = list(self._api(client).all(self._path(place)))
        return [self.outputs(each, place) for each in found]

    def outputs(
        self, answer: Answer, place: Properties, *, adopted: bool | None = None
    ) -> Properties:
        """Return what is recorded of an answer of Twilio; nulls are left out."""
        declared = self.declaration
        values = {name: answer.get(snake(name)) for name in ("sid", *declared.computed)}
        values |= {each.name: each.read(answer) for each in self._managed}
        values |= {each.name: place[each.name] for each in self.declaration.place}
        values["adopted"] = adopted
        return {name: value for name, value in values.items() if value is not None}

    @property
    def _managed(self) -> tuple[Property, ...]:
        return self.declaration.managed

    def _changes(self, state: Properties, inputs: Properties) -> Properties:
        found = comparison.changes(self.declaration.properties, state, inputs)
        return {each.property.name: each.value for each in found}

    def _expected(self, values: Properties) -> Properties:
        return {
            each.name: each.to_output(values[each.name])
            for each in self._managed
            if each.name in values
        }

    def _api(self, client: Client) -> Api:
        return Api(client, self.declaration.product)

    def _path(self, place: Mapping[str, Any]) -> str:
        return self.declaration.path.format_map(place)

    def _post_new(self, client: Client, inputs: Properties) -> Answer:
        # A new object has nothing to clear.
        given = {name: value for name, value in inputs.items() if value != ""}
        try:
            with asking_twilio(f"create {self._label(inputs)}{_in(inputs)}"):
                api = self._api(client)
                parameters = self._parameters(given) | self._new_entries(given)
                made = api.create(self._path(inputs), parameters)
                return self._complete(api, made, inputs)
        except TwilioFailedError as error:
            # There was none of that name a moment ago: one that is there now is what was created.
            late = self._find(client, inputs) if error.outcome_unknown else None
            if late is None:
                raise
            with asking_twilio(f"read {self._label(inputs)}{_in(inputs)}"):
                return self._complete(self._api(client), late, inputs)

    def _change(
        self, client: Client, state: Properties, wanted: Properties, known: Answer | None = None
    ) -> Answer:
        """Send what is wanted; return Twilio's answer, or what it is when nothing is wanted."""
        if not wanted and known is not None:
            return known
        kind, sid = self.declaration.kind, state["sid"]
        path = f"{self._path(state)}/{sid}"
        api, parameters = self._api(client), self._parameters(wanted)
        with asking_twilio(f"update the {kind} {sid}{_in(state)}"):
            changed = api.update(path, parameters) if parameters else api.fetch(path)
            self._change_collection(api, path, state, wanted)
            changed = self._complete(api, changed, state)
        # A callback URL that stays goes on receiving the attributes of every task.
        kept = [
            each.name
            for each in self._managed
            if wanted.get(each.name) == "" and each.read(changed)
        ]
        if kept:
            raise TwilioFailedError(
                f"could not clear {' and '.join(kept)} of the {kind} {sid}: Twilio kept the value. "
                "Remove it in the Console, then run `pulumi refresh`",
                outcome_unknown=False,
            )
        return changed

    def _find(self, client: Client, inputs: Properties) -> Answer | None:
        declared = self.declaration
        key = next(each for each in self._managed if each.name == declared.key)
        name = inputs[key.name]
        filters = {key.parameter: name} if declared.filtered else {}
        with asking_twilio(f"look for {self._label(inputs)}{_in(inputs)}"):
            listed = list(self._api(client).all(self._path(inputs), filters))
        # Do not rely on how Twilio compares names.
        found = [each for each in listed if each[snake(key.name)] == name]
        if len(found) > 1:
            raise AmbiguousError(
                f"{_place(inputs)} has {len(found)} {declared.kind}s named {name!r}: "
                f"{', '.join(each['sid'] for each in found)}. Rename all but one, or use another "
                f"{snake(key.name).replace('_', ' ')}"
            )
        return found[0] if found else None

    def _already_exists(
        self, name: str, existing: Answer, inputs: Properties
    ) -> AlreadyExistsError:
        sid = existing["sid"]
        resource_id = "/".join([*(inputs[each.name] for each in self.declaration.place), sid])
        return AlreadyExistsError(
            f"{_place(inputs)} already has {self._label(inputs)} ({sid}). To use it, set "
            "adopt_existing=True (it is then never deleted); to take it over, run: pulumi import "
            f"{self.declaration.token} {name} {resource_id}"
        )

    def _label(self, inputs: Properties) -> str:
        return f"the {self.declaration.kind} {inputs[self.declaration.key]!r}"

    def _parameters(self, values: Properties) -> dict[str, object]:
        path, expected = self.declaration.path, self._expected(values)
        entries = self.declaration.collection
        kept_below = entries.name if entries else None
        return {
            each.parameter: encoded(expected[each.name])
            for each in self._managed
            if each.name in expected and f"{{{each.name}}}" not in path
            if each.name != kept_below
        }

    def _complete(self, api: Api, answer: Answer, place: Properties) -> Answer:
        """Add to an answer the entries that Twilio keeps as objects below."""
        entries = self.declaration.collection
        if entries is None:
            return answer
        listed = api.all(f"{self._path(place)}/{answer['sid']}{entries.path}")
        return answer | {snake(entries.name): list(listed)}

    def _new_entries(self, inputs: Properties) -> dict[str, object]:
        entries = self.declaration.collection
        if entries is None:
            return {}
        key, value = snake(entries.key), snake(entries.value)
        listed = [{key: name, value: number} for name, number in inputs[entries.name].items()]
        return {pascal(entries.name): encoded(listed)}

    def _change_collection(
        self, api: Api, path: str, state: Properties, wanted: Properties
    ) -> None:
        entries = self.declaration.collection
        if entries is None or entries.name not in wanted:
            return
        old, new = state.get(entries.name, {}), wanted[entries.name]
        for name, value in new.items():
            parameters = {pascal(entries.value): value}
            if name not in old:
                api.create(f"{path}{entries.path}", {pascal(entries.key): name, **parameters})
            elif old[name] != value:
                api.update(f"{path}{entries.path}/{name}", parameters)
        # Last, so that there is always one left.
        for name in old.keys() - new.keys():
            api.delete(f"{path}{entries.path}/{name}")

    def _inputs_of(self, outputs: Properties, before: Properties) -> Properties:
        if not before:
            return {
                each.name: each.to_input(outputs[each.name])
                for each in self._managed
                if each.name in outputs
            }
        drifted = {
            name: outputs.get(name) for name in self._changes(outputs, before) if name in before
        }
        return before | drifted


def _place(place: Mapping[str, Any]) -> str:
    return str(place.get("workspaceSid", "the account"))


def _in(place: Mapping[str, Any]) -> str:
    return f" in {place['workspaceSid']}" if "workspaceSid" in place else ""
