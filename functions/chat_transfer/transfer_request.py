"""What a caller asks for, once its form has been checked."""

from dataclasses import dataclass, field

from chat_transfer.targets import Target


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """What the body of ``POST /transfer-chat`` asks for.

    Attributes
    ----------
    task_sid : str
        ``WT…``, the task to be transferred.
    target : Target
        Where to.
    token : str
        The Flex token of whoever asks.
    """

    task_sid: str
    target: Target
    token: str = field(repr=False)
