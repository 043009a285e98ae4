"""Calls to DynamoDB that fail."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.retries.standard import ExponentialBackoff

URL = "https://dynamodb.example.com"


class TableFaults:
    """Failures of the calls to DynamoDB, and the calls that were made."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.first = self.last = -1
        self.takes_effect = False
        self.refused: re.Pattern[str] | None = None

    def before(self, model: Any, params: Any, **_: Any) -> None:
        """Count a call, and fail it before it takes effect."""
        self.called.append(model.name)
        is_refused = self.refused and self.refused.search(f"{model.name} {params['body']}")
        if is_refused or (self._is_to_fail() and not self.takes_effect):
            raise EndpointConnectionError(endpoint_url=URL)

    def after(self, **_: Any) -> None:
        """Lose the answer of a call that took effect."""
        if self._is_to_fail() and self.takes_effect:
            raise ReadTimeoutError(endpoint_url=URL)

    def pass_all(self) -> None:
        """Fail none from now on."""
        self.fail(-1, -1, takes_effect=False)

    def fail(self, first: int, last: int, *, takes_effect: bool) -> None:
        """Fail the calls of these numbers, from 0, both included, from now on."""
        self.called.clear()
        self.refused = None
        self.first, self.last, self.takes_effect = first, last, takes_effect

    def refuse(self, pattern: str) -> None:
        """Fail the calls with this in their name or body before they take effect, from now on."""
        self.pass_all()
        self.refused = re.compile(pattern)

    def _is_to_fail(self) -> bool:
        return self.first <= len(self.called) - 1 <= self.last


@contextmanager
def table_faults() -> Iterator[TableFaults]:
    """Faults for the handlers' clients, which come from the default session and retry at once."""
    faults = TableFaults()
    session = boto3.session.Session()
    session.events.register("before-call.dynamodb.*", faults.before)
    session.events.register("after-call.dynamodb.*", faults.after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        patch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.0)
        yield faults
