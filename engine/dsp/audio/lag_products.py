"""How well the newest sound repeats what came any lag earlier, for windows of many lengths at once.

Every 2.5 ms the newest samples are multiplied with all of the past, one lag beside the next. Sums
over time of these products are kept, so that a window of any length is a difference of two. The
window is the newest sound, and it is compared with what came one lag earlier: YIN with its window
turned round (de Cheveigné and Kawahara 2002, doi 10.1121/1.1458024, there it looks ahead), by the
normalised cross-correlation (NCC) instead of the difference.

Sums are float64: a window is what remains of two that may be 10,000 times larger.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Numbers = NDArray[np.float32]
Sums = NDArray[np.float64]
Lags = NDArray[np.intp]

STEP: Final = 60
"""Samples that are taken at a time: 2.5 ms."""
LONGEST: Final = 1260
"""The longest lag, in samples: 19 Hz."""
ROWS: Final = 32
"""The longest window, in steps: 80 ms."""
_LAGS: Final = LONGEST + 1
_PAST: Final = LONGEST + ROWS * STEP
_KEPT: Final = 3 * ROWS
_AT_ONCE: Final = 24
"""Lags in one column of a product of matrices: correlation as BLAS does it, five times quicker."""
_COLUMNS: Final = -(-_LAGS // _AT_ONCE)
_LEAST: Final = 1e-30
_UNEQUAL: Final = 16.0
"""How many times stronger one of two windows may be than the other, before they are unlike."""


class LagProducts:
    """Products of the newest sound with what came one lag earlier, for all lags and windows."""

    def __init__(self) -> None:
        lag = np.arange(_LAGS)
        own = np.clip(np.ceil(lag * 0.9 / STEP).astype(np.intp), 1, None)
        self.windows = np.stack(
            [
                np.minimum(own, ROWS),
                np.clip(2 * own, 4, ROWS),
                np.clip(4 * own, 12, ROWS),
            ]
        )
        """Steps in the three windows of each lag, shape (3, LONGEST + 1): 0.9, 2 and 4 periods."""
        self._begins = ((ROWS - self.windows) * _LAGS + lag).ravel()
        self._shifted = (_PAST - lag - STEP * self.windows).ravel()
        self._singles = int(np.argmax(self.windows[0] > 1))
        past = np.zeros(_PAST + _AT_ONCE)  # what lies behind the newest sample stays silent
        self._sound = past[:_PAST]
        self._stretches = as_strided(
            past[_PAST - LONGEST - STEP :],
            (_COLUMNS, STEP + _AT_ONCE),
            (_AT_ONCE * past.itemsize, past.itemsize),
            writeable=False,
        )
        self._delayed = np.zeros((STEP + _AT_ONCE, _AT_ONCE))
        columns = self._delayed.strides[0]
        self._delays = as_strided(
            self._delayed, (STEP, _AT_ONCE), (columns, columns + past.itemsize)
        )
        self._squares = np.zeros(_PAST + 1)
        self._products = np.zeros((_KEPT, _LAGS))
        self._row = ROWS

    def push(self, samples: Numbers) -> None:
        """Take the newest samples: float32, shape (STEP,), at ``ANALYSIS_RATE``."""
        newest = samples.astype(np.float64)
        self._sound[:-STEP] = self._sound[STEP:]
        self._sound[-STEP:] = newest
        self._squares[:-STEP] = self._squares[STEP:]
        np.cumsum(newest * newest, out=self._squares[-STEP:])
        self._squares[-STEP:] += self._squares[-STEP - 1]
        if self._row == _KEPT - 1:
            self._begin_anew()
        before = self._products[self._row]
        self._row += 1
        np.add(before, self._correlated(newest), out=self._products[self._row])

    def _correlated(self, newest: Sums) -> Sums:
        """Return the sums of products of the newest samples with those each lag before."""
        self._delays[:] = newest[:, np.newaxis]
        return np.asarray((self._stretches @ self._delayed).ravel()[LONGEST::-1], np.float64)

    def newest(self) -> Sums:
        """Return the newest 132 ms, float64, shape (n,): a view, not to be written to."""
        return self._sound

    def power(self, steps: int) -> float:
        """Return the mean square of the newest steps."""
        return float(self._squares[-1] - self._squares[-1 - steps * STEP]) / (steps * STEP)

    def curves(self) -> Numbers:
        """Return how well each lag repeats in its three windows, 1 is perfectly.

        float32, shape (3, LONGEST + 1). A window of a single step is divided by the mean of both
        energies: by the NCC a formant that dies away would be a pitch.
        """
        flat = self._products[self._row - ROWS : self._row + 1].ravel()
        shape = self.windows.shape
        products = self._products[self._row] - flat.take(self._begins).reshape(shape)
        energies = self._squares[-1] - self._squares[::-STEP].take(self.windows)
        shifted = self._squares[_PAST - LONGEST :][::-1] - self._squares.take(
            self._shifted
        ).reshape(shape)
        both = np.sqrt(np.abs(energies * shifted))
        single = (0, slice(self._singles))
        both[single] = (energies[single] + shifted[single]) * 0.5
        curves = products / (both + _LEAST)
        unlike = (shifted > _UNEQUAL * energies) | (energies > _UNEQUAL * shifted)
        np.copyto(curves, 0.0, where=unlike)
        return np.asarray(curves, np.float32)

    def ncc(self, steps: Lags | int, lags: Lags) -> Numbers:
        """Return the NCC of the newest steps at some lags, float32 in the shape of ``lags``."""
        products = self._products[self._row].take(lags) - self._products[self._row - steps, lags]
        squares = self._squares
        shifted = squares.take(_PAST - lags) - squares.take(_PAST - lags - steps * STEP)
        both = np.sqrt(np.abs((squares[-1] - squares.take(_PAST - steps * STEP)) * shifted))
        return np.asarray(products / (both + _LEAST), np.float32)

    def _begin_anew(self) -> None:
        """Move the newest rows to the start, and count sums from there."""
        kept = self._products[self._row - ROWS : self._row + 1]
        self._products[: ROWS + 1] = kept - kept[0]
        self._row = ROWS
        self._squares -= self._squares[0]


def without(sound: Sums, lag: float) -> Sums:
    """Return what is left of a sound, float64 (n - lag,), without what repeats after a lag."""
    whole = int(lag)
    part = lag - whole
    past = (1 - part) * sound[1 : len(sound) - whole] + part * sound[: len(sound) - whole - 1]
    return np.asarray(sound[whole + 1 :] - past, np.float64)
