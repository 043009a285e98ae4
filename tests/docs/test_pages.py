"""What the pages name exists: files, headings, make targets, modules, config keys, outputs."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
import yaml

from chat_transfer.transfer.record import MOST_DONE, UNANSWERED_MS
from chat_transfer.transfer.table import KEPT_SECONDS
from local.arguments import parse
from local.stack import ALLOWED_ORIGINS
from tests.infra.declared import CONFIG, OFFERS, declare
from transfer_stack.config_reference import PAGE, as_set, with_tables
from transfer_stack.log_queries import QUERIES
from transfer_stack.metrics import ANSWERED, OF_OFFERS, OURS, REFUSED, THROTTLED
from transfer_stack.settings import KEYS
from twilio_emulator.switches import Switches

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"\bmake ((?:[a-z-]+ ?)+)")
MODULE = re.compile(r"python -m ([\w.]+)")
KEY = re.compile(r"\b(?:flex-chat-transfer|twilio):[a-z]\w*(?![\w:/])")
OUTPUT = re.compile(r"pulumi stack output (\w+)")
# Members of a path of OpenAPI that are no method.
NOT_VERBS = {"parameters"}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def problem_codes() -> set[str]:
    """Every code that the functions answer with."""
    sources = "".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))
    return set(re.findall(r'code="([a-z_]+)"', sources))


def code(text: str) -> str:
    """Return what stands in back ticks, one or three: commands, keys, names."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", rest)])


def test_there_are_pages() -> None:
    assert {page.stem for page in PAGES} >= {
        *("configuration", "http-api", "how-it-works", "failures", "troubleshooting"),
        *("operations", "environments", "from-twilio-functions", "personal-data", "cost"),
        *("github", "observability", "offers", "local"),
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_pages_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]

    assert [link for link in links if not leads_somewhere(page, link)] == []


def leads_somewhere(page: Path, link: str) -> bool:
    """Return whether the file is there, and the heading in it."""
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    return target.exists() and (not anchor or anchor in anchors(target.read_text()))


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes of headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w -]", "", it.lower()).replace(" ", "-") for it in headings}


def test_an_anchor_is_made_of_a_heading() -> None:
    assert anchors("# A page\n\n## What's new, and `old`\n") == {"a-page", "whats-new-and-old"}
    assert not leads_somewhere(ROOT / "README.md", "docs/operations.md#no-such-heading")
    assert not leads_somewhere(ROOT / "README.md", "docs/no-such-page.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_pages_commands_exist(page: Path) -> None:
    text = code(page.read_text())
    made = {target for found in MAKE.findall(text) for target in found.split()}
    modules = set(MODULE.findall(text))

    assert made <= targets()
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []


@pytest.fixture(scope="module")
def outputs() -> set[str]:
    return set(declare({**CONFIG, **OFFERS}).outputs)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_pages_config_keys_and_outputs_exist(page: Path, outputs: set[str]) -> None:
    text = code(page.read_text())
    known = {key.full_name() for key in KEYS}
    named = set(KEY.findall(text)) - {"twilio:taskrouter"}

    assert named <= known
    assert set(OUTPUT.findall(text)) <= outputs


def test_the_patterns_find_commands_modules_and_keys() -> None:
    text = code("Run `make policy` or `python -m local up`, with `twilio:authToken`.\n")

    assert MAKE.findall(text) == ["policy"]
    assert MODULE.findall(text) == ["local"]
    assert KEY.findall(text) == ["twilio:authToken"]


def test_the_local_stacks_page_names_every_switch_of_events() -> None:
    page = (ROOT / "docs" / "local.md").read_text()
    named = re.findall(r"`(events_\w+)`", page)

    assert named
    assert set(named) == {name for name in Switches().as_document() if name.startswith("events_")}


def test_the_observability_page_names_what_is_declared() -> None:
    page = (ROOT / "docs" / "observability.md").read_text()
    program = declare({**CONFIG, **OFFERS}, canary="true")
    alarms = {
        name.inputs["name"].removeprefix("flex-chat-transfer-dev-")
        for name in program.of_type("aws:cloudwatch/metricAlarm:MetricAlarm").values()
    }
    queries = {query.title.partition(" (")[0] for query in QUERIES}
    rows = re.findall(r"^\| ((?:`[\w-]+`(?:, )?)+) \|", page, re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`([\w-]+)`", row)} - problem_codes()

    assert names == alarms | {*OURS, *OF_OFFERS} | {ANSWERED, REFUSED, THROTTLED}
    flat = " ".join(page.split())
    assert [title for title in queries if f'"{title}"' not in flat] == []


def test_the_page_and_the_description_of_the_api_name_every_code() -> None:
    page = (ROOT / "docs" / "http-api.md").read_text()
    rows = re.findall(r"^\| [45]\d\d(?:, [45]\d\d)* \| (`.*) \|$", page, re.MULTILINE)
    problem = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())["components"]["schemas"]

    assert {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)} == problem_codes()
    assert set(problem["Problem"]["properties"]["code"]["enum"]) == problem_codes()


def test_the_page_of_the_api_names_every_route() -> None:
    page = (ROOT / "docs" / "http-api.md").read_text()
    paths = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())["paths"]
    rows = re.findall(r"^\| (`(?:GET|POST|DELETE).*?) \|", page, re.MULTILINE)

    named = {
        (method, path)
        for row in rows
        for path in re.findall(r"/[\w{}/-]+", row)
        for method in re.findall(r"GET|POST|DELETE", row)
    }
    assert named == {
        (verb.upper(), path) for path in paths for verb in paths[path].keys() - NOT_VERBS
    }


def test_troubleshooting_names_codes_that_there_are() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    table = page.partition("## Codes")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}

    assert named
    assert named <= problem_codes()


def test_the_readme_has_at_most_12_kb_and_ten_keys() -> None:
    readme = (ROOT / "README.md").read_bytes()
    table = readme.decode().partition("\n## Configuration\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([\w:]+)`", row)]
    known = {as_set(key) for key in KEYS}

    assert len(readme) <= 12_000
    assert 6 <= len(named) <= 10
    assert set(named) <= known


def test_the_page_of_the_configuration_has_the_declared_keys() -> None:
    page = PAGE.read_text()

    assert with_tables(page) == page
    rows = re.findall(r"^\| `([\w:]+)` \|", page, re.M)
    assert sorted(rows) == sorted(as_set(key) for key in KEYS)


def test_a_page_of_the_configuration_that_differs_gets_the_declared_tables() -> None:
    page = PAGE.read_text()

    assert with_tables(page.replace("| `arm64` |", "| `x86_64` |")) == page


def test_deploy_it_lists_the_programs_that_its_commands_run() -> None:
    section = (
        (ROOT / "README.md").read_text().partition("\n## Deploy it\n")[2].partition("\n## ")[0]
    )
    needed = section.partition("\n\nNone of")[0]
    commands = "".join(re.findall(r"^```bash\n(.*?)^```", section, re.M | re.S))
    programs = set(re.findall(r"(?:^|\| |xargs -I \{\} |\$\()([a-z]+)", commands, re.M))

    assert {"pulumi", "aws", "jq", "make"} <= programs
    of_every_unix = {"xargs", "echo"}
    words = set(re.findall(r"\w+", needed.lower()))
    assert programs - of_every_unix - words == set()
    # What `pulumi config set` writes to is in git.
    assert "`Pulumi.dev.yaml`, which is in git" in " ".join(section.split())


def test_deploy_it_shows_the_templates_program_and_asks_for_as_many_values() -> None:
    readme = (ROOT / "README.md").read_text()
    [program] = re.findall(r"^```python\n(.*?)^```", readme, re.M | re.S)
    made = [path for path in (ROOT / "template").iterdir() if path.is_file()]
    asked = yaml.safe_load((ROOT / "template" / "Pulumi.yaml").read_text())["template"]["config"]

    assert (ROOT / "template" / "__main__.py").read_text().endswith(f'"""\n\n{program}')
    assert len(program.splitlines()) <= 15
    assert (len(made), len(asked)) == (3, 6)
    assert "`pulumi new` makes three files and asks for six values:" in readme


def test_the_trust_policy_names_the_subject_that_github_sends_for_new_repositories() -> None:
    """https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims."""
    page = (ROOT / "docs" / "github.md").read_text()
    policy, *_ = [
        json.loads(block) for block in re.findall(r"^ *```json\n(.*?)^ *```", page, re.M | re.S)
    ]
    [statement] = policy["Statement"]
    subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]

    found = re.fullmatch(r"repo:([\w-]+)@(\d+)/([\w-]+)@(\d+):environment:(\w+)", subject)
    assert found is not None
    owner, owner_id, name, repository_id, environment = found.groups()
    assert (
        f"environment: {environment}"
        in (ROOT / ".github" / "workflows" / f"{environment}.yml").read_text()
    )
    flat = " ".join(page.split())
    assert f"here `{owner_id}` and `{repository_id}`" in flat
    # What an older repository sends, and where both forms come from.
    assert f"`repo:{owner}/{name}:environment:{environment}`" in flat
    assert f"gh api repos/{owner}/{name}/actions/oidc/customization/sub" in code(page)


def test_the_page_on_the_local_stack_names_the_origins_and_the_option() -> None:
    page = (ROOT / "docs" / "local.md").read_text()
    (command,) = re.findall(r"python -m local (up --allow-origin .*)$", page, re.M)

    assert re.findall(r"call from `(\S+)` and from `(\S+)`", page) == [ALLOWED_ORIGINS]
    assert len(parse(command.split()).origins) == 2


def test_the_page_on_personal_data_says_how_long_items_and_logs_are_kept() -> None:
    page = (ROOT / "docs" / "personal-data.md").read_text()
    (retention,) = [key.default for key in KEYS if key.name == "logRetentionDays"]

    day = 24 * 60 * 60
    assert 2 * day * 1000 == UNANSWERED_MS
    assert "two days at the most if Twilio does not answer |" in page
    assert f"of the last {MOST_DONE} transfers" in page
    assert f"expires {KEPT_SECONDS // day} days after it was last written" in page
    assert f"`logRetentionDays`, {retention} by default" in page
