"""A customer, the agents, the functions, Twilio and the table, in one process and one time."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import transfer_chat
import transfer_events
from chat_transfer.runtime import Runtime
from tests.functions.lambda_events import Answer, http_event, json_event
from tests.simulation.coroutines import Scheduler
from tests.simulation.environments import Environment, Handler, Invocation
from tests.simulation.plans import Plan
from tests.simulation.principles import Principles
from tests.simulation.table import Client, Items
from tests.simulation.twilio import TwilioSession
from tests.simulation.virtual import Current
from tests.simulation.wire import Wire
from transfer_stack.workflow import Timeouts, workflow_configuration
from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import contact_centre
from twilio_emulator.taskrouter.model import Task, Workflow
from twilio_emulator.twilio import EmulatedTwilio

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
TABLE = "transfers"
TRANSFER_WORKFLOW = "WW" + "0" * 31 + "1"
IMPATIENT = "WW" + "0" * 31 + "2"
EVENTS = frozenset({"reservation.accepted", "reservation.rejected", "reservation.timeout",
                    "reservation.wrapup", "task.canceled", "task.completed", "task.deleted",
                    "task.system-deleted"})  # fmt: skip
# As they are deployed.
TRANSFER_SECONDS, EVENTS_SECONDS = 25.0, 50.0
VISIBILITY_SECONDS, DELIVERIES = 300.0, 5


class World:
    """One sequence.

    Attributes
    ----------
    log : list of str
        What happened, the same for the same plan.
    """

    def __init__(self, plan: Plan, current: Current) -> None:
        self.plan = plan
        self.log: list[str] = []
        self.began_at = START.timestamp()
        self.scheduler = Scheduler(self._moved)
        self.clock = ManualClock(START)
        self.centre = contact_centre(self.clock, Random(plan.seed), work=False)
        self.twilio = EmulatedTwilio(self.centre.account)
        self.centre.account.settings.change(plan.switches)
        self.items = Items(self.scheduler, plan.index_lag)
        self.wire = Wire(self.scheduler, self.note)
        self.invocations: list[Invocation] = []
        self.cause: Invocation | str = "the beginning"
        self._environments: list[tuple[Handler, Environment]] = []
        self._events = self._minutes = 0
        self.ticks = True
        current.begin(self.scheduler, START.timestamp(), Random(f"{plan.seed} functions"))
        self._add_workflows()
        make = self.centre.chat_task if plan.kind == "chat" else self.centre.conversation_task
        self.task_sid = make()
        self.principles = Principles(self)
        self.centre.workspace.publish = self._publish
        self.scheduler.at(60 * Random(plan.seed).random(), self._minute)

    def note(self, who: str, what: str) -> None:
        """Add a line to the log."""
        self.log.append(f"{self.scheduler.now:10.3f} [{who}] {what}")

    def readable(self) -> str:
        """The log, with names for SIDs."""
        text = "\n".join(line for line in self.log if not self._is_idle(line))
        centre = self.centre
        names = {sid: f"{name}'s WK" for name, sid in centre.workers.items()}
        names |= {sid: f"{name} WW" for name, sid in centre.workflows.items()}
        names |= {sid: f"{name} WQ" for name, sid in centre.queues.items()}
        names |= {f"/taskrouter/v1/Workspaces/{centre.workspace_sid}": ""}
        key, interaction = self.principles.key, self.principles.interaction_sid
        names |= {f"/flex-api/v1/Interactions/{interaction}/Channels/{key}": "/Channel"}
        names[key] = "conversation"
        names[centre.account_sid] = "AC"
        tasks = dict.fromkeys(self.principles.known)
        names |= {sid: f"task {number}" for number, sid in enumerate(tasks)}
        for number, sid in enumerate(centre.account.flex.participants):
            names[sid] = f"participant {number}"
        for sid, name in names.items():
            text = text.replace(sid, name)
        return text

    def _is_idle(self, line: str) -> bool:
        """Whether a line is of a look at the index that found nothing."""
        who = line[12:].partition("]")[0]
        return who in {one.name for one in self.invocations if one.calls == ["Scan"]}

    # Functions

    def transfer(self, name: str, fields: dict[str, Any]) -> Invocation:
        """Send a request for a transfer."""
        return self._http(name, json_event("/transfer-chat", fields))

    def offer(self, name: str, method: str, task_sid: str, token: str) -> Invocation:
        """Ask what became of an offer, take it back, or leave to who has joined."""
        if method == "POST":
            fields = {"Token": token, "end": "leave"}
            return self._http(name, json_event(f"/transfers/{task_sid}", fields))
        headers = {"Authorization": f"Bearer {token}"}
        return self._http(name, http_event(method, f"/transfers/{task_sid}", headers=headers))

    def look(self, name: str) -> Invocation:
        """Let the schedule start a function."""
        return self.invoke(name, transfer_events.handler, {"source": "schedule"}, EVENTS_SECONDS)

    def deliver(self, name: str, task_sid: str, nth: int = 1) -> None:
        """Let the queue deliver an event, again later if it was not taken."""
        body = json.dumps({"data": {"payload": {"task_sid": task_sid}}})
        record = {"messageId": name, "eventSource": "aws:sqs", "body": body}
        invocation = self.invoke(
            name, transfer_events.handler, {"Records": [record]}, EVENTS_SECONDS
        )

        def check() -> None:
            is_taken = invocation.answer == {"batchItemFailures": []}
            if not is_taken and nth < DELIVERIES and self.ticks:
                self.deliver(f"{name}+", task_sid, nth + 1)

        self.scheduler.at(self.scheduler.now + VISIBILITY_SECONDS, check)

    def invoke(
        self, name: str, handler: Handler, event: dict[str, Any], seconds: float
    ) -> Invocation:
        """Run a handler in an execution environment that is free, or in another one."""
        environment = next(
            (one for of, one in self._environments if of is handler and one.is_idle), None
        )
        if environment is None:
            environment = Environment(self.scheduler)
            self._environments.append((handler, environment))
        faults = [one for one in self.plan.faults if one.of == name]
        random = Random(f"{self.plan.seed} {name}")
        invocation = Invocation(name, self.scheduler, seconds, faults, random, self._causes)
        self.invocations.append(invocation)
        invocation.when_ended = self.principles.ended
        warm = environment

        def run(event: dict[str, Any], context: Any) -> Any:
            if warm.runtime is None:
                warm.runtime = self._cold_start()
            answer = handler(event, context)
            self.note(name, f"answers {_shown(answer)}")
            return answer

        environment.run(invocation, run, event)
        return invocation

    def running(self) -> list[Invocation]:
        """The invocations that have not ended."""
        return [one for one in self.invocations if one.ended_at is None]

    def _http(self, name: str, event: dict[str, Any]) -> Invocation:
        return self.invoke(name, transfer_chat.handler, event, TRANSFER_SECONDS)

    def _cold_start(self) -> Runtime:
        runtime = Runtime()
        runtime._session = TwilioSession(self.twilio, self.wire)  # type: ignore[assignment]
        runtime._dynamodb = Client(self.scheduler, self.wire, self.items)  # type: ignore[assignment]
        return runtime

    def _minute(self) -> None:
        name = f"minute {self._minutes}"
        if not self.ticks:
            return
        # A look that would find nothing takes most of a sequence's time.
        if self.items.scan() or any(one.of == name for one in self.plan.faults):
            self.look(name)
        self._minutes += 1
        self.scheduler.at(self.scheduler.now + 60, self._minute)

    # Time, and who changes what

    def now(self) -> datetime:
        """The virtual time."""
        return START + timedelta(seconds=self.scheduler.now)

    def act(self, who: str, change: Callable[[], None]) -> None:
        """Let someone who is no function change something."""
        self._changed_by(who, change)

    def _causes(self, invocation: Invocation, change: Callable[[], None]) -> None:
        self._changed_by(invocation, change)

    def _changed_by(self, cause: Invocation | str, change: Callable[[], None]) -> None:
        previous, self.cause = self.cause, cause
        change()
        self.cause = previous
        self.principles.check()

    def _moved(self, moment: float) -> None:
        target = START + timedelta(seconds=moment)
        due = self.twilio.next_due()
        seconds = (target - self.clock.now()).total_seconds()
        if due is not None and due <= target:
            self._changed_by("time", lambda: self.twilio.advance(seconds))
        else:
            self.clock.advance(seconds)

    def _publish(self, name: str, task: Task, reservation: Any) -> None:
        who = self.cause if isinstance(self.cause, str) else self.cause.name
        whom = f" for {self.centre.name_of(reservation.worker_sid)}" if reservation else ""
        self.note(who, f"  {name} {task.sid}{whom}")
        self.principles.note(name, task)
        if name in EVENTS and self.plan.hand_over and self.plan.events:
            self._queue(task.sid)

    def _queue(self, task_sid: str) -> None:
        """Send an event on its way: it comes late, twice or never."""
        nth, self._events = self._events, self._events + 1
        random = Random(f"{self.plan.seed} event {nth}")
        if random.random() < 0.25:
            return
        for copy in range(1 if random.random() < 0.8 else 2):
            delay = random.choice((0.2, 0.4, 1.0, 1.5, 3.0, 20.0))
            name = f"event {nth}{'b' * copy}"
            at = self.scheduler.now + delay + copy * random.random()
            self.scheduler.at(at, lambda name=name: self.deliver(name, task_sid))  # type: ignore[misc]

    def _add_workflows(self) -> None:
        centre, now = self.centre, self.clock.now()
        queues = [centre.queues[name] for name in ("Sales", "Support", "Escalations")]
        everyone = centre.queues["Everyone"]
        routing = workflow_configuration(everyone, queues, Timeouts(60, 300, 600), offers=True)
        billing = {"queue": centre.queues["Billing"], "timeout": 20}
        impatient = {"task_routing": {"filters": [{"expression": "1==1", "targets": [billing]}]}}
        workflows = {
            "Chat transfer": (TRANSFER_WORKFLOW, routing),
            "Impatient": (IMPATIENT, impatient),
        }
        for name, (sid, configuration) in workflows.items():
            centre.workspace.tables.workflows[sid] = Workflow(
                sid, name, json.dumps(configuration), now, now
            )
            centre.workflows[name] = sid


def answer_of(invocation: Invocation) -> Answer | None:
    """The HTTP answer of an invocation; None if it gave none."""
    given = invocation.answer
    if not isinstance(given, dict) or "statusCode" not in given:
        return None
    return Answer(given["statusCode"], given.get("headers", {}), given.get("body", ""))


def _shown(answer: Any) -> str:
    if isinstance(answer, dict) and "statusCode" in answer:
        body = json.loads(answer["body"])
        kept = ("code", "rolledBack", "agentRejoined", "taskSid", "newTaskSid", "state")
        told = {name: body[name] for name in kept if name in body}
        return f"{answer['statusCode']} {json.dumps(told)}"
    return json.dumps(answer)
