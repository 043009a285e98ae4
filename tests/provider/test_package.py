"""The wheel and the source distribution have all that the plugin needs, and the plugin starts."""

import os
import re
import signal
import subprocess
import sys
import tarfile
import zipfile
from importlib.resources import files
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from pulumi_twilio.version import VERSION
from tests.provider.conftest import FOLDER

TRACKED = sorted(
    str(path.relative_to(FOLDER))
    for path in (FOLDER / "pulumi_twilio").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)

PUBLISHED = ("README.md", "CHANGELOG.md", "LICENSE", "PulumiPlugin.yaml", "requirements.txt")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both, from a copy: setuptools writes into the folder that it builds from."""
    folder = tmp_path_factory.mktemp("package")
    source = folder / "source"
    source.mkdir()
    for name in [*TRACKED, *PUBLISHED, "pyproject.toml", "MANIFEST.in"]:
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((FOLDER / name).read_bytes())
    build = (
        "from setuptools import build_meta as b; b.build_wheel('../dist'); b.build_sdist('../dist')"
    )
    (folder / "dist").mkdir()
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    return folder / "dist"


def test_both_have_every_module_and_the_version(built: Path) -> None:
    with zipfile.ZipFile(built / f"pulumi_twilio-{VERSION}-py3-none-any.whl") as wheel:
        assert set(TRACKED) <= set(wheel.namelist())
    with tarfile.open(built / f"pulumi_twilio-{VERSION}.tar.gz") as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert {*TRACKED, *PUBLISHED} <= names


def test_the_wheel_says_whose_it_is_and_under_which_licence(built: Path) -> None:
    with zipfile.ZipFile(built / f"pulumi_twilio-{VERSION}-py3-none-any.whl") as wheel:
        (name,) = [each for each in wheel.namelist() if each.endswith("/METADATA")]
        metadata = wheel.read(name).decode()
        assert any(each.endswith("/licenses/LICENSE") for each in wheel.namelist())
    assert "Author: The flex-chat-transfer authors" in metadata
    assert "License-Expression: MIT" in metadata
    assert "pip install pulumi-twilio" in metadata


def test_the_readme_has_no_link_into_the_repository() -> None:
    links = re.findall(r"\]\(([^)]+)\)", (FOLDER / "README.md").read_text())
    assert [link for link in links if not link.startswith(("https://", "#"))] == []


def test_the_plugin_starts_from_the_wheel(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(built / f"pulumi_twilio-{VERSION}-py3-none-any.whl") as wheel:
        wheel.extractall(tmp_path)  # noqa: S202 - built by this test
    environment = {"PYTHONPATH": str(tmp_path), "PATH": os.defpath}
    with subprocess.Popen(
        [sys.executable, "-m", "pulumi_twilio", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=tmp_path,
    ) as process:
        try:
            assert process.stdout
            address = f"127.0.0.1:{int(process.stdout.readline())}"
            with grpc.insecure_channel(address) as channel:
                stub = ResourceProviderStub(channel)
                assert stub.GetPluginInfo(Empty(), timeout=30).version == VERSION
                assert "taskrouter" in stub.GetSchema(messages.GetSchemaRequest()).schema
            process.send_signal(signal.SIGINT)  # as the engine ends a plugin
            assert process.communicate(timeout=30)[1] == b""
        finally:
            process.kill()


def test_expressions_have_the_grammar_that_the_emulator_reads() -> None:
    # Two packages that know nothing of each other, so the grammar is there twice.
    provider = FOLDER / "pulumi_twilio" / "taskrouter" / "expressions.lark"
    emulator = files("twilio_emulator.workflows").joinpath("expressions.lark")
    assert provider.read_bytes() == emulator.read_bytes()
