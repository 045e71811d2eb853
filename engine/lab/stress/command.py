"""The command ``sensorium stress``: sets up the rig, runs the storm, judges and reports it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from rich.console import Console

from engine.lab.stress.actions import possible_faults
from engine.lab.stress.faults import Injection, storm
from engine.lab.stress.judge import Baseline, judge, recovery
from engine.lab.stress.live import watch
from engine.lab.stress.observed import Observation
from engine.lab.stress.report import Report
from engine.lab.stress.rig import Rig, set_up_rig
from engine.system.output_file import OutputFile

LEAST_CALM_S, MOST_CALM_S = 15.0, 60.0
LOG_LINES = 200
"""How many of the last lines of a show's log are kept."""


@dataclass(frozen=True)
class StressOptions:
    """The options of the command line."""

    patch: Path
    seed: int
    minutes: float
    calm: bool = False

    @property
    def how(self) -> str:
        """A one-line summary."""
        if self.calm:
            return f"{self.minutes:g} minutes without a fault."
        return f"{self.minutes:g} minutes of storm, seed {self.seed}."


def stress(options: StressOptions, *, file: Path | None, page: Path | None) -> bool:
    """Put a patch through a storm, show and write the report; return whether every goal was met."""
    console = Console()
    numbers, document = (OutputFile(each) if each else None for each in (file, page))
    report = _run(options, lambda line: console.print(line, highlight=False))
    console.print(report.as_table())
    for line in report.unreplaced:
        console.print(f"left as it is: {line}", highlight=False)
    if numbers:
        numbers.write(json.dumps(report.as_json(), indent=1) + "\n")
    if document:
        document.write(report.as_markdown())
    return report.passed


def _run(options: StressOptions, progress: Callable[[str], None]) -> Report:
    """Play a calm show, the storm and a calm show; or with ``calm`` one long calm show."""
    seconds = 60 * options.minutes
    with tempfile.TemporaryDirectory(prefix="sensorium-stress-") as name:
        folder = Path(name)
        (folder / "show").mkdir()
        with set_up_rig(options.patch, folder / "show") as rig:
            if options.calm:
                progress(f"calm, for {seconds:.0f} s")
                seen, log = _observed(rig, [], seconds, folder, progress)
                calm: list[Observation] = []
            else:
                seen, calm, log = _between_calm(rig, options, folder, progress)
            return _report(options, seen, calm, rig.unreplaced, log)


def _between_calm(
    rig: Rig, options: StressOptions, folder: Path, progress: Callable[[str], None]
) -> tuple[Observation, list[Observation], list[str]]:
    seconds = 60 * options.minutes
    injections = storm(options.seed, seconds, possible_faults(rig))
    length = min(max(seconds / 10, LEAST_CALM_S), MOST_CALM_S)
    progress(f"calm before the storm, for {length:.0f} s")
    before, _ = _observed(rig, [], length, folder, progress)
    progress(f"the storm, for {seconds:.0f} s")
    seen, log = _observed(rig, injections, seconds, folder, progress)
    progress(f"calm after the storm, for {length:.0f} s")
    after, _ = _observed(rig, [], length, folder, progress)
    return seen, [before, after], log


def _observed(
    rig: Rig,
    injections: list[Injection],
    seconds: float,
    folder: Path,
    progress: Callable[[str], None],
) -> tuple[Observation, list[str]]:
    seen = watch(rig, injections, seconds, folder, progress)
    log = (folder / "log.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    return seen, log[-LOG_LINES:]


def _report(
    options: StressOptions,
    seen: Observation,
    calm: list[Observation],
    unreplaced: list[str],
    log: list[str],
) -> Report:
    baseline = Baseline(calm or [seen])
    outcomes = [
        f"{each.injection}; {_outcome(recovery(each, seen, baseline))}" for each in seen.injected
    ]
    return Report(
        f"Stress of {options.patch.stem}", options.how, judge(seen, calm), outcomes, unreplaced, log
    )


def _outcome(after: float | None) -> str:
    if after is None:
        return "nothing tells when it was itself again"
    return f"itself again after {after:.1f} s" if isfinite(after) else "never itself again"
