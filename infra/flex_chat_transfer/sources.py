"""Where the functions' sources are, and where what is built of them goes."""

import os
import sys
from pathlib import Path
from typing import Final

import pulumi

from flex_chat_transfer.version import VERSION
from transfer_stack.commit import deployed_commit

_HERE: Final = Path(__file__).resolve().parent
_CHECKOUT: Final = _HERE.parents[1]
# A wheel has the two folders in this package, a checkout at its root.
_IS_INSTALLED: Final = (_HERE / "functions").is_dir()
_SOURCES: Final = _HERE if _IS_INSTALLED else _CHECKOUT

FUNCTIONS: Final = _SOURCES / "functions"
CANARY: Final = _SOURCES / "canary"


def build_folder() -> Path:
    """Return the folder for zips and downloaded wheels: `build` of a checkout, or the user's cache.

    A program in a folder of its own must not find files there that it did not ask for.
    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    if not _IS_INSTALLED:
        return _CHECKOUT / "build"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    # Bytecode differs between versions of Python, so two of them need two zips.
    return cache / "flex-chat-transfer" / f"{VERSION}-{sys.implementation.cache_tag}"


def program_commit() -> str:
    """Return the checked-out commit of the program's folder; empty if it is not known.

    A plugin, which serves programs in other languages, is not told their folder.
    """
    folder: str | None = pulumi.runtime.get_root_directory()
    if folder is None:
        return ""
    root = Path(folder).resolve()
    shipped = [
        str(path.relative_to(root)) for path in (FUNCTIONS, CANARY) if path.is_relative_to(root)
    ]
    return deployed_commit(root, shipped)
