"""The emulated AWS: ministack as a child process on a free port of this machine.

ministack runs Lambda functions in real Python processes and API Gateway with its CORS, without a
container engine. By default it binds every interface, opens an IoT broker and an SFTP server, keeps
files under /tmp and allows every caller everything; the settings here change that.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import requests

from local import LocalError

_HOST: Final = "127.0.0.1"
_REGION: Final = "us-east-1"
# The services that the Pulumi program and its functions use.
_SERVICES: Final = (
    "acm,apigateway,dynamodb,iam,kms,lambda,logs,monitoring,route53,"
    "scheduler,secretsmanager,sns,sqs,sts"
)
_READY_SECONDS: Final = 30.0
_PORT_ATTEMPTS: Final = 3
_LOG_TAIL: Final = 2000


class EmulatedAwsError(LocalError):
    """The emulated AWS did not start, or has ended; the text includes the end of its log."""


@dataclass(frozen=True, slots=True)
class EmulatedAws:
    """A running emulated AWS.

    Parameters
    ----------
    endpoint_url
        The address of every service's API, with protocol and port.
    region
        The region that everything is in.
    log_path
        Its log, the functions' output included.
    process
        Its process.
    """

    endpoint_url: str
    region: str
    log_path: Path
    process: subprocess.Popen[bytes]

    def end(self) -> None:
        """End it before its context does, so that all open requests to it fail at once."""
        _end(self.process)

    def wait(self) -> NoReturn:
        """Wait for as long as it runs.

        Raises
        ------
        EmulatedAwsError
            When it ends, since only the context should end it.
        """
        self.process.wait()
        raise EmulatedAwsError(f"The emulated AWS has ended. It logged:\n{_tail(self.log_path)}")


@contextlib.contextmanager
def emulated_aws(*, log_path: Path | None = None) -> Iterator[EmulatedAws]:
    """Run the emulated AWS while the context is open, and remove all its files after that.

    Parameters
    ----------
    log_path
        The log file; by default in a temporary folder that is removed with the rest.

    Raises
    ------
    EmulatedAwsError
        When it ends at once, or does not answer within 30 seconds.
    """
    with tempfile.TemporaryDirectory(
        prefix="flex-chat-transfer-aws-", ignore_cleanup_errors=True
    ) as folder:
        log = log_path or Path(folder) / "aws.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        process, port = _started(Path(folder), log)
        try:
            yield EmulatedAws(f"http://{_HOST}:{port}", _REGION, log, process)
        finally:
            _end(process)


def _started(folder: Path, log: Path) -> tuple[subprocess.Popen[bytes], int]:
    # Another process may take the free port before ministack binds it; then the next one is tried.
    for _ in range(_PORT_ATTEMPTS):
        port = _free_port()
        process = _start(folder, log, port)
        try:
            if _is_ready(process, port, log):
                return process, port
        except BaseException:
            _end(process)
            raise
        _end(process)
    raise EmulatedAwsError(f"The emulated AWS did not start. It logged:\n{_tail(log)}")


def _start(folder: Path, log: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {
        # None of this machine's AWS settings may reach it: the functions inherit its environment.
        **{name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ},
        # Signatures and policies are enforced, as in AWS: a role limits what a function can do.
        "AUTH": "true",
        "BIND_HOST": _HOST,
        "DOCKER_HOST": f"unix://{folder}/no-docker",
        "GATEWAY_PORT": str(port),
        "HOME": str(folder),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "MINISTACK_REGION": _REGION,
        "PYTHONUNBUFFERED": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        "SERVICES": _SERVICES,
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "TMPDIR": str(folder),
    }
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
            [sys.executable, str(Path(__file__).with_name("aws_child.py")), str(folder)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            # Its own process group: Ctrl-C must not reach it, and one signal ends the functions'
            # processes too.
            start_new_session=True,
        )


def _is_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    """Wait until it answers; false when it ended before."""
    deadline = time.monotonic() + _READY_SECONDS
    while process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"http://{_HOST}:{port}/_ministack/ready", timeout=1).ok:
                return True
        if time.monotonic() > deadline:
            # The process runs: another port would not help.
            raise EmulatedAwsError(
                f"The emulated AWS runs, but gave no answer on port {port} within "
                f"{_READY_SECONDS:.0f} s. It logged:\n{_tail(log)}"
            )
        time.sleep(0.05)
    return False


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-_LOG_TAIL:]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and the functions' processes; there is nothing to save."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
