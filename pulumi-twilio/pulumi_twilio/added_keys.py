"""Keys that a resource has added to an object which was there before, and takes out again.

Of a merged property others have keys too. Which ones the resource has added is recorded in the
state, next to the outputs. A key that was there before stays, and so does one whose value is not
the recorded one any more: another stack, or a person, has written it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_twilio.api import Answer
from pulumi_twilio.client import Client
from pulumi_twilio.errors import GoneError, TwilioFailedError, asking_twilio
from pulumi_twilio.json_values import as_object
from pulumi_twilio.objects import Objects
from pulumi_twilio.property_values import Properties

# Names that begin so are the engine's and providers' own: no SDK has them.
ADDED: Final = "__added"


def added(declared: Any, before: Any, recorded: Iterable[str]) -> list[str]:
    """Return the keys of a declared object that are the resource's own.

    Parameters
    ----------
    declared, before
        The declared object, and the one that Twilio had before the change.
    recorded
        The keys that were the resource's own before that.

    Examples
    --------
    >>> added({"mine": 1, "theirs": 2, "old": 3}, {"theirs": 0, "old": 3}, ["old", "gone"])
    ['mine', 'old']
    """
    known, there = set(recorded), _keys(before)
    return sorted(key for key in _keys(declared) if key in known or key not in there)


def without(found: Any, recorded: Any, keys: Iterable[str]) -> Mapping[str, Any] | None:
    """Return what Twilio has without the resource's own keys; None if nothing is to be taken out.

    Parameters
    ----------
    found, recorded
        What Twilio has now, and what the state has.
    keys
        The resource's own.
    """
    there, known = _keys(found), _keys(recorded)
    ours = {key for key in keys if key in there and there[key] == known.get(key)}
    return {key: value for key, value in there.items() if key not in ours} if ours else None


def _keys(value: Any) -> Mapping[str, Any]:
    parsed = as_object(value)
    return parsed if isinstance(parsed, Mapping) else {}


@dataclass(frozen=True)
class AddedKeys(Objects):
    """The keys that a resource adds to an object of which the account has one."""

    def recorded(self, inputs: Properties, before: Properties, state: Properties) -> Properties:
        """Return what is recorded of them; nothing for most kinds.

        Parameters
        ----------
        inputs
            The declared inputs.
        before
            The outputs before the change.
        state
            The recorded outputs; empty for a new resource.
        """
        if not self.declaration.only_adopted:
            return {}
        known = state.get(ADDED, {})
        found = {
            each.name: added(inputs[each.name], before.get(each.name), known.get(each.name, ()))
            for each in self._managed
            if each.merged and each.name in inputs
        }
        own = {name: keys for name, keys in found.items() if keys}
        return {ADDED: own} if own else {}

    def take_out(self, client: Client, sid: str, state: Properties) -> None:
        """Take out of an object what the resource has added to it.

        Raises
        ------
        TwilioFailedError
            Twilio refused, failed, could not be reached, or kept a key.
        """
        own = state.get(ADDED, {})
        if not own:
            return
        kind, path, api = self.declaration.kind, self._object(state, sid), self._api(client)
        try:
            with asking_twilio(f"take out of the {kind} {sid} what was added"):
                left = self._left(api.fetch(path), state)
                parameters = self._parameters(left)
                in_json = self.declaration.in_json
                changed = api.update(path, parameters, in_json=in_json) if left else {}
        except GoneError:
            return
        if left and self._left(changed, state):
            keys = ", ".join(key for keys in own.values() for key in keys)
            raise TwilioFailedError(
                f"could not take {keys} out of the {kind} {sid}: Twilio kept it. Remove it there, "
                "then run this again",
                outcome_unknown=False,
            )

    def _left(self, answer: Answer, state: Properties) -> Properties:
        own = state[ADDED]
        left = {
            each.name: without(each.read(answer), state.get(each.name), own[each.name])
            for each in self._managed
            if each.name in own
        }
        return {name: value for name, value in left.items() if value is not None}
