"""Shows every call to Twilio in X-Ray, as a subsegment of the request that needs it.

The tracer's own patch of `requests` sees only `Session.request`. The twilio SDK prepares a request
and sends it by itself, past that.
https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-python-subsegments.html
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from aws_lambda_powertools import Tracer

tracer = Tracer()

_MEMBER = re.compile("/Members/[^/]+")


@contextmanager
def twilio_call(method: str, url: str) -> Iterator[Callable[[int], None]]:
    """Trace one call; give back what takes its status. Outside Lambda it does nothing.

    A query string is left out, and neither headers nor bodies are looked at: they hold tokens. Nor
    is the identity in the path of a chat channel's member: it is an e-mail address, nearly.
    """
    parts = urlsplit(url)
    path = _MEMBER.sub("/Members/-", parts.path)
    provider: Any = tracer.provider
    with provider.in_subsegment(parts.hostname or "twilio", namespace="remote") as traced:

        def note(key: str, value: object) -> None:
            # There is nothing to note on where Lambda has begun no trace.
            if traced is not None:
                traced.put_http_meta(key, value)

        note("method", method)
        note("url", f"{parts.scheme}://{parts.netloc}{path}")
        yield lambda status: note("status", status)
