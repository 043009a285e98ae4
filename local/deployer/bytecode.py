"""Adds bytecode to the Lambda bundle, so that it is compiled once and not by every process.

The emulated AWS unpacks the bundle into a new folder for each process of a function, and Python
keeps bytecode next to its source: no process finds what another compiled. On AWS a snapshot does
this work (SnapStart). The sources in the bundle stay as they are.
"""

import hashlib
import io
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Final

_DIGITS: Final = 16
_one_at_a_time = threading.Lock()


def with_bytecode(bundle: Path) -> bytes:
    """Return the bundle with the bytecode of each module for this interpreter.

    The bytecode is not checked against its source when it is imported (PEP 552), because unpacking
    gives the sources another date. The result is kept next to the bundle until either changes.

    Parameters
    ----------
    bundle
        The zip to deploy.

    Raises
    ------
    subprocess.CalledProcessError
        When a module cannot be compiled.
    """
    content = bundle.read_bytes()
    digest = hashlib.sha256(content + sys.version.encode()).hexdigest()[:_DIGITS]
    kept = bundle.with_name(f"{bundle.stem}-bytecode-{digest}{bundle.suffix}")
    with _one_at_a_time:
        try:
            return kept.read_bytes()
        except FileNotFoundError:
            compiled = _compiled(content)
        for outdated in bundle.parent.glob(f"{bundle.stem}-bytecode-*{bundle.suffix}"):
            outdated.unlink(missing_ok=True)
        with tempfile.NamedTemporaryFile(dir=bundle.parent, delete=False) as unfinished:
            unfinished.write(compiled)
        # Another process may do the same: whoever reads the file sees a whole one.
        Path(unfinished.name).replace(kept)
    return compiled


def _compiled(content: bytes) -> bytes:
    archive = io.BytesIO(content)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive, "a") as bundle:
        bundle.extractall(folder)
        subprocess.run(  # noqa: S603 - nothing in the command comes from outside
            [
                *(sys.executable, "-m", "compileall", "-q", "-j", "0"),
                *("--invalidation-mode", "unchecked-hash", folder),
            ],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        for path in sorted(Path(folder).rglob("*.pyc")):
            bundle.write(path, path.relative_to(folder))
    return archive.getvalue()
