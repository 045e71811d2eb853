"""The Fourier transform of real numbers, begun at once.

Why not by ``np.fft.rfft`` alone: what it asks before it begins takes 14 of 34 µs for 40 ms of
sound, where caches are cold as in a show, and that is a tenth of a replay. What it calls in the end
is called here at once. NumPy does not promise that name; where it is gone the public one serves.
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
    """Give the spectrum of ``samples``, shape (n,), in ``out`` or anew: shape (n // 2 + 1,)."""
    if out is None:
        out = np.empty(len(samples) // 2 + 1, np.complex128)
    transform: Any = _even
    if transform is None or len(samples) % 2:
        np.fft.rfft(samples, out=out)
    else:
        transform(samples, 1.0, out=out)
    return out
