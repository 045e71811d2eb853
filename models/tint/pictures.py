"""The pictures that ``tint`` has learned from, and those that were held out: CC0, CC BY, or free.

DATA is a folder with four others in it, each an unpacked package as it is published:

- ``lomiri``: Debian lomiri-wallpapers-16.04 20.04.0-2, its ``/usr/share/backgrounds``
- ``skimage``: PyPI scikit-image 0.26.0, its ``skimage/data``; ``sklearn``: PyPI scikit-learn 1.9.1,
  its ``sklearn/datasets/images``
- ``hdri``: npm @pmndrs/assets 1.7.0, its ``hdri``: panoramas of Poly Haven, 512x256, half floats

``NOTICE.tint`` names the author and the licence of each.
"""

from __future__ import annotations

import base64
import re
import tempfile
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), blue-green-red."""

PHOTOGRAPHS = (
    "lomiri/aitzgorri_by_Aitzol_Berasategi.jpg",
    "lomiri/life_by_Aitzol_Berasategi.jpg",
    "lomiri/sunset_by_Aitzol_Berasategi.jpg",
    "lomiri/Picture_0B_by_freespace.jpg",
    "lomiri/Picture_1A_by_freespace.jpg",
    "lomiri/seeding_by_Clements_Engelhardt.jpg",
    "lomiri/umang_by_Abhishek_Mudgal.jpg",
    "lomiri/Wine_by_Jakkub_Mede.jpg",
    "skimage/astronaut.png",
    "skimage/chelsea.png",
    "skimage/rocket.jpg",
    "skimage/hubble_deep_field.jpg",
    "sklearn/flower.jpg",
)
HELD_OUT = (
    "lomiri/picosdeeuropa_by_Aitzol_Berasategi.jpg",
    "lomiri/friends_by_Aitzol_Berasategi.jpg",
    "skimage/coffee.png",
    "sklearn/china.jpg",
)
PANORAMAS = (
    *("apartment", "bridge", "city", "dawn", "esplanade", "forest", "hall", "lab", "night", "sky"),
    *("studio", "sunrise", "sunset", "warehouse", "workshop"),
)
PANORAMAS_HELD_OUT = ("lobby", "park", "venice")
LONGER = 480


def photographs(folder: Path, names: tuple[str, ...]) -> list[Picture]:
    """Return photographs, their longer side 480 pixels."""
    found = []
    for name in names:
        picture = cv2.imread(str(folder / name))
        scale = LONGER / max(picture.shape)
        found.append(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    return found


def views(folder: Path, names: tuple[str, ...], each: int, side: int) -> list[Picture]:
    """Return views into panoramas, ``each`` of every one of them: squares, turned all around."""
    rng = np.random.default_rng(1)
    found = []
    for name in names:
        light = panorama(folder / "hdri" / f"{name}.exr.js")
        light *= 0.25 / np.median(light.mean(axis=2))
        for turn in range(each):
            yaw = 2 * np.pi * (turn + rng.random()) / each
            pitch, angle = np.deg2rad(rng.uniform(-25, 25)), np.deg2rad(rng.uniform(60, 105))
            seen = np.clip(view(light, yaw, pitch, angle, side) * 2 ** rng.uniform(-1, 1), 0, 1)
            found.append(np.round(255 * seen ** (1 / 2.2)).astype(np.uint8))
    return found


def panorama(file: Path) -> NDArray[np.float32]:
    """Return the light of a panorama: float32, blue-green-red."""
    (text,) = re.findall(r"base64,([A-Za-z0-9+/=]+)", file.read_text())
    with tempfile.NamedTemporaryFile(suffix=".exr") as scratch:
        scratch.write(base64.b64decode(text))
        scratch.flush()
        with OpenEXR.File(scratch.name) as opened:
            return np.array(opened.channels()["RGB"].pixels, np.float32)[:, :, 2::-1].copy()


def view(
    light: NDArray[np.float32], yaw: float, pitch: float, angle: float, side: int
) -> NDArray[np.float32]:
    """Return what a camera in the middle of a panorama sees, ``angle`` wide."""
    height, width = light.shape[:2]
    reach = np.tan(angle / 2) * (2 * (np.arange(side, dtype=np.float32) + 0.5) / side - 1)
    x, y = np.meshgrid(reach, -reach)
    up = y * np.cos(pitch) + np.sin(pitch)
    ahead = np.cos(pitch) - y * np.sin(pitch)
    across = (yaw + np.arctan2(x, ahead)) / (2 * np.pi) % 1 * width
    down = (0.5 - np.arctan2(up, np.hypot(x, ahead)) / np.pi) * height
    maps = across.astype(np.float32), down.astype(np.float32)
    return cv2.remap(light, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
