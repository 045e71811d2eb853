"""Photographs and sequences of pictures, in place of a camera."""

from __future__ import annotations

import itertools
import os

import cv2
import numpy as np
import pytest

from engine.core.commands import Notice
from engine.core.errors import DeviceError, PatchError
from engine.core.messages import Frame
from engine.runtime.offline import Offline
from engine.runtime.opening import open_patch
from engine.sources.camera import Camera
from engine.sources.picture_file import PictureFile
from engine.sources.video_file import VideoFile

MS = 1_000_000


class Heard(list):
    """What a source handed over beside its frames: the texts of notices."""

    def __call__(self, outlet, message, at, cost=0):
        assert isinstance(message, Notice)
        self.append(message.text)


def shade(path, level, size=(24, 32)):
    cv2.imwrite(str(path), np.full((*size, 3), level, np.uint8))
    return str(path)


def frames(folder, *levels):
    folder.mkdir()
    for number, level in enumerate(levels, 1):
        shade(folder / f"{number}.png", level)
    return folder


def pulled(box, most=None):
    """Pull what a box plays, without what it says of when the next picture is due."""
    return itertools.islice((event for event in box.events() if event[2] is not None), most)


def played(box, most=None):
    heard = Heard()
    box.open(heard)
    try:
        events = list(pulled(box, most))
    finally:
        box.close()
    return [(at / MS, int(frame.image[0, 0, 0])) for at, _, frame in events], heard


def test_a_photograph_stays_and_comes_again_and_again(tmp_path):
    box = PictureFile(file=shade(tmp_path / "a.png", 70))
    events, heard = played(box, 150)
    assert events == [(40 * n, 70) for n in range(150)]
    assert heard == []
    assert box.endless


def test_as_long_as_nothing_changes_it_is_the_very_same_frame(tmp_path):
    box = PictureFile(file=shade(tmp_path / "a.png", 70), fps=10)
    box.open(Heard())
    events = pulled(box)
    first, second = (next(events)[2] for _ in range(2))
    assert isinstance(first, Frame)
    assert first is second
    box.rotate, box.mirror = 90, True
    turned = next(events)[2]
    assert turned.image.shape == (32, 24, 3)
    assert turned.mirrored
    assert next(events)[2] is turned


def test_a_photograph_that_is_saved_anew_is_shown_once_it_rests(tmp_path):
    file = tmp_path / "a.png"
    box = PictureFile(file=shade(file, 70))
    heard = Heard()
    box.open(heard)
    levels = (int(event[2].image[0, 0, 0]) for event in pulled(box))
    assert next(levels) == 70
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])  # an editor that is not ready
    assert [next(levels) for _ in range(4)] == [70] * 4
    assert len(heard) == 1
    assert "is damaged" in heard[0]
    shade(file, 170)
    assert [next(levels) for _ in range(3)] == [70, 170, 170]
    file.unlink()
    assert next(levels) == 170
    shade(file, 10)
    assert [next(levels) for _ in range(3)][-1] == 10


def test_a_sequence_plays_to_its_end_with_gaps_and_a_broken_picture(tmp_path):
    folder = frames(tmp_path / "f", 10, 20, 30, 40, 50)
    (folder / "2.png").unlink()
    (folder / "4.png").write_bytes(b"no picture")
    for file in (folder, folder / "%d.png", folder / "*.png"):
        box = PictureFile(file=str(file), fps=10)
        events, heard = played(box)
        assert events == [(0, 10), (100, 30), (200, 50)]
        assert len(heard) == 1
        assert '4.png" is not a picture' in heard[0]
        assert not box.endless


def test_pictures_of_several_sizes_come_as_they_are(tmp_path):
    folder = frames(tmp_path / "f", 10)
    shade(folder / "2.png", 20, (48, 20))
    box = PictureFile(file=str(folder))
    box.open(Heard())
    assert [event[2].image.shape for event in pulled(box)] == [(24, 32, 3), (48, 20, 3)]


def test_looped_time_runs_on_and_new_pictures_are_seen(tmp_path):
    folder = frames(tmp_path / "f", 10, 20)
    box = PictureFile(file=str(folder), loop=True, fps=10)
    box.open(Heard())
    events = ((at / MS, int(frame.image[0, 0, 0])) for at, _, frame in pulled(box))
    assert [next(events) for _ in range(3)] == [(0, 10), (100, 20), (200, 10)]
    shade(folder / "10.png", 30)
    assert [next(events) for _ in range(4)] == [(300, 20), (400, 10), (500, 20), (600, 30)]
    assert box.endless


def test_a_looped_sequence_that_goes_away_is_an_error(tmp_path):
    folder = frames(tmp_path / "f", 10, 20)
    box = PictureFile(file=str(folder), loop=True)
    box.open(Heard())
    events = pulled(box)
    next(events)
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(DeviceError, match="no picture in the folder"):
        list(itertools.islice(events, 3))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a.png"], r'a\.png" is not a picture'),
        (["a.png", "b.png"], r'^none of 2 pictures can be read: ".*a\.png" is not a picture'),
        ([], "no picture in the folder"),
    ],
)
def test_where_nothing_can_be_read_it_does_not_open(tmp_path, names, words):
    folder = frames(tmp_path / "f")
    for name in names:
        (folder / name).write_bytes(b"to be or not to be")
    with pytest.raises(DeviceError, match=words):
        PictureFile(file=str(folder)).open(Heard())


def test_a_camera_and_a_video_file_give_way_to_it(tmp_path):
    still, folder = shade(tmp_path / "a.png", 70), frames(tmp_path / "f", 10, 20)
    seen = {"mirror": True, "rotate": 90, "crop": (0, 0, 0.5, 1)}
    for file in (still, str(folder), str(folder / "%d.png")):
        for live in (True, False):
            use, values = Camera(device=file, fps=5, **seen).fallback(live)
            assert (use, values) == ("picture_file", {"file": file, "fps": 5, **seen})
            use, values = VideoFile(file=file, loop=True, speed=2, **seen).fallback(live)
            assert (use, values) == (
                "picture_file",
                {"file": file, "fps": 50, "loop": True, **seen},
            )
    assert "fps" not in Camera(device=still).fallback(live=True)[1]
    assert VideoFile(file="a.mp4").fallback(live=True) is None


PATCH = """
[camera]
use = "{use}"
{key} = "{file}"
[out]
use = "collector"
send = {{ "/x" = "camera" }}
"""


def patch(folder, file, use="camera"):
    text = PATCH.format(use=use, key="device" if use == "camera" else "file", file=file)
    path = folder / "p.toml"
    path.write_text(text)
    return path


def count(engine):
    return engine.metrics.sources["camera"].messages


@pytest.mark.parametrize("use", ["camera", "video_file", "picture_file"])
@pytest.mark.parametrize(
    ("seconds", "pictures"), [(None, 1), (1.0, 26)], ids=["to its end", "for a second"]
)
def test_offline_a_photograph_comes_once_or_as_long_as_is_said(tmp_path, use, seconds, pictures):
    show = Offline(open_patch(patch(tmp_path, shade(tmp_path / "a.png", 70), use), live=False))
    show.play(None if seconds is None else round(seconds * 1e9))
    assert count(show.engine) == pictures


def test_offline_a_photograph_lasts_as_long_as_what_plays_beside_it(tmp_path):
    path = patch(tmp_path, shade(tmp_path / "a.png", 70))
    folder = frames(tmp_path / "f", *range(0, 100, 10))
    path.write_text(f'{path.read_text()}\n[film]\nuse = "picture_file"\nfile = "{folder}"\n')
    path.write_text(path.read_text().replace('"camera" }', '"camera", "/y" = "film" }'))
    show = Offline(open_patch(path, live=False))
    show.play(None)
    assert show.engine.metrics.sources["film"].messages == 10
    assert count(show.engine) in (9, 10)


def test_offline_a_looped_folder_has_no_end(tmp_path):
    path = patch(tmp_path, frames(tmp_path / "f", 10, 20), "picture_file")
    path.write_text(path.read_text().replace("[out]", "loop = true\n[out]"))
    with pytest.raises(PatchError, match="never ends: say for how long"):
        Offline(open_patch(path, live=False)).play(None)


def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(DeviceError, match=r"a\.png"):
        PictureFile(file=str(tmp_path / "a.png")).open(Heard())
