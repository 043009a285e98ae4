"""Traces, in X-Ray: the one module that knows by which library.

Powertools' tracer speaks to AWS's X-Ray SDK, which gets security fixes only since 2026-02-25
(https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-daemon-timeline.html). An older page
names 2027-02-25 as its end (https://docs.aws.amazon.com/xray/latest/devguide/xray-daemon-eos.html).
Powertools' tracer for OpenTelemetry replaces it when it is released
(https://github.com/aws-powertools/powertools-lambda-python/issues/7382). If there is none by the
end of January 2027, OpenTelemetry's own does
(https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-migration.html). Outside Lambda nothing
is traced.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from aws_lambda_powertools import Tracer

tracer = Tracer()
Handler = TypeVar("Handler", bound=Callable[..., Any])


def traced(handler: Handler) -> Handler:
    """Trace a function's invocations, without what it answers: that may name people."""
    wrapped: Any = tracer.capture_lambda_handler(handler, capture_response=False)
    return cast("Handler", wrapped)


@contextmanager
def call_traced(method: str, host: str, url: str) -> Iterator[Callable[[int], None]]:
    """Trace one HTTP call as a subsegment; yield what takes its status.

    The tracer's own patch of `requests` sees only `Session.request`; Twilio's SDK prepares a
    request and sends it by itself.
    https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-python-subsegments.html
    """
    provider: Any = tracer.provider
    with provider.in_subsegment(host, namespace="remote") as segment:

        def note(key: str, value: object) -> None:
            # There is nothing to note on where Lambda has begun no trace.
            if segment is not None:
                segment.put_http_meta(key, value)

        note("method", method)
        note("url", url)
        yield lambda status: note("status", status)
