# ruff: noqa: INP001 - a command, not a package
"""Write the SDK for Python into `pulumi_twilio/sdk`: `python pulumi-twilio/generate_sdk.py`.

It is what `pulumi package gen-sdk` makes of the provider's schema, in a place of its own, and needs
the Pulumi CLI. Programs import it as `pulumi_twilio`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent / "pulumi_twilio"
sys.path.insert(0, str(PACKAGE.parent))

from pulumi_twilio.provider import FUNCTIONS, KINDS  # noqa: E402
from pulumi_twilio.schema import schema  # noqa: E402


def generate(target: Path) -> None:
    """Generate the SDK in a folder, which is replaced."""
    document = json.loads(schema(KINDS, FUNCTIONS))
    # An example is written in every language, and docstrings of Python need one of them.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "schema.json").write_text(json.dumps(document))
        place = {"PULUMI_HOME": str(folder / "home"), "PULUMI_BACKEND_URL": folder.as_uri()}
        subprocess.run(
            ["pulumi", "package", "gen-sdk", "schema.json", "--language", "python"],  # noqa: S607 - as it is on the PATH
            cwd=folder,
            env=os.environ | place | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(
            folder / "sdk/python/pulumi_twilio",
            target,
            ignore=shutil.ignore_patterns("pulumi-plugin.json", "py.typed", "README.md"),
        )


if __name__ == "__main__":
    generate(PACKAGE / "sdk")
