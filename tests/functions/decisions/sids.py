"""The SIDs of a small world."""


def sid_of(prefix: str, number: int) -> str:
    """A SID of Twilio's form."""
    return f"{prefix}{number:032x}"


INTERACTION, CHANNEL, CONVERSATION = sid_of("KD", 1), sid_of("UO", 1), sid_of("CH", 1)
TRANSFER = sid_of("WW", 1)  # the stack's own workflow
WORKFLOW = sid_of("WW", 2)  # a workflow of the company's own, which may cancel a task
QUEUE = sid_of("WQ", 1)
AGENTS = {name: sid_of("WK", number) for number, name in enumerate("ABCD", 1)}
NAMES = {
    TRANSFER: "the transfer workflow",
    WORKFLOW: "the workflow",
    QUEUE: "the queue",
    **{sid: name for name, sid in AGENTS.items()},
}


def task_sid(number: int) -> str:
    """The SID of a task by its place in the world."""
    return sid_of("WT", number)


def number_of(sid: str) -> int:
    """The place of a task in the world."""
    return int(sid[2:], 16)


def named(sid: str) -> str:
    """A SID as a person says it."""
    return NAMES.get(sid) or (f"WT{number_of(sid)}" if sid.startswith("WT") else sid)
