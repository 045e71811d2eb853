"""Has NumPy multiply matrices on one thread, in this process.

On several threads the products of small matrices take up to twenty times as long, where another
program wants a core: each waits for the others. What was set by the environment
(OPENBLAS_NUM_THREADS) is read as NumPy is loaded; later only its library can be asked, by the names
that it has in NumPy's own builds. Where NumPy has another library (Accelerate on a Mac), nothing is
to be done.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

_SET: Final = (
    "scipy_openblas_set_num_threads64_",
    "openblas_set_num_threads64_",
    "openblas_set_num_threads",
)


def multiply_on_one_thread() -> bool:
    """Have products of matrices take one thread from now on; return whether that could be said."""
    for library in _libraries():
        for name in _SET:
            if hasattr(library, name):
                getattr(library, name)(ctypes.c_int(1))
                return True
    return False


def _libraries() -> Iterator[ctypes.CDLL]:
    """Yield the libraries of products that came with NumPy; they are loaded already."""
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".libs", package / ".dylibs"):
        for file in sorted(folder.glob("*openblas*")):
            try:
                yield ctypes.CDLL(str(file))
            except OSError:
                continue
