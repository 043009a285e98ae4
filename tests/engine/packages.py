"""The packages as they are published, and environments that have nothing but them."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.engine.stack_on_engine import ENVIRONMENT, ROOT

_UV: Final = (sys.executable, "-m", "uv", "--quiet")


def build_packages(folder: Path, *, version: str = "") -> Path:
    """Build the two wheels that a deployment needs into a folder, of a copy of their sources.

    Parameters
    ----------
    version
        The version of flex-chat-transfer's wheel, if that is not its own.
    """
    sources, wheels = folder / "sources", folder / "wheels"
    sources.mkdir(parents=True)
    names = ("pyproject.toml", "README.md", "LICENSE", "infra", "functions", "canary")
    for name in (*names, "pulumi-twilio"):
        path = ROOT / name
        if path.is_dir():
            left_out = shutil.ignore_patterns("__pycache__", "build", "venv", "*.egg-info")
            shutil.copytree(path, sources / name, ignore=left_out)
        else:
            shutil.copy(path, sources)
    if version:
        (sources / "infra/flex_chat_transfer/version.py").write_text(f'VERSION = "{version}"\n')
    for each in (sources, sources / "pulumi-twilio"):
        how = ["--no-build-isolation", "--python", sys.executable, "--wheel"]
        _run([*_UV, "build", *how, "--out-dir", str(wheels), str(each)])
    return wheels


def environment(folder: Path, wheels: Path, *packages: str) -> Path:
    """Make a virtual environment with packages, ours from the wheels; return its programs."""
    if not folder.exists():
        _run([*_UV, "venv", "--python", sys.executable, str(folder)])
    where = ["--python", str(folder), "--find-links", str(wheels)]
    pinned = ["--constraint", str(ROOT / "infra/requirements.txt")]
    _run([*_UV, "pip", "install", *where, *pinned, *packages])
    return folder / "bin"


def aws_program(folder: Path) -> Path:
    """Write a program that is the stand-in for AWS, in the tests' environment; return its folder.

    The CLI takes a plugin that it finds on its path instead of downloading one.
    """
    programs = folder / "aws"
    programs.mkdir()
    program = programs / "pulumi-resource-aws"
    standin = Path(__file__).parent / "aws_standin/__main__.py"
    command = shlex.join([sys.executable, str(standin)])
    program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    program.chmod(0o755)
    return programs


def pulumi(
    folder: Path, *arguments: str, programs: Sequence[Path] = (), fails: bool = False
) -> str:
    """Run the CLI in a folder, with its state and home there; return what it printed.

    Parameters
    ----------
    programs
        Folders whose programs the CLI finds before any others.
    fails
        Whether it has to fail.
    """
    done = subprocess.run(
        [str(shutil.which("pulumi")), "--non-interactive", "--color=never", *arguments],
        cwd=folder,
        env={
            **os.environ,
            **ENVIRONMENT,
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": folder.as_uri(),
            "XDG_CACHE_HOME": str(ROOT / "build/cache"),  # the functions' wheels, downloaded once
            "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stdout + done.stderr if fails else done.stdout


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
