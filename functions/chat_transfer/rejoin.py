"""The agent back in the chat: the plugin makes them leave before it calls us.

When a transfer fails and the customer stays with the agent who holds the task, that agent is put
into the chat again. It is best effort, and never hides the problem that led here.
"""

from aws_lambda_powertools import Logger

from chat_transfer.agents import may_transfer
from chat_transfer.attributes import channel_in
from chat_transfer.handover import Handover
from chat_transfer.handover_kinds import handover_of
from chat_transfer.preparation import holder_identity
from chat_transfer.problems import Forbidden, Problem
from chat_transfer.situation import Situation, SituationReader
from chat_transfer.twilio_context import TwilioContext
from chat_transfer.twilio_failures import TwilioFailure

logger = Logger(child=True)


def rejoin(
    twilio: TwilioContext,
    situation: Situation,
    problem: Problem,
    handover: Handover | None = None,
) -> None:
    """Put the agent who holds the task now into the chat again, and say so in the problem.

    Only for a caller who may transfer the task, not after a 403, and not when the chat is theirs no
    more. A supervisor who asked is never joined, unless they hold the task themselves.

    Parameters
    ----------
    handover : Handover or None
        Of the task, where an attempt has come so far.
    """
    if isinstance(problem, Forbidden) or not problem.customer_stays:
        return
    twilio.budget.release_undo()
    try:
        original, holder_sid = SituationReader(twilio).held_task(situation.task_sid)
        if original is None or not may_transfer(situation.caller, [holder_sid]):
            return
        if holder_sid is None or original.is_ended:
            return
        handover = handover or handover_of(
            twilio, original, holder_sid, channel_in(original.attributes)
        )
        identity = holder_identity(twilio, situation, holder_sid)
        if handover is None or identity is None:
            return
        handover.join(identity)
        problem.agent_rejoined = True
    except TwilioFailure as failure:
        logger.warning("agent not rejoined", failure=repr(failure))
        problem.agent_rejoined = False
    except Exception:
        logger.exception("agent not rejoined")
        problem.agent_rejoined = False
