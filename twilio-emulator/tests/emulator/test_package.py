"""The package as it is installed: complete, started as a process, and used as its README says."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from twilio_emulator.version import VERSION

FOLDER = Path(__file__).parents[2]
BASH = shutil.which("bash") or "bash"
README = (FOLDER / "README.md").read_text("utf-8")
TRACKED = sorted(
    str(path.relative_to(FOLDER))
    for path in (FOLDER / "twilio_emulator").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[tuple[str, float]]:
    """Start `python -m twilio_emulator`; give its address, and how long it took to answer."""
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "twilio_emulator", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().strip()
            requests.get(f"{address}/emulator/seed", timeout=5).raise_for_status()
            yield address, time.monotonic() - started
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both distributions, from a copy: setuptools writes into the folder it builds from."""
    folder = tmp_path_factory.mktemp("package")
    for name in [*TRACKED, "pyproject.toml", "README.md"]:
        target = folder / "source" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((FOLDER / name).read_bytes())
    build = (
        "from setuptools import build_meta as b; b.build_wheel('../dist'); b.build_sdist('../dist')"
    )
    (folder / "dist").mkdir()
    subprocess.run(
        [sys.executable, "-c", build], cwd=folder / "source", check=True, capture_output=True
    )
    return folder / "dist"


def test_both_distributions_have_every_file(built: Path) -> None:
    with zipfile.ZipFile(built / f"twilio_emulator-{VERSION}-py3-none-any.whl") as wheel:
        assert set(TRACKED) <= set(wheel.namelist())
    with tarfile.open(built / f"twilio_emulator-{VERSION}.tar.gz") as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert set(TRACKED) <= names


def test_it_starts_from_the_wheel_and_serves_the_console(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(built / f"twilio_emulator-{VERSION}-py3-none-any.whl") as wheel:
        wheel.extractall(tmp_path)  # noqa: S202 - built by this test
    with running(tmp_path, "--switch", "events_repeated=2") as (address, _seconds):
        settings = requests.get(f"{address}/emulator/settings", timeout=5).json()
        assert settings["events_repeated"] == 2
        assert "Emulated Twilio" in requests.get(f"{address}/console", timeout=5).text
        script = requests.get(f"{address}/console/static/htmx.min.js", timeout=5)
        assert script.status_code == 200


def test_the_commands_of_the_readme_route_a_task(tmp_path: Path) -> None:
    routed = next(block for block in blocks("bash") if "/Reservations" in block)
    with running(FOLDER) as (address, _seconds):
        script = routed.replace("http://127.0.0.1:4010", address)
        done = subprocess.run(
            [BASH, "-euo", "pipefail", "-c", script],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=True,
        )
    assert '"reservation_status":"pending"' in done.stdout
    assert '"worker_name":"carla@example.com"' in done.stdout


def test_the_seed_file_of_the_readme_is_added(tmp_path: Path) -> None:
    [text] = blocks("json")
    (tmp_path / "centre.json").write_text(text)
    with running(FOLDER, "--seed", str(tmp_path / "centre.json")) as (address, _seconds):
        seed = requests.get(f"{address}/emulator/seed", timeout=5).json()
    assert "Tax" in seed["queues"]
    assert "Tax questions" in seed["workflows"]


@pytest.mark.parametrize("code", blocks("python"))
def test_the_code_of_the_readme_runs(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, cwd=FOLDER)


def test_answers_of_a_probe_are_emulated(tmp_path: Path) -> None:
    clear = {"clear": True, "between": None, "position": False}
    answers = {"etag_changes_always": {**clear, "position": True}, "refuses_second_close": clear}
    answers["search_lag"] = {"clear": False, "between": None, "position": None}
    (tmp_path / "answers.json").write_text(json.dumps({"answers": answers}))
    with running(FOLDER, "--emulate", str(tmp_path / "answers.json")) as (address, _seconds):
        settings = requests.get(f"{address}/emulator/settings", timeout=5).json()
    assert settings["etag_changes_always"] is True
    assert settings["refuses_second_close"] is False
    assert settings["search_lag"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--emulate", "wrong.json"), "expected a file that the probe wrote"),
        (("--switch", "nothing=1"), "expected names among"),
        (("--switch", "events_lost"), "expected NAME=VALUE"),
        (("--switch", "events_lost=maybe"), "expected a value in JSON"),
        (("--seed", "missing.json"), "missing.json"),
        (("--seed", "README.md"), "expected a JSON object"),
        (("--seed", "wrong.json"), "expected queues and workflows"),
    ],
)
def test_wrong_options_are_refused_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "README.md").write_text("# no JSON")
    (tmp_path / "wrong.json").write_text('{"people": {}}')
    done = subprocess.run(
        [sys.executable, "-m", "twilio_emulator", "--port", "0", *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(FOLDER)},
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_journal_is_printed_call_by_call_whatever_becomes_of_one() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "twilio_emulator", "--port", "0", "--journal"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=FOLDER,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(FOLDER)},
    ) as process:
        try:
            assert process.stdout
            address, _console = (process.stdout.readline().strip() for _ in range(2))
            cut = {"kind": "close", "path": "/Cut$"}
            requests.post(f"{address}/emulator/faults", json=cut, timeout=5).raise_for_status()
            with pytest.raises(requests.ConnectionError):
                requests.get(f"{address}/taskrouter/v1/Cut", timeout=5)
            requests.get(f"{address}/taskrouter/v1/Workspaces", timeout=5)
            printed = [process.stdout.readline().strip() for _ in range(2)]
            requests.delete(f"{address}/emulator/journal", timeout=5).raise_for_status()
            requests.get(f"{address}/nothing/v1/Here", timeout=5)
            printed.append(process.stdout.readline().strip())
        finally:
            process.terminate()

    assert printed == [
        "close GET /taskrouter/v1/Cut",
        "401 GET /taskrouter/v1/Workspaces",
        "404 GET /nothing/v1/Here",
    ]
