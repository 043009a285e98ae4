"""A project like ours for the real Pulumi CLI, with the stand-in in the AWS plugin's place.

Everything of it is in a folder of its own: project, state, Pulumi's home. The program and the
Twilio provider are copies, so a test may change them.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import yaml
from pulumi import automation
from semver import VersionInfo

from tests.deployment import SECRETS, stack_config
from twilio_emulator.server import RunningTwilio

ROOT: Final = Path(__file__).resolve().parents[2]
POLICY: Final = ROOT / "policy"
STACK: Final = "dev"

ENVIRONMENT: Final = {
    "PULUMI_CONFIG_PASSPHRASE": "of a test",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the engine said.

    Parameters
    ----------
    text
        All that it printed.
    changes
        How many resources it creates, updates, leaves the same and so on.
    breaches
        The policies that the stack breaks, by name, as the engine enforces them.
    unchecked
        The policies that the engine could not check, because a value is not known yet.
    """

    text: str
    changes: Mapping[str, int]
    breaches: frozenset[str]
    unchecked: frozenset[str]


class Engine:
    """A project and a stack on the Pulumi CLI that is on the PATH.

    Parameters
    ----------
    folder
        Where it all is.
    twilio
        The emulated Twilio that the stack's config points at.
    """

    def __init__(self, folder: Path, twilio: RunningTwilio) -> None:
        self._folder = folder
        self._stack = _new_stack(folder)
        self.set({"aws:region": "eu-west-1", **stack_config(twilio)})

    def set(self, config: Mapping[str, str]) -> None:
        """Run `pulumi config set` for each key, with `--secret` if it takes one."""
        for key, value in config.items():
            self._stack.set_config(key, automation.ConfigValue(value, secret=key in SECRETS))

    def preview(self, *, policy: bool = False, diff: bool = False) -> Run:
        """Run `pulumi preview`."""
        events: list[automation.EngineEvent] = []
        result = self._stack.preview(
            policy_packs=_packs(policy=policy), diff=diff, color="never", on_event=events.append
        )
        return _run(result.stdout + result.stderr, changes(result.change_summary), events)

    def refused(self) -> Run:
        """Run `pulumi preview` under the policy pack; it has to end with an error."""
        events: list[automation.EngineEvent] = []
        try:
            self._stack.preview(
                policy_packs=_packs(policy=True), color="never", on_event=events.append
            )
        except automation.CommandError as error:
            return _run(str(error), {}, events)
        raise AssertionError("the policy pack let it pass")

    def up(self, *, refresh: bool = False) -> Run:
        """Run `pulumi up` under the policy pack, with `--refresh` if it is to look first."""
        events: list[automation.EngineEvent] = []
        result = self._stack.up(
            policy_packs=_packs(policy=True),
            refresh=refresh,
            color="never",
            on_event=events.append,
        )
        return _run(result.stdout + result.stderr, changes(result.summary.resource_changes), events)

    def refresh(self) -> Run:
        """Run `pulumi refresh`."""
        events: list[automation.EngineEvent] = []
        result = self._stack.refresh(color="never", on_event=events.append)
        return _run(result.stdout + result.stderr, changes(result.summary.resource_changes), events)

    def destroy(self) -> Run:
        """Run `pulumi destroy`."""
        events: list[automation.EngineEvent] = []
        result = self._stack.destroy(color="never", on_event=events.append)
        return _run(result.stdout + result.stderr, changes(result.summary.resource_changes), events)

    def managed(self) -> dict[str, str]:
        """Return the IDs of what the stack manages, by URN; a component has none."""
        resources = (self._stack.export_stack().deployment or {}).get("resources", [])
        return {each["urn"]: each.get("id", "") for each in resources}

    def state(self) -> str:
        """Return the stack's state as it is on the disk, without secrets in plain text."""
        (path,) = (self._folder / "state").rglob(f"stacks/**/{STACK}.json")
        return path.read_text()

    def rewrite(self, names: Mapping[str, str]) -> None:
        """Replace parts of the URNs in the stack's state, in this order."""
        exported = self._stack.export_stack()
        text = json.dumps(exported.deployment)
        for old, new in names.items():
            assert old in text
            text = text.replace(old, new)
        self._stack.import_stack(automation.Deployment(exported.version, json.loads(text)))

    def replace(self, file: str, old: str, new: str) -> None:
        """Change the copy of the program."""
        path = self._folder / file
        source = path.read_text()
        assert source.count(old) == 1, f"{file} has {old!r} not once"
        path.write_text(source.replace(old, new))


def _new_stack(folder: Path) -> automation.Stack:
    for part in ("infra", "functions", "canary"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (ROOT / "build").mkdir(exist_ok=True)
    (folder / "build").symlink_to(ROOT / "build")  # the wheels, downloaded once
    (folder / ".venv").symlink_to(sys.prefix)  # which has the Twilio plugin
    shutil.copytree(Path(__file__).parent / "aws_standin", folder / "aws")
    run_in_our_environment(folder / "aws")
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    project["plugins"]["providers"].append({"name": "aws", "path": "./aws"})
    return new_stack(folder, project)


def new_stack(folder: Path, project: Mapping[str, Any]) -> automation.Stack:
    """Create a stack of a Python project, with its state and Pulumi's home in its own folder.

    Parameters
    ----------
    folder
        Where it all is.
    project
        What is written to `Pulumi.yaml`, but for the virtual environment and the backend.
    """
    state = folder / "state"
    state.mkdir()
    where = {
        "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}},
        "backend": {"url": state.as_uri()},
    }
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({**project, **where}))
    command = automation.PulumiCommand(skip_version_check=True)
    # A CLI that was built from its sources says no version, and the SDK goes on only with one.
    command.version = command.version or VersionInfo.parse(version("pulumi"))
    options = automation.LocalWorkspaceOptions(
        pulumi_command=command, pulumi_home=str(folder / "home"), env_vars=ENVIRONMENT
    )
    return automation.create_stack(STACK, work_dir=str(folder), opts=options)


def twilio_stack(folder: Path, twilio: RunningTwilio, program: str) -> automation.Stack:
    """Create a stack of a program that uses the Twilio provider and nothing else.

    Parameters
    ----------
    folder
        Where it all is, the program as `__main__.py`.
    twilio
        The emulated Twilio that the stack's config points at.
    program
        The program's source.
    """
    plugin = folder / "pulumi-twilio"
    shutil.copytree(ROOT / plugin.name, plugin, ignore=shutil.ignore_patterns("__pycache__"))
    run_in_our_environment(plugin)
    (folder / "__main__.py").write_text(program)
    provider = {"name": "twilio", "path": "./pulumi-twilio"}
    stack = new_stack(folder, {"name": "examples", "plugins": {"providers": [provider]}})
    config = {
        "accountSid": automation.ConfigValue(twilio.centre.account_sid),
        "authToken": automation.ConfigValue(twilio.centre.auth_token, secret=True),
        "baseUrl": automation.ConfigValue(twilio.base_url),
    }
    stack.set_all_config({f"twilio:{key}": value for key, value in config.items()})
    return stack


def run_in_our_environment(plugin: Path) -> None:
    """Have the CLI start a plugin's folder with the virtual environment of the tests."""
    options = {"toolchain": "pip", "virtualenv": sys.prefix}
    (plugin / "PulumiPlugin.yaml").write_text(
        yaml.safe_dump({"runtime": {"name": "python", "options": options}})
    )


def _packs(*, policy: bool) -> list[str] | None:
    return [str(POLICY)] if policy else None


def changes(summary: Mapping[automation.OpType, int] | None) -> dict[str, int]:
    """Return how many resources a run creates, updates, leaves the same and so on."""
    return {automation.OpType(kind).value: count for kind, count in (summary or {}).items()}


def _run(text: str, changes: Mapping[str, int], events: list[automation.EngineEvent]) -> Run:
    found = [event.policy_event for event in events if event.policy_event]
    return Run(
        text,
        changes,
        frozenset(one.policy_name for one in found if one.enforcement_level == "mandatory"),
        frozenset(one.policy_name for one in found if one.enforcement_level != "mandatory"),
    )
