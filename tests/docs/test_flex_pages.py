"""What the pages say of Flex: its plugins and its own transfers."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_on_the_functions_names_the_new_plugins_setting() -> None:
    page = (ROOT / "docs" / "from-twilio-functions.md").read_text()
    [setting] = re.findall(r"Set `([A-Z_]+)` in `flex-plugin/\.env`", page)
    sources = "".join(path.read_text() for path in (ROOT / "flex-plugin" / "src").glob("*.ts*"))

    assert f"process.env.{setting}" in sources
    # Each of what ended, with the page that says so.
    assert "`^1`" in page
    assert (
        len(re.findall(r"\[ended on 20\d\d-\d\d-\d\d\]\(https://www\.twilio\.com/docs/", page)) == 2
    )


def test_the_page_on_the_functions_says_after_which_answers_nobody_rejoins() -> None:
    page = " ".join((ROOT / "docs" / "from-twilio-functions.md").read_text().split())
    failures = " ".join((ROOT / "docs" / "failures.md").read_text().split())

    assert "not after 400, 401, 403, 413 or 415" in page
    assert "Not after a 400, 401, 403, 413 or 415" in failures


def test_the_comparison_claims_what_a_dated_page_says() -> None:
    readme = (ROOT / "README.md").read_text()
    compared = readme.partition("## Compared with")[2].partition("\n## ")[0]
    sources = dict(re.findall(r"^- \[(\d)\] (.*)$", compared, re.M))
    rows = [row.split(" | ") for row in re.findall(r"^\| (.*) \|$", compared, re.M)[2:]]
    native = [row[1] for row in rows]
    template = [row[2] for row in rows]

    assert set(re.findall(r"\[(\d)\]", "".join(native))) == {"1", "2", "3"}
    assert set(re.findall(r"\[(\d)\]", "".join(template))) == {"4"}
    assert set(sources) == {"1", "2", "3", "4"}
    unsourced = {claim for claim in native + template if not re.search(r"\[\d\]", claim)}
    assert unsourced == {"these pages do not say"}
    dated = re.compile(r"https://.*(20\d\d-\d\d-\d\d|\d+\.\d+\.\d+)\.$")
    assert [source for source in sources.values() if not dated.search(source)] == []
    assert re.search(r"/blob/[0-9a-f]{40}/", sources["4"])


def test_the_page_on_security_claims_nothing_of_hipaa() -> None:
    readme = (ROOT / "README.md").read_text()
    page = " ".join((ROOT / "docs" / "security.md").read_text().split())

    assert "| HIPAA, PCI | not eligible, not compliant [1] [2] |" in readme
    assert "| [nothing is claimed](docs/security.md#hipaa-and-pci) |" in readme
    assert "Twilio's pages do not say whether that is eligible" in page
