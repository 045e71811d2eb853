"""A show of ours, its program for Link, and SuperCollider's LinkClock keep one beat.

The program is the one that docs/link.md shows, run by the interpreter that SENSORIUM_LINK_PYTHON
names: of an environment with aalink in it, which is under the GPL and so is none of ours.
``.ci/night`` makes one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import need

ROOT = Path(__file__).parents[2]
PATCH = """
[link]
use = "link"
[grid]
use = "tempo"
beat = { from = "link.beat" }
[out]
use = "osc_out"
to = "127.0.0.1:10000"
[out.send]
"/ours/bpm" = "link.tempo"
"/ours/peers" = "link.peers"
"/ours/beat" = "link.beat.beat"
"/ours/grid" = { when = "grid.beat" }
"/ours/tempo" = "grid.bpm"
"""
PYTHON = os.environ.get("SENSORIUM_LINK_PYTHON", "")
LIMIT = 300

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="networks of one's own are Linux's"),
    pytest.mark.skipif(not PYTHON, reason="SENSORIUM_LINK_PYTHON names no Python with aalink"),
]


def test_supercollider_and_a_show_keep_one_beat(tmp_path):
    """Each sets the tempo once and the other follows; how near the beats are is printed."""
    need("unshare", "util-linux")
    need("sclang", "supercollider-language")
    need("ip", "iproute2")
    text = (ROOT / "docs" / "link.md").read_text(encoding="utf-8")
    shown = text.partition("```python\n")[2].partition("```")[0]
    program = tmp_path / "sensorium-link"
    program.write_text(f"#!{PYTHON}\n" + shown.partition("\n")[2], encoding="utf-8")
    program.chmod(0o755)
    patch = tmp_path / "link.toml"
    patch.write_text(PATCH, encoding="utf-8")
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, Path(__file__).with_name("link_session.py"), patch],
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    heard = json.loads(done.stdout)
    theirs = [(at, said[0]) for at, address, said in heard if address == "/sc/beat"]
    ours = [(at, said[0]) for at, address, said in heard if address == "/ours/beat"]
    grid = [at for at, address, _ in heard if address == "/ours/grid"]
    assert [said for _, address, said in heard if address == "/ours/peers"][-1] == [1]
    # of the beats at either tempo that was set, once it was set: the last ones
    places, off, off_grid = [], [], []
    for at, beat in theirs[-8:]:
        near, place = min(ours, key=lambda one: abs(one[0] - at))
        places.append(place - 1 == beat % 4)
        off.append(near - at)
        off_grid.append(min((one - at for one in grid), key=abs))
    print(f"ms after SuperCollider: {1e3 * statistics.median(off):.1f}, all {off}")
    print(f"ms of the grid: {1e3 * statistics.median(off_grid):.1f}, all {off_grid}")
    assert sum(places) >= 7
    # a quarter of a beat is 167 ms: by chance half of them would be so near
    assert abs(statistics.median(off)) < 0.08
    assert abs(statistics.median(off_grid)) < 0.08
