"""Runs in the emulated AWS's own process: ministack, and a watch on the process that started it.

Standard input is a pipe that only the starting process holds open. When it closes, whether that
process ended, was killed or crashed, every process of this group is killed, those of the functions
included, and their folder is removed. Unlike Linux's parent-death signal this works on every Unix,
whatever thread started this process.
"""

import os
import shutil
import signal
import sys
import threading

from ministack.app import main as serve  # type: ignore[import-untyped]


def main() -> None:
    """Serve until standard input closes; the one argument is the folder to remove then."""
    folder = sys.argv[1]
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    sys.argv = ["ministack"]
    serve()


def _end_with_parent(folder: str) -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
