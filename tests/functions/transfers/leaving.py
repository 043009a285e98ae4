"""An agent who has left the chat, as the plugin makes them before a transfer at once."""

from tests.functions.conftest import Deployment
from tests.functions.refusals import ANA


def leave(deployment: Deployment, task_sid: str) -> str:
    """Let Ana leave the chat channel or the conversation of a task; give back its SID."""
    centre, client = deployment.twilio.centre, deployment.client
    attributes = centre.attributes(task_sid)
    if "channelSid" in attributes:
        channel_sid: str = attributes["channelSid"]
        service = client.chat.v2.services(centre.account.flex.chat_service_sid)
        service.channels(channel_sid).members(ANA).delete()
        return channel_sid
    conversation_sid: str = attributes["conversationSid"]
    participants = client.conversations.v1.conversations(conversation_sid).participants
    [own] = [one for one in participants.list() if one.identity == ANA]
    participants(own.sid or "").delete()
    return conversation_sid
