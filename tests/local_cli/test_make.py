"""The Makefile's environments, with a Python and a uv that write down how they are called."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from local import ROOT

PYTHON = r"""#!/bin/sh
calls={folder}/calls
case "$*" in
-VV) echo "Python {version}" ;;
"-m venv --clear "*)
    echo "$@" >>$calls
    rm -rf "$4" && mkdir -p "$4/bin" && cp "$0" "$4/bin/python"
    printf '#!/bin/sh\necho "uv $@" >>%s\n[ ! -e {folder}/interrupted ]\n' $calls >"$4/bin/uv"
    chmod +x "$4/bin/uv" ;;
esac
"""


class Checkout:
    """What `make install` reads, and a Python of some version."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "policy").mkdir()
        for path in (
            "Makefile",
            "requirements.txt",
            "requirements-dev.txt",
            "policy/requirements.txt",
        ):
            shutil.copy(ROOT / path, folder / path)
        (folder / "pulumi-twilio").mkdir()
        (folder / "twilio-emulator").mkdir()
        (folder / "twilio-emulator" / "pyproject.toml").touch()
        (folder / "requirements-stubs.txt").touch()
        self.python("3.11")

    def python(self, version: str) -> str:
        """Put a Python of this version on the PATH; return its name."""
        path = self.folder / "tools" / f"python{version}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(PYTHON.format(folder=self.folder, version=version))
        path.chmod(0o755)
        shutil.copy(path, path.with_name("python3"))
        return path.name

    def interrupt(self, *, interrupted: bool) -> None:
        """Let installing fail from now on, or no more."""
        marker = self.folder / "interrupted"
        marker.touch() if interrupted else marker.unlink()

    def make(self, *arguments: str) -> tuple[int, list[str]]:
        """Run make; return its exit code, and the calls of Python and uv."""
        calls = self.folder / "calls"
        calls.write_text("")
        environment = {"PATH": f"{self.folder / 'tools'}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["make", *arguments],  # noqa: S607 - the make of this machine
            cwd=self.folder,
            env=environment,
            capture_output=True,
            check=False,
        )
        return done.returncode, calls.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout without environments."""
    return Checkout(tmp_path)


@pytest.mark.parametrize(
    ("target", "folder"), [("install", ".venv"), ("policy", "policy/.venv"), ("up", ".venv")]
)
def test_a_half_made_environment_is_made_again(
    checkout: Checkout, target: str, folder: str
) -> None:
    made = f"-m venv --clear {folder}"
    if target == "policy":
        checkout.make("install")
    checkout.interrupt(interrupted=True)
    failed, before = checkout.make(target)
    checkout.interrupt(interrupted=False)
    succeeded, after = checkout.make(target)

    assert failed
    assert not succeeded
    assert made in before
    assert made in after


def test_a_whole_environment_is_kept(checkout: Checkout) -> None:
    checkout.make("install", "policy")

    assert checkout.make("install", "policy") == (0, [])


def test_interrupted_tools_leave_no_environment_that_passes_for_whole(checkout: Checkout) -> None:
    checkout.make("install")
    checkout.interrupt(interrupted=True)
    checkout.make(".venv/.tools")
    checkout.interrupt(interrupted=False)

    assert "-m venv --clear .venv" in checkout.make("install")[1]


def test_another_python_makes_both_environments_again(checkout: Checkout) -> None:
    checkout.make("install", "policy")
    other = checkout.python("3.13")
    _, kept = checkout.make("install", "policy")
    _, made = checkout.make("install", "policy", f"PYTHON={other}")

    assert kept == []
    assert [call for call in made if "venv --clear" in call] == [
        "-m venv --clear .venv",
        "-m venv --clear policy/.venv",
    ]


def test_an_environment_whose_python_is_gone_is_made_again(checkout: Checkout) -> None:
    checkout.make("install")
    python = checkout.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(checkout.folder / "gone")

    assert "-m venv --clear .venv" in checkout.make("install")[1]


def test_the_demo_installs_no_tools_of_the_tests(checkout: Checkout) -> None:
    _, of_demo = checkout.make("demo")
    _, of_tools = checkout.make(".venv/.tools")

    assert [call for call in of_demo if "requirements-dev" in call] == []
    assert [call for call in of_tools if "requirements-dev" in call] != []


def test_the_demo_needs_none_of_the_tools() -> None:
    installed = (ROOT / "requirements.txt").read_text()

    assert [name for name in ("mypy", "pytest", "moto", "schemathesis") if name in installed] == []


def test_the_pinned_packages_are_the_same_for_tools() -> None:
    names = (ROOT / name for name in ("requirements.txt", "requirements-dev.txt"))
    installed, of_tools = (set(path.read_text().splitlines()) for path in names)

    assert installed <= of_tools


@pytest.mark.parametrize(
    ("word", "has_git", "passes"),
    [("notused", True, True), ("INSTALLED", True, False), ("notused", False, False)],
)
def test_lint_looks_for_words_and_fails_without_git(
    checkout: Checkout, word: str, *, has_git: bool, passes: bool
) -> None:
    checkout.make(".venv/.tools")
    for tool in ("ruff", "mypy", "lint-imports", "zizmor"):
        shutil.copy(shutil.which("true") or "", checkout.folder / ".venv" / "bin" / tool)
    (checkout.folder / ".avoided-words").write_text(f"{word}\n")
    for tool in ("sh", "sed", "grep", "find", "expr", "getconf", "make", "test", "rm", "touch"):
        path = checkout.folder / "tools" / tool
        path.symlink_to(shutil.which(tool) or "")
    if has_git:
        (checkout.folder / "tools" / "git").symlink_to(shutil.which("git") or "")
    done = subprocess.run(
        ["make", "lint"],  # noqa: S607 - the make of this machine
        cwd=checkout.folder,
        env={"PATH": str(checkout.folder / "tools"), "GIT_CEILING_DIRECTORIES": "/"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode == 0) is passes, done.stderr
