"""One execution environment of a function: imports its handler, then answers event after event.

Started as a file of its own in an unpacked bundle, by `local.bench.environment`. It imports nothing
of this project but the handler: what it imported would not be part of the cold start any more.
"""

import importlib
import json
import os
import sys
import threading
import time
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit


class Context:
    """The Lambda context of one invocation."""

    function_name = "bench"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:bench"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the function."""
        return max(0, int((self._ends_at - time.monotonic()) * 1000))


class Calls:
    """When calls to Twilio and to AWS were awaited: from a request's last header to its answer.

    Both SDKs send through `http.client`, so their own work around a call is not in these spans.
    """

    def __init__(self, aws_port: int | None) -> None:
        self._aws_port = aws_port
        self._lock = threading.Lock()
        self._spans: list[tuple[float, float, bool]] = []

    def listen(self) -> None:
        """Note the calls of every connection from now on."""
        send, receive = HTTPConnection.endheaders, HTTPConnection.getresponse

        def endheaders(connection: HTTPConnection, *args: Any, **kwargs: Any) -> None:
            connection.begun = time.perf_counter()  # type: ignore[attr-defined]
            send(connection, *args, **kwargs)

        def getresponse(connection: HTTPConnection) -> HTTPResponse:
            try:
                return receive(connection)
            finally:
                begun = connection.begun  # type: ignore[attr-defined]
                to_aws = connection.port == self._aws_port
                with self._lock:
                    self._spans.append((begun, time.perf_counter(), to_aws))

        HTTPConnection.endheaders = endheaders  # type: ignore[assignment, method-assign]
        HTTPConnection.getresponse = getresponse  # type: ignore[assignment, method-assign]

    def taken(self) -> dict[str, Any]:
        """Tell how many calls ended since this was last asked, and how long any was awaited."""
        with self._lock:
            spans, self._spans = self._spans, []
        to_twilio = [span for span in spans if not span[2]]
        return {
            "aws_calls": len(spans) - len(to_twilio),
            "awaited_seconds": covered(spans),
            "twilio_seconds": covered(to_twilio),
            "twilio_in_a_row": in_a_row(to_twilio),
        }


def covered(spans: list[tuple[float, float, bool]]) -> float:
    """How long at least one of the spans lasted."""
    seconds = ended_last = 0.0
    for begun, ended, _ in sorted(spans):
        seconds += max(0.0, ended - max(begun, ended_last))
        ended_last = max(ended_last, ended)
    return seconds


def in_a_row(spans: list[tuple[float, float, bool]]) -> int:
    """How many spans can follow each other: the one that ends next is always the best choice."""
    count, ended_last = 0, 0.0
    for begun, ended, _ in sorted(spans, key=lambda span: span[1]):
        if begun >= ended_last:
            count, ended_last = count + 1, ended
    return count


def main() -> None:
    """Import the handler of the module that is named, then answer events, a line of JSON each.

    The arguments are the module and the function's time-out in seconds.
    """
    # Functions log to standard output.
    answers, sys.stdout = sys.stdout, sys.stderr
    started = time.perf_counter()
    module = importlib.import_module(sys.argv[1])
    print(json.dumps({"seconds": time.perf_counter() - started}), file=answers, flush=True)
    calls = Calls(urlsplit(os.environ["AWS_ENDPOINT_URL"]).port)
    calls.listen()
    for line in sys.stdin:
        event = json.loads(line)
        started, cpu_started = time.perf_counter(), time.process_time()
        # The schedule's event has no answer.
        answer = module.handler(event, Context(float(sys.argv[2]))) or {"statusCode": 200}
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
        told = {"seconds": seconds, "cpu_seconds": cpu_seconds, **calls.taken()}
        told |= {"status": answer["statusCode"], "body": answer.get("body", "")}
        print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    main()
