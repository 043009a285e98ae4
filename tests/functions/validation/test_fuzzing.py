"""Random requests: no endpoint answers 5xx, and no task changes."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.functions.conftest import Deployment
from tests.functions.lambda_events import http_event
from tests.functions.refusals import unchanged
from tests.sampling import examples

BODIES = 200  # for each endpoint and run

ROUTES = ["/transfer-chat", "/get-workflows"]
NAMES = st.sampled_from(["Token", "taskSid", "targetSid", "workerName"]) | st.text(max_size=10)
SIDS = st.builds(
    lambda prefix, digits: prefix + digits,
    st.sampled_from(["WT", "WK", "WQ", "WW", "wt", "XX", ""]),
    st.text("0123456789abcdefABCDEFg \n", min_size=30, max_size=33),
)
VALUES = st.recursive(
    SIDS | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=6)
TARGETS = st.builds(
    lambda prefix, digits: prefix + digits,
    st.sampled_from(["WK", "WQ", "WW", "WT"]),
    st.text("0123456789abcdef", min_size=32, max_size=32),
)
FORMS = st.lists(st.tuples(NAMES, SIDS | st.text(max_size=40)), max_size=6)
TEXTS = (
    OBJECTS.map(json.dumps)
    | VALUES.map(json.dumps)
    | FORMS.map(lambda pairs: urlencode(pairs, errors="surrogatepass"))
    | st.text(max_size=200)
)
PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
CONTENT_TYPES = (
    st.sampled_from(
        [
            "application/json",
            "application/json; charset=utf-8",
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=latin-1",
            "multipart/form-data",
            "",
        ]
    )
    | PRINTABLE
)


@st.composite
def events(draw: st.DrawFn, path: str) -> dict[str, Any]:
    """Make requests: bodies of text and of bytes, with matching and other headers."""
    body: str | bytes | None = draw(TEXTS | st.binary(max_size=200) | st.none())
    headers = {"Content-Type": draw(CONTENT_TYPES)}
    if draw(st.booleans()):
        headers["Authorization"] = draw(st.just("Bearer made-up") | PRINTABLE)
    event = http_event("POST", path, body, headers)
    if draw(st.integers(0, 9)) == 0:
        event["isBase64Encoded"] = not event["isBase64Encoded"]
    return event


@pytest.mark.parametrize("path", ROUTES)
def test_a_random_body_is_4xx_and_changes_nothing(deployment: Deployment, path: str) -> None:
    @settings(
        max_examples=examples(BODIES),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(events(path))
    def send(event: dict[str, Any]) -> None:
        answer = deployment.invoke(event)
        assert 400 <= answer.status < 500, answer.text
        assert set(answer.body) >= {"type", "title", "status", "detail", "code"}

    with unchanged(deployment.twilio.centre):
        send()


def test_a_random_target_is_4xx_and_changes_nothing(deployment: Deployment) -> None:
    """Ana may transfer some of these tasks, but none of the targets exists."""
    centre = deployment.twilio.centre
    tasks = st.sampled_from(sorted(centre.tasks.values())) | TARGETS

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tasks, TARGETS, st.sampled_from(["ana", "ben", "sam", "alex"]), st.booleans())
    def send(task_sid: str, target_sid: str, by: str, form: bool) -> None:
        answer = deployment.transfer(task_sid, target_sid, by, form=form)
        assert answer.status in {400, 403, 404, 409}, answer.text

    with unchanged(centre):
        send()
