"""Runs `python -m local` as a user does, in a process of its own, or in this one."""

import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests

from local import background
from local.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
ANSI = re.compile(r"\x1b\[")
READY_SECONDS = 60
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended."""

    code: int
    output: str
    errors: str


def environment(state: Path) -> dict[str, str]:
    """Return the environment of a command whose background stacks are kept in a folder."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "pulumi-twilio"),
        "FLEX_LOCAL_STATE": str(state),
        "NO_COLOR": "1",
    }


def run(state: Path, *arguments: str, timeout: float = 90) -> Finished:
    """Run a command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        env=environment(state),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def run_here(state: Path, *arguments: str) -> Finished:
    """Run a command to its end without a process, which takes a second of a processor to start."""
    output, errors = (io.TextIOWrapper(io.BytesIO()) for _ in range(2))
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    with (
        patch.dict(os.environ),
        patch.object(sys, "path", sys.path.copy()),
        patch.object(sys, "unraisablehook", sys.unraisablehook),
        patch.object(background, "FOLDER", state),
        redirect_stdout(output),
        redirect_stderr(errors),
    ):
        try:
            code = main(arguments)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return Finished(code, *map(_written, (output, errors)))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def start(state: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command that keeps running."""
    return subprocess.Popen(
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        env=environment(state),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Return what a command prints, up to a line with a text in it."""
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if text in line:
            return printed
    raise AssertionError(f"The command ended without {text!r}:\n{printed}")


def pasted(output: str, path: str) -> requests.Response:
    """Send the request of a printed curl command, the one for an address with that path."""
    line = next(text for text in output.splitlines() if "curl" in text and path in text)
    words = shlex.split(line)
    url = next(word for word in words if word.startswith("http"))
    arguments: dict[str, Any] = {}
    if "-d" in words:
        arguments |= {"data": words[words.index("-d") + 1]}
        arguments |= {"headers": {"content-type": "application/json"}}
    if "-u" in words:
        arguments |= {"auth": tuple(words[words.index("-u") + 1].split(":"))}
    return requests.request("POST" if "-d" in words else "GET", url, timeout=40, **arguments)


def addresses(output: str) -> tuple[str, str]:
    """Return the endpoint and the emulated Twilio's address as printed."""
    found = re.findall(r"^(?:Endpoint|Emulated Twilio) +(http\S+)$", output, re.MULTILINE)
    return found[0], found[1]


def is_gone(url: str, within: float = 10) -> bool:
    """Tell whether nothing listens at an address any more, or soon."""
    deadline = time.monotonic() + within
    parts = urlsplit(url)
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://{parts.netloc}/", timeout=2)
        except requests.ConnectionError:
            return True
        time.sleep(0.1)
    return False
