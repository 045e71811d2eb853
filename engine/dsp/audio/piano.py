"""The windows of sound that Basic Pitch takes, and the keys of a piano that it answers for."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 22050
"""Samples a second that the network takes."""
FRAME: Final = 256
"""Samples of one frame of the network: 11.6 ms."""
FRAMES: Final = 172
"""Frames that the network answers with."""
SAMPLES: Final = 43844
"""Samples that the network takes."""
BEHIND: Final = 6
"""Frames of silence that are appended: the newest frames are as right as 25 ms later without."""
SOUND: Final = (FRAMES - BEHIND) * FRAME
"""Samples of sound that the network is asked about."""
KEYS: Final = 88
LOWEST_KEY: Final = 21
"""The MIDI note of the first key."""


def padded(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return sound without its mean between silences: float32 (1, SAMPLES, 1), the newest at SOUND.

    ``samples``: float32 (n,) at RATE, n from 1 to SOUND.
    """
    audio = np.zeros((1, SAMPLES, 1), np.float32)
    audio[0, SOUND - len(samples) : SOUND, 0] = samples - samples.mean()
    return audio
