"""Whole programs on three machines: what is killed or cut comes back, and leaves no note."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.lab.namespaces import Namespaces, why_not

from .programs import OscEar, Programs, wait_for

NIGHT = "SENSORIUM_NIGHT" in os.environ
MINUTES = float(os.environ.get("SENSORIUM_MINUTES", "10" if NIGHT else "0"))
RETURN = 3.0
"""Seconds until all is back that was killed or cut, on a machine that does nothing else."""
START = 120.0
"""Seconds that programs may take to begin where many others run."""
PATCH = """
title = "three"
[machines]
left = "{left}"
right = "{right}"

[left_metro]
use = "every"
time = "40 ms"
machine = "left"
[left_note]
use = "note"
from = "left_metro"
length = "25 ms"
machine = "left"

[home_metro]
use = "every"
time = "40 ms"
[home_note]
use = "note"
from = "home_metro"
length = "25 ms"

[dancer]
use = "stand_in"
sings = false
machine = "right"
[reach]
use = "joint"
from = "dancer.joints"
joint = "right_wrist"
axis = "height"
machine = "right"

[out]
use = "osc_out"
to = "127.0.0.1:10000"
[out.send]
"/notes/left" = "left_note"
"/reach" = "reach"

[left_out]
use = "osc_out"
to = "127.0.0.1:10000"
machine = "left"
[left_out.send]
"/notes/home" = "home_note"
"/reach" = "reach"
"""


@pytest.fixture
def stage() -> Iterator[Namespaces]:
    if why := why_not():
        pytest.skip(why)
    made = Namespaces("home", "left", "right")
    try:
        yield made
    finally:
        made.close()


class Storm:
    """Kills and cuts, and sees that all comes back and nothing is left."""

    def __init__(self, programs: Programs, ears: dict[str, OscEar], seed: int) -> None:
        self.programs, self.ears = programs, ears
        self.chance = random.Random(seed)
        self.returns: list[tuple[str, float]] = []

    def act(self) -> None:
        what = self.chance.choice(["kill left", "kill right", "cut", "cut", "blink"])
        before = time.monotonic()
        if what.startswith("kill"):
            name = what.removeprefix("kill ")
            self.programs.kill(name)
            time.sleep(self.chance.uniform(0.0, 1.5))
            if name in self.ears:  # nobody can end what the output of a killed program began
                self.ears[name].sounding.clear()
            begun = time.monotonic()
            self.programs.join(name)
        else:
            pair = self.chance.choice([("home", "left"), ("home", "right"), ("left", "right")])
            what = f"{what} {pair[0]} {pair[1]}"
            self.programs.stage.between(*pair, cut=True)
            time.sleep(self.chance.uniform(1.2, 3.0) if "cut" in what else 0.3)
            self.programs.stage.between(*pair, cut=False)
            begun = time.monotonic()
        took = max(
            *(
                wait_for(self.ears["home"], each, begun, START)
                for each in ("/notes/left", "/reach")
            ),
            *(
                wait_for(self.ears["left"], each, begun, START)
                for each in ("/notes/home", "/reach")
            ),
        )
        self.returns.append((what, took))
        assert self.programs.gone() == [], what
        stuck = [ear.stuck(1.5) for ear in self.ears.values()]
        assert stuck == [[], []], (what, time.monotonic() - before)


def test_what_is_killed_or_cut_comes_back(stage: Namespaces, tmp_path: Path) -> None:
    stage.everywhere(delay=0.001)
    programs = Programs(stage, tmp_path, PATCH)
    ears = {name: OscEar(stage, name) for name in ("home", "left")}
    storm = Storm(programs, ears, seed=21)
    try:
        for name in ("left", "right"):
            programs.join(name)
        programs.play("--stats", "stats.json")
        began = time.monotonic()
        wait_for(ears["home"], "/reach", began, START)
        wait_for(ears["left"], "/notes/home", began, START)
        end = time.monotonic() + 60 * MINUTES
        storm.act()
        while time.monotonic() < end:
            storm.act()
    finally:
        status = programs.end()
        for ear in ears.values():
            ear.close()
        print(*(programs.log(name) for name in ("home", "left", "right")), sep="\n---\n")
    print(sorted(storm.returns, key=lambda each: each[1])[-10:], len(storm.returns))
    assert set(status.values()) == {0}
    assert all(not ear.sounding for ear in ears.values())
    late = [each for each in storm.returns if each[1] > RETURN]
    assert not NIGHT or not late
