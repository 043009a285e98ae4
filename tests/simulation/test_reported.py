"""What was once found to lose a customer, or to serve one twice, as short sequences.

Most of them broke a principle when a transfer was decided in many places.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.simulation.plans import ALWAYS, Plan, Step
from tests.simulation.sequences import Simulation
from tests.simulation.wire import KILLED_AFTER, KILLED_MEANWHILE, LATE, SLOW, Fault
from tests.simulation.world import answer_of

IS_MISSING = "is answered with 404"
CLOSE, INVITE, WRITE = "^POST .*/Participants/", "^POST .*/Invites$", "^POST .*/Tasks/WT"
NOW = Step(0, "transfer", "ana", "ben", "now")
OFFER = Step(0, "transfer", "ana", "ben", "accepted")
ACCEPT = Step(1, "accept")
NOT_CLOSED = Fault("0", "is answered with 500", match=CLOSE, times=ALWAYS)

# fmt: off
PLANS: Mapping[str, Plan] = {
    "a detach without an answer lands late": Plan(
        1, kind="chat",
        steps=(NOW,),
        faults=(Fault("0", SLOW, match="^GET .*/Workers/", seconds=3.0),
                Fault("0", LATE, match=WRITE, seconds=12.0, times=ALWAYS)),
    ),
    "who accepted after a failed close has left, and it is asked for again": Plan(
        1, steps=(NOW, ACCEPT, Step(2, "leave", "ben"), Step(4, "again")), faults=(NOT_CLOSED,),
    ),
    "who accepted after a failed close has left, and another is asked for": Plan(
        1,
        steps=(NOW, ACCEPT, Step(2, "leave", "ben"), Step(3, "transfer", "ana", "carla", "now")),
        faults=(NOT_CLOSED,),
    ),
    "who accepted after a kill has left": Plan(
        1, steps=(NOW, ACCEPT, Step(2, "leave", "ben", pause=1.0), Step(4, "again")),
        faults=(Fault("0", KILLED_AFTER, match=CLOSE),),
    ),
    "who accepted leaves, and so does who offered": Plan(
        0,
        steps=(OFFER, Step(1, "accept", pause=0.0), Step(2, "leave", "ben", pause=0.15),
               Step(3, "hear", pause=0.3), Step(4, "leave")),
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
    "who asked leaves while the original is ended": Plan(
        1, switches={"refuses_second_close": True},
        steps=(replace(NOW, pause=0.25), Step(1, "leave")),
    ),
    "a close lands after a request that is refused": Plan(
        1,
        steps=(replace(NOW, to="Impatient", pause=30.0), Step(1, "transfer", "ana", "ben", "now")),
        faults=(Fault("0", LATE, match=CLOSE, seconds=60.0, times=ALWAYS),
                Fault("1", IS_MISSING, match="^GET .*/Workers/")),
    ),
    "an invite of a killed function appears when another was made": Plan(
        1, steps=(NOW, Step(2, "again")),
        faults=(Fault("0", KILLED_MEANWHILE, match=INVITE, seconds=8.0),),
    ),
    "invites into two workflows are lost, and both appear": Plan(
        1,
        steps=(replace(NOW, to="Escalations"), Step(1, "transfer", "ana", "ben", "now")),
        faults=(Fault("0", LATE, match=INVITE, seconds=60.0),
                Fault("1", LATE, match=INVITE, seconds=60.0)),
    ),
    "both have left, and another agent comes into the conversation": Plan(
        0,
        steps=(OFFER, Step(2, "accept"), Step(4, "leave"), Step(3, "leave", "ben"),
               Step(1, "bring_in", "carla"), Step(5, "look")),
    ),
    "a function is killed, and no one asks again": Plan(
        1, steps=(NOW, ACCEPT), faults=(Fault("0", KILLED_AFTER, match=INVITE),),
    ),
    "the new task is deleted while the original is ended": Plan(
        1, steps=(OFFER, ACCEPT, Step(2, "hear", pause=0.4), Step(3, "delete", "ben")),
    ),
}
# What ends the original or the conversation meanwhile, and the kind of task.
ENDED: Mapping[str, tuple[str, float]] = {"delete": ("chat", 0.25), "end": ("conversation", 0.25)}
# fmt: on


@pytest.mark.parametrize("what", PLANS)
def test_what_was_reported_breaks_no_principle(simulated: Simulation, what: str) -> None:
    world, broken = simulated.run(PLANS[what])

    assert broken is None, f"{broken}\n{world.readable()}"
    missed = [one for one in PLANS[what].faults
              if not any(one in invocation.hit for invocation in world.invocations)]  # fmt: skip
    assert not missed, f"these faults have not happened: {missed}"


@pytest.mark.parametrize("act", ENDED)
def test_what_ends_meanwhile_is_not_transferred(simulated: Simulation, act: str) -> None:
    kind, pause = ENDED[act]
    plan = Plan(1, kind=kind, steps=(replace(NOW, pause=pause), Step(1, act)))

    world, broken = simulated.run(plan)

    assert broken is None, f"{broken}\n{world.readable()}"
    [answer] = [answer_of(one) for one in world.invocations if one.name == "0"]
    assert answer is not None
    assert (answer.status, answer.code) == (409, "task_ended"), world.readable()
