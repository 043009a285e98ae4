"""The objects of one kind at Twilio: how they are found, created, changed and recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_twilio.api import Answer, Api
from pulumi_twilio.as_declared import as_shown
from pulumi_twilio.client import Client
from pulumi_twilio.declaration import Declaration, Property, encoded, pascal, snake
from pulumi_twilio.errors import AmbiguousError, TwilioFailedError, asking_twilio
from pulumi_twilio.json_values import merge
from pulumi_twilio.property_values import Properties


@dataclass(frozen=True)
class Objects:
    """The objects of one kind, in the places where they are."""

    declaration: Declaration

    def all(self, client: Client, place: Properties) -> list[Properties]:
        """List the outputs of all objects of a place, such as a workspace; one call per page.

        What `place` has of the kind's filters, Twilio leaves the others out by.
        """
        declared = self.declaration
        filters = {e.parameter: place[e.name] for e in declared.filters if e.name in place}
        with asking_twilio(f"list the {declared.kinds}{within(place)}"):
            query = {"PageSize": declared.page_size, **filters}
            listed = self._api(client).all(self._path(place), query)
            return [self.outputs(each, place) for each in listed]

    def one(self, client: Client, sid: str, place: Properties) -> Properties:
        """Return the outputs of one object."""
        return self.outputs(self._fetch(client, sid, place), place)

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

    def _expected(self, values: Properties) -> Properties:
        return {
            each.name: each.to_output(values[each.name])
            for each in self._managed
            if each.name in values
        }

    def _api(self, client: Client) -> Api:
        return Api(client, self.declaration.product, self.declaration.version)

    def _path(self, place: Mapping[str, Any]) -> str:
        return self.declaration.path.format_map(place)

    def _object(self, place: Mapping[str, Any], sid: str) -> str:
        """Return the path of one object."""
        path = self._path(place)
        return path if self.declaration.is_single else f"{path}/{sid}"

    def _post_new(self, client: Client, inputs: Properties) -> Answer:
        # A new object has nothing to clear. If its default is not empty, empty is a value.
        defaults = {each.name: each.default for each in self._managed}
        given = {name: value for name, value in inputs.items() if value != "" or defaults[name]}
        try:
            with asking_twilio(f"create {self._label(inputs)}{within(inputs)}"):
                api = self._api(client)
                parameters = self._parameters(given) | self._new_entries(given)
                made = api.create(self._path(inputs), parameters)
                return self._complete(api, made, inputs)
        except TwilioFailedError as error:
            # There was none of that name a moment ago: one that is there now is what was created.
            late = self._find(client, inputs) if error.outcome_unknown else None
            if late is None:
                raise
            return self._fetch(client, late["sid"], inputs)

    def _fetch(self, client: Client, sid: str, place: Properties) -> Answer:
        with asking_twilio(f"read the {self.declaration.kind} {sid}{within(place)}"):
            api = self._api(client)
            return self._complete(api, api.fetch(self._object(place, sid)), place)

    def _change(
        self, client: Client, state: Properties, wanted: Properties, known: Answer | None = None
    ) -> Answer:
        """Send what is wanted; return Twilio's answer, or what it is when nothing is wanted."""
        if not wanted and known is not None:
            return known
        kind, sid = self.declaration.kind, state["sid"]
        path, in_json = self._object(state, sid), self.declaration.in_json
        api = self._api(client)
        with asking_twilio(f"update the {kind} {sid}{within(state)}"):
            parameters = self._parameters(self._whole(api, path, state, wanted))
            changed = (
                api.update(path, parameters, in_json=in_json) if parameters else api.fetch(path)
            )
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

    def _shown(self, client: Client, state: Properties) -> Properties:
        try:
            found = self._fetch(client, state["sid"], state)
        except TwilioFailedError:
            # It was created all the same; the next refresh records it.
            return {}
        return as_shown(self.declaration, self.outputs(found, state))

    def _whole(self, api: Api, path: str, state: Properties, wanted: Properties) -> Properties:
        """Add what every change has to name, and to merged objects the keys that stay."""
        if not wanted:
            return wanted
        named = {e.name: state[e.name] for e in self._managed if e.always and e.name in state}
        merged = [each for each in self._managed if each.merged and each.name in wanted]
        # What others have written since is in no state.
        found = api.fetch(path) if merged else {}
        whole = {e.name: merge(e.read(found), wanted[e.name]) for e in merged}
        return named | wanted | whole

    def _find(self, client: Client, inputs: Properties) -> Answer | None:
        declared = self.declaration
        if declared.is_single:
            with asking_twilio(f"read {self._label(inputs)}"):
                api = self._api(client)
                return self._complete(api, api.fetch(declared.path), inputs)
        key = next(each for each in self._managed if each.name == declared.key)
        name = inputs[key.name]
        filters = {key.parameter: name} if declared.filtered else {}
        with asking_twilio(f"look for {self._label(inputs)}{within(inputs)}"):
            listed = list(self._api(client).all(self._path(inputs), filters))
        # Do not rely on how Twilio compares names.
        found = [each for each in listed if each[snake(key.name)] == name]
        if len(found) > 1:
            raise AmbiguousError(
                f"{place_of(inputs)} has {len(found)} {declared.kinds} named {name!r}: "
                f"{', '.join(each['sid'] for each in found)}. Rename all but one, or use another "
                f"{snake(key.name).replace('_', ' ')}"
            )
        return found[0] if found else None

    def _label(self, inputs: Properties) -> str:
        if self.declaration.is_single:
            return f"the {self.declaration.kind}"
        return f"the {self.declaration.kind} {inputs[self.declaration.key]!r}"

    def _parameters(self, values: Properties) -> dict[str, object]:
        path, expected = self.declaration.path, self._expected(values)
        if self.declaration.in_json:
            return {
                snake(each.name): each.to_input(expected[each.name])
                for each in self._managed
                if each.name in expected
            }
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
        if self.declaration.is_single:
            return answer | {"sid": answer["account_sid"]}
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


def place_of(place: Mapping[str, Any]) -> str:
    """Name the place of objects: the workspace, or the account."""
    return str(place.get("workspaceSid", "the account"))


def within(place: Mapping[str, Any]) -> str:
    """Say in which workspace an object is; nothing for one of the account."""
    return f" in {place['workspaceSid']}" if "workspaceSid" in place else ""
