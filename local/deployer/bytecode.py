"""Adds bytecode to the Lambda bundle, so that it is compiled once and not by every process.

The emulated AWS runs functions on the Python of this environment, and a bundle that was built for
AWS has bytecode for Lambda's alone, or none. It unpacks the bundle into a new folder for each
process, so none would find what another compiled. The sources in the bundle stay as they are.

The result is compressed: each function of a deployment is sent all of it, in JSON.
"""

import hashlib
import io
import sys
import tempfile
import threading
import zipfile
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

_DIGITS: Final = 16
_FORM: Final = b"compressed"  # what was kept in another form is not taken
_one_at_a_time = threading.Lock()


def with_bytecode(bundle: Path) -> bytes:
    """Return the bundle with the bytecode of each module for this interpreter.

    The bytecode is not checked against its source when it is imported (PEP 552), because unpacking
    gives the sources another date. The result is kept next to the bundle until either changes.

    Parameters
    ----------
    bundle
        The zip to deploy.
    """
    content = bundle.read_bytes()
    digest = hashlib.sha256(content + sys.version.encode() + _FORM).hexdigest()[:_DIGITS]
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
        # Another process may do the same at the same time: replacing is atomic.
        Path(unfinished.name).replace(kept)
    return compiled


def _compiled(content: bytes) -> bytes:
    # On the path only while the program is deployed.
    from transfer_stack.bytecode import bytecode  # noqa: PLC0415

    archive = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as bundle,
        zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        entries = {entry.filename: bundle.read(entry) for entry in bundle.infolist()}
        # A build on Lambda's Python has its own.
        plain = {name: entries[name] for name in entries if cache_from_source(name) not in entries}
        for name, data in {**entries, **bytecode(plain)}.items():
            packed.writestr(name, data)
    return archive.getvalue()
