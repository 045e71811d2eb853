"""Looks changed 30 times a second over OSC: whether pictures are dropped for it, or memory grows.

A real show paints by ``style`` and by ``style_of``. First come a few seconds without a hand and a
few in which both get another look 30 times a second, in turn: by name, by weight, with strength and
colours. Then a whole minute of that. Memory is what belongs to the show and its networks alone, not
what they share with other programs. All of it comes before other programs where the system allows
that.

What decides: that as many pictures are painted with changes as without, in the median of the pairs,
that nothing is refused, and that memory at the end of the minute is what it was at its beginning.
"""

from __future__ import annotations

import random
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGUSR1
from typing import Any, Final

from pythonosc.osc_message_builder import OscMessageBuilder

from engine.lab.bench.report import COUNT, Row, ratio
from engine.lab.bench.rig.turns import PAIRS
from engine.lab.bench.rig.undisturbed import undisturbed
from engine.lab.stress import vitals
from engine.lab.stress.receivers import LOCAL, free_port
from engine.lab.stress.show import ShowProcess, wait_until
from engine.models.style import LOOKS

RATE: Final = 30
"""Changes a second of each box."""
PATIENCE: Final = 60.0
TURN: Final = 4.0
"""Seconds of each half of a pair."""
BOXES: Final = {"style": LOOKS, "style_of": ("swirls", "shards", "reeds")}
PATCH: Final = """
[camera]
use    = "stand_in"
width  = 640
height = 360

[style]
use   = "style"
from  = "camera"
size  = 96
morph = "300 ms"
strength    = 0.75
keep_colour = 0.5

[style_of]
use   = "style_of"
from  = "camera"
size  = 96
morph = "300 ms"
strength    = 0.75
keep_colour = 0.5

[control]
use     = "osc_control"
port    = {port}
replies = {replies}
"""


@dataclass(frozen=True)
class Stretch:
    """A part of a show: pictures painted and dropped by box, errors, and MB of memory over time."""

    seconds: float
    painted: dict[str, int]
    dropped: dict[str, int]
    errors: int
    memory: list[float]

    def rate(self, box: str) -> float:
        """Return the pictures a second that a box has painted."""
        return self.painted[box] / self.seconds


def run(
    short: bool, seconds: float | None = None, pairs: int | None = None, turn: float = TURN
) -> list[Row]:
    """Measure for two minutes; short, for half a minute."""
    seconds = seconds or (10.0 if short else 60.0)
    pairs = pairs or (3 if short else PAIRS)
    desk = socket.socket(type=socket.SOCK_DGRAM)
    with tempfile.TemporaryDirectory() as temporary, desk:
        folder = Path(temporary)
        desk.bind((LOCAL, 0))
        port = free_port()
        patch = folder / "looks.toml"
        text = PATCH.format(port=port, replies=desk.getsockname()[1])
        patch.write_text(text, encoding="utf-8")
        show = ShowProcess(patch, (), folder)
        with undisturbed():
            show.start()
        try:
            desk.settimeout(PATIENCE)
            desk.recv(1500)  # it is alive
            desk.connect((LOCAL, port))
            _settle(show)
            changes = _Storm(desk)
            turns = [
                (_stretch(show, turn, lambda _: None), _stretch(show, turn, changes.begin().send))
                for _ in range(pairs)
            ]
            storm = _stretch(show, seconds, changes.begin().send)
        finally:
            show.stop()
    return [*_pictures(turns), *_memory(storm), *_errors(changes, [*sum(turns, ()), storm])]


class _Storm:
    """Sends changes of looks; the same ones each time."""

    def __init__(self, desk: socket.socket) -> None:
        self._desk = desk
        self._chance = random.Random(1)
        self.sent = 0
        self._due = 0

    def begin(self) -> _Storm:
        """Begin to count what is due anew."""
        self._due = 0
        return self

    def send(self, due: int) -> None:
        """Send what is due by now: so many changes of each box since it began."""
        while self._due < due:
            self._due += 1
            for box, looks in BOXES.items():
                self._desk.send(_packet(*self._change(box, self._chance.choice(looks))))
                self.sent += 1

    def _change(self, box: str, look: str) -> tuple[str, Any]:
        return self._chance.choice(
            [
                (f"/{box}/look", look),
                (f"/{box}/look/{look}", self._chance.random()),
                (f"/{box}/strength", 0.5 + self._chance.random() / 2),
                (f"/{box}/keep_colour", self._chance.random()),
            ]
        )


def _packet(address: str, value: Any) -> bytes:
    message = OscMessageBuilder(address)
    message.add_arg(value)
    return bytes(message.build().dgram)


def _settle(show: ShowProcess) -> None:
    """Wait until both networks paint, and the memory that they begin with is taken."""

    def painting() -> bool:
        lanes = _stats(show).get("lanes", {})
        return all(lanes.get(box, {}).get("runs", 0) > RATE for box in BOXES)

    if not wait_until(lambda: show.is_running and painting(), PATIENCE):
        raise RuntimeError("\n".join(show.log_lines()) or "the show did not paint")


def _stats(show: ShowProcess) -> dict[str, Any]:
    """Return the statistics so far, which the show writes when it is asked to."""
    if not show.is_running:
        return {}
    before = show.stats().get("seconds", -1.0)
    show.send(SIGUSR1)
    wait_until(lambda: show.stats().get("seconds", -1.0) > before, PATIENCE)
    return show.stats()


def _stretch(show: ShowProcess, seconds: float, act: Callable[[int], None]) -> Stretch:
    """Play on for so long; ``act`` is called with how many changes are due by now."""
    begin = _stats(show)
    memory = list(_watched(show, seconds, act))
    end = _stats(show)

    def counted(word: str) -> dict[str, int]:
        return {box: end["lanes"][box][word] - begin["lanes"][box][word] for box in BOXES}

    return Stretch(
        end["seconds"] - begin["seconds"],
        counted("runs"),
        counted("dropped"),
        len(end["errors"]) - len(begin["errors"]),
        memory,
    )


def _watched(show: ShowProcess, seconds: float, act: Callable[[int], None]) -> Iterator[float]:
    """Yield the memory twice a second, and act 30 times a second."""
    begun = time.monotonic()
    for tick in range(round(seconds * RATE)):
        time.sleep(max(0.0, begun + tick / RATE - time.monotonic()))
        act(tick + 1)
        if tick % (RATE // 2) == 0 and (vital := vitals.measure(show.pid, 0.0)):
            yield vital.memory


def _pictures(turns: list[tuple[Stretch, Stretch]]) -> Iterator[Row]:
    for box in BOXES:
        for word, number in (("calm", 0), ("looks changing", 1)):
            each = [pair[number] for pair in turns]
            painted = statistics.median(one.rate(box) for one in each)
            dropped = statistics.median(one.dropped[box] / one.seconds for one in each)
            yield Row(box, f"painted a second, {word}", painted, "Hz")
            yield Row(box, f"dropped a second, {word}", dropped, "Hz")
        ratios = [storm.rate(box) / calm.rate(box) for calm, storm in turns]
        yield from ratio(box, "painted, changing / calm", ratios, (">=", 0.95))


def _memory(storm: Stretch) -> Iterator[Row]:
    if not storm.memory:
        return
    part = max(1, len(storm.memory) // 4)
    begin, end = (statistics.median(each) for each in (storm.memory[:part], storm.memory[-part:]))
    yield Row("show", "memory at the beginning", begin, "MB")
    yield Row("show", "memory at the end", end, "MB")
    yield from ratio("show", "memory, end / beginning", [end / begin], ("<=", 1.02))


def _errors(changes: _Storm, stretches: Iterable[Stretch]) -> Iterator[Row]:
    yield Row("show", "changes sent", changes.sent, COUNT)
    yield Row("show", "errors", sum(each.errors for each in stretches), COUNT, ("<=", 0))
