"""Tells which commit is deployed, so that every resource can be traced back to its source."""

import subprocess
from pathlib import Path
from typing import Final

_PROGRAM: Final = (":(top)", ":(top,exclude)Pulumi.*.yaml")


def deployed_commit(folder: Path) -> str:
    """Return the checked-out commit of a folder, or an empty string when it cannot be told.

    A tree with changes that are not committed is no commit: the name then ends in `-dirty`, as in
    `git describe`. A stack's own file may differ: `pulumi config set` writes it.

    Parameters
    ----------
    folder
        Any folder of a working tree; without one, or without git, the commit is not known.
    """
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return ""
    # What git does not track cannot be in what it would check out, and need not be deployed.
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", *_PROGRAM)
    return f"{commit}-dirty" if changes else commit


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
