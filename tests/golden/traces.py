"""Plays the shipped patches on the stand-in's true joints, and keeps what they send as text.

    uv run python -m tests.golden.traces        writes all traces anew: then read the difference

``boxes/NAME.toml`` is a small patch for one box, played for ``BOX_SECONDS``; its trace lies beside.

Why true joints: a network's answers differ in the last digits from one processor to another, and
this is about everything behind it. What numpy computes differs too, a little: so numbers are
compared with a tolerance, and everything else to the letter.
"""

from __future__ import annotations

import re
from pathlib import Path

from engine.core.files import installed_folder
from engine.testing import play

FOLDER = Path(__file__).parent
PATCHES = ("first_light", "body_to_osc")
STAND_IN = """[camera]
use = "stand_in"
script = "enter_leave"
seed = 7
fps = 3
width = 128
height = 72
"""
SECONDS = 8.0
BOXES = tuple(f"boxes/{file.stem}" for file in sorted((FOLDER / "boxes").glob("*.toml")))
BOX_SECONDS = 3.0
NETWORKS = re.compile(r"\[(pose|voice|level|melody|mic|painting)\]")
HEARD = re.compile(r'^.* = "(voice|level|melody)".*\n', re.MULTILINE)
"""Whatever follows from a voice; what that is heard as has tests of its own."""


def on_true_joints(patch: str) -> str:
    """Put the stand-in in place of the camera, its joints in that of the network; hear nothing."""
    tables = re.split(r"^(?=\[)", patch, flags=re.MULTILINE)
    kept = [STAND_IN if t.startswith("[camera]") else t for t in tables if not NETWORKS.match(t)]
    seen = re.sub(r'"pose(?=["\.])', '"camera.joints', "".join(kept))
    return HEARD.sub("", seen)


def trace(name: str) -> str:
    """Play one patch; gives a line for everything it sent."""
    if name in BOXES:
        return str(play(FOLDER / f"{name}.toml", seconds=BOX_SECONDS))
    patch = (installed_folder("patches") / f"{name}.toml").read_text("utf-8")
    return str(play(on_true_joints(patch), seconds=SECONDS))


if __name__ == "__main__":
    for name in (*PATCHES, *BOXES):
        (FOLDER / f"{name}.txt").write_text(trace(name), "utf-8")
