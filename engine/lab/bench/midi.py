"""Notes left on and the time until silence, however a show ends; and many hands on parameters.

All through a real JACK server; what came is heard by ``jack_midi_dump``. Needs jackd2 (Debian).
"""

from __future__ import annotations

import random
import signal
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.lab.bench.report import COUNT, Row
from engine.lab.bench.rig.jack import MidiDump, connect, is_gone, server, until
from engine.lab.bench.rig.knobs import moved
from engine.lab.bench.rig.storm import storm

KILLS: Final = 50
SECONDS: Final = 60.0
SILENT_MS: Final = 100.0
PORT: Final = "Sensorium:Sensorium"
_QUIET: Final = 1.0


@dataclass(frozen=True)
class Ending:
    """How a show ended: notes begun, notes left on, and ms until silence."""

    begun: int
    left: int
    silent_ms: float


def run(short: bool, kills: int | None = None, seconds: float | None = None) -> list[Row]:
    """End 50 shows by force and a few in peace, then move parameters for a minute."""
    kills = kills or (5 if short else KILLS)
    seconds = seconds or (3.0 if short else SECONDS)
    with server():
        rows = _rows("kill -9", [ended(signal.SIGKILL, seed) for seed in range(kills)])
        rows += _rows("Ctrl-C", [ended(signal.SIGINT, 1000)])
        rows += _rows("SIGTERM", [ended(signal.SIGTERM, 1001)])
        rows += _rows("an exception in a box", [broken(1002)])
        rows += _hands(seconds)
    return rows


def ended(how: signal.Signals, seed: int) -> Ending:
    """Send a signal to a show that plays, at a moment that the seed chooses."""
    notes = random.Random(seed).randrange(5, 150)
    with storm(seed) as show, MidiDump() as dump:
        connect(PORT, dump.port)
        dump.wait(lambda heard: heard.begun >= notes and len(heard.sounding) > 0)
        began = time.monotonic()
        show.send_signal(how)
        show.wait(30.0)
        _until_gone()
        dump.wait(lambda heard: not heard.sounding)
        return Ending(dump.begun, len(dump.sounding), (dump.last_note - began) * 1000)


def broken(seed: int) -> Ending:
    """Make a box of a show fail for good; the show goes on, and is silent."""
    with storm(seed, breaks_after=300) as show, MidiDump() as dump:
        connect(PORT, dump.port)
        dump.wait(lambda heard: heard.begun > 0)
        dump.wait(lambda heard: time.monotonic() - heard.last_note > _QUIET)
        assert show.poll() is None, "the show did not go on"
        ending = Ending(dump.begun, len(dump.sounding), 0.0)
    _until_gone()
    return ending


def _until_gone() -> None:
    """Wait for the helper, which outlives a show that is killed: the next port takes its name."""
    until(lambda: is_gone(PORT), "the helper does not go")


def _rows(case: str, endings: Sequence[Ending]) -> list[Row]:
    rows = [
        Row(case, "shows", len(endings), COUNT),
        Row(case, "notes begun", sum(each.begun for each in endings), COUNT),
        Row(case, "notes left on", sum(each.left for each in endings), COUNT, ("<=", 0)),
    ]
    times = [each.silent_ms for each in endings if each.silent_ms]
    if times:
        rows.append(Row(case, "until silence, median", statistics.median(times), "ms"))
        rows.append(Row(case, "until silence, longest", max(times), "ms", ("<=", SILENT_MS)))
    return rows


def _hands(seconds: float) -> list[Row]:
    ways, rate = moved(seconds)
    rows = [Row("many hands", "changes a second", rate, "1/s")]
    for each in ways:
        case = f"many hands, {each.way}"
        rows += [
            Row(case, "sent", each.sent, COUNT),
            Row(case, "coalesced", each.coalesced, COUNT),
            Row(case, "lost", each.lost, COUNT, ("<=", 0)),
            Row(case, "last values that are wrong", each.wrong, COUNT, ("<=", 0)),
        ]
    return rows
