"""How late three cameras on three machines are, beside the same show on one; for the night."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.lab.namespaces import Namespaces, why_not

from .programs import OscEar, Programs, wait_for

pytestmark = pytest.mark.skipif(not os.environ.get("SENSORIUM_NIGHT"), reason="played by .ci/night")
# Few pictures, and each camera at a rate of its own: else three machines on two cores would wait
# for each other's processor, and that would be compared.
PATCH = (
    """
title = "three eyes"
[machines]
left = "{left}"
right = "{right}"
"""
    + "".join(
        f"""
[{name}_eye]
use = "stand_in"
sings = false
fps = {fps}
machine = "{machine}"
[{name}_pose]
use = "pose"
from = "{name}_eye.frame"
machine = "{machine}"
""".replace(
            # Poses on two of them: the third camera gives its true joints.
            '[home_pose]\nuse = "pose"\nfrom = "home_eye.frame"',
            '[home_pose]\nuse = "smooth"\nfrom = "home_eye.joints.count"',
        )
        for name, machine, fps in (("home", "home", 3), ("left", "left", 5), ("right", "right", 4))
    )
    + """
[metro]
use = "every"
time = "60 ms"
machine = "left"
[beat]
use = "note"
from = "metro"
length = "30 ms"
machine = "left"
[out]
use = "osc_out"
to = "127.0.0.1:10000"
[out.send]
"/left" = "left_pose"
"/right" = "right_pose"
"/home" = "home_pose"
"/notes/left" = "beat"
"""
)
SECONDS = "20"


@pytest.fixture
def network() -> Iterator[Namespaces]:
    if why := why_not():
        pytest.skip(why)
    made = Namespaces("home", "left", "right")
    try:
        yield made
    finally:
        made.close()


def played(network: Namespaces, folder: Path, *options: str) -> tuple[dict[str, Any], OscEar]:
    """Play the show for a while; return its statistics, and what heard it."""
    folder.mkdir()
    programs = Programs(network, folder, PATCH)
    ear = OscEar(network, "home")
    try:
        for name in () if "--here" in options else ("left", "right"):
            programs.join(name)
        programs.play("--for", SECONDS, "--stats", "stats.json", *options)
        wait_for(ear, "/notes/left", 0.0, 120.0)
        programs.running["home"].wait(120)
    finally:
        status = programs.end()
        ear.close()
    assert set(status.values()) == {0}, [programs.log(name) for name in status]
    return programs.stats("stats.json"), ear


def late(stats: dict[str, Any], route: str) -> float:
    return float(stats["routes"][f"out/{route}"]["behind_ms"]["p50"])


def test_three_machines_are_no_later_than_one(network: Namespaces, tmp_path: Path) -> None:
    network.everywhere(delay=0.001)
    three, _ = played(network, tmp_path / "three")
    one, _ = played(network, tmp_path / "one", "--here")
    for route in ("left", "right"):
        print(f"/{route}: {late(three, route):.1f} ms on three, {late(one, route):.1f} on one")
        assert late(three, route) <= late(one, route) + 3.0


def test_a_bad_network_loses_no_note(network: Namespaces, tmp_path: Path) -> None:
    network.everywhere(delay=0.001, jitter=0.02, loss=0.02)
    stats, ear = played(network, tmp_path / "bad")
    print(stats["sources"], ear.counts)
    assert not ear.sounding and ear.counts["/notes/left"] > 100
    for name in ("left", "right"):
        assert sum(n for at, n in ear.counts.items() if at.startswith(f"/{name}/")) > 30
