"""What is read of a recording to learn from, and what is said of one that teaches nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import SensoriumError
from engine.recording.reader import RecordingError
from engine.training.errors import TrainingError
from engine.training.pairs import read_pairs

from .recordings import DANCE, recorded

WAVE = """
title = "Wave"
[wave]
use = "lfo"
[out]
use = "osc_out"
to = "127.0.0.1:9"
send = { "/wave" = "wave" }
"""
SOUND = """
title = "Sound"
[mic]
use = "stand_in"
[level]
use = "loudness"
from = "mic.sound"
[out]
use = "osc_out"
to = "127.0.0.1:9"
send = { "/level" = "level" }
"""


def test_pairs_are_of_the_same_moment_and_of_one_size(dance: Path) -> None:
    pairs = read_pairs(dance, 64)
    assert pairs.pictures.shape == pairs.skeletons.shape
    assert pairs.pictures.shape[1:] == (64, 64, 3)
    assert len(pairs.pictures) == pytest.approx(270, abs=5)
    assert (pairs.frame, pairs.pose, pairs.cut_off) == ("cam.frame", "cam.joints", False)
    # A skeleton lies on the body: there the picture is not what it is on the mean.
    mean = pairs.pictures.mean(axis=0)
    other = np.abs(pairs.pictures - mean).mean(axis=3)
    body = pairs.skeletons.any(axis=3)
    assert other[body].mean() > 3 * other[~body].mean()


def test_boxes_are_named_with_and_without_their_outlet(dance: Path) -> None:
    for frame, pose in (("cam", "cam"), ("cam.frame", "cam.joints")):
        assert len(read_pairs(dance, 64, frame, pose).pictures) > 200


@pytest.mark.parametrize(
    ("frame", "pose", "words"),
    [
        ("cem", "", '"cem" gave no pictures. Did you mean "cam'),
        ("", "kam", '"kam" gave no poses. Did you mean "cam'),
        ("zebra", "", '"zebra" gave no pictures. There is: cam.frame'),
    ],
)
def test_a_box_that_gave_nothing_is_told_with_those_that_did(
    frame: str, pose: str, words: str, dance: Path
) -> None:
    with pytest.raises(TrainingError) as caught:
        read_pairs(dance, 64, frame, pose)
    assert str(caught.value).startswith(f"{dance}: {words}")


@pytest.mark.parametrize(
    ("patch", "seconds", "pixels", "words"),
    [
        (DANCE, 1, False, "holds only the sizes of pictures"),
        (f"privacy = true\n{DANCE}", 1, True, "holds only the sizes of pictures"),
        (WAVE, 1, True, "holds no pictures"),
        (SOUND, 1, True, "holds no pose"),
        (DANCE, 4, True, "pictures with a pose over 4 s, and 20 s with 100 is the least"),
    ],
)
def test_a_recording_that_teaches_nothing_is_told_why(
    patch: str, seconds: float, pixels: bool, words: str, tmp_path: Path
) -> None:
    file = recorded(tmp_path, patch, seconds=seconds, pixels=pixels)
    with pytest.raises(TrainingError) as caught:
        read_pairs(file, 64)
    assert str(caught.value).startswith(f"{file}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "no MCAP file"), (b"title = 1", "no MCAP file"), (None, "not there")],
)
def test_what_is_no_recording_is_told(content: bytes | None, words: str, tmp_path: Path) -> None:
    file = tmp_path / "x.mcap"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RecordingError, match=words):
        read_pairs(file, 64)


def test_a_recording_that_was_cut_off_teaches_what_is_left(dance: Path, tmp_path: Path) -> None:
    file = tmp_path / "cut.mcap"
    file.write_bytes(dance.read_bytes()[:-3_000])
    pairs = read_pairs(file, 64)
    assert pairs.cut_off
    assert len(pairs.pictures) > 200


def test_a_damaged_recording_is_refused_or_read_to_there(dance: Path, tmp_path: Path) -> None:
    data = bytearray(dance.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = bytes(2000)
    file = tmp_path / "damaged.mcap"
    file.write_bytes(data)
    with pytest.raises(SensoriumError, match="damaged"):
        read_pairs(file, 64)
