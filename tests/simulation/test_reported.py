"""What was once found to lose a customer, or to serve one twice, as short sequences.

Each of them broke a principle when a transfer was decided in many places.
"""

from collections.abc import Mapping

import pytest

from tests.simulation.plans import ALWAYS, Plan, Step
from tests.simulation.sequences import Simulation
from tests.simulation.wire import KILLED_AFTER, LATE, SLOW, Fault

FAILS, IS_MISSING = "is answered with 500", "is answered with 404"
CLOSE, INVITE, WRITE = "^POST .*/Participants/", "^POST .*/Invites$", "^POST .*/Tasks/WT"
NOW = Step(0, "transfer", "ana", "ben", "now")
OFFER = Step(0, "transfer", "ana", "ben", "accepted")
ACCEPT = Step(1, "accept")
NOT_CLOSED = Fault("0", FAILS, match=CLOSE, times=ALWAYS)
KILLED = Fault("0", KILLED_AFTER, match=INVITE)

PLANS: Mapping[str, Plan] = {
    "a detach without an answer lands when the function has ended": Plan(
        1, kind="chat",
        steps=(NOW,),
        faults=(
            Fault("0", SLOW, match="^GET .*/Workers/", seconds=5.0, times=2),
            Fault("0", LATE, match=WRITE, seconds=24.0, times=ALWAYS),
        ),
    ),
    "who accepted after a failed close has left, and it is asked for again": Plan(
        1, steps=(NOW, ACCEPT, Step(2, "leave", "ben"), Step(4, "again")), faults=(NOT_CLOSED,),
    ),
    "who accepted after a failed close has left, and another is asked for": Plan(
        1,
        steps=(NOW, ACCEPT, Step(2, "leave", "ben"), Step(3, "transfer", "ana", "carla", "now")),
        faults=(NOT_CLOSED,),
    ),
    "who accepted after a kill has left, and it is asked for again": Plan(
        1, steps=(NOW, ACCEPT, Step(2, "leave", "ben", pause=40.0), Step(4, "again")),
        faults=(KILLED,),
    ),
    "who accepted has left, and so has who offered": Plan(
        1, events=False,
        steps=(OFFER, ACCEPT, Step(2, "leave", "ben"), Step(3, "leave"), Step(4, "hear")),
    ),
    "who accepted passes the chat on to a workflow that cancels": Plan(
        1, events=False,
        steps=(OFFER, ACCEPT, Step(2, "transfer", "ben", "Impatient", "now", pause=25.0),
               Step(3, "hear"), Step(4, "look")),
    ),
    "who has the chat again repeats an old request": Plan(
        1,
        steps=(NOW, ACCEPT, Step(2, "transfer", "ben", "ana", "now"), Step(3, "accept"),
               Step(5, "again")),
    ),
    "who offered leaves while it ends": Plan(
        1, switches={"refuses_second_close": True},
        steps=(Step(0, "transfer", "ana", "ben", "now", pause=0.25), Step(1, "leave")),
    ),
    "a close lands after a request that is refused": Plan(
        1,
        steps=(Step(0, "transfer", "ana", "Impatient", "now", pause=30.0),
               Step(1, "transfer", "ana", "ben", "now")),
        faults=(Fault("0", LATE, match=CLOSE, seconds=60.0, times=ALWAYS),
                Fault("1", IS_MISSING, match="^GET .*/Workers/")),
    ),
    "a lost invite appears when the second one is accepted": Plan(
        1, steps=(NOW, Step(2, "again"), Step(3, "accept")),
        faults=(Fault("0", LATE, match=INVITE, seconds=50.0),),
    ),
    "invites into two workflows are lost, and both appear": Plan(
        1,
        steps=(Step(0, "transfer", "ana", "Escalations", "now"),
               Step(1, "transfer", "ana", "ben", "now")),
        faults=(Fault("0", LATE, match=INVITE, seconds=60.0),
                Fault("1", LATE, match=INVITE, seconds=60.0)),
    ),
    "another agent serves the customer when both have left": Plan(
        1, events=False,
        steps=(OFFER, Step(1, "bring_in", "carla"), Step(2, "cancel"), Step(3, "leave"),
               Step(4, "look")),
    ),
    "a function is killed, and no one asks again": Plan(1, steps=(NOW, ACCEPT), faults=(KILLED,)),
    "the original is deleted before its channel is taken off": Plan(
        1, kind="chat",
        steps=(Step(0, "transfer", "ana", "ben", "now", pause=0.25), Step(1, "delete")),
    ),
    "the chat is ended while its transfer runs": Plan(
        1, steps=(Step(0, "transfer", "ana", "ben", "now", pause=0.25), Step(1, "end")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANS)
def test_what_was_reported_breaks_no_principle(simulated: Simulation, what: str) -> None:
    world, broken = simulated.run(PLANS[what])

    assert broken is None, f"{broken}\n{world.readable()}"
    missed = [one for one in PLANS[what].faults
              if not any(one in invocation.hit for invocation in world.invocations)]  # fmt: skip
    assert not missed, f"these faults have not happened: {missed}"
