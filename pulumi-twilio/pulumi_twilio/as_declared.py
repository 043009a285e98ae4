"""Properties that Twilio may show in another way than they were declared: without a password.

Whether one was changed at Twilio is told by comparing what Twilio shows now with what it showed
before. The latter is recorded in the state, next to the outputs. What Twilio shows in another way
than before is no change if it may still be what was declared. All of it is pure.
"""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from pulumi_twilio.declaration import Declaration, Property
from pulumi_twilio.property_values import Properties

# Names that begin so are the engine's and providers' own: no SDK has them.
SHOWN: Final = "__shown"


def as_shown(declared: Declaration, outputs: Properties) -> Properties:
    """Return what is recorded of Twilio's answer for the next comparison; nothing for most kinds.

    Parameters
    ----------
    declared
        The kind of object.
    outputs
        The outputs of Twilio's answer.

    Returns
    -------
    Properties
        To be added to the outputs.
    """
    shown = {each.name: outputs[each.name] for each in _of(declared) if each.name in outputs}
    return {SHOWN: shown} if shown else {}


def as_declared(declared: Declaration, known: Properties, shown: Properties) -> Properties:
    """Return such properties as they were declared, but for what has changed at Twilio since.

    Parameters
    ----------
    declared
        The kind of object.
    known
        The recorded outputs, or for a new object what it was declared with.
    shown
        The outputs of Twilio's answer.

    Returns
    -------
    Properties
        To be added to the outputs.
    """
    before = known.get(SHOWN, {})
    return {
        name: known[name] | _changed(known[name], before.get(name, {}), shown.get(name, {}))
        for name in (each.name for each in _of(declared))
        if name in known
    }


def _of(declared: Declaration) -> Iterable[Property]:
    return (each for each in declared.managed if each.as_declared)


def may_be(shown: Any, declared: Any) -> bool:
    """Whether what Twilio shows may be the declared value.

    How a URL with a password is shown is not documented: as it is, masked, or without it. Another
    password that is shown, another address or another option are something else.
    """
    try:
        url, meant = urlsplit(str(shown)), urlsplit(str(declared))
    except ValueError:
        return bool(shown == declared)
    if not url.netloc or not meant.netloc:
        return shown == declared or _is_masked(str(shown))
    if url.password and not _is_masked(url.password):
        return url == meant
    return _without_credentials(url) == _without_credentials(meant)


def _changed(known: Properties, before: Properties, now: Properties) -> Properties:
    # What Twilio shows besides is its own default, and what it does not show is not known.
    compared = known.keys() & before.keys() & now.keys()
    return {
        key: now[key]
        for key in compared
        if before[key] != now[key] and not may_be(now[key], known[key])
    }


def _without_credentials(url: SplitResult) -> SplitResult:
    return url._replace(netloc=url.netloc.rpartition("@")[2])


def _is_masked(text: str) -> bool:
    """Whether a text hides another: one character again and again, such as an asterisk."""
    return len(text) > 1 and len(set(text)) == 1
