"""The transfer function as a process of its own, which a test can kill.

Imports little, since the process is forked for each request: what it imports, it has already.
"""

import json
import os
from collections.abc import Mapping

from tests.functions.lambda_events import Context


def handle(environment: Mapping[str, str], event: str, seconds: float) -> None:
    """Handle one request as the function does."""
    os.environ.clear()
    os.environ.update(environment)
    import transfer_chat  # noqa: PLC0415  (only the forked process may)

    transfer_chat.runtime.cache_clear()
    transfer_chat.handler(json.loads(event), Context(seconds))
