"""Compiles the bundle's modules, so that no new execution environment has to."""

import marshal
from collections.abc import Mapping
from functools import cache
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from typing import Final

# PEP 552: bytecode that is not checked against its source, whose date unpacking changes.
_UNCHECKED_HASH: Final = (0b01).to_bytes(4, "little")
# The last format that does not depend on which objects the compiling process shares.
_MARSHAL_VERSION: Final = 2


def bytecode(entries: Mapping[str, bytes]) -> dict[str, bytes]:
    """Compile the modules among a zip's entries, for the Python that runs this.

    The same sources give the same bytes in every process of one version of Python.
    https://peps.python.org/pep-0552/

    Parameters
    ----------
    entries
        The content of each file by its path in the zip.

    Returns
    -------
    dict
        The content of each ``.pyc`` by its path: in the ``__pycache__`` next to its source.
    """
    return {
        cache_from_source(name): b"".join(
            (MAGIC_NUMBER, _UNCHECKED_HASH, source_hash(source), _compiled(name, source))
        )
        for name, source in entries.items()
        if name.endswith(".py")
    }


@cache
def _compiled(name: str, source: bytes) -> bytes:
    # An import replaces the name with the path of the source.
    return marshal.dumps(compile(source, name, "exec", dont_inherit=True), _MARSHAL_VERSION)
