"""Which kind of handover a task needs."""

from chat_transfer.channel_handover import ChannelHandover
from chat_transfer.handover import Handover
from chat_transfer.interaction_handover import InteractionHandover, is_interaction
from chat_transfer.taskrouter import Task
from chat_transfer.twilio_context import TwilioContext


def handover_of(
    twilio: TwilioContext, original: Task, holder_sid: str, channel_sid: str | None
) -> Handover | None:
    """Choose the handover of a task.

    Parameters
    ----------
    holder_sid : str
        The worker who holds the task.
    channel_sid : str or None
        Its ``channelSid``, which an attempt that was cut off may have taken from it already.

    Returns
    -------
    Handover or None
        None for a task of neither kind: a call, or one without a channel to a customer.
    """
    if is_interaction(original):
        return InteractionHandover(twilio, original, holder_sid)
    if channel_sid:
        return ChannelHandover(twilio, original, channel_sid)
    return None
