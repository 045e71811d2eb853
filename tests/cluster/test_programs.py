"""Whole programs on three machines: what is killed or cut comes back, and leaves no note."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from engine.lab.namespaces import Namespaces

from .programs import PATIENCE, OscEar, Programs
from .waiting import until

MINUTES = float(
    os.environ.get("SENSORIUM_MINUTES", "10" if "SENSORIUM_NIGHT" in os.environ else "0")
)
PATCH = """
title = "three"
[machines]
left = "{left}"
right = "{right}"

[left_metro]
use = "every"
time = "40 ms"
machine = "left"
[left_count]
use = "counter"
from = "left_metro"
max = 127
machine = "left"
[left_note]
use = "note"
from = "left_metro"
note = {{ from = "left_count" }}
length = "25 ms"
machine = "left"

[home_metro]
use = "every"
time = "40 ms"
[home_count]
use = "counter"
from = "home_metro"
max = 127
[home_note]
use = "note"
from = "home_metro"
note = {{ from = "home_count" }}
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
HEARD = {"home": ("/notes/left", "/reach"), "left": ("/notes/home", "/reach")}
FAULTS = ("kill home", "kill left", "kill right", "cut", "cut", "cut", "cut")


class Storm:
    """Kills and cuts, and sees that all comes back and nothing is left.

    How long something is away is counted in what is heard meanwhile of the others, some 30 a
    second, from none to what takes about three seconds: long enough to be noticed, or not.
    """

    def __init__(self, programs: Programs, ears: dict[str, OscEar], seed: int) -> None:
        self.programs, self.ears = programs, ears
        self.chance = random.Random(seed)
        self.returns: dict[str, list[float]] = {"kill": [], "cut": []}
        self.recordings: list[str] = []

    def play(self) -> None:
        """Begin to play at home, and to record."""
        self.recordings.append(f"{len(self.recordings)}.mcap")
        self.programs.play("--record", self.recordings[-1])

    def act(self) -> None:
        """Kill or cut something, and wait until all is back and no note of before is left."""
        what = self.chance.choice(FAULTS)
        begun = self._kill(what.removeprefix("kill ")) if what != "cut" else self._cut()
        self.all_is_heard(since=begun)
        self.returns[what[:4].strip()].append(time.monotonic() - begun)
        assert self.programs.gone() == [], what
        for ear in self.ears.values():
            ear.all_end()
            assert ear.doubled == [], what

    def all_is_heard(self, since: float) -> None:
        """Wait until all has come that the programs send."""
        for name, addresses in HEARD.items():
            for address in addresses:
                self.ears[name].hears(address, since)

    def _kill(self, name: str) -> float:
        gone = self.programs.log("left").count("home is gone")
        self.programs.kill(name)
        if name in self.ears:
            self.ears[name].forget()
        if name != "home":
            self._wait(name, "home")
        elif self.chance.random() < 0.5:
            until(lambda: self.programs.log("left").count("home is gone") > gone, PATIENCE)
        begun = time.monotonic()
        self.play() if name == "home" else self.programs.join(name)
        return begun

    def _cut(self) -> float:
        pair = self.chance.choice([("home", "left"), ("home", "right"), ("left", "right")])
        self.programs.stage.between(*pair, cut=True)
        self._wait(*pair)
        self.programs.stage.between(*pair, cut=False)
        return time.monotonic()

    def _wait(self, *away: str) -> None:
        """Wait for some of what home still hears: of the right machine, else of the left one."""
        still = "/notes/left" if set(away) == {"right", "home"} else "/reach"
        self.ears["home"].more(still, self.chance.randrange(90))


def test_what_is_killed_or_cut_comes_back(stage: Namespaces, tmp_path: Path) -> None:
    programs = Programs(stage, tmp_path, PATCH)
    ears = {name: OscEar(stage, name) for name in HEARD}
    storm = Storm(programs, ears, seed=21)
    try:
        for name in ("left", "right"):
            programs.join(name)
        storm.play()
        storm.all_is_heard(since=0.0)
        end = time.monotonic() + 60 * MINUTES
        storm.act()
        while time.monotonic() < end:
            storm.act()
    finally:
        status = programs.end()
        for ear in ears.values():
            ear.close()
        print(*(programs.log(name) for name in ("home", "left", "right")), sep="\n---\n")
    assert set(status.values()) == {0}
    assert all(not ear.sounding and not ear.doubled for ear in ears.values())
    print_returns(storm.returns)
    assert [said for each in storm.recordings if (said := programs.replay(each))] == []


def print_returns(returns: dict[str, list[float]]) -> None:
    """Print how soon all was back, beside how busy this machine was: no test hangs on that."""
    for what, times in returns.items():
        if times:
            taken = sorted(times)
            p50, p99 = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
            print(f"{what}: {len(taken)} times, back after {p50:.2f} s (p50), {p99:.2f} s (p99)")
    print("load of this machine: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))
