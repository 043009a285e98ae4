"""Runs in the emulated AWS's own process: ministack, and a watch on the process that started it.

Standard input is a pipe that only the starting process holds open. When it closes, whether that
process ended, was killed or crashed, every process of this group is killed, those of the functions
included, and their folder is removed. Unlike Linux's parent-death signal this works on every Unix,
whatever thread started this process.
"""

import hashlib
import os
import shutil
import signal
import sys
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

from ministack.app import main as serve  # type: ignore[import-untyped]
from ministack.core import lambda_runtime  # type: ignore[import-untyped]

# Beyond it, calls are answered 429, as AWS does at a function's limit of concurrency: a burst is
# slow, since it would otherwise start more processes than a laptop can run.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
PROCESSES_OF_A_FUNCTION = 20


def main() -> None:
    """Serve until standard input closes; the one argument is the folder to remove then."""
    folder = sys.argv[1]
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    lambda_runtime._LOCAL_MAX_WORKERS = PROCESSES_OF_A_FUNCTION  # noqa: SLF001 - has no setting
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": UnpackedOnce})
    sys.argv = ["ministack"]
    serve()


class UnpackedOnce(zipfile.ZipFile):
    """A bundle that is unpacked for the first process of its functions, and shared by the others.

    ministack unpacks it for each process into a folder of its own. A bundle has some 1,000 files,
    so twenty processes that start at once would keep a small machine busy for longer than all that
    they are to do. On Lambda the code is read-only too
    (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
    """

    _unpacking = threading.Lock()

    def extractall(
        self,
        path: "str | os.PathLike[str] | None" = None,
        members: object = None,  # noqa: ARG002 - ministack always unpacks all
        pwd: bytes | None = None,
    ) -> None:
        """Make an empty folder a link to the one that has the files."""
        folder = Path(path or ".")
        content = Path(str(self.filename)).read_bytes()
        shared = folder.parent.parent / f"bundle-{hashlib.sha256(content).hexdigest()}"
        with self._unpacking:
            if not shared.exists():
                super().extractall(folder, pwd=pwd)
                folder.rename(shared)
            else:
                folder.rmdir()
            folder.symlink_to(shared, target_is_directory=True)


def _end_with_parent(folder: str) -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
