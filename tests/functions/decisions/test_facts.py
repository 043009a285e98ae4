"""`decide` holds to its principles in every combination of facts, see `facts`."""

from chat_transfer.transfer.decide import decide
from tests.functions.decisions.facts import Held, combinations


def test_every_move_keeps_to_the_principles() -> None:
    broken = [
        f"{move} of {wanted}, {facts}"
        for wanted, facts in combinations()
        if not Held(wanted, facts).holds(move := decide(wanted, facts))
    ]
    assert not broken, broken[0]
