"""NDI for real, output to source, in a network of its own; only where the extra is installed.

Its library is not free software, so no machine of ours installs it by itself: ``uv sync --extra
ndi``, then ``uv run pytest tests/sinks/test_ndi.py``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.limits import LIMIT

pytest.importorskip("cyndilib")
pytestmark = pytest.mark.skipif(not shutil.which("unshare"), reason="no networks of its own here")

TALK = """
import json, threading, time
import numpy as np
from engine.core.context import Context
from engine.core.messages import Frame
from engine.sinks.ndi import Ndi
from engine.sources.ndi_in import NdiIn

sink, source = Ndi(name="Sensorium test"), NdiIn(name="sensorium")
sink.report_to(print)
sink.open(Context("out"))
sink.send("in", Frame(np.zeros((180, 320, 3), np.uint8)), 0)
seen, came = [], threading.Condition()

def heard(outlet, message, at, cost=0):
    with came:
        seen.append(message.image if isinstance(message, Frame) else message)
        came.notify()

source.open(heard)
found = []
sizes = ((180, 320), (90, 160), (35, 51))
for size, shade in zip(sizes, ((10, 100, 200), (200, 20, 60), (9, 9, 9))):
    def fits():
        newest = seen[-1] if seen else None
        same = getattr(newest, "shape", ()) == (180, 320, 3)  # that of the first picture
        return same and abs(int(newest[90, 160, 0]) - shade[0]) < 20
    deadline = time.monotonic() + 60
    with came:
        while not fits() and time.monotonic() < deadline:
            sink.send("in", Frame(np.full((*size, 3), shade, np.uint8)), 0)
            came.wait(0.05)
        found.append(bool(fits()))
source.close()
sink.close()
print("FOUND", json.dumps(found))
"""


def test_what_is_sent_is_received(tmp_path: Path) -> None:
    (tmp_path / "ndi-config.v1.json").write_text(
        json.dumps({"ndi": {"networks": {"ips": "127.0.0.1", "discovery": ""}}})
    )
    (tmp_path / "talk.py").write_text(TALK)
    inside = f"ip link set lo up; {sys.executable} {tmp_path / 'talk.py'}"
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", inside],
        env={**os.environ, "NDI_CONFIG_DIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert "FOUND [true, true, true]" in done.stdout, done.stdout + done.stderr
