"""Builds the Lambda bundle: our sources and the pinned pure-Python wheels in one reproducible zip.

The same inputs give the same bytes on every machine, so `pulumi up` uploads code only when it
changed. Entries are sorted, dates fixed, and nothing is compressed, since zlib's versions produce
different bytes. All wheels are platform-independent: what is tested on a laptop runs on arm64.
Bytecode depends on the version of Python, so only a build on the functions' version adds it.
"""

import base64
import hashlib
import platform
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import pulumi

from transfer_stack.bundle_contents import is_needed, is_source
from transfer_stack.bytecode import bytecode

# The functions' runtime, for which the wheels are chosen.
PYTHON_VERSION: Final = "3.13"

# The earliest date that a zip entry can have.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE: Final = 0o100644 << 16
_UNIX: Final = 3
_COMPILED: Final = (".so", ".pyd", ".dylib", ".dll")


class BundleError(pulumi.RunError):
    """The bundle cannot be built; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip for Lambda.

    Parameters
    ----------
    path
        Where the zip is.
    sha256
        Its SHA-256 in base64: when it changes, the provider uploads the zip.
    """

    path: Path
    sha256: str


def build_bundle(functions: Path, build: Path) -> Bundle:
    """Write the bundle into a build folder, downloading wheels that are not there.

    Parameters
    ----------
    functions
        The Lambda source root, its `requirements.txt` in it.
    build
        The folder for the zip and the downloaded wheels; created if it does not exist.

    Raises
    ------
    BundleError
        When wheels are missing and cannot be downloaded, or one is not pure Python.
    """
    wheels = _wheels(functions / "requirements.txt", build)
    entries: dict[str, bytes] = {}
    for wheel in sorted(wheels.glob("*.whl")):
        entries.update(_wheel_entries(wheel))
    entries.update(_source_entries(functions))
    if platform.python_version().startswith(f"{PYTHON_VERSION}."):
        entries.update(bytecode(entries))
    else:
        pulumi.log.info(
            f"The Lambda bundle has no bytecode, since this is Python {platform.python_version()}: "
            f"functions start faster when it is built on Python {PYTHON_VERSION}."
        )
    return _write_bundle(build / "functions.zip", entries)


def build_canary(sources: Path, build: Path) -> Bundle:
    """Write the canary's bundle into a build folder; it needs no packages.

    With its own bundle, a change of the functions publishes no version of the canary.
    """
    return _write_bundle(build / "canary.zip", dict(_source_entries(sources)))


def _write_bundle(path: Path, entries: Mapping[str, bytes]) -> Bundle:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        written = Path(folder) / path.name
        _write_zip(written, entries)
        digest = hashlib.sha256(written.read_bytes()).digest()
        # Two builds may run at once: a reader must never see a partial zip.
        written.replace(path)
    return Bundle(path, base64.b64encode(digest).decode())


def _source_entries(functions: Path) -> Iterator[tuple[str, bytes]]:
    for path in functions.rglob("*"):
        name = PurePosixPath(path.relative_to(functions).as_posix())
        if path.is_file() and is_source(name):
            yield str(name), path.read_bytes()


def _wheel_entries(wheel: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            if info.filename.endswith(_COMPILED):
                raise BundleError(
                    f"{wheel.name} holds compiled code ({info.filename}); expected pure Python"
                )
            if not info.is_dir() and is_needed(PurePosixPath(info.filename)):
                yield info.filename, archive.read(info)


def _write_zip(path: Path, entries: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = _READABLE_FILE
            info.create_system = _UNIX
            archive.writestr(info, entries[name])


def _wheels(requirements: Path, build: Path) -> Path:
    """Return a folder with every pinned wheel; an unchanged lock file reuses the last one."""
    digest = hashlib.sha256(requirements.read_bytes() + PYTHON_VERSION.encode()).hexdigest()[:16]
    folder = build / f"wheels-{digest}"
    if folder.is_dir():
        return folder
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as temporary:
        download = Path(temporary) / folder.name
        _download(requirements, download)
        try:
            # Renamed last, so that a partial download is never used.
            download.rename(folder)
        except OSError:
            # Another build finished first.
            if not folder.is_dir():
                raise
    return folder


def _download(requirements: Path, folder: Path) -> None:
    """Download the wheels by hash, only platform-independent ones."""
    command = [
        *(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"),
        *("--dest", str(folder), "--no-deps", "--require-hashes", "--only-binary=:all:"),
        *("--platform", "any", "--implementation", "py", "--abi", "none"),
        *("--python-version", PYTHON_VERSION, "--requirement", str(requirements)),
    ]
    done = subprocess.run(  # noqa: S603 - nothing in the command comes from outside
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise BundleError(
            f"The Lambda bundle's packages could not be downloaded: run this again with access to "
            f"the package index. They are needed once after each change of {requirements}.\n"
            f"pip said:\n{done.stderr.strip()}"
        )
