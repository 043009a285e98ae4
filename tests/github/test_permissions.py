"""The GitHub workflows' permissions, pinned actions and credentials."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github" / "workflows"
NAMES = sorted(path.name for path in FOLDER.glob("*.yml"))
ZIZMOR = Path(sys.executable).parent / "zizmor"

PINNED = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OWN = "uses: ./.github/workflows/"


def read(name: str) -> dict[str, Any]:
    # YAML 1.1 takes the key "on" for a boolean.
    return {
        "on" if key is True else key: value
        for key, value in yaml.safe_load((FOLDER / name).read_text()).items()
    }


def permissions(name: str) -> dict[str, dict[str, str]]:
    """Return what each job's token may do; a job without a list has the workflow's."""
    workflow = read(name)
    return {
        job: declared.get("permissions", workflow["permissions"])
        for job, declared in workflow["jobs"].items()
    }


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ZIZMOR, "--offline", "--strict-collection", "--no-progress", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_workflow_files_are_these() -> None:
    assert NAMES == [
        "audit.yml",
        "build.yml",
        "deploy.yml",
        "nightly.yml",
        "plugin.yml",
        "preview.yml",
        "probe.yml",
        "release.yml",
        "test.yml",
        "update.yml",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_pinned_by_commit_with_its_version_in_a_comment(name: str) -> None:
    lines = [line.strip("- ") for line in (FOLDER / name).read_text().splitlines()]
    used = [line for line in lines if line.startswith("uses:")]

    assert used
    assert [line for line in used if not PINNED.fullmatch(line) and OWN not in line] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_workflow_reads_a_stored_secret_or_runs_for_a_fork_with_rights(name: str) -> None:
    text = (FOLDER / name).read_text()

    # Twilio has no OIDC: the jobs that release the plugin and probe an account need a key.
    assert name in {"plugin.yml", "probe.yml"} or "${{ secrets." not in text
    on = {"pull_request", "push", "schedule", "workflow_call", "workflow_dispatch"}
    assert set(read(name)["on"]) <= on


def test_the_job_with_the_stored_key_has_an_approval_and_no_rights_on_aws() -> None:
    jobs = read("plugin.yml")["jobs"]
    (job,) = [job for job in jobs.values() if "${{ secrets." in str(job)]

    assert job["environment"] == "production"
    assert job["permissions"] == {"contents": "read"}
    assert job["needs"] == "test"


def test_the_probe_reads_its_key_from_an_environment_of_its_own() -> None:
    (job,) = read("probe.yml")["jobs"].values()

    assert job["environment"] == "probe"
    assert set(re.findall(r"secrets\.(\w+)", str(job))) == {"TWILIO_API_KEY", "TWILIO_API_SECRET"}
    assert set(read("probe.yml")["on"]) == {"schedule", "workflow_dispatch"}


def test_each_job_has_exactly_these_permissions() -> None:
    assert {name: permissions(name) for name in NAMES} == {
        "test.yml": {"test": {"contents": "read"}},
        "audit.yml": {"python": {"contents": "read"}, "plugin": {"contents": "read"}},
        "nightly.yml": {
            "test": {"contents": "read"},
            "plugin": {"contents": "read"},
            "switched": {"contents": "read"},
        },
        "build.yml": {"wheels": {"contents": "read"}},
        "release.yml": {
            "test": {"contents": "read"},
            "build": {"contents": "read"},
            "publish": {"id-token": "write"},
        },
        "preview.yml": {
            "build": {"contents": "read"},
            "preview": {"contents": "read", "id-token": "write", "pull-requests": "write"},
        },
        "deploy.yml": {
            "test": {"contents": "read"},
            "build": {"contents": "read"},
            "staging": {"contents": "read", "id-token": "write"},
            "production": {"contents": "read", "id-token": "write"},
            "plugin": {"contents": "read"},
        },
        "probe.yml": {"probe": {"contents": "read"}},
        "update.yml": {"update": {"contents": "read", "id-token": "write"}},
        "plugin.yml": {
            "test": {"contents": "read"},
            "unset": {},
            "release": {"contents": "read"},
        },
    }


@pytest.mark.parametrize("name", ["preview.yml", "update.yml"])
def test_a_job_with_an_identity_token_installs_prebuilt_wheels_only(name: str) -> None:
    jobs = read(name)["jobs"]
    (job,) = [
        job for job in jobs.values() if "steps" in job and "id-token" in job.get("permissions", {})
    ]
    made = [step["run"] for step in job["steps"] if "make " in step.get("run", "")]
    recipe = (ROOT / "Makefile").read_text().partition("\ninstall-wheels:")[2].partition("\n\n")[0]
    installs = [line for line in recipe.splitlines() if "pip" in line]

    assert name == "update.yml" or "build" in job["needs"]
    assert made == ["make install-wheels"]
    assert len(installs) == 3
    assert all("--no-index" in line and "--only-binary :all:" in line for line in installs)
    # All but our own package, which was built from what is checked out.
    assert [line for line in installs if "--require-hashes" not in line] == [
        line for line in installs if line.endswith("--no-deps --only-binary :all: pulumi-twilio")
    ]


@pytest.mark.parametrize("lock", ["infra", "policy", "functions", ".github/audit"])
def test_the_lock_file_pins_every_package_by_hash(lock: str) -> None:
    text = (ROOT / lock / "requirements.txt").read_text().replace("\\\n", "")

    assert text.count("==") > 5
    assert [line for line in text.splitlines() if "--hash=sha256:" not in line] == []


def test_the_deployment_installs_no_test_tool_and_no_emulator() -> None:
    text = (ROOT / "infra" / "requirements.txt").read_text()

    assert not re.findall(
        r"^(?:pytest|moto|ministack|hypothesis|schemathesis|mypy|uv)\b", text, re.M
    )


def test_the_deployment_installs_the_versions_that_were_tested() -> None:
    locks = [(ROOT / lock).read_text() for lock in ("infra/requirements.txt", "requirements.txt")]
    deployed, tested = (set(re.findall(r"^([\w.-]+==[\w.]+)", text, re.M)) for text in locks)

    assert deployed - tested == set()


@pytest.mark.parametrize("job", ["build", "preview"])
def test_a_preview_runs_only_for_branches_of_this_repository(job: str) -> None:
    condition = read("preview.yml")["jobs"][job]["if"]

    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition


def test_a_preview_is_one_of_staging_and_never_of_production() -> None:
    """It runs the pull request's code with the stack's secrets."""
    steps = read("preview.yml")["jobs"]["preview"]["steps"]
    refusal, pulumi = (
        next(step for step in steps if what in step.get(key, ""))
        for key, what in (("name", "Refuse"), ("uses", "pulumi/actions"))
    )

    assert pulumi["with"]["stack-name"] == "${{ vars.PULUMI_STAGING_STACK }}"
    for previewed, production, expected in (("s", "p", 0), ("p", "p", 1), ("", "p", 1)):
        done = subprocess.run(
            ["/bin/bash", "-e", "-c", refusal["run"]],
            env={"PREVIEWED": previewed, "PRODUCTION": production},
            capture_output=True,
            check=False,
        )
        assert done.returncode == expected


def test_staging_comes_before_production_and_gets_the_same_bundle() -> None:
    jobs = read("deploy.yml")["jobs"]

    assert jobs["staging"]["needs"] == ["test", "build"]
    assert jobs["production"]["needs"] == ["test", "build", "staging"]
    assert jobs["staging"]["uses"] == jobs["production"]["uses"]
    assert jobs["production"]["with"]["environment"] == "production"
    assert jobs["production"]["with"]["bundle"] == "${{ needs.staging.outputs.bundle }}"
    for name in ("production", "plugin"):
        assert {"!failure()", "!cancelled()"} <= set(re.findall(r"!\w+\(\)", jobs[name]["if"]))


def test_an_update_has_its_stages_environment_and_is_not_cancelled() -> None:
    job = read("update.yml")["jobs"]["update"]

    assert job["environment"] == "${{ inputs.environment }}"
    assert job["concurrency"]["cancel-in-progress"] is False


@pytest.mark.parametrize("name", NAMES)
def test_a_condition_reads_no_variable_of_an_environment(name: str) -> None:
    """GitHub knows them only once the job has its environment.

    https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability
    """
    page = (ROOT / "docs" / "github.md").read_text()
    of_the_repository = page.partition("Variables of the repository:")[2].partition("and of each")[
        0
    ]
    told_elsewhere = {"FLEX_ACCOUNT_SID", "PROMOTE_BY_HAND", "PROBE_WORKSPACE"}
    known = {*re.findall(r"`([A-Z_]+)`", of_the_repository), *told_elsewhere}
    conditions = "".join(str(job.get("if", "")) for job in read(name)["jobs"].values())

    assert set(re.findall(r"vars\.(\w+)", conditions)) <= known
    assert "FLEX_ACCOUNT_SID" not in of_the_repository
    assert "repository's variable `PROBE_WORKSPACE`" in page
    assert "*repository's* variable `FLEX_ACCOUNT_SID`" in " ".join(page.split())


def test_what_releases_the_plugin_is_pinned_and_a_version_is_never_used_twice() -> None:
    release = read("plugin.yml")["jobs"]["release"]
    commands = [step["run"] for step in release["steps"] if "run" in step]

    assert not [line for line in commands if "npm install" in line or "plugins:install" in line]
    assert (ROOT / "flex-plugin" / "release" / "package-lock.json").exists()
    assert "$GITHUB_RUN_NUMBER.$GITHUB_RUN_ATTEMPT" in commands[-1]


def pulumi_steps(name: str) -> list[dict[str, Any]]:
    steps = [step for job in read(name)["jobs"].values() for step in job.get("steps", [])]
    return [step["with"] for step in steps if "pulumi/actions" in step.get("uses", "")]


@pytest.mark.parametrize("name", ["test.yml", "nightly.yml", "preview.yml", "update.yml"])
def test_pulumi_is_the_version_of_its_sdk(name: str) -> None:
    (pulumi,) = pulumi_steps(name)
    requirements = (ROOT / "infra" / "requirements.in").read_text()

    assert f"pulumi=={pulumi['pulumi-version']}\n" in requirements


@pytest.mark.parametrize(("name", "command"), [("preview.yml", "preview"), ("update.yml", "up")])
def test_pulumi_runs_under_the_policy_pack(name: str, command: str) -> None:
    (pulumi,) = pulumi_steps(name)

    assert (pulumi["command"], pulumi["policyPacks"]) == (command, "policy")


def test_the_linter_finds_nothing() -> None:
    done = zizmor(ROOT / ".github")

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7"),
        ("  pull_request:\n", "  pull_request_target:\n"),
        ("persist-credentials: false", "fetch-depth: 1"),
        ("make install-wheels", "echo ${{ github.event.pull_request.title }}"),
    ],
)
def test_the_linter_refuses_unsafe_workflow_changes(tmp_path: Path, old: str, new: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    shutil.copytree(FOLDER, folder)
    path = folder / "preview.yml"
    source = path.read_text()
    assert old in source
    path.write_text(source.replace(old, new, 1))

    assert zizmor(tmp_path).returncode != 0
