"""docs/pictures.md: each patch is good, plays, and gives pictures that differ from the camera's."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.core.describe import describe_box
from engine.core.messages import Frame
from engine.registry import Registry
from engine.runtime.opening import check_patch
from engine.testing import Played, play
from tests.docs.picture_book import LINES, PATCHES, watched


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    fourcc = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(folder / "film.mp4"), fourcc, 25, (64, 36))
    for number in range(50):
        writer.write(np.full((36, 64, 3), 5 * number, np.uint8))
    writer.release()
    for title, patch in PATCHES.items():
        (folder / f"{title}.toml").write_text(patch, encoding="utf-8")
    return folder


def played(title: str, folder: Path, seconds: float = 1.2) -> tuple[Played, list[Frame]]:
    """Play a patch offline, and return it with the pictures of its last box."""
    text = PATCHES[title]
    if "midi_in" in text:
        text = re.sub(r'\[desk\]\nuse  = "midi_in"\nport = "auto"', '[desk]\nuse = "midi_in"', text)
    file = folder / "played.toml"
    file.write_text(watched(text))
    sets = ["camera.fps=10"] if '[camera]\nuse = "camera"' in text else []
    show = play(file, seconds=seconds, sets=["camera.use=stand_in", "camera.sings=false", *sets])
    return show, show.box("seen").of("in")


@pytest.mark.parametrize("title", PATCHES)
def test_it_is_a_good_patch_of_its_name_without_a_warning(title: str, folder: Path) -> None:
    plan = check_patch(folder / f"{title}.toml")
    assert plan.title == title
    assert plan.warnings == ()


@pytest.mark.parametrize("title", PATCHES)
def test_it_plays_and_gives_pictures(title: str, folder: Path) -> None:
    show, frames = played(title, folder)
    assert show.errors == []
    assert len(frames) >= 10
    last = frames[-1].image
    assert last.dtype == np.uint8 and last.std() > (0 if "film" in title else 5)


def test_every_box_of_the_page_has_its_line_and_a_patch() -> None:
    registry = Registry()
    everything = "\n".join(PATCHES.values())
    names = {name for line in LINES for name in re.findall(r"`(\w+)`", line)}
    assert names >= {
        *("mix", "grade", "feedback", "draw_pose", "draw_text", "draw_wave"),
        *("still", "crop", "resize", "video_file"),
    }
    assert all(describe_box(name, registry.find(name)) for name in names)
    assert {name for name in names if not re.search(rf'use += "{name}"', everything)} == set()
