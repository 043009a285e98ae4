"""Prints which texts are hard to read, and ends with 1 if one breaks a rule.

Texts are Markdown pages and docstrings. A sentence has at most `MOST_WORDS` words, so that it does
not carry a rule, its exception and the reason at once. "Where" is a place, and a condition is "if".
A test's name has at most `MOST_IN_A_NAME` words.

The hardest files are those of the highest LIX, which counts words a sentence and long words:
https://en.wikipedia.org/wiki/Lix_(readability_test).
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

MOST_WORDS: Final = 30
MOST_IN_A_NAME: Final = 14
HARDEST: Final = 5
# Words of more letters are long.
LONG: Final = 6
# Too little text has no score that means anything.
FEWEST_SENTENCES: Final = 12
# A record, what is generated, and what has no docstrings in Python.
LEFT_OUT: Final = ("CHANGELOG.md", "pulumi-twilio/pulumi_twilio/sdk/", "flex-plugin/")

_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")
_END: Final = re.compile(r"(?<=[.!?])[\"')”]*\s+(?=[\"'(“…]*(?:[A-Z\d]|https?:))")
# A docstring may begin so: "Where tasks wait, and …".
_CONDITION_OF_A_PAGE: Final = re.compile(r"^Where (?!to\b).*, ")
_CONDITIONS: Final = (
    re.compile(r"\b[Ww]here (?:there (?:is|are|was|were)|none|nothing|no one|no)\b"),
    re.compile(r"\b(?:None|null|[Ee]mpty|[Oo]nly|[Rr]aises?|[Ss]kipped) where\b"),
)


def sentences(markdown: str) -> Iterator[str]:
    """Yield the sentences of a text in Markdown; code in back ticks counts as one word."""
    for token in _MARKDOWN.parse(markdown):
        if token.type != "inline" or token.children is None:
            continue
        flat = ""
        for child in token.children:
            if child.type == "code_inline":
                flat += "Code"
            elif child.type in {"softbreak", "hardbreak"}:
                flat += " "
            else:
                flat += child.content
        yield from (found for part in _END.split(flat) if (found := part.strip()))


def docstrings(source: str) -> Iterator[str]:
    """Yield the docstrings of a module, each description of a parameter as a paragraph."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield _paragraphs(text)


def _paragraphs(docstring: str) -> str:
    lines = [line for line in docstring.splitlines() if not line.lstrip().startswith(">>>")]
    found: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        is_name = not line.startswith(" ") and following.startswith("    ")
        # An indented line would be code, and one that follows a name would go on with it.
        found.append("" if is_name else line.lstrip())
    return "\n".join(found)


def test_names(source: str) -> Iterator[str]:
    """Yield the names of a module's tests."""
    return (found for found in re.findall(r"^ *(?:async )?def (test_\w+)", source, re.MULTILINE))


def breaches(path: str, text: str) -> Iterator[str]:
    """Yield what breaks a rule in a file."""
    for sentence in _sentences_of(path, text):
        words = len(sentence.split())
        if words > MOST_WORDS:
            yield f"{words} words in a sentence, at most {MOST_WORDS}: {sentence}"
        conditions = (*_CONDITIONS, _CONDITION_OF_A_PAGE) if path.endswith(".md") else _CONDITIONS
        if any(condition.search(sentence) for condition in conditions):
            yield f'"where" for "if": {sentence}'
    if path.endswith(".py"):
        for name in test_names(text):
            words = len(name.split("_")) - 1
            if words > MOST_IN_A_NAME:
                yield f"{words} words in a test's name, at most {MOST_IN_A_NAME}: {name}"


def lix(path: str, text: str) -> float:
    """Return the LIX of a file, 0 if it has too little text."""
    found = list(_sentences_of(path, text))
    if len(found) < FEWEST_SENTENCES:
        return 0.0
    words = [word for sentence in found for word in re.findall(r"[^\W_]+", sentence)]
    long_words = [word for word in words if len(word) > LONG]
    return len(words) / len(found) + 100 * len(long_words) / len(words)


def _sentences_of(path: str, text: str) -> Iterator[str]:
    for part in [text] if path.endswith(".md") else docstrings(text):
        yield from sentences(part)


def main() -> int:
    """Print the breaches and the hardest files; return the exit code."""
    listed = ["git", "grep", "--no-index", "--exclude-standard", "-l", "", "--", "*.md", "*.py"]
    paths = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines()
    texts = {path: Path(path).read_text() for path in paths if not path.startswith(LEFT_OUT)}
    found = [f"{path}: {breach}" for path in texts for breach in breaches(path, texts[path])]
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    scores = sorted(((lix(path, texts[path]), path) for path in texts), reverse=True)
    hardest = ", ".join(f"{path} {score:.0f}" for score, path in scores[:HARDEST])
    print(f"Hardest to read of {len(texts)} files, by LIX: {hardest}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
