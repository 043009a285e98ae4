"""How text is written: sentences, conditions, names of tests, titles of commits."""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROSE = runpy.run_path(str(ROOT / ".ci" / "prose.py"))
MOST_WORDS = PROSE["MOST_WORDS"]
A_LONG_SENTENCE = "It goes " + "on and " * MOST_WORDS + "ends."


def breaches(path: str, text: str) -> list[str]:
    return list(PROSE["breaches"](path, dedent(text)))


AN_ATTRIBUTE = f'''
class A:
    """A.

    Attributes
    ----------
    b
        {A_LONG_SENTENCE}
    """
'''


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", f"# A page\n\nIt begins.\n{A_LONG_SENTENCE}\n"),
        ("a.md", f"| a | b |\n| --- | --- |\n| c | {A_LONG_SENTENCE} |\n"),
        ("a.py", f'"""It begins.\n\n{A_LONG_SENTENCE}\n"""\n'),
        ("a.py", AN_ATTRIBUTE),
    ],
    ids=["paragraph", "cell", "docstring", "attribute"],
)
def test_a_long_sentence_is_found(path: str, text: str) -> None:
    [breach] = breaches(path, text)

    assert A_LONG_SENTENCE[:20] in breach
    assert f"at most {MOST_WORDS}" in breach


def test_each_description_of_a_parameter_is_a_text_of_its_own() -> None:
    description = "What it is, in " + "so " * (MOST_WORDS - 10) + "many words"
    text = f'''
        def a(b, c):
            """Do it.

            Parameters
            ----------
            b : int
                {description}
            c
                {description}
            """
        '''

    assert breaches("a.py", text) == []


def test_code_is_one_word_and_no_block_is_read() -> None:
    code = "`" + "on and " * MOST_WORDS + "on`"

    assert breaches("a.md", f"Run {code}.\n\n```sh\n{A_LONG_SENTENCE}\n```\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "It is None where there is none.",
        "Where the name is taken, it stops.",
        "Raise where nothing is left.",
        "It is skipped where a key is missing.",
    ],
)
def test_where_for_if_is_found_on_a_page(text: str) -> None:
    assert len(breaches("a.md", text)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", "It says where a chat goes. Where to look: at the log."),
        ("a.py", '"""Where tasks wait, and who takes them."""'),
    ],
)
def test_where_for_a_place_stays(path: str, text: str) -> None:
    assert breaches(path, text) == []


def test_the_name_of_a_test_that_is_too_long_is_found() -> None:
    names = ["test_" + "_".join(["word"] * count) for count in (14, 15)]
    text = "".join(f"def {name}() -> None: ...\n" for name in names)

    assert [names[1] in breach for breach in breaches("test_a.py", text)] == [True]


def test_longer_sentences_and_words_are_harder_to_read() -> None:
    easy = "It is so. " * 12
    hard = "Nevertheless administrators occasionally misunderstand complicated sentences. " * 12

    assert PROSE["lix"]("a.md", easy) == pytest.approx(3)
    assert PROSE["lix"]("a.md", hard) > 100
    assert PROSE["lix"]("a.md", hard[:200]) == 0


def test_this_repository_keeps_the_rules() -> None:
    done = subprocess.run(
        [sys.executable, ".ci/prose.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Hardest to read of ")
    assert len(done.stdout.split(",")) > PROSE["HARDEST"]
    assert "python .ci/prose.py" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize(("letters", "said"), [(72, "Passed"), (73, "Failed")])
def test_a_commits_title_has_at_most_72_characters(tmp_path: Path, letters: int, said: str) -> None:
    message = tmp_path / "message"
    message.write_text("T" * letters + "\n\n" + "A line of the body may be longer. " * 4 + "\n")
    shutil.copy(ROOT / ".pre-commit-config.yaml", tmp_path)
    for command in (["init", "--quiet"], ["add", ".pre-commit-config.yaml"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)  # noqa: S607
    hook = ["run", "title", "--hook-stage", "commit-msg", "--commit-msg-filename", str(message)]

    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *hook],
        cwd=tmp_path,
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert said in done.stdout, done.stdout + done.stderr
    assert (done.returncode == 0) == (said == "Passed")
