"""What runs inside the emulated AWS's own process: ministack, and a watch on the process that started it.

Standard input is a pipe that only the starting process holds open. When it closes, whether that
process ended well, was killed or crashed, everything in this process group goes, the Lambda
workers too. Unlike Linux's parent-death signal this works on every Unix, and does not depend on
the thread that started us.
"""

import os
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path


def main() -> None:
    """Serve until standard input closes."""
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    # A Lambda's process must not inherit the pipe, or it would take the parent's place in holding
    # it open.
    from ministack.app import main as serve  # noqa: PLC0415 - reads the environment and configures logging on import

    sys.argv = ["ministack"]
    serve()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(Path(tempfile.gettempdir()), ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
