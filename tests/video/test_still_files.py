"""Which pictures a text names, and in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.core.errors import DeviceError
from engine.video.still_files import find_stills, names_stills

from .pictures import corners, encode, gif

STILL = encode("png", corners())


def folder(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).write_bytes(STILL)
    return path


def names(found: list[Path]) -> list[str]:
    return [each.name for each in found]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (["10.png", "9.png", "1.png"], ["1.png", "9.png", "10.png"]),
        (["a2b10.jpg", "a2b9.jpg", "a10b1.jpg"], ["a2b9.jpg", "a2b10.jpg", "a10b1.jpg"]),
        (["IMG_2.JPG", "img_1.jpg", "img_03.jpg"], ["img_1.jpg", "IMG_2.JPG", "img_03.jpg"]),
        (["b.webp", "a.tiff", "c.bmp"], ["a.tiff", "b.webp", "c.bmp"]),
        ([f"{'9' * 5000}.png"[-200:], "1.png"], ["1.png", f"{'9' * 5000}.png"[-200:]]),
        (["a.png", "notes.txt", "Thumbs.db", ".a.png", "._a.png", "a.mp4"], ["a.png"]),
    ],
)
def test_a_folder_is_its_pictures_in_order(tmp_path, written, found):
    path = folder(tmp_path / "frames", *written)
    (path / "more.png").mkdir()
    assert names_stills(str(path))
    assert names(find_stills(str(path))) == found
    assert names(find_stills(f"{path}{os.sep}")) == found


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("f%04d.png", ["f0001.png", "f0002.png", "f0010.png", "f10000.png"]),
        ("f%d.png", ["f0001.png", "f0002.png", "f3.png", "f0010.png", "f10000.png"]),
        ("f%5d.png", ["f0001.png", "f0002.png", "f3.png", "f0010.png", "f10000.png"]),
        ("f*.jpg", ["f1.jpg", "f2.jpg"]),
        ("f?.*", ["f1.jpg", "f2.jpg", "f3.png"]),
        ("f[12].jpg", ["f1.jpg", "f2.jpg"]),
        ("100%%_%d.png", ["100%_7.png"]),
    ],
)
def test_a_sequence_is_sorted_by_number_and_gaps_are_passed_over(tmp_path, pattern, found):
    written = ["f10000.png", "f0010.png", "f0002.png", "f0001.png", "f3.png", "f2.jpg", "f1.jpg"]
    path = folder(tmp_path / "frames", *written, "100%_7.png", ".f5.png", "f0001.txt.png~")
    assert names_stills(str(path / pattern))
    assert names(find_stills(str(path / pattern))) == found


def test_a_name_with_signs_of_a_pattern_is_first_of_all_a_name(tmp_path):
    path = folder(tmp_path / "frames", "photo[1].png", "photo1.png", "a*.png")
    assert names(find_stills(str(path / "photo[1].png"))) == ["photo[1].png"]
    assert names(find_stills(str(path / "a*.png"))) == ["a*.png"]


def test_what_is_there_is_told_by_what_it_holds(tmp_path):
    def is_still(name, data):
        (tmp_path / name).write_bytes(data)
        return names_stills(str(tmp_path / name))

    assert is_still("photo", STILL)
    assert is_still("photo.mp4", STILL)
    assert is_still("empty.jpg", b"")
    assert is_still("one.gif", gif())
    assert is_still("telephone.heic", b"\0\0\0\x18ftypheic")
    assert not is_still("two.gif", gif(2))
    assert not is_still("film.mp4", b"\0\0\0\x18ftypisom")
    assert not is_still("empty.mp4", b"")


@pytest.mark.parametrize(
    "text", ["a.jpg", "not/there/A.PNG", "f/%04d.png", "f/*.jpg", "a.heic", "f/f?.tif"]
)
def test_what_is_not_there_is_told_by_its_name(text):
    assert names_stills(text)


@pytest.mark.parametrize(
    "text",
    [
        *("auto", "0", "12", "FaceTime HD Camera", "HD Pro Webcam C920", "100% camera"),
        *("/dev/video0", "http://h/a.jpg", "rtsp://h/x", "a.mp4", "a.gif", "", " ", "a\0b"),
    ],
)
def test_a_camera_a_stream_and_a_film_are_none(text):
    assert not names_stills(text)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    assert names_stills(str(tmp_path / "a.png"))
    with pytest.raises(DeviceError):
        find_stills(str(tmp_path / "a%d.png"))


def test_what_is_not_there_is_said_with_the_nearest(tmp_path):
    path = folder(tmp_path / "frames", "dancer1.png", "dancer2.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DeviceError, match=r'no picture in the folder ".*empty"'):
        find_stills(str(tmp_path / "empty"))
    with pytest.raises(DeviceError, match=r'no picture ".*dancr%d\.png"\. Did you mean "dancer'):
        find_stills(str(path / "dancr%d.png"))
    with pytest.raises(DeviceError, match=r'no folder ".*nowhere" for "\*\.jpg"'):
        find_stills(str(tmp_path / "nowhere" / "*.jpg"))
    with pytest.raises(DeviceError, match=r'no file ".*dancer3\.png"\. Did you mean "dancer'):
        find_stills(str(path / "dancer3.png"))
