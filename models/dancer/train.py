"""Train ``model.onnx`` again, on the drawn dancer, as a performer trains theirs.

``uv run models/dancer/train.py FOLDER``

The stand-in dances for two and a half minutes in virtual time, seen by the pose network; of that
``sensorium train picture`` makes the network, its vector and its preview in FOLDER.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

PATCH = """
title = "Dancer"
[camera]
use = "stand_in"
width = 384
height = 216
[pose]
use = "pose"
from = "camera"
"""
SECONDS = 150
STEPS = 600


def main(folder: Path) -> None:
    """Record, and train."""
    with tempfile.TemporaryDirectory() as scratch:
        patch, recording = Path(scratch, "dancer.toml"), Path(scratch, "dancer.mcap")
        patch.write_text(PATCH)
        record = ["play", patch, "--offline", "--for", SECONDS, "--record", recording, "--pixels"]
        train = ["train", "picture", recording, folder, "--steps", STEPS]
        for words in (record, train):
            subprocess.run(["sensorium", *map(str, words)], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
