"""Deploys from the packages that are published, in an environment that has nothing of a checkout.

Besides the wheels and what they need there is only boto3, with which the deployer makes what the
program declares.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from local import ROOT, LocalError
from local.deployer import DeploymentError, ResourceEvent

# What the child writes, a line each.
CREATED, OUTPUTS, REFUSED = "created", "outputs", "refused"


class PackageError(LocalError):
    """The packages cannot be installed; the message says why."""


def deploy_package(
    wheel: Path,
    config: Mapping[str, str],
    secrets: Collection[str],
    aws_endpoint: str,
    on_resource: Callable[[ResourceEvent], None],
    *,
    stack: str = "local",
) -> Mapping[str, Any]:
    """Deploy a stack as `deploy` does, with the component of a wheel.

    Parameters
    ----------
    wheel
        The wheel of flex-chat-transfer; that of pulumi-twilio is next to it.
    config, secrets, aws_endpoint, on_resource, stack
        See `deploy`.

    Raises
    ------
    PackageError
        When the wheel cannot be installed.
    DeploymentError
        When the program refuses its config, or a resource cannot be created.
    """
    with tempfile.TemporaryDirectory(prefix="flex-chat-transfer-package-") as folder:
        environment, program = Path(folder, "venv"), Path(folder, "program")
        _install(environment, wheel)
        program.mkdir()
        shutil.copy(ROOT / "infra/__main__.py", program)
        given = {
            "config": dict(config),
            "secrets": list(secrets),
            "aws_endpoint": aws_endpoint,
            "program": str(program),
            "stack": stack,
        }
        command = [str(environment / "bin/python"), "-m", "local.package_child"]
        with subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps(given))
            child.stdin.close()
            for line in child.stdout:
                kind, said = json.loads(line)
                if kind == CREATED:
                    on_resource(ResourceEvent(**said))
                elif kind == REFUSED:
                    raise DeploymentError(said)
                else:
                    outputs: Mapping[str, Any] = said
                    return outputs
    raise DeploymentError("The deployment ended without a result")


def _install(environment: Path, wheel: Path) -> None:
    uv = [sys.executable, "-m", "uv", "--quiet"]
    links = ["--find-links", str(wheel.resolve().parent)]
    packages = [str(wheel.resolve()), f"boto3=={version('boto3')}"]
    for command in (
        [*uv, "venv", "--python", sys.executable, str(environment)],
        [*uv, "pip", "install", "--python", str(environment), *links, *packages],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - nothing in it comes from outside
        if done.returncode != 0:
            raise PackageError(f"{wheel} cannot be installed: {done.stderr.strip()}")
