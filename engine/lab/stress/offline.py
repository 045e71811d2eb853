"""Has a show play through a storm on the virtual clock, and gives what was seen of it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

import msgspec

from engine.lab.stress.faults import Injection
from engine.lab.stress.observed import Observed, Struck, Vital, sounded
from engine.lab.stress.routes import concerned
from engine.lab.stress.show import MISTAKES
from engine.patch.plan import Plan
from engine.runtime.opening import open_patch

CALM_S: Final = 60.0
"""Seconds of calm that are played before the storm, and again after it."""
Say = Callable[[str], None]


def offline_show(
    patch: Path, seed: int, seconds: float, hours: float, say: Say
) -> tuple[Observed, list[Observed], bool]:
    """Play a patch through a storm, between two calm shows.

    Tells also whether those two were the same, byte for byte. Raises PatchError.
    """
    plan = open_patch(patch, live=False)
    short = min(seconds, CALM_S)
    before, first = _played(plan, [patch, seed, short, 0, 0], short, say)
    seen, _ = _played(plan, [patch, seed, seconds, hours, 1], seconds, say)
    after, second = _played(plan, [patch, seed, short, 0, 0], short, say)
    return seen, [before, after], first == second


def _played(plan: Plan, arguments: list[object], seconds: float, say: Say) -> tuple[Observed, str]:
    """Have a process play, and write down what it says; gives also the digest of what was sent."""
    command = [sys.executable, "-m", "engine.lab.stress.virtual", *map(str, arguments)]
    scribe = _Scribe(plan, seconds, say)
    with TemporaryFile() as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as show:
            assert show.stdout is not None
            for line in show.stdout:
                scribe.take(line)
        errors.seek(0)
        said = errors.read().decode(errors="replace").splitlines()
    seen = scribe.seen
    seen.exit = show.returncode
    seen.died = not seen.stats
    seen.complaints = [line for line in said if any(word in line for word in MISTAKES)]
    for sink, heard in scribe.midi.items():
        seen.notes += sounded(sink, heard)
    return seen, scribe.digest.hexdigest()


class _Scribe:
    """Writes down what a virtual show says, line by line."""

    def __init__(self, plan: Plan, seconds: float, say: Say) -> None:
        self.seen = Observed(ended=seconds)
        self.midi: dict[str, list[tuple[float, bytes]]] = defaultdict(list)
        self.digest = hashlib.sha256()
        self._plan = plan
        self._say = say

    def take(self, line: bytes) -> None:
        """Take one line; those that say what was sent are part of the digest."""
        kind, *what = msgspec.json.decode(line)
        if kind in ("sent", "midi"):
            self.digest.update(line)
        getattr(self, f"_{kind}")(*what)

    def _sent(self, at: float, route: str, ms: float) -> None:
        self.seen.routes[route].append(at)
        self.seen.delays.append((at, ms))

    def _midi(self, at: float, sink: str, message: list[int]) -> None:
        self.midi[sink].append((at, bytes(message)))

    def _vital(self, taken: Any) -> None:
        self.seen.vitals.append(msgspec.convert(taken, Vital))

    def _strikes(self, strikes: Any) -> None:
        self.seen.struck = [
            _struck(self._plan, s) for s in msgspec.convert(strikes, list[Injection])
        ]
        for each in self.seen.struck:
            self._say(str(each.strike))

    def _stats(self, stats: dict[str, Any]) -> None:
        self.seen.stats = stats


def _struck(plan: Plan, strike: Injection) -> Struck:
    """Say whom a strike concerns: what hangs on its box, or everything."""
    boxes = [strike.target] if strike.target else list(plan.boxes)
    routes = frozenset().union(*(concerned(plan, box) for box in boxes))
    return Struck(strike, strike.at, strike.at + strike.lasts, routes, frozenset(boxes))
