"""Creates TaskRouter's objects by calling our own provider as the engine would."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, Final, TypeVar

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckFailure,
    CheckRequest,
    ConfigureRequest,
    CreateRequest,
    InvokeRequest,
)

from local.deployer.errors import DeploymentError
from local.deployer.resource_types import Created
from pulumi_twilio.property_values import plain_map, property_map
from pulumi_twilio.provider import TwilioProvider

_TIMEOUT_SECONDS: Final = 60.0
# The provider takes from a URN only the type and the name at its end.
_URN: Final = "urn:pulumi:local::flex-chat-transfer"

T = TypeVar("T")


class TwilioResources:
    """Our provider, configured from the stack's `twilio:` config when it is first needed.

    Parameters
    ----------
    config
        The stack's config by full key.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        self._config = {
            key.removeprefix("twilio:"): PropertyValue(value)
            for key, value in config.items()
            if key.startswith("twilio:")
        }
        self._provider: TwilioProvider | None = None
        self._lock = threading.Lock()
        # One loop for all calls: a lock of the provider belongs to the loop of its first use.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="twilio-provider", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop the provider's event loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def create(self, type_: str, name: str, inputs: Mapping[str, Any]) -> Created:
        """Create or adopt an object, by its type, its logical name and its inputs.

        Raises
        ------
        DeploymentError
            When the provider refuses the inputs or the configuration.
        """
        provider = self._configured()
        urn = f"{_URN}::{type_}::{name}"
        checked = self._run(provider.check(CheckRequest(urn, {}, property_map(inputs), b"")))
        _raise_for(checked.failures)
        request = CreateRequest(urn, checked.inputs or {}, _TIMEOUT_SECONDS, preview=False)
        created = self._run(provider.create(request))
        return Created(str(created.resource_id), plain_map(created.properties))

    def invoke(
        self, token: str, args: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Call a provider function; return its answer and the failures of its arguments."""
        answer = self._run(self._configured().invoke(InvokeRequest(token, property_map(args))))
        failures = [(failure.property, failure.reason) for failure in answer.failures]
        return plain_map(answer.return_value or {}), failures

    def _configured(self) -> TwilioProvider:
        with self._lock:
            if self._provider is None:
                provider = TwilioProvider()
                urn = f"{_URN}::pulumi:providers:twilio::default"
                checked = self._run(provider.check_config(CheckRequest(urn, {}, self._config, b"")))
                _raise_for(checked.failures)
                request = ConfigureRequest(
                    {}, checked.inputs or {}, accept_secrets=False, accept_resources=False
                )
                self._run(provider.configure(request))
                self._provider = provider
            return self._provider

    def _run(self, call: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(call, self._loop).result(_TIMEOUT_SECONDS)


def _raise_for(failures: list[CheckFailure] | None) -> None:
    if failures:
        raise DeploymentError(
            "; ".join(f"{failure.property}: {failure.reason}" for failure in failures)
        )
