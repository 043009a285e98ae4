"""The stack of the session, as a Flex plugin's developer sees it."""

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.deployment import DeployedStack, deployed_stack, running_aws, running_twilio
from twilio_emulator.centre import ContactCentre

__all__ = ["deployed_stack", "running_aws", "running_twilio"]

FLEX = "https://flex.twilio.com"
SECONDS = 40


@dataclass(frozen=True, slots=True)
class Plugin:
    """The Flex plugin: what it knows is the endpoint and the token of who is signed in."""

    stack: DeployedStack

    @property
    def centre(self) -> ContactCentre:
        """The contact centre, to see what happened there."""
        return self.stack.twilio.centre

    def transfer(
        self,
        task_sid: str,
        target_sid: str,
        by: str = "ana",
        *,
        form: bool = False,
        **extra: str,
    ) -> requests.Response:
        """Call the endpoint as a browser does."""
        fields: dict[str, Any] = {
            "Token": self.centre.token_of(by),
            "taskSid": task_sid,
            "targetSid": target_sid,
            "workerName": by,
            **extra,
        }
        body: dict[str, Any] = {"data": fields} if form else {"json": fields}
        return self.call("POST", "/transfer-chat", **body)

    def offer(self, method: str, task_sid: str, by: str = "ana") -> requests.Response:
        """Ask what became of an offer, or take it back."""
        headers = {"Authorization": f"Bearer {self.centre.token_of(by)}"}
        return self.call(method, f"/transfers/{task_sid}", headers=headers)

    def call(self, method: str, path: str, **request: Any) -> requests.Response:
        """Call any path, from Flex's origin."""
        headers = {"Origin": FLEX, **request.pop("headers", {})}
        url = f"{self.stack.endpoint}{path}"
        return requests.request(method, url, headers=headers, timeout=SECONDS, **request)


@pytest.fixture
def plugin(deployed_stack: DeployedStack) -> Plugin:
    return Plugin(deployed_stack)
