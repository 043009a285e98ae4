"""The package's wheel: what is in it, and that it is the same each time."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from flex_chat_transfer.version import VERSION
from transfer_stack.bundle_contents import is_source

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("infra", "functions", "canary", "pyproject.toml", "README.md", "LICENSE")
ONLY_IN_A_CHECKOUT = {"transfer_stack/args_source.py", "transfer_stack/config_reference.py"}


def build(folder: Path) -> Path:
    """Build the wheel of a copy of the sources, whose files are as old as the copy."""
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, folder / name, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(path, folder / name)
    command = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--no-build-isolation"]
    environment = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    where = ["--python", sys.executable, "--out-dir", str(folder / "dist"), str(folder)]
    subprocess.run([*command, *where], check=True, env=environment)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_has_the_programs_modules_and_the_functions_sources(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}

    expected = {
        name
        for package in ("flex_chat_transfer", "transfer_stack")
        for name in files(ROOT / "infra" / package, package)
    }
    for folder in ("functions", "canary"):
        inside = f"flex_chat_transfer/{folder}"
        sources = files(ROOT / folder, inside)
        assert any(is_source(PurePosixPath(name).relative_to(inside)) for name in sources)
        expected |= sources
    assert found == expected - ONLY_IN_A_CHECKOUT


def files(folder: Path, inside: str) -> set[str]:
    return {
        f"{inside}/{path.relative_to(folder).as_posix()}"
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_another_copy_gives_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    mask = os.umask(0o077)
    try:
        again = build(tmp_path)
    finally:
        os.umask(mask)

    assert again.read_bytes() == wheel.read_bytes()


def test_the_template_asks_for_the_version_that_is_here() -> None:
    assert (ROOT / "template/requirements.txt").read_text() == f"flex-chat-transfer=={VERSION}\n"
    assert {path.name for path in (ROOT / "template").iterdir()} - {"__pycache__"} == {
        "Pulumi.yaml",
        "__main__.py",
        "requirements.txt",
    }


def test_the_packages_limits_allow_what_a_checkout_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = (ROOT / "infra/requirements.in").read_text()

    for name in ("pulumi", "pulumi-aws"):
        (limit,) = (each for each in project["dependencies"] if each.startswith(f"{name}>="))
        least = limit.removeprefix(f"{name}>=").partition(",")[0]
        assert f"{name}=={least}" in pinned
