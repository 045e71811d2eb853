"""Plays a show with one person in it, from a picture to OSC, and says what it takes of a core.

The picture is a file that is decoded once, so that nothing is decoded while it plays: what a camera
costs is not in it. It is a process of its own, so that what it takes of the machine is its own.

Run: python -m engine.lab.bench.rig.one_person PICTURE MODEL PORT SECONDS
"""

from __future__ import annotations

import asyncio
import json
import sys

from engine.lab.bench.rig.stretch import plan_of, play

PATCH = """
[camera]
use  = "picture_file"
file = '{picture}'
fps  = 30

[pose]
use   = "pose"
from  = "camera"
model = "{model}"

[calm]
use  = "smooth"
from = "pose"

[out]
use = "osc_out"
to  = "127.0.0.1:{port}"

[out.send]
"/p{{slot}}" = {{ from = "calm", layout = "named" }}
"""
_WARM = 1.0


def main() -> None:
    """Play, and print the processor's time, the seconds and the pictures."""
    picture, model, port, seconds = sys.argv[1:]
    plan = plan_of(PATCH.format(picture=picture, model=model, port=port))
    (_, measured), _ = asyncio.run(play(plan, [_WARM, float(seconds)]))
    print(json.dumps({"cpu": measured.cpu, "seconds": measured.seconds, **measured.runs}))


if __name__ == "__main__":
    main()
