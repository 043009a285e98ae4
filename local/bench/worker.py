"""One execution environment of a function: imports its handler, then answers event after event.

Started as a file of its own in an unpacked bundle, by `local.bench.environment`. It imports nothing
of this project but the handler: what it imported would not be part of the cold start any more.
"""

import importlib
import json
import sys
import threading
import time
from typing import Any


class Context:
    """The Lambda context of one invocation."""

    function_name = "bench"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:bench"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def __init__(self) -> None:
        self._ends_at = time.monotonic() + 25.0

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the function."""
        return max(0, int((self._ends_at - time.monotonic()) * 1000))


class AwsCalls:
    """When calls to AWS were under way, as botocore's events tell.

    https://docs.aws.amazon.com/boto3/latest/guide/events.html
    """

    def __init__(self) -> None:
        self._begun = threading.local()
        self._lock = threading.Lock()
        self._spans: list[tuple[float, float]] = []

    def listen(self) -> None:
        """Hear of the calls of every session made from now on."""
        from botocore.handlers import BUILTIN_HANDLERS  # noqa: PLC0415 - not before the handler

        for event in ("after-call", "after-call-error"):
            BUILTIN_HANDLERS.append((event, self._end))
        BUILTIN_HANDLERS.append(("before-call", self._begin))

    def taken(self) -> tuple[int, float]:
        """Return how many calls ended since this was last asked, and how long any was under way."""
        with self._lock:
            spans, self._spans = sorted(self._spans), []
        seconds = ended_last = 0.0
        for begun, ended in spans:
            seconds += max(0.0, ended - max(begun, ended_last))
            ended_last = max(ended_last, ended)
        return len(spans), seconds

    def _begin(self, **_: Any) -> None:
        self._begun.at = time.perf_counter()

    def _end(self, **_: Any) -> None:
        with self._lock:
            self._spans.append((self._begun.at, time.perf_counter()))


def main() -> None:
    """Import the handler of the module that is named, then answer events, a line of JSON each."""
    # Functions log to standard output.
    answers, sys.stdout = sys.stdout, sys.stderr
    started = time.perf_counter()
    module = importlib.import_module(sys.argv[1])
    print(json.dumps({"seconds": time.perf_counter() - started}), file=answers, flush=True)
    aws = AwsCalls()
    aws.listen()
    for line in sys.stdin:
        event = json.loads(line)
        started, cpu_started = time.perf_counter(), time.process_time()
        answer = module.handler(event, Context())
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
        aws_calls, aws_seconds = aws.taken()
        told = {"seconds": seconds, "cpu_seconds": cpu_seconds}
        told |= {"aws_calls": aws_calls, "aws_seconds": aws_seconds}
        told |= {"status": answer["statusCode"], "body": answer.get("body", "")}
        print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    main()
