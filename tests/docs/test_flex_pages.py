"""What the pages say of Flex: its plugins and its own transfers."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_on_the_functions_names_the_setting_of_each_plugin() -> None:
    page = (ROOT / "docs" / "from-twilio-functions.md").read_text()
    rows = dict(re.findall(r"^\| ([^|]+?) \| [^|]*?`([A-Z_]+)`", page, re.M))

    assert rows["1.0 to 2.0, as released"] == "SERVERLESS_FUNCTION_DOMAIN"
    assert rows["the repository's main branch, since December 2021"] == (
        "REACT_APP_SERVERLESS_FUNCTION_DOMAIN"
    )
    assert rows["2.2, with transfers to workflows"] == "FLEX_APP_FUNCTIONS_BASE"
    new = rows["this project's plugin, for Flex UI 2"]
    sources = "".join(path.read_text() for path in (ROOT / "flex-plugin" / "src").glob("*.ts*"))
    assert f"process.env.{new}" in sources
    # Each of what ended, with the page that says so.
    assert "`^1`" in page
    assert (
        len(re.findall(r"\[ended on 20\d\d-\d\d-\d\d\]\(https://www\.twilio\.com/docs/", page)) == 2
    )


def test_the_page_on_the_functions_says_after_which_answers_nobody_rejoins() -> None:
    page = " ".join((ROOT / "docs" / "from-twilio-functions.md").read_text().split())
    readme = " ".join((ROOT / "README.md").read_text().split())

    assert "not after 400, 401, 403, 413 or 415" in page
    assert "Not after a 400, 401, 403, 413 or 415" in readme


def test_the_comparison_with_native_transfers_claims_what_a_dated_page_says() -> None:
    readme = (ROOT / "README.md").read_text()
    compared = readme.partition("### Compared with")[2].partition("\n## ")[0]
    sources = dict(re.findall(r"^- \[(\d)\] (.*)$", compared, re.M))
    claims = [row.split("|")[2].strip() for row in re.findall(r"^\| .*\|$", compared, re.M)[2:]]

    assert set(re.findall(r"\[(\d)\]", "".join(claims))) == set(sources)
    assert [claim for claim in claims if "[" not in claim] == ["these pages do not say"]
    dated = re.compile(r"https://.*(20\d\d-\d\d-\d\d|\d+\.\d+\.\d+)\.$")
    assert [source for source in sources.values() if not dated.search(source)] == []
    flat = " ".join(compared.split())
    assert "HIPAA, PCI | not eligible, not compliant [1] [2] | nothing is claimed" in flat
    assert "Twilio's pages do not say whether that is eligible" in flat
