"""Offers are switched on, off and on again, on the real engine."""

from typing import Any, Final

import pytest
import requests

from tests.engine.stack_on_engine import POLICY, Engine, Run
from twilio_emulator.server import RunningTwilio

pytestmark = [
    pytest.mark.skipif(
        not (POLICY / ".venv").is_dir(), reason="the policy pack is not installed; run make policy"
    ),
    pytest.mark.timeout(900),  # up to fourteen runs of the CLI
]

PASSWORD: Final = "a-password-of-the-tests-for-events-0123456789"
ANOTHER: Final = "another-password-of-the-tests-for-events-012345"
HAND_OVER: Final = "flex-chat-transfer:handOver"
PASSWORD_KEY: Final = "flex-chat-transfer:eventsPassword"
ROUTE_AND_PERMISSION: Final = (
    "aws:apigatewayv2/route:Route",
    "aws:lambda/permission:Permission",
)
KINDS: Final = ("aws:sqs/", "twilio:events:", "eventSourceMapping", "receive-events")


def test_offers_can_be_switched_on_and_off(engine: Engine, twilio: RunningTwilio) -> None:
    engine.up()
    without = engine.managed()
    assert not parts_of_offers(engine)

    engine.set({HAND_OVER: "optional", PASSWORD_KEY: PASSWORD})
    preview = engine.preview(policy=True, diff=True)
    on = engine.up()

    assert hidden(preview, engine)
    assert hidden(on, engine)
    assert on.breaches == on.unchecked == frozenset()
    assert on.changes.keys() == {"create", "update", "same"}
    assert parts_of_offers(engine)
    assert table(engine) == table_of(without)
    destination = sinks(twilio)[0]["sink_configuration"]["destination"]
    assert destination.startswith(f"https://twilio:{PASSWORD}@abc123.execute-api.")
    assert [each["sink_sid"] for each in subscriptions(twilio)] == [sinks(twilio)[0]["sid"]]

    # Twilio may show the sink without the password; nothing changes because of that.
    (masked,) = sinks(twilio)
    show(twilio, masked["sid"], destination.replace(f"twilio:{PASSWORD}", "***"))
    refreshed = engine.refresh()
    again = engine.preview(policy=True, diff=True)
    assert refreshed.changes.keys() == again.changes.keys() == {"same"}
    assert hidden(refreshed, engine)
    assert hidden(again, engine)

    engine.set({PASSWORD_KEY: ANOTHER})
    changed = engine.up()
    assert ANOTHER not in changed.text + engine.state()
    (sink,) = sinks(twilio)
    assert ANOTHER in sink["sink_configuration"]["destination"]
    assert [each["sink_sid"] for each in subscriptions(twilio)] == [sink["sid"]]

    engine.set({HAND_OVER: "now"})
    off = engine.up()
    assert off.breaches == frozenset()
    assert engine.managed() == without
    assert sinks(twilio) == subscriptions(twilio) == []

    engine.set({HAND_OVER: "accepted"})
    engine.up()
    assert parts_of_offers(engine)
    assert table(engine) == table_of(without)
    assert len(sinks(twilio)) == len(subscriptions(twilio)) == 1


def test_agents_can_join_by_one_route_more(engine: Engine, twilio: RunningTwilio) -> None:
    engine.set({HAND_OVER: "optional", PASSWORD_KEY: PASSWORD})
    engine.up()
    before = engine.managed()

    engine.set({HAND_OVER: "warm"})
    joining = engine.up()

    assert joining.breaches == joining.unchecked == frozenset()
    assert joining.changes.keys() == {"create", "update", "same"}
    # No resource is replaced, the API least of all: the plugin is built with its address.
    after = engine.managed()
    assert after.items() >= before.items()
    added = {urn.split("$")[-1] for urn in after.keys() - before.keys()}
    assert added == {f"{kind}::post-transfers-taskSid" for kind in ROUTE_AND_PERMISSION}
    (subscribed,) = twilio.centre.account.subscriptions.values()
    assert "com.twilio.taskrouter.reservation.wrapup" in str(subscribed)

    engine.set({HAND_OVER: "optional"})
    engine.up()
    assert engine.managed() == before
    (subscribed,) = twilio.centre.account.subscriptions.values()
    assert "com.twilio.taskrouter.reservation.wrapup" not in str(subscribed)


def test_a_sink_that_was_changed_at_twilio_is_repaired_and_nothing_stays(
    engine: Engine, twilio: RunningTwilio
) -> None:
    engine.set({HAND_OVER: "optional", PASSWORD_KEY: PASSWORD})
    engine.set({"flex-chat-transfer:protect": "false"})
    engine.up()
    (before,) = sinks(twilio)
    destination = before["sink_configuration"]["destination"]
    show(twilio, before["sid"], destination.replace(PASSWORD, ANOTHER))

    unseen = engine.preview(policy=True)
    repaired = engine.up(refresh=True)

    assert unseen.changes.keys() == {"same"}
    assert "replace" in repaired.changes
    (sink,) = sinks(twilio)
    assert sink["sid"] != before["sid"]
    assert sink["sink_configuration"]["destination"] == destination
    assert [each["sink_sid"] for each in subscriptions(twilio)] == [sink["sid"]]
    assert hidden(repaired, engine)

    engine.destroy()
    assert engine.managed() == {}
    assert sinks(twilio) == subscriptions(twilio) == []


def hidden(run: Run, engine: Engine) -> bool:
    """Whether the password is neither in what a run prints nor in the state."""
    return PASSWORD not in run.text and PASSWORD not in engine.state()


def parts_of_offers(engine: Engine) -> list[str]:
    return [urn for urn in engine.managed() if any(kind in urn for kind in KINDS)]


def table(engine: Engine) -> dict[str, str]:
    return table_of(engine.managed())


def table_of(managed: dict[str, str]) -> dict[str, str]:
    found = {urn: id_ for urn, id_ in managed.items() if "aws:dynamodb/table:Table" in urn}
    assert len(found) == 1
    return found


def sinks(twilio: RunningTwilio) -> list[dict[str, Any]]:
    return listed(twilio, "Sinks")


def subscriptions(twilio: RunningTwilio) -> list[dict[str, Any]]:
    return listed(twilio, "Subscriptions")


def listed(twilio: RunningTwilio, kind: str) -> list[dict[str, Any]]:
    answer = requests.get(
        f"{twilio.base_url}/events/v1/{kind}", auth=twilio.centre.api_key, timeout=5
    ).json()
    return list(answer[kind.lower()])


def show(twilio: RunningTwilio, sid: str, destination: str) -> None:
    """Have Twilio show another destination of a sink."""
    twilio.centre.account.sinks[sid]["sink_configuration"]["destination"] = destination
