"""Plays a video file through the pose network as Sensorium does, and says what it measured.

It is a process of its own, so that what it takes of the machine is its own.

Run: python -m engine.lab.bench.rig.player VIDEO PORT SECONDS WARM
"""

from __future__ import annotations

import asyncio
import json
import sys

from engine.lab.bench.rig.stretch import plan_of, play

PATCH = """
[camera]
use  = "video_file"
file = '{video}'
loop = true

[pose]
use  = "pose"
from = "camera"

[out]
use = "osc_out"
to  = "127.0.0.1:{port}"

[out.send]
"/p{{slot}}" = {{ from = "pose", layout = "named" }}
"""


def main() -> None:
    """Play, and print percentiles of everything after the first WARM seconds, and the CPU."""
    video, port, seconds, warm = sys.argv[1:]
    plan = plan_of(PATCH.format(video=video, port=port))
    (_, measured), _ = asyncio.run(play(plan, [float(warm), float(seconds)]))
    samples = ("behind", "jitter", "ours", "network")
    numbers = {name: getattr(measured, name).summary() for name in samples}
    print(json.dumps({**numbers, "cpu": measured.cpu, "seconds": measured.seconds}))


if __name__ == "__main__":
    main()
