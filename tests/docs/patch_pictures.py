"""Make ``docs/pictures/NAME.jpg`` of shipped patches, as the stand-in plays them.

``uv run python -m tests.docs.patch_pictures [NAME ...]``

What is taken is the last picture of one box. No test compares them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2

from engine.testing import play
from tests.runtime.shipped import by_stand_in

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH = 640
LARGEST = 60_000
"""Bytes of a picture."""


@dataclass(frozen=True)
class Taken:
    """Which picture of a patch is taken: of which box, after how many seconds, what is set."""

    box: str
    seconds: float
    sets: tuple[str, ...] = ()


STAGE = ("camera.ground=cluttered", "camera.fps=5", "camera.width=1280", "camera.height=720")
PICTURES = {
    "painted_room": Taken("style", 2.9, (*STAGE, "style.size=640", "style.strength=1")),
    "cut_out": Taken("cut", 5.9, (*STAGE, "hue.phase=0.85")),
}


def take(name: str, taken: Taken) -> None:
    """Play a patch and store its picture."""
    text = by_stand_in(name) + f'\n[taken]\nuse = "collector"\nfrom = "{taken.box}"\n'
    played = play(text, seconds=taken.seconds, sets=taken.sets)
    image = played.box("taken").of("in")[-1].image
    height = round(image.shape[0] * WIDTH / image.shape[1])
    small = cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA)
    for quality in range(90, 20, -5):
        _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(data) <= LARGEST:
            break
    (FOLDER / f"{name}.jpg").write_bytes(data.tobytes())


def main() -> None:
    """Make the pictures that are named, or all."""
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or PICTURES:
        take(name, PICTURES[name])


if __name__ == "__main__":
    main()
