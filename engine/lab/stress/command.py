"""What ``sensorium stress`` does: sets the stage, calls the storm, has it judged and reported."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from rich.console import Console

from engine.lab.stress.actions import choices
from engine.lab.stress.faults import Injection, storm
from engine.lab.stress.judge import Usual, Verdict, judge, recovery
from engine.lab.stress.live import watch
from engine.lab.stress.observed import Observed
from engine.lab.stress.offline import offline_show
from engine.lab.stress.report import Report
from engine.lab.stress.rig import Rig, stage

LEAST_CALM_S, MOST_CALM_S = 15.0, 60.0
SAID = 200
"""How many of the last lines that a show said are kept."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    patch: Path
    seed: int
    minutes: float
    calm: bool = False
    hours: float = 0.0

    @property
    def how(self) -> str:
        """Say it in a line."""
        if self.calm:
            return f"{self.minutes:g} minutes without a fault."
        within = f" within {self.hours:g} hours" if self.hours else ""
        return f"{self.minutes:g} minutes of storm{within}, seed {self.seed}."


def stress(wanted: Wanted, *, offline: bool, file: Path | None, page: Path | None) -> bool:
    """Put a patch through a storm, show and write what came of it; tells whether all is well."""
    console = Console()
    make = _offline if offline else _live
    report = make(wanted, lambda line: console.print(line, highlight=False))
    console.print(report.as_table())
    for line in report.left:
        console.print(f"left as it is: {line}", highlight=False)
    if file:
        file.write_text(json.dumps(report.as_json(), indent=1) + "\n", encoding="utf-8")
    if page:
        page.write_text(report.as_markdown(), encoding="utf-8")
    return report.passed


def _live(wanted: Wanted, say: Callable[[str], None]) -> Report:
    """Play it live: a calm show, the storm, a calm show; or only one, which is long and calm."""
    seconds = 60 * wanted.minutes
    with tempfile.TemporaryDirectory(prefix="sensorium-stress-") as name:
        folder = Path(name)
        (folder / "show").mkdir()
        with stage(wanted.patch, folder / "show") as here:
            if wanted.calm:
                say(f"calm, for {seconds:.0f} s")
                seen, said = _watched(here, [], seconds, folder, say)
                calm: list[Observed] = []
            else:
                seen, calm, said = _between_calm(here, wanted, folder, say)
            return _report(wanted, seen, calm, here.left, said)


def _between_calm(
    here: Rig, wanted: Wanted, folder: Path, say: Callable[[str], None]
) -> tuple[Observed, list[Observed], list[str]]:
    seconds = 60 * wanted.minutes
    strikes = storm(wanted.seed, seconds, choices(here))
    length = min(max(seconds / 10, LEAST_CALM_S), MOST_CALM_S)
    say(f"calm before the storm, for {length:.0f} s")
    before, _ = _watched(here, [], length, folder, say)
    say(f"the storm, for {seconds:.0f} s")
    seen, said = _watched(here, strikes, seconds, folder, say)
    say(f"calm after the storm, for {length:.0f} s")
    after, _ = _watched(here, [], length, folder, say)
    return seen, [before, after], said


def _watched(
    here: Rig, strikes: list[Injection], seconds: float, folder: Path, say: Callable[[str], None]
) -> tuple[Observed, list[str]]:
    seen = watch(here, strikes, seconds, folder, say)
    said = (folder / "said.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    return seen, said[-SAID:]


def _offline(wanted: Wanted, say: Callable[[str], None]) -> Report:
    seconds = 60 * wanted.minutes
    hours = max(wanted.hours, wanted.minutes / 60)
    seen, calm, same = offline_show(wanted.patch, wanted.seed, seconds, hours, say)
    report = _report(wanted, seen, calm, [], [])
    report.verdicts.append(Verdict("calm shows that were not the same", int(not same), "", 0))
    return report


def _report(
    wanted: Wanted, seen: Observed, calm: list[Observed], left: list[str], said: list[str]
) -> Report:
    usual = Usual(calm or [seen])
    fate = [f"{each.strike}; {_fate(recovery(each, seen, usual))}" for each in seen.struck]
    return Report(f"Stress of {wanted.patch.stem}", wanted.how, judge(seen, calm), fate, left, said)


def _fate(after: float | None) -> str:
    if after is None:
        return "nothing tells when it was itself again"
    return f"itself again after {after:.1f} s" if isfinite(after) else "never itself again"
