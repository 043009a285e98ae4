"""Takes events to their sinks, in the background: no call of an API waits for a sink.

Sources:

- https://www.twilio.com/docs/events/webhook-quickstart: basic authentication from the URL, 5 s for
  an answer
- https://www.twilio.com/docs/events/event-delivery-and-duplication: retries for up to four hours,
  at least once
- https://www.twilio.com/docs/events: in no certain order
- https://www.twilio.com/docs/api/errors/91305, 91306 and 91308 there: which answers are retried
"""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from twilio.request_validator import RequestValidator

from twilio_emulator.account import Account, Event, no_delivery
from twilio_emulator.journal import SID
from twilio_emulator.sids import seeded_sid
from twilio_emulator.switches import Switches

if TYPE_CHECKING:
    from aiohttp_retry import RetryClient

ANSWER_SECONDS = 5.0
LONGEST_DELIVERY_SECONDS = 4 * 3600.0
# Twilio names neither the first interval nor the longest one; short ones keep tests fast.
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS, JITTER_SECONDS = 0.1, 30.0, 0.2
TOO_MANY_REQUESTS = 429
# Requests that a host has at once. Twilio names no number; a burst is to be slow, not fatal.
AT_ONCE = 4


class EventDelivery:
    """Delivers the events of an account, on the event loop of its server.

    Events of one call reach a sink with ``batch_events`` in one request. Sinks do not wait for each
    other, and a request that is retried holds up no other. A host gets `AT_ONCE` requests at once.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._loop = asyncio.get_running_loop()
        # What was not sent yet, for each sink and each repetition.
        self._batches: dict[tuple[str, int], list[Event]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._client: RetryClient | None = None
        account.deliver = self._accept

    async def close(self) -> None:
        """Give up what was not delivered yet."""
        self._account.deliver = no_delivery
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    def _accept(self, sink_sid: str, event: Event) -> None:
        """Take an event from any thread; what the switches are now counts for it."""
        switches = replace(self._account.settings)
        if not switches.events_lost:
            with suppress(RuntimeError):  # The server is stopping.
                self._loop.call_soon_threadsafe(self._schedule, sink_sid, event, switches)

    def _schedule(self, sink_sid: str, event: Event, switches: Switches) -> None:
        for copy in range(1 + switches.events_repeated):
            add = partial(self._add, (sink_sid, copy), event, switches)
            if switches.events_delayed:
                self._loop.call_later(switches.events_delayed, add)
            else:
                add()

    def _add(self, key: tuple[str, int], event: Event, switches: Switches) -> None:
        batch = self._batches.setdefault(key, [])
        if not batch:
            self._run(self._deliver_batch(key, switches.events_reordered))
        batch += [_of_another_account(event), event] if switches.events_of_others else [event]

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver_batch(self, key: tuple[str, int], reordered_seconds: float) -> None:
        await asyncio.sleep(reordered_seconds)
        events = self._batches.pop(key)
        if reordered_seconds:
            events.reverse()
        sink = self._account.sinks.get(key[0])
        if sink is None or sink["sink_type"] != "webhook":
            return
        configuration = sink["sink_configuration"]
        together = configuration.get("batch_events", False)
        for batch in [events] if together else [[event] for event in events]:
            self._run(self._send(configuration, batch))

    async def _send(self, configuration: Mapping[str, Any], events: list[Event]) -> None:
        """Send a request until it is answered with anything but 429 and 5xx.

        The body is an array, whether or not there is more than one event in it. Signed is the
        address without the credentials, which the page on the signature does not mention.
        """
        # Importing it takes long, once: the server goes on answering, and most tests never need it.
        await asyncio.to_thread(import_module, "aiohttp_retry")
        from aiohttp import ClientError, encode_basic_auth  # noqa: PLC0415

        parts = urlsplit(configuration["destination"])
        address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        body = json.dumps(events)
        url, signature = self._signed(address, body)
        headers = {"Content-Type": "application/json", "X-Twilio-Signature": signature}
        if parts.username:
            user, password = unquote(parts.username), unquote(parts.password or "")
            headers["Authorization"] = encode_basic_auth(user, password)
        self._account.deliveries["sent"] += 1
        with suppress(ClientError, TimeoutError):
            async with (
                asyncio.timeout(LONGEST_DELIVERY_SECONDS),
                self._http().request(
                    configuration.get("method", "POST").upper(),
                    url,
                    data=body.encode(),
                    headers=headers,
                    allow_redirects=False,
                ) as answer,
            ):
                self._account.deliveries["taken" if answer.ok else "refused"] += 1

    def _signed(self, address: str, body: str) -> tuple[str, str]:
        """Return the address with the body's hash, and the signature of both.

        Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
        """
        validator = RequestValidator(self._account.auth_token)  # type: ignore[no-untyped-call]
        body_hash = validator.compute_hash(body)  # type: ignore[no-untyped-call]
        url = f"{address}{'&' if '?' in address else '?'}bodySHA256={body_hash}"
        return url, validator.compute_signature(url, {})  # type: ignore[no-untyped-call]

    def _http(self) -> "RetryClient":
        if self._client is None:
            from aiohttp import (  # noqa: PLC0415
                ClientError,
                ClientSession,
                ClientTimeout,
                TCPConnector,
            )
            from aiohttp_retry import JitterRetry, RetryClient  # noqa: PLC0415

            retries = JitterRetry(
                attempts=int(LONGEST_DELIVERY_SECONDS / LONGEST_RETRY_SECONDS),
                start_timeout=FIRST_RETRY_SECONDS,
                max_timeout=LONGEST_RETRY_SECONDS,
                random_interval_size=JITTER_SECONDS,
                statuses={TOO_MANY_REQUESTS},
                exceptions={ClientError, TimeoutError},
            )
            # Not of the whole request: in a burst, that would count the wait for a connection.
            patience = ClientTimeout(sock_connect=ANSWER_SECONDS, sock_read=ANSWER_SECONDS)
            connector = TCPConnector(limit_per_host=AT_ONCE)
            session = ClientSession(timeout=patience, connector=connector)
            self._client = RetryClient(session, retry_options=retries)
        return self._client


def _of_another_account(event: Event) -> Event:
    """Return the same event with other SIDs."""
    text = SID.sub(lambda sid: seeded_sid(sid[0][:2], sid[0]), json.dumps(event))
    other: Event = json.loads(text)
    return other
