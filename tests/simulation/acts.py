"""What agents, supervisors and customers do, and what they ask for."""

from typing import Any
from urllib.parse import urlencode

from tests.simulation.environments import Invocation
from tests.simulation.plans import AGENTS, Step
from tests.simulation.principles import Asked, BrokenError
from tests.simulation.world import TRANSFER_WORKFLOW, World, answer_of
from twilio_emulator.flex import rooms
from twilio_emulator.taskrouter.lifecycle import cancel, remove
from twilio_emulator.taskrouter.model import Task, TaskStatus


class Acts:
    """Carries out the steps of a sequence. One that is not possible now does nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._centre = world.centre
        self._requests: list[dict[str, Any]] = []
        self._pending: list[tuple[Invocation, Asked | None, str]] = []

    def do(self, step: Step) -> None:
        """Carry out a step."""
        self._world.note("step", f"{step.number}: {step.act} {step.by} {step.to} {step.when}")
        getattr(self, step.act)(step)

    # Requests

    def transfer(self, step: Step) -> None:
        """Ask for a transfer of the task that someone has; the plugin has made them leave."""
        held = self._held(step.by if step.by != "sam" else "")
        task_sid = held[-1].sid if held else None
        if task_sid is None:
            return
        fields: dict[str, Any] = {
            "Token": self._centre.token_of(step.by),
            "taskSid": task_sid,
            "targetSid": self._target(step.to),
        }
        if step.when:
            fields["handOver"] = step.when
        if step.number % 2:
            attributes = self._centre.attributes(task_sid)
            for name in ("flexInteractionSid", "flexInteractionChannelSid"):
                fields[name] = attributes.get(name)
        self._requests.append(fields)
        default = "now" if self._world.plan.kind == "chat" else self._world.plan.hand_over
        if (step.when or default or "now") == "now":
            self._leave_room(task_sid)
        self._send(step, fields)

    def _leave_room(self, task_sid: str) -> None:
        """The plugin makes an agent leave before it asks for a transfer that ends now."""
        flex, agent = self._centre.account.flex, self._centre.holder_of(task_sid)
        room_sid = self._world.principles.room_sid
        for table in (flex.conversation_participants, flex.chat_members):
            here = rooms.find(table, room_sid, f"{agent}_40example_2Ecom")
            if here is not None:
                del table[here.sid]

    def hear(self, step: Step) -> None:
        """The queue delivers an event of the latest task."""
        self._world.deliver(str(step.number), list(self._world.principles.known)[-1])

    def again(self, step: Step) -> None:
        """Repeat an earlier request."""
        if self._requests:
            self._send(step, self._requests[-1 - step.number % len(self._requests)])

    def take_back(self, step: Step) -> None:
        """Take back what was offered, of the task of the last request."""
        self._about_offer(step, "DELETE")

    def hand_on(self, step: Step) -> None:
        """Leave the customer to the agent who has joined."""
        self._about_offer(step, "POST")

    def read(self, step: Step) -> None:
        """Ask what became of it."""
        self._about_offer(step, "GET")

    def look(self, step: Step) -> None:
        """Let the schedule start one more function."""
        self._world.look(str(step.number))

    def _send(self, step: Step, fields: dict[str, Any]) -> None:
        invocation = self._world.transfer(str(step.number), fields)
        when = fields.get("handOver", self._world.plan.hand_over or "now")
        asked = Asked(invocation, fields["taskSid"], fields["targetSid"], when)
        self._world.principles.ask(asked)
        invocation.when_answered = lambda: self._answered(asked)

    def _answered(self, asked: Asked) -> None:
        answer = answer_of(asked.invocation)
        if answer is None:
            return
        if answer.body.get("agentRejoined") and not self._world.principles.is_over:
            self._check_rejoined(asked, answer.text)
        self._world.principles.answered(asked, answer.status, answer.body)

    def _check_rejoined(self, asked: Asked, what: str) -> None:
        agent = self._centre.holder_of(asked.task_sid)
        present = self._centre.present_in(self._world.principles.room_sid)
        if agent and f"{agent}_40example_2Ecom" not in present:
            raise BrokenError("agentRejoined is true, and the agent is not in the chat", what)

    def _about_offer(self, step: Step, method: str) -> None:
        if not self._requests:
            return
        fields = self._requests[-1]
        invocation = self._world.offer(str(step.number), method, fields["taskSid"], fields["Token"])

        def answered() -> None:
            answer = answer_of(invocation)
            if answer and answer.status == 200 and answer.body["state"] in {
                "cancelled", "declined"
            }:  # fmt: skip
                self._world.principles.taken_back(fields["taskSid"], answer.text)

        invocation.when_answered = answered

    # What agents do in Flex

    def accept(self, step: Step) -> None:  # noqa: ARG002
        """The agent who is offered a task accepts it."""
        offered = [one for one in self._waiting() if self._centre.offered_to(one.sid)]
        if offered:
            self._do(lambda: self._centre.accept(offered[-1].sid))

    def reject(self, step: Step) -> None:  # noqa: ARG002
        """The agent who is offered a task rejects it."""
        offered = [one for one in self._waiting() if self._centre.offered_to(one.sid)]
        if offered:
            self._do(lambda: self._centre.reject(offered[-1].sid))

    def leave(self, step: Step) -> None:
        """An agent completes their task; the last one ends the conversation."""
        held = self._held(step.by)
        if not held:
            return
        others = [one for one in self._world.principles.leading() if one.sid != held[-1].sid]
        if not others and not self._world.principles.under_way():
            self.end(step)
        if self._centre.holder_of(held[-1].sid):
            self._ends_chat(held[-1])
            self._do(lambda: self._centre.complete(held[-1].sid))

    def wrap(self, step: Step) -> None:
        """An agent leaves the chat, and wraps up."""
        held = [one for one in self._held(step.by) if one.status is TaskStatus.ASSIGNED]
        if held:
            self._do(lambda: self._centre.wrap(held[-1].sid))

    def end(self, step: Step) -> None:  # noqa: ARG002
        """The conversation is ended, by its agent or by the customer."""
        centre, room = self._centre, self._world.principles
        found = [one for one in centre.account.flex.channels.values()
                 if one.conversation_sid == room.room_sid]  # fmt: skip
        for channel in found:
            path = f"/flex-api/v1/Interactions/{channel.interaction_sid}/Channels/{channel.sid}"
            form = urlencode({"Status": "closed", "Routing": '{"status": "closed"}'}).encode()
            headers = {"Authorization": centre.account.authorization}
            self._do(lambda: self._world.twilio.request("POST", path, "", headers, form))
        if not found:
            for task in self._held(""):
                self._ends_chat(task)
                self._do(lambda task=task: centre.complete(task.sid))

    def go_away(self, step: Step) -> None:
        """An agent goes away."""
        if step.by in AGENTS:
            self._do(lambda: self._centre.set_activity(step.by, "Offline"))

    def come_back(self, step: Step) -> None:
        """An agent comes back."""
        if step.by in AGENTS:
            self._do(lambda: self._centre.set_activity(step.by, "Available"))

    def cancel(self, step: Step) -> None:  # noqa: ARG002
        """A workflow cancels a task that waits, while another is open.

        That of the stack cancels only what is offered.
        """
        waiting = [one for one in self._waiting()
                   if one.workflow_sid != TRANSFER_WORKFLOW
                   or one.attribute("transferHandOver") == "accepted"]  # fmt: skip
        if waiting and len(self._world.principles.leading()) > 1:
            workspace = self._centre.workspace
            self._do(lambda: cancel(workspace, workspace.task(waiting[-1].sid), "by the company"))

    def delete(self, step: Step) -> None:
        """An administrator deletes an agent's task, while another is open."""
        held = self._held(step.by)
        if held and len(self._world.principles.leading()) > 1:
            workspace = self._centre.workspace

            def delete() -> None:
                task = workspace.task(held[-1].sid)
                workspace.publish("task.deleted", task, None)
                remove(workspace, task)

            self._do(delete)

    def bring_in(self, step: Step) -> None:
        """An agent comes into the conversation by other means than a transfer."""
        principles = self._world.principles
        if self._world.plan.kind == "chat" or step.by not in AGENTS or self._held(step.by):
            return
        leading = principles.leading()
        if leading and not principles.is_over:
            added: list[str] = []
            self._do(lambda: added.append(self._centre.add_agent(leading[0].sid, step.by)))
            principles.known[added[0]] = "by other means"
            principles.brought_in.add(added[0])

    def all_work(self) -> None:
        """Agents end what they wrap up, come back, and take what waits."""
        for task in self._held(""):
            if task.status is TaskStatus.WRAPPING:
                self._ends_chat(task)
                self._do(lambda sid=task.sid: self._centre.complete(sid))
        for agent in AGENTS:
            self._do(lambda agent=agent: self._centre.set_activity(agent, "Available"))
        for task in self._waiting():
            if self._centre.offered_to(task.sid):
                self._do(lambda sid=task.sid: self._centre.accept(sid))

    def part(self) -> None:
        """One of two agents leaves, if one had joined the other."""
        principles = self._world.principles
        if not principles.is_joined():
            return
        original = principles.wanted()["original"]
        both = [original, *(sid for sid, made in principles.made.items() if made.of == original)]
        held = [one.sid for one in self._held("") if one.sid in both]
        self._do(lambda: self._centre.complete(held[self._world.plan.seed % len(held)]))

    def _do(self, change: Any) -> None:
        self._world.principles.trouble_at = self._world.scheduler.now
        self._world.act("agents", change)

    def _ends_chat(self, task: Task) -> None:
        """A Programmable Chat ends with its task, whatever the Janitor does."""
        attributes = self._centre.attributes(task.sid)
        if self._world.plan.kind == "chat" and "channelSid" in attributes:
            self._world.principles.is_over = True

    def _held(self, agent: str) -> list[Task]:
        """The customer's tasks that an agent has, or any agent."""
        tables = self._centre.workspace.tables
        known = [tables.tasks[sid] for sid in self._world.principles.known if sid in tables.tasks]
        holders = {one.sid: self._centre.holder_of(one.sid) for one in known}
        return [one for one in known if holders[one.sid] and agent in {"", holders[one.sid]}]

    def _waiting(self) -> list[Task]:
        return [one for one in self._world.principles.leading() if one.status.waiting]

    def _target(self, name: str) -> str:
        queues = {f"{name} queue" if name in self._centre.workflows else name: sid
                  for name, sid in self._centre.queues.items()}  # fmt: skip
        return {**self._centre.workers, **queues, **self._centre.workflows}[name]
