"""How observations are read: pure functions from what was seen to a finding."""

from collections.abc import Callable, Sequence

from twilio_emulator.probe.experiment import Finding, Observation, no, unclear, yes


def yes_or_no(answer: Observation, question: str) -> Finding:
    """Return whether a call was carried out; unclear if its error is not about the call itself."""
    if answer.ok:
        return yes(f"{question}: {answer.status}")
    # Of the errors of a caller, these say nothing about what was asked.
    if answer.status in {401, 402, 403, 408, 429}:
        return unclear(f"{question}: {answer.status}, {error_of(answer)}")
    return no(f"{question}: refused with {answer.status}, {error_of(answer)}")


def negated(finding: Finding) -> Finding:
    """Return the opposite of a clear finding."""
    if not finding.clear:
        return finding
    return Finding(not finding.position, finding.because)


def error_of(answer: Observation) -> str:
    """Return the code and the message of an error."""
    return f"{answer['code']}: {answer['message']}"


def time_until(
    looks: Sequence[Observation],
    mark: Observation,
    happened: Callable[[Observation], object],
    what: str,
    after: float = 0.0,
) -> Finding:
    """Return how long after a call something happened.

    A look sees the state of some moment between its sending and its answer, and a call takes effect
    between these, too. So the time lies between two bounds, and is given as the upper one; as 0 if
    the first look saw it.

    Parameters
    ----------
    after
        So many seconds pass by themselves, and do not count.
    """
    earlier = [look for look in looks if not happened(look)]
    later = [look for look in looks if happened(look)]
    if not looks or not later:
        seconds = looks[-1].sent - mark.at - after if looks else 0.0
        return unclear(f"{what} was not seen within {max(seconds, 0):.1f} s")
    latest = _seconds(later[0].at - mark.sent - after)
    earliest = _seconds(earlier[-1].sent - mark.at - after) if earlier else 0.0
    if not earlier or (after and earliest == 0):
        return Finding(0.0, f"{what} was seen at once, within {latest} s", between=(0.0, latest))
    return Finding(
        latest, f"{what} was seen between {earliest} and {latest} s", between=(earliest, latest)
    )


def _seconds(number: float) -> float:
    return round(max(number, 0.0), 2)
