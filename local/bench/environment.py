"""Starts a function's process from the built bundle, as Lambda starts an execution environment."""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self

from local.deployer.aws_clients import AwsClients
from local.stack import LocalStack

_WORKER: Final = Path(__file__).with_name("worker.py")
# The second for what is offered.
GOOD: Final = frozenset({HTTPStatus.OK, HTTPStatus.ACCEPTED})


class BenchError(Exception):
    """A function did not start, or did not do what is measured; the text says what it answered."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One request, as its function saw it.

    Attributes
    ----------
    seconds
        From the event to the answer.
    cpu_seconds
        Processor time of the process meanwhile.
    awaited_seconds
        For how long at least one answer was awaited, of Twilio or of AWS.
    twilio_seconds
        For how long at least one answer of Twilio was.
    twilio_in_a_row
        The most calls to Twilio of which each began after the one before was answered.
    aws_calls
        Calls to AWS.
    """

    seconds: float
    cpu_seconds: float
    awaited_seconds: float
    twilio_seconds: float
    twilio_in_a_row: int
    aws_calls: int

    @property
    def own_seconds(self) -> float:
        """In which no answer was awaited."""
        return self.seconds - self.awaited_seconds


class RefusedError(BenchError):
    """A function answered a request with another status than 200 or 202."""


class Environment:
    """A function's process. One request at a time, as on Lambda.

    Attributes
    ----------
    start_seconds
        From the start of the process until it was ready.
    import_seconds
        The part of it in which the handler was imported.
    """

    def __init__(self, process: subprocess.Popen[str], started: float) -> None:
        self._process = process
        self.import_seconds = float(self._read()["seconds"])
        self.start_seconds = time.perf_counter() - started

    def ask(self, event: Mapping[str, Any]) -> Answered:
        """Send an event; return what its answer, which must be 200 or 202, took.

        Raises
        ------
        RefusedError
            When the answer is another one.
        BenchError
            When the process has ended.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        told = self._read()
        if told["status"] not in GOOD:
            raise RefusedError(f"the function answered {told['status']}: {told['body']}")
        return Answered(**{field.name: told[field.name] for field in fields(Answered)})

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"the function's process ended with {self._process.wait()}")
        told: dict[str, Any] = json.loads(line)
        return told


@dataclass(frozen=True, slots=True)
class Function:
    """A deployed function: the module of its handler, and what the stack sets for it."""

    module: str
    variables: Mapping[str, str]
    seconds: int

    @classmethod
    def deployed(cls, stack: LocalStack, module: str) -> Self:
        """Find the function whose handler is in a module."""
        client = AwsClients(stack.aws.endpoint_url, stack.aws.region).client("lambda")
        [found] = [
            function
            for function in client.list_functions()["Functions"]
            if function["Handler"] == f"{module}.handler"
        ]
        access = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": stack.aws.region,
            "AWS_DEFAULT_REGION": stack.aws.region,
            "AWS_ENDPOINT_URL": stack.aws.endpoint_url,
            "AWS_LAMBDA_FUNCTION_NAME": found["FunctionName"],
        }
        return cls(module, {**access, **found["Environment"]["Variables"]}, found["Timeout"])

    @contextmanager
    def started(self, bundle: Path) -> Iterator[Environment]:
        """Unpack the bundle into a new folder and start a process there, without bytecode."""
        with tempfile.TemporaryDirectory(prefix="flex-chat-transfer-bench-") as folder:
            with zipfile.ZipFile(bundle) as archive:
                archive.extractall(folder)
            started = time.perf_counter()
            with subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
                [sys.executable, str(_WORKER), self.module, str(self.seconds)],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": folder, **self.variables},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            ) as process:
                try:
                    yield Environment(process, started)
                finally:
                    process.kill()
