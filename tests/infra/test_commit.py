"""The deployed commit."""

import subprocess
from pathlib import Path

import pytest

from transfer_stack.commit import deployed_commit


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("one")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:")
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "functions" / "package").mkdir(parents=True)
    (tmp_path / "functions" / "package" / "handler.py").write_text("")
    for command in (
        ("init", "--quiet"),
        ("add", "."),
        ("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "First"),
    ):
        _git(tmp_path, *command)
    return tmp_path


def test_the_deployed_commit_is_the_one_checked_out(repository: Path) -> None:
    head = _git(repository, "rev-parse", "HEAD")
    (repository / "not-tracked").write_text("")

    assert deployed_commit(repository) == head[:12]


def test_uncommitted_changes_make_the_commit_dirty(repository: Path) -> None:
    (repository / "file").write_text("two")

    assert deployed_commit(repository).endswith("-dirty")


@pytest.mark.parametrize("name", ["new.py", "package/new.py", "package/ignored.log"])
def test_an_untracked_file_that_is_shipped_makes_the_commit_dirty(
    repository: Path, name: str
) -> None:
    (repository / "functions" / name).write_text("")

    assert deployed_commit(repository, ["functions"]).endswith("-dirty")


@pytest.mark.parametrize("name", ["__pycache__/handler.pyc", ".DS_Store", "requirements.txt"])
def test_an_untracked_file_that_is_not_shipped_leaves_the_commit_clean(
    repository: Path, name: str
) -> None:
    path = repository / "functions" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")

    assert not deployed_commit(repository, ["functions"]).endswith("-dirty")


def test_a_changed_stack_file_leaves_the_commit_clean(repository: Path) -> None:
    (repository / "Pulumi.dev.yaml").write_text("config: {aws:region: eu-west-1}")

    assert not deployed_commit(repository).endswith("-dirty")


def test_without_a_repository_the_commit_is_unknown(tmp_path: Path) -> None:
    assert deployed_commit(tmp_path) == ""


def test_without_git_the_commit_is_unknown(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    assert deployed_commit(repository) == ""


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout
