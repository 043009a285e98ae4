"""The Lambda bundle: the same bytes each time, pure Python, and all that the handlers import."""

import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from importlib.util import cache_from_source
from pathlib import Path

import boto3
import pytest

from transfer_stack.bundle import PYTHON_VERSION, Bundle, BundleError, build_bundle

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"
# What AWS's Python runtime brings, with what that needs in turn.
LAMBDA_RUNTIME = ("boto3", "botocore", "s3transfer", "dateutil", "six.py")

ON_LAMBDAS_PYTHON = platform.python_version().startswith(f"{PYTHON_VERSION}.")

# A module of the bundle whose bytecode depends on asyncio being imported, in the usual format.
COMPILE = """
import importlib, sys
from importlib.util import find_spec
importlib.import_module(sys.argv[1])
from transfer_stack.bytecode import bytecode
with open(find_spec("typing_extensions").origin, "rb") as source:
    sys.stdout.buffer.write(bytecode({"one.py": source.read()}).popitem()[1])
"""

IMPORT_ALL = """
import json, os, sys
sys.path[:0] = sys.argv[1:]
import transfer_chat, get_workflows, receive_events, transfer_events
from twilio.rest import Client
client = Client("AC" + "0" * 32, "token")
client.taskrouter.v1.workspaces, client.iam.v1.token, client.flex_api.v1.interaction
client.chat.v2.services, client.conversations.v1.conversations
for module in (transfer_chat, get_workflows, receive_events, transfer_events):
    assert callable(module.handler)
files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
print(json.dumps({name: file for name, file in files.items() if file}))
"""


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return build_bundle(FUNCTIONS, ROOT / "build")


@pytest.fixture(scope="module")
def names(bundle: Bundle) -> list[str]:
    with zipfile.ZipFile(bundle.path) as archive:
        return archive.namelist()


@pytest.fixture
def wheels(bundle: Bundle) -> Path:
    (folder,) = bundle.path.parent.glob("wheels-*")
    return folder


def test_two_builds_give_the_same_bytes(bundle: Bundle, wheels: Path, tmp_path: Path) -> None:
    sources = shutil.copytree(FUNCTIONS, tmp_path / "functions")
    for index, path in enumerate(sorted(sources.rglob("*.py"))):
        # Neither dates nor permissions nor a cache may leave a trace.
        os.utime(path, (index, index))
        path.chmod(0o600)
    cache = sources / "chat_transfer" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "settings.cpython-313.pyc").write_bytes(b"anything")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / wheels.name).symlink_to(wheels)

    again = build_bundle(sources, tmp_path / "build")

    assert again.path.read_bytes() == bundle.path.read_bytes()
    assert again.sha256 == bundle.sha256


def test_another_source_gives_another_hash(bundle: Bundle, wheels: Path, tmp_path: Path) -> None:
    sources = shutil.copytree(FUNCTIONS, tmp_path / "functions")
    (sources / "get_workflows.py").write_text("changed = True\n")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / wheels.name).symlink_to(wheels)

    assert build_bundle(sources, tmp_path / "build").sha256 != bundle.sha256


def test_the_bundle_is_pure_python(names: list[str]) -> None:
    kinds = {Path(name).suffix for name in names}

    assert kinds <= {".py", ".pyc", ".pem", ".json"}


def test_it_has_bytecode_where_it_is_built_on_the_python_that_lambda_runs(names: list[str]) -> None:
    of_modules = {cache_from_source(name) for name in names if name.endswith(".py")}
    found = {name for name in names if name.endswith(".pyc")}
    assert found == (of_modules if ON_LAMBDAS_PYTHON else set())


@pytest.mark.skipif(ON_LAMBDAS_PYTHON, reason="this is the Python that Lambda runs")
def test_a_build_on_another_python_says_that_it_has_no_bytecode(
    wheels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "functions").mkdir()
    shutil.copy(FUNCTIONS / "requirements.txt", tmp_path / "functions")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / wheels.name).symlink_to(wheels)

    build_bundle(tmp_path / "functions", tmp_path / "build")

    assert f"built on Python {PYTHON_VERSION}" in capsys.readouterr().err


def test_bytecode_does_not_depend_on_the_process_that_compiles() -> None:
    compiled = [
        subprocess.run(
            [sys.executable, "-c", COMPILE, imported],
            env={"PYTHONPATH": str(ROOT / "infra"), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for imported, seed in (("abc", "1"), ("asyncio", "2"))
    ]
    assert compiled[0] == compiled[1] != b""


def test_the_bundle_has_our_sources_and_no_tooling(names: list[str]) -> None:
    assert {"transfer_chat.py", "get_workflows.py", "chat_transfer/__init__.py"} <= set(names)
    unwanted = ("requirements", "dist-info", "tests/", "boto3", "aiohttp", "pulumi")
    assert not [name for name in names if any(part in name for part in unwanted)]


def test_the_bundle_is_small_enough_to_upload_directly(bundle: Bundle) -> None:
    # Lambda takes 50 MB without a bucket; ours is about 9, or 21 with bytecode, uncompressed.
    assert bundle.path.stat().st_size < (25_000_000 if ON_LAMBDAS_PYTHON else 12_000_000)


def test_the_handlers_import_from_the_bundle_alone(
    bundle: Bundle, names: list[str], tmp_path: Path
) -> None:
    code = tmp_path / "task"
    with zipfile.ZipFile(bundle.path) as archive:
        archive.extractall(code)
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    site_packages = Path(boto3.__file__).parents[1]
    for name in LAMBDA_RUNTIME:
        (runtime / name).symlink_to(site_packages / name)

    # Without site-packages (-S), and without anything from the environment (-I).
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT_ALL, str(code), str(runtime)],
        env=_LAMBDA_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    bundled = {name.partition("/")[0].removesuffix(".py") for name in names if name.endswith(".py")}
    assert bundled - loaded == set()


def test_without_packages_and_without_an_index_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = shutil.copytree(FUNCTIONS, tmp_path / "functions")
    # A change, so that no download of an earlier build fits.
    with (sources / "requirements.txt").open("a") as file:
        file.write("\n# changed\n")
    for name, value in {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    with pytest.raises(BundleError, match="run this again with access to the package index"):
        build_bundle(sources, tmp_path / "build")

    assert not list((tmp_path / "build").iterdir())


def test_a_compiled_extension_is_refused(tmp_path: Path) -> None:
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "requirements.txt").write_text("")
    build_bundle(tmp_path / "functions", tmp_path / "build")
    (wheels,) = (tmp_path / "build").glob("wheels-*")
    with zipfile.ZipFile(wheels / "speedy-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("speedy/_fast.cpython-313-aarch64-linux-gnu.so", b"\x7fELF")

    with pytest.raises(BundleError, match=r"speedy-1\.0.* holds compiled code"):
        build_bundle(tmp_path / "functions", tmp_path / "build")


_LAMBDA_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "IDEMPOTENCY_TABLE": "table",
    "POWERTOOLS_SERVICE_NAME": "flex-chat-transfer",
    "POWERTOOLS_METRICS_NAMESPACE": "flex-chat-transfer",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_CHAT_TRANSFER_WORKFLOW_SID": "WW" + "0" * 32,
    "TWILIO_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
    "TWILIO_WORKSPACE_SID": "WS" + "0" * 32,
}
