"""The command ``sensorium replay``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.core.clock import SECOND, SystemClock
from engine.core.errors import SensoriumError
from engine.patch.find import find_patch
from engine.patch.load import read_texts
from engine.recording.compare import Comparison
from engine.recording.reader import Recording
from engine.recording.replay import Replay
from engine.runtime.dump import Dump
from engine.runtime.metrics import LOG

FASTEST = "max"


class UnknownSpeed(SensoriumError):
    """A speed that is no number and not "max", or out of range."""


@dataclass(frozen=True)
class ReplayOptions:
    """How to play a recording: through another ``patch``, how fast, and whether it is sent.

    ``speed`` is a number or "max"; see ``Replay`` for ``nodes`` and ``to``.
    """

    patch: str | None = None
    speed: str = FASTEST
    compare: bool = False
    recompute: bool = False
    send: bool = False
    to: str | None = None
    dump: str | None = None
    nodes: Path | None = None


def replay(file: Path, options: ReplayOptions) -> Comparison | None:
    """Play a recording; return the comparison, where that was requested.

    Raise RecordingError, PatchError, UnknownSpeed or OSError.
    """
    speed = _speed(options.speed)
    writer = Dump(options.dump) if options.dump else None
    recording = Recording(file)
    show = Replay(
        recording,
        read_texts(find_patch(options.patch)) if options.patch else None,
        nodes=options.nodes,
        to=options.to,
        open_outputs=options.send,
        recompute=options.recompute,
        compare=options.compare,
        watch=writer.listen if writer else lambda engine: None,
    )
    try:
        took = _timed(show, speed)
    finally:
        if writer:
            writer.close()
    _report(show, recording, took)
    return show.comparison


def _timed(show: Replay, speed: float | None) -> float:
    """Play; return the seconds that it took."""
    begun = SystemClock().now()
    try:
        show.play(speed)
    except KeyboardInterrupt:
        if not show.entries:
            raise  # it had not begun: a box was being loaded
        LOG.info("stopped before the end")
    return (SystemClock().now() - begun) / SECOND


def _report(show: Replay, recording: Recording, took: float) -> None:
    if recording.cut_off:
        LOG.warning("%s: its end is missing, as after a crash", recording.file)
    for box, count in show.left_out.items():
        LOG.warning("%s: %d entries left out: the patch has no such box", box, count)
    what = (show.seconds, show.entries, took, show.seconds / took)
    LOG.info("%.1f s of show, %d entries, in %.1f s: %.1fx", *what)


def _speed(text: str) -> float | None:
    """Return the speed, None for as fast as possible. Raise UnknownSpeed."""
    if text == FASTEST:
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 1000:
        raise UnknownSpeed(f'--speed: expected a number from 0.01 to 1000, or max, got "{text}"')
    return speed
