"""Mix the channels of a recording into one, without losing what stands in one of them only.

A plain mean halves a voice that was recorded on one side, and loses one whose two sides are turned
against each other (a cable soldered the wrong way round, a "wide" effect).

A channel counts from the first sound in it on, so that the level changes at most once for each. One
that runs against the others is turned round; that is decided slowly and with a wide hysteresis, and
every change is a ramp, so that nothing clicks.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_SECONDS: Final = 0.5
"""The time constant of the powers and correlations."""
_QUIET: Final = 1e-8
"""A power (-80 dBFS) below which a channel holds no sound."""
_FAINT: Final = 1e-5
"""And the part (-50 dB) of the loudest channel's power below which it holds only what leaks in."""
_AGAINST: Final = -0.6
_ALONG: Final = -0.2
"""Correlations with the loudest channel at which one is turned round, and turned back."""


class MonoMix:
    """Mixes channels, block by block. The first block begins at its final gains."""

    def __init__(self) -> None:
        self._products: NDArray[np.float64] | None = None
        self._loudest = 0.0
        self._sounds: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._signs: NDArray[np.float64] = np.zeros(0)
        self._gains: NDArray[np.float64] | None = None

    def mix(self, samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
        """Return float32 samples of shape (n,) of those of shape (n, channels), at ``rate`` Hz."""
        count, channels = samples.shape
        if channels == 1:
            return samples[:, 0].copy()
        self._learn(samples, rate)
        self._turn()
        number = max(1, int(self._sounds.sum()))
        gains = np.where(self._sounds, self._signs, 0.0) / number
        before = gains if self._gains is None or not self._gains.any() else self._gains
        self._gains = gains
        if np.array_equal(before, gains):
            return samples @ gains.astype(np.float32)
        ramp = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, None]
        gain = before.astype(np.float32) * (1 - ramp) + gains.astype(np.float32) * ramp
        mixed: NDArray[np.float32] = (samples * gain).sum(axis=1, dtype=np.float32)
        return mixed

    def _learn(self, samples: NDArray[np.float32], rate: int) -> None:
        """Take a block into the running products of all pairs of channels."""
        count, channels = samples.shape
        wide = samples.astype(np.float64)
        now = wide.T @ wide / count
        if self._products is None or self._products.shape != (channels, channels):
            self._products = now
            self._sounds = np.zeros(channels, np.bool_)
            self._signs = np.ones(channels)
            self._gains = None
        else:
            keep = np.exp(-count / (rate * _SECONDS))
            self._products = keep * self._products + (1 - keep) * now
        powers = np.diagonal(now)
        self._loudest = max(self._loudest, float(powers.max()))
        self._sounds |= powers > max(_QUIET, _FAINT * self._loudest)

    def _turn(self) -> None:
        """Turn round what runs against the loudest channel, and back what no longer does."""
        assert self._products is not None
        powers = np.diagonal(self._products)
        first = int(np.argmax(np.where(self._sounds, powers, -1.0)))
        scale = np.sqrt(powers * powers[first])
        together = np.divide(
            self._products[first], scale, out=np.zeros_like(scale), where=scale > _QUIET * 1e-2
        )
        together = together * self._signs[first]
        self._signs = np.where(
            together < _AGAINST, -1.0, np.where(together > _ALONG, 1.0, self._signs)
        )
