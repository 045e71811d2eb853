"""What Basic Pitch makes of a whole recording: what ``transcribe`` is compared with.

Windows that overlap, of which only the middle counts; then the rules of the paper (Bittner et al.
2022, section 4): a note begins at each peak of the onsets, lasts until its key has not sounded for
130 ms, and what sounds without a beginning becomes notes in the end, the surest first.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.piano import FRAME, KEYS, LOWEST_KEY, RATE, SAMPLES
from engine.inference.session import Session

_EDGE: Final = 15
"""Frames at either end of a window that do not count."""
_INNER: Final = 141
ONSET, SOUNDS = 0.5, 0.3
_PATIENCE: Final = 11
"""Frames without a sound that end a note; a note is longer."""

Matrix = NDArray[np.float32]
FoundNote = tuple[float, int]
"""The second at which a note begins, and the note."""


def whole_file(session: Session, sound: Matrix) -> list[FoundNote]:
    """Return the notes of a recording, float32 (n,) at 22050 Hz."""
    frames, onsets = _ask(session, sound)
    return sorted((at * FRAME / RATE, key + LOWEST_KEY) for at, key in _notes(frames, onsets))


def _ask(session: Session, sound: Matrix) -> tuple[Matrix, Matrix]:
    count = len(sound) // FRAME
    padded = np.concatenate((np.zeros(_EDGE * FRAME), sound, np.zeros(SAMPLES))).astype(np.float32)
    pairs = []
    for begin in range(0, len(sound), _INNER * FRAME):
        window = padded[begin : begin + SAMPLES].reshape(1, SAMPLES, 1)
        answer = session.run_by_name(audio=window)
        inner = slice(_EDGE, _EDGE + _INNER)
        pairs.append((answer["frame"][0, inner], answer["onset"][0, inner]))
    frames, onsets = (np.concatenate(parts)[:count] for parts in zip(*pairs, strict=True))
    return frames, onsets


def _rises(frames: Matrix, most: float) -> Matrix:
    """Return how much each key rises over one and over two frames, at most as much as onsets."""
    rise = np.zeros_like(frames)
    rise[2:] = np.maximum(0, frames[2:] - np.maximum(frames[1:-1], frames[:-2]))
    return rise * (most / max(float(rise.max()), 1e-9))


def _notes(frames: Matrix, onsets: Matrix) -> list[tuple[int, int]]:
    begins = np.maximum(onsets, _rises(frames, float(onsets.max())))
    inner = begins[1:-1]
    peak = (inner >= ONSET) & (inner > begins[:-2]) & (inner > begins[2:])
    left = frames.copy()
    found = []
    for at, key in reversed(np.argwhere(peak).tolist()):
        end = _end(left[:, key], at + 2)
        if end - at - 1 > _PATIENCE:
            _clear(left, at + 1, end, key)
            found.append((at + 1, key))
    while left.max() > SOUNDS:
        at, key = divmod(int(left.argmax()), KEYS)
        begin = len(left) - _end(left[::-1, key], len(left) - at)
        end = _end(left[:, key], at + 1)
        _clear(left, begin, max(end, at + 1), key)
        if end - begin > _PATIENCE:
            found.append((begin, key))
    return found


def _end(sure: Matrix, start: int) -> int:
    """Return the frame after the last that sounds, before the first pause that is long enough."""
    silent = 0
    for at in range(start, len(sure)):
        silent = 0 if sure[at] >= SOUNDS else silent + 1
        if silent >= _PATIENCE:
            return at + 1 - silent
    return len(sure) - silent


def _clear(left: Matrix, begin: int, end: int, key: int) -> None:
    """Take out a note, and what leaks into the keys beside it."""
    left[begin:end, max(0, key - 1) : key + 2] = 0
