"""A creation that takes effect without an answer, and whose search fails: two tasks are left."""

from local.twilio.faults import Faults


def lose_creation(faults: Faults) -> None:
    """Let the creation take effect without an answer, and the search for it fail."""
    faults.close(method="POST", path="/Tasks$", takes_effect=True, times=None)
    faults.status(500, method="GET", path="/Tasks$", times=None)
