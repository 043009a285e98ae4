"""Runs a program with the component of an installed package; `local.package` starts it so.

It reads a JSON object from its input, and writes a line of JSON for each resource, and one in the
end.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pulumi

from local.deployer import DeploymentError, ResourceEvent, deploy
from local.package import CREATED, OUTPUTS, REFUSED


def _say(kind: str, what: Any) -> None:
    sys.stdout.write(json.dumps([kind, what]) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Deploy, and tell what becomes of it."""
    given = json.load(sys.stdin)

    def created(event: ResourceEvent) -> None:
        _say(CREATED, asdict(event))

    try:
        outputs = deploy(
            given["config"],
            given["secrets"],
            given["aws_endpoint"],
            created,
            stack=given["stack"],
            program=Path(given["program"]),
        )
    except (DeploymentError, pulumi.RunError) as error:
        _say(REFUSED, str(error))
    else:
        _say(OUTPUTS, dict(outputs))


if __name__ == "__main__":
    main()
