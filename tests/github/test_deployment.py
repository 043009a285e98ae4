"""The steps of update.yml, run with stand-ins for the CLIs, and their timeouts."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.github.test_permissions import ROOT, read
from tests.infra.declared import Program

NAMES = {"transferChat": "a-transfer-chat", "getWorkflows": "a-get-workflows"}
FUNCTION = "aws:lambda/function:Function"
WAITS = ("lambda", "wait", "published-version-active", "--function-name")


def job() -> dict[str, Any]:
    update: dict[str, Any] = read("update.yml")["jobs"]["update"]
    return update


def step(name: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [it for it in job()["steps"] if it.get("name", "").startswith(name)]
    return found


def write_names(folder: Path) -> None:
    (folder / "functions.txt").write_text("".join(f"{name}\n" for name in NAMES.values()))


def run(folder: Path, name: str, stand_ins: dict[str, str], **variables: str) -> int:
    """Run a step's script as GitHub's runner does; stand-ins are scripts that replace CLIs."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for tool, script in stand_ins.items():
        (tools / tool).write_text(f"#!/bin/sh\n{script}\n")
        (tools / tool).chmod(0o755)
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    if not python.is_symlink():
        python.symlink_to(tools / "python")
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "STACK": "production",
        "GITHUB_OUTPUT": str(folder / "output"),
        **variables,
    }
    done = subprocess.run(
        ["/bin/bash", "-e", "-c", step(name)["run"]], cwd=folder, env=environment, check=False
    )
    return done.returncode


def minutes(text: str) -> int:
    found = re.fullmatch(r"(\d+)m", text)
    assert found, text
    return int(found[1])


def test_the_programs_timeouts_end_before_the_jobs_timeout(production: Program) -> None:
    """A job that is ended leaves a lock and pending operations."""
    timeouts = {
        (it.type, it.name): max(map(minutes, it.timeouts))
        for it in production.resources
        if it.timeouts
    }
    certificate = ("aws:acm/certificateValidation:CertificateValidation", "api")
    canary = (FUNCTION, "canary")
    waits = sum(it.get("timeout-minutes", 0) for it in job()["steps"])

    assert timeouts.keys() == {
        certificate,
        *((FUNCTION, it) for it in production.of_type(FUNCTION)),
    }
    # The canary is told the host name, so it comes after the certificate. The other functions, one
    # after the other, do not wait for it.
    assert {it for it in timeouts if certificate in needed(production, *it)} == {canary}
    published = sum(timeouts.values()) - timeouts[certificate] - timeouts[canary]
    update = max(timeouts[certificate], published) + timeouts[canary]
    # Credentials last an hour, unless a role allows more.
    assert update < 60
    assert update + waits < job()["timeout-minutes"]


def needed(program: Program, type_: str, name: str) -> set[tuple[str, str]]:
    """Return the resources that one waits for, and those that they wait for, by type and name."""
    found: set[tuple[str, str]] = set()
    open_ = [(type_, name)]
    while open_:
        for urn in program.one(*open_.pop()).depends_on:
            key = (urn.split("::")[-2], urn.split("::")[-1])
            if key not in found:
                found.add(key)
                open_.append(key)
    return found


def test_the_steps_after_the_update_get_new_credentials() -> None:
    uses = [it.get("uses", "").partition("@")[0] for it in job()["steps"]]
    update = uses.index("pulumi/actions")

    assert "aws-actions/configure-aws-credentials" in uses[:update]
    assert "aws-actions/configure-aws-credentials" in uses[update:]


def test_the_outputs_are_read_once_and_passed_on(tmp_path: Path) -> None:
    script = f"""case "$*" in
*functionNames*) echo '{json.dumps(NAMES)}';;
*endpoint*) echo https://transfers.example.com;;
esac"""

    assert run(tmp_path, "Read the stack", {"pulumi": script}) == 0
    assert (tmp_path / "functions.txt").read_text().split() == list(NAMES.values())
    assert (tmp_path / "output").read_text() == "endpoint=https://transfers.example.com\n"


def test_a_bundle_that_the_stage_before_does_not_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "functions.zip").write_bytes(b"the bundle")
    digest = hashlib.sha256(b"the bundle").hexdigest()
    stand_ins = {"python": "exit 0"}

    assert run(tmp_path, "Build the functions", stand_ins, BEFORE="") == 0
    assert (tmp_path / "output").read_text() == f"sha256={digest}\n"
    assert run(tmp_path, "Build the functions", stand_ins, BEFORE=digest) == 0
    assert run(tmp_path, "Build the functions", stand_ins, BEFORE="0" * 64) != 0


def test_a_deployment_waits_for_the_live_version_of_every_function(tmp_path: Path) -> None:
    write_names(tmp_path)
    stand_ins = {"aws": f'echo "$@" >> {tmp_path}/asked'}

    assert run(tmp_path, "Wait for", stand_ins) == 0
    assert sorted((tmp_path / "asked").read_text().splitlines()) == sorted(
        " ".join([*WAITS, name, "--qualifier", "live"]) for name in NAMES.values()
    )


def test_a_version_that_failed_fails_the_deployment(tmp_path: Path) -> None:
    write_names(tmp_path)
    stand_ins = {
        # The AWS CLI's exit code when a waiter finds a state of failure.
        "aws": 'case "$*" in *get-workflows*) exit 255;; esac',
    }

    assert run(tmp_path, "Wait for", stand_ins) != 0


@pytest.mark.parametrize(("after", "expected"), [(1, 0), (12, 0), (13, 1)])
def test_a_deployment_retries_both_endpoints_until_a_limit(
    tmp_path: Path, after: int, expected: int
) -> None:
    stand_ins = {
        "python": f'echo "$@" >> {tmp_path}/asked; [ $(wc -l < {tmp_path}/asked) -ge {after} ]',
        "sleep": "exit 0",
    }

    endpoint = "https://transfers.example.com"
    assert run(tmp_path, "Without a token", stand_ins, ENDPOINT=endpoint) == expected
    asked = (tmp_path / "asked").read_text().splitlines()
    assert set(asked) == {"canary/check_endpoints.py https://transfers.example.com"}


def test_the_endpoint_check_prints_what_is_wrong() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "canary" / "check_endpoints.py"), "http://127.0.0.1:9"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "POST http://127.0.0.1:9/transfer-chat: " in done.stderr
    assert "GET http://127.0.0.1:9/get-workflows: " in done.stderr


def test_the_readme_waits_for_the_same_as_the_deployment() -> None:
    section = (ROOT / "README.md").read_text().partition("## Deploy it")[2].partition("\n## ")[0]

    assert "aws lambda wait published-version-active --function-name {} --qualifier live" in section
    assert 'canary/check_endpoints.py "$(pulumi stack output endpoint)"' in section
