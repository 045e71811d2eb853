"""When each word of spoken sound begins, by the same words spoken with pauses between them.

A voice that is a program says the same text in the same way again; asked for long pauses between
words, it shows where each begins. The two sounds are laid beside each other by dynamic time warping
(Sakoe & Chiba 1978), for a voice draws the ends of words out before a pause.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_FRAME_S: Final = 0.005
_BANDS: Final = 16
_QUIET: Final = 1e-3
_FAINT: Final = 0.02
"""Between words it is below that part of the loudest: some voices breathe."""
_SHORTEST_S: Final = 0.04
"""A silence between two words is longer than that."""
_LONGEST_S: Final = 30.0
"""Of longer sound no words are looked for."""


def word_spans(sound: Samples, spaced: Samples, rate: int, count: int) -> list[tuple[float, float]]:
    """Return begin and end in seconds of ``count`` words in ``sound``; [] where they are not found.

    ``spaced`` is the same with pauses between the words, at the same ``rate`` in Hz.
    """
    if not count or not len(sound) or len(spaced) > _LONGEST_S * rate:
        return []
    spans = _split(spaced, rate, count)
    if not spans:
        return []
    step = round(_FRAME_S * rate)
    rest = _bands(np.zeros(step, np.float32), step)
    rows: list[NDArray[np.float32]] = []
    edges: list[tuple[int, int]] = []
    place = 0
    for begin, end in spans:
        word = _bands(spaced[begin:end], step)
        # A frame of silence stands between two: a pause in the other sound, as at a comma, is it.
        rows += [rest, word]
        edges.append((place + 1, place + len(word)))
        place += 1 + len(word)
    begin, end = _sounding(sound)
    found = _warped(np.concatenate(rows[1:]), _bands(sound[begin:end], step))
    offset = begin / rate
    return [
        (offset + found[first - 1][0] * _FRAME_S, offset + (found[last - 1][1] + 1) * _FRAME_S)
        for first, last in edges
    ]


def _sounding(sound: Samples) -> tuple[int, int]:
    """Return where sound begins and ends that is not silent."""
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    return (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(sound))


def _split(spaced: Samples, rate: int, count: int) -> list[tuple[int, int]]:
    """Return where each word stands, between the longest silences; [] where there are too few."""
    begin, end = _sounding(spaced)
    step = round(_FRAME_S * rate)
    frames = max(1, (end - begin) // step)
    loud = np.resize(np.abs(spaced[begin:end]), frames * step).reshape(frames, step).max(axis=1)
    quiet = loud <= max(_QUIET, _FAINT * float(loud.max()))
    turns = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
    first, last = turns[::2], turns[1::2]
    longest = np.sort(np.argsort(first - last, kind="stable")[: count - 1])
    if len(longest) < count - 1 or ((last - first)[longest] * _FRAME_S < _SHORTEST_S).any():
        return []
    starts = [begin, *(begin + step * last[longest]).tolist()]
    ends = [*(begin + step * first[longest]).tolist(), end]
    return list(zip(starts, ends, strict=True))


def _bands(sound: Samples, step: int) -> NDArray[np.float32]:
    """Return the loudness in bands of frames, shape (frames, bands)."""
    count = max(1, round(len(sound) / step))
    width = 2 * step
    padded = np.zeros(count * step + width, np.float32)
    used = sound[: len(padded)]
    padded[: len(used)] = used
    frames = np.lib.stride_tricks.sliding_window_view(padded, width)[: count * step : step]
    power = np.abs(np.fft.rfft(frames * np.hanning(width).astype(np.float32), axis=1)) ** 2
    edges = np.unique(np.geomspace(1, power.shape[1], _BANDS + 1).astype(int))
    summed = np.add.reduceat(power, edges[:-1], axis=1)
    return np.log10(summed + 1e-4).astype(np.float32)


def _warped(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return for each frame of ours the first and last frame of theirs that are the same sound."""
    rows, columns = len(ours), len(theirs)
    squares = (ours**2).sum(1)[:, None] + (theirs**2).sum(1)[None, :]
    cost = np.sqrt(np.maximum(squares - 2 * ours @ theirs.T, 0.0))
    total = np.full((rows + 1, columns + 1), np.inf, np.float32)
    total[0, 0] = 0.0
    for diagonal in range(2, rows + columns + 1):  # all of one only need those before
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        before = np.minimum(total[i - 1, j], total[i, j - 1])
        total[i, j] = cost[i - 1, j - 1] + np.minimum(before, total[i - 1, j - 1])
    place = [(columns - 1, 0)] * rows
    row, column = rows, columns
    while row > 0 and column > 0:
        place[row - 1] = (column - 1, max(column - 1, place[row - 1][1]))
        steps = ((row - 1, column - 1), (row - 1, column), (row, column - 1))
        row, column = min(steps, key=lambda step: float(total[step]))
    return place
