"""Plays a show on a stage, live, with or without a storm, and gives what was seen of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from engine.core.errors import DeviceError
from engine.lab.stress.actions import boxes_hit, do
from engine.lab.stress.faults import Injection
from engine.lab.stress.observed import Observed, Struck, Vital
from engine.lab.stress.rig import Rig
from engine.lab.stress.routes import concerned
from engine.lab.stress.show import ShowProcess, await_
from engine.lab.stress.vitals import vital

Say = Callable[[str], None]
UP_S: Final = 30.0
"""Seconds that a show has to begin and to find its devices."""
WARM_S: Final = 5.0
"""Seconds that it then plays unwatched: what is done for the first time takes longer."""
HUSH_S: Final = 3.0
LOOK_S: Final = 1.0


def watch(
    stage: Rig, strikes: Sequence[Injection], seconds: float, folder: Path, say: Say
) -> Observed:
    """Play a show for so many seconds, with these strikes; gives what was seen of it."""
    _forget(stage)
    show = ShowProcess(stage.patch, stage.sets, folder)
    seen = Observed()
    try:
        _await_begin(stage, show)
        seen.began = time.monotonic()
        with _Nurse(show.pid) as nurse:
            seen.struck = [_strike(each, seen.began, stage, show, say) for each in strikes]
            _until(seen.began + seconds, show)
        seen.ended = time.monotonic()
        seen.vitals = nurse.vitals
    finally:
        seen.died = not show.plays
        seen.exit = show.end()
    await_(lambda: all(synth.silent() for synth in stage.synths.values()), HUSH_S)
    return _gathered(seen, stage, show)


def _await_begin(stage: Rig, show: ShowProcess) -> None:
    """Wait until a show has found what it plays with; raises DeviceError where it does not begin.

    A device that it does not find in time is for the judge.
    """
    await_(lambda: stage.status.alive.is_set() or not show.plays, UP_S)
    if not show.plays:
        last = "".join(show.said()[-1:])
        raise DeviceError(f"the show did not begin: {last}")
    await_(lambda: stage.status.up(stage.devices), UP_S)
    time.sleep(WARM_S)


def _forget(stage: Rig) -> None:
    """Forget the show before."""
    stage.heard.clear()
    stage.status.states.clear()
    stage.status.delays.clear()
    stage.status.alive.clear()


def _strike(strike: Injection, start: float, stage: Rig, show: ShowProcess, say: Say) -> Struck:
    _until(start + strike.at, show)
    say(str(strike))
    began = time.monotonic()
    undo = do(strike, stage, show)
    time.sleep(strike.lasts)
    undo()
    boxes = boxes_hit(stage, strike)
    routes = frozenset().union(*(concerned(stage.plan, box) for box in boxes))
    return Struck(strike, began, time.monotonic(), routes, frozenset(boxes))


def _until(moment: float, show: ShowProcess) -> None:
    """Wait for a moment, as long as there is a show."""
    while (left := moment - time.monotonic()) > 0 and show.plays:
        time.sleep(min(left, LOOK_S))


def _gathered(seen: Observed, stage: Rig, show: ShowProcess) -> Observed:
    for way, times in stage.heard.items():
        seen.routes[way] = [at for at in times if at >= seen.began]
    for sink, synth in stage.synths.items():
        seen.routes[sink] = synth.times(seen.began)
        seen.notes += synth.notes(seen.began)
    seen.delays = list(stage.status.delays)
    seen.states = list(stage.status.states)
    seen.complaints = show.complaints()
    seen.stats = show.stats()
    return seen


class _Nurse:
    """Looks once a second at what the process of a show takes."""

    def __init__(self, pid: int) -> None:
        self.vitals: list[Vital] = []
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Nurse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            if (taken := vital(self._pid, time.monotonic())) is not None:
                self.vitals.append(taken)
