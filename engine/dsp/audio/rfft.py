"""The real FFT without the overhead of ``np.fft.rfft``.

Why: its argument checks take 14 of 34 µs for 40 ms of sound with cold caches, as in a show, and
that is a tenth of a replay. The function it calls in the end is called here directly. NumPy does
not guarantee that name; without it, the public function is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    from numpy.fft._pocketfft_umath import (  # type: ignore[import-not-found,unused-ignore]
        rfft_n_even as _even,
    )
except ImportError:
    _even = None


def rfft(
    samples: NDArray[np.float64], out: NDArray[np.complex128] | None = None
) -> NDArray[np.complex128]:
    """Return the spectrum: complex128, shape (n // 2 + 1,), written to ``out`` if given.

    ``samples``: float64, shape (n,).
    """
    if out is None:
        out = np.empty(len(samples) // 2 + 1, np.complex128)
    transform: Any = _even
    if transform is None or len(samples) % 2:
        np.fft.rfft(samples, out=out)
    else:
        transform(samples, 1.0, out=out)
    return out
