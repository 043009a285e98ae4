"""A request that is sent again when the world has moved on: it makes nothing worse."""


import pytest

from tests.functions.conftest import Aws, Deployment
from tests.functions.cutting import cut_off_after
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import SID, Call
from tests.functions.served import served

pytestmark = pytest.mark.usefixtures("short_waits")

TASKS = f"/taskrouter/v1/Workspaces/{SID}/Tasks"
CREATION = Call("POST", TASKS, 1)
WRITE = Call("POST", f"{TASKS}/{SID}", 1)
CLOSE = Call("POST", f"/flex-api/v1/Interactions/{SID}/Channels/{SID}/Participants/{SID}", 1)


def test_an_agent_who_is_getting_the_chat_back_is_not_made_to_leave(
    deployment: Deployment, aws: Aws
) -> None:
    """The function was killed both times, on the way to Dev and on the way back to Ana."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    cut_off_after(deployment, WRITE, case.task_sid)
    let_locks_run_out(aws)
    [devs] = [task for task in case.leading_to_customer() if task.sid != case.task_sid]
    assert centre.accept(devs.sid) == "dev"
    cut_off_after(deployment, CREATION, devs.sid, "ana", "dev")
    let_locks_run_out(aws)
    [anas] = [task for task in case.leading_to_customer() if centre.offered_to(task.sid)]
    assert centre.accept(anas.sid) == "ana"

    answer = deployment.transfer(case.task_sid, centre.workers["dev"])

    assert answer.body == {"taskSid": devs.sid}
    assert "ana_40example_2Ecom" in centre.present_in(case.room_sid)
