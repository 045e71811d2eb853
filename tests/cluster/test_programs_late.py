"""How late three cameras on three machines are, beside the same values there; for the night.

Three machines on the two cores of one wait for each other's processor, as three machines never do.
So it is the same value that is compared, in the same show: as it leaves where it was made, as it
leaves there by plain OSC over the same network, and as it leaves at home. The kernel says when.
"""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from engine.lab.namespaces import Namespaces

from .programs import OscEar, Programs

pytestmark = pytest.mark.skipif(not os.environ.get("SENSORIUM_NIGHT"), reason="played by .ci/night")
PATCH = """
title = "three eyes"
[machines]
left = "{left}"
right = "{right}"
[home_eye]
use = "stand_in"
sings = false
fps = 5
[metro]
use = "every"
time = "60 ms"
machine = "left"
[count]
use = "counter"
from = "metro"
max = 127
machine = "left"
[beat]
use = "note"
from = "metro"
note = {{ from = "count" }}
length = "30 ms"
machine = "left"
[out]
use = "osc_out"
to = "127.0.0.1:10000"
[out.send]
"/left" = "left_pose"
"/right" = "right_pose"
"/home" = "home_eye.joints.count"
"/notes/left" = "beat"
"""
# Poses on two of them: the third camera gives its true joints.
PATCH += "".join(
    f"""
[{name}_eye]
use = "stand_in"
sings = false
fps = 5
machine = "{name}"
[{name}_pose]
use = "pose"
from = "{name}_eye.frame"
machine = "{name}"
[{name}_near]
use = "osc_out"
to = "127.0.0.1:10000"
machine = "{name}"
send = {{{{ "/{name}" = "{name}_pose" }}}}
[{name}_plain]
use = "osc_out"
to = "{{home}}:10000"
machine = "{name}"
send = {{{{ "/plain/{name}" = "{name}_pose" }}}}
"""
    for name in ("left", "right")
)
EYES = ("left", "right")
VALUES = 40
NOTES = 200
TURNS = 2


class Heard:
    """What was heard of one show until there was enough of it, and its statistics.

    With ``here`` all of it plays at home.
    """

    def __init__(self, stage: Namespaces, folder: Path, *, here: bool = False) -> None:
        folder.mkdir()
        programs = Programs(stage, folder, PATCH)
        self.ears = {name: OscEar(stage, name) for name in stage.address}
        for ear in self.ears.values():
            ear.came = {}
        try:
            for name in () if here else EYES:
                programs.join(name)
            here_too = ("--here",) if here else ()
            programs.play("--stats", "stats.json", *here_too)
            home = self.ears["home"]
            for name in EYES:
                home.until(lambda of=name: len(self.came("home", f"/{of}")) >= VALUES, name)
            home.until(lambda: len(home.notes) >= NOTES, "notes")
        finally:
            status = programs.end()
            for ear in self.ears.values():
                ear.close()
        assert set(status.values()) == {0}, [programs.log(name) for name in status]
        self.stats = programs.stats()

    def behind(self, name: str) -> float:
        """Return how late poses leave at home, in ms at p50."""
        return float(self.stats["routes"][f"out/{name}"]["behind_ms"]["p50"])

    def came(self, at: str, address: str) -> dict[object, float]:
        """Return when each message below an address came to a machine, without that address."""
        came = self.ears[at].came
        assert came is not None
        return {
            (of.removeprefix(address), args): when
            for (of, args), when in came.items()
            if of.startswith(f"{address}/")
        }


def later(one: dict[object, float], other: dict[object, float]) -> list[float]:
    """Return how much later all came the other way that came both ways, in ms."""
    return sorted(1000 * (other[each] - one[each]) for each in one.keys() & other.keys())


def test_poses_elsewhere_leave_at_home_as_they_leave_there(
    stage: Namespaces, tmp_path: Path
) -> None:
    for turn in range(TURNS):
        three = Heard(stage, tmp_path / f"three {turn}")
        one = Heard(stage, tmp_path / f"one {turn}", here=True)
        for name in EYES:
            near = three.came(name, f"/{name}")
            plain = later(near, three.came("home", f"/plain/{name}"))
            room = later(near, three.came("home", f"/{name}"))
            print(
                f"{name}: {three.behind(name):.1f} ms behind on three machines,"
                f" {one.behind(name):.1f} on one; later at home than there, of {len(room)} values:"
                f" {median(room):.2f} ms, p90 {room[len(room) * 9 // 10]:.2f};"
                f" by plain OSC {median(plain):.2f} ms"
            )
            home = three.came("home", f"/{name}")
            both = sorted(near.keys() & home.keys(), key=near.__getitem__)
            assert home.keys() <= near.keys()
            assert all(home[a] <= home[b] for a, b in pairwise(both))


def test_a_bad_network_loses_no_note(stage: Namespaces, tmp_path: Path) -> None:
    stage.everywhere(delay=0.001, jitter=0.02, loss=0.02)
    heard = Heard(stage, tmp_path / "bad")
    home = heard.ears["home"]
    print(heard.stats["sources"], len(home.notes))
    assert not home.sounding and not home.doubled
    begun, ended = ([args[0] for _, args in home.notes if bool(args[1]) is on] for on in (1, 0))
    assert begun == ended
    assert all((after - before) % 127 == 1 for before, after in pairwise(begun)), begun
