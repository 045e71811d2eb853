"""Plays a show in a rig, with or without injected faults, and returns what was observed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from engine.core.errors import DeviceError
from engine.lab.stress.actions import affected_boxes, inject
from engine.lab.stress.faults import Injection
from engine.lab.stress.observed import InjectionRecord, Observation, Vital
from engine.lab.stress.rig import Rig
from engine.lab.stress.routes import affected_routes
from engine.lab.stress.show import ShowProcess, wait_until
from engine.lab.stress.vitals import measure

Progress = Callable[[str], None]
START_S: Final = 30.0
"""Seconds that a show has to start and to find its devices."""
WARMUP_S: Final = 5.0
"""Seconds that it then plays unobserved: first runs take longer."""
SILENCE_S: Final = 3.0
SAMPLE_S: Final = 1.0


def watch(
    rig: Rig, injections: Sequence[Injection], seconds: float, folder: Path, progress: Progress
) -> Observation:
    """Play a show for so many seconds with these injections; return what was observed."""
    _clear(rig)
    show = ShowProcess(rig.patch, rig.sets, folder)
    seen = Observation()
    try:
        show.start()
        _wait_for_start(rig, show)
        seen.began = time.monotonic()
        with _VitalsSampler(show.pid) as sampler:
            seen.injected = [_inject(each, seen.began, rig, show, progress) for each in injections]
            _wait(seen.began + seconds, show)
        seen.ended = time.monotonic()
        seen.vitals = sampler.vitals
    finally:
        seen.died = not show.is_running
        seen.exit = show.stop()
    wait_until(lambda: all(synth.silent() for synth in rig.synths.values()), SILENCE_S)
    return _collect(seen, rig, show)


def _wait_for_start(rig: Rig, show: ShowProcess) -> None:
    """Wait until a show has found its devices. Raise DeviceError when it does not start.

    A device that it does not find in time is for the judge.
    """
    answered = wait_until(lambda: rig.status.alive.is_set() or not show.is_running, START_S)
    if not answered or not show.is_running:
        last = "".join(show.log_lines()[-1:])
        within = "" if answered else f" within {START_S:.0f} s"
        raise DeviceError(f"the show did not begin{within}: {last}")
    wait_until(lambda: rig.status.all_running(rig.devices), START_S)
    time.sleep(WARMUP_S)


def _clear(rig: Rig) -> None:
    """Clear what was received of the show before."""
    rig.heard.clear()
    rig.status.states.clear()
    rig.status.delays.clear()
    rig.status.alive.clear()


def _inject(
    injection: Injection, start: float, rig: Rig, show: ShowProcess, progress: Progress
) -> InjectionRecord:
    _wait(start + injection.at, show)
    progress(str(injection))
    began = time.monotonic()
    undo = inject(injection, rig, show)
    time.sleep(injection.lasts)
    undo()
    boxes = affected_boxes(rig, injection)
    routes = frozenset().union(*(affected_routes(rig.plan, box) for box in boxes))
    return InjectionRecord(injection, began, time.monotonic(), routes, frozenset(boxes))


def _wait(moment: float, show: ShowProcess) -> None:
    """Wait for a moment, as long as the show runs."""
    while (left := moment - time.monotonic()) > 0 and show.is_running:
        time.sleep(min(left, SAMPLE_S))


def _collect(seen: Observation, rig: Rig, show: ShowProcess) -> Observation:
    for way, times in rig.heard.items():
        seen.routes[way] = [at for at in times if at >= seen.began]
    for sink, synth in rig.synths.items():
        seen.routes[sink] = synth.times(seen.began)
        seen.notes += synth.notes(seen.began)
    seen.delays = list(rig.status.delays)
    seen.states = list(rig.status.states)
    seen.internal_errors = show.internal_errors()
    seen.stats = show.stats()
    return seen


class _VitalsSampler:
    """Samples the resources of a show's process once a second, on a thread."""

    def __init__(self, pid: int) -> None:
        self.vitals: list[Vital] = []
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _VitalsSampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_S):
            if (taken := measure(self._pid, time.monotonic())) is not None:
                self.vitals.append(taken)
