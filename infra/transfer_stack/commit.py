"""Finds the commit that is deployed, with which every resource is tagged."""

import subprocess
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from transfer_stack.bundle_contents import is_source

_PROGRAM: Final = (":(top)", ":(top,exclude)Pulumi.*.yaml")


def deployed_commit(folder: Path, shipped: Sequence[str] = ()) -> str:
    """Return the checked-out commit of a folder, or an empty string when it is unknown.

    It ends in `-dirty` when there are uncommitted changes, as with `git describe`, except in a
    stack's own file, which `pulumi config set` writes.

    Parameters
    ----------
    folder
        The root of a working tree; without one, or without git, the commit is unknown.
    shipped
        The folders in it that are deployed with all their files, ignored ones included: an
        untracked file there is a change too.
    """
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return ""
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", *_PROGRAM)
    if changes or any(_untracked_sources(folder, name) for name in shipped):
        return f"{commit}-dirty"
    return commit


def _untracked_sources(folder: Path, shipped: str) -> list[str]:
    found = _git(folder / shipped, "ls-files", "--others", "-z").split("\0")
    return [name for name in found if name and is_source(PurePosixPath(name))]


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - nothing in the command comes from outside
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the git that the user has
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
