"""The bundle's bytecode: no process of a function compiles its modules again."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local.deployer import bytecode
from local.deployer.bytecode import with_bytecode
from tests.deployment import DeployedStack

SOURCES = {"handler.py": "import package.part\n", "package/part.py": "VALUE = 1\n"}
UNCHECKED_HASH = 0b01
# Prints the files of a folder that an import compiles, as Python's own audit events tell.
IMPORT = """
import sys
compiled = []
def hear(event, arguments):
    if event == "compile" and str(arguments[1]).startswith(sys.argv[1]):
        compiled.append(arguments[1])
sys.addaudithook(hear)
sys.path.insert(0, sys.argv[1])
import handler
print(len(compiled))
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return written(tmp_path, SOURCES)


def written(folder: Path, sources: dict[str, str]) -> Path:
    path = folder / "functions.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, source in sources.items():
            archive.writestr(name, source)
    return path


def compiled_by_an_import(content: bytes, folder: Path) -> int:
    """Unpack a zip as the emulated AWS does, import its handler in a new process."""
    packed = folder / "packed.zip"
    packed.write_bytes(content)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder / "code")
    command = [sys.executable, "-c", IMPORT, str(folder / "code")]
    return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def test_importing_a_bundle_with_bytecode_compiles_nothing(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "with").mkdir()
    assert compiled_by_an_import(bundle.read_bytes(), tmp_path / "plain") == len(SOURCES)
    assert compiled_by_an_import(with_bytecode(bundle), tmp_path / "with") == 0


def test_the_sources_in_the_bundle_are_unchanged(bundle: Path, tmp_path: Path) -> None:
    compiled = tmp_path / "compiled.zip"
    compiled.write_bytes(with_bytecode(bundle))
    with zipfile.ZipFile(compiled) as archive:
        found = {name: archive.read(name).decode() for name in SOURCES}
    assert found == SOURCES
    assert bundle.stat().st_size < compiled.stat().st_size


def test_a_bundle_is_compiled_again_only_after_a_change(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = with_bytecode(bundle)
    with monkeypatch.context() as context:
        context.setattr(bytecode, "_compiled", None)
        assert with_bytecode(bundle) == first
    changed = with_bytecode(written(tmp_path, SOURCES | {"package/part.py": "VALUE = 2\n"}))
    assert changed != first
    assert len(list(tmp_path.glob("functions-bytecode-*.zip"))) == 1


def test_the_deployed_functions_have_bytecode(deployed_stack: DeployedStack) -> None:
    folder = deployed_stack.aws.log_path.parent
    found = list(folder.glob("ministack-lambda-*/code/__pycache__/transfer_chat.*.pyc"))
    assert found != []
    assert {path.read_bytes()[4] for path in found} == {UNCHECKED_HASH}
