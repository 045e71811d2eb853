"""Pictures are found in a stream of bytes, however it is cut and whatever stands between them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.video.jpeg_splitter import MOST_BYTES, JpegSplitter

from .pictures import corners, encode, jpeg

NOISE = np.random.default_rng(3).integers(0, 256, (40, 56, 3), np.uint8)
ONE = encode("jpg", NOISE)
RESTARTS = encode("jpg", NOISE, cv2.IMWRITE_JPEG_RST_INTERVAL, 1)
PROGRESSIVE = encode("jpg", NOISE, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
PHOTOGRAPH = jpeg(6)
SMALL = encode("jpg", corners()[:8, :8])
WITH_THUMBNAIL = (
    ONE[:2] + b"\xff\xe1" + (len(SMALL) + 8).to_bytes(2, "big") + b"Exif\0\0" + SMALL + ONE[2:]
)
WHOLE = [ONE, RESTARTS, PROGRESSIVE, PHOTOGRAPH, WITH_THUMBNAIL]


def split(stream: bytes, size: int = 0) -> tuple[list[bytes], int]:
    splitter = JpegSplitter()
    size = size or len(stream) or 1
    parts = [stream[at : at + size] for at in range(0, len(stream), size)]
    return [found for part in parts for found in splitter.feed(part)], splitter.broken


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, 0])
def test_whole_pictures_are_found_however_they_come(size):
    stream = b"--x\r\n\r\n".join([b"", *WHOLE]) + b"\r\n--x--"
    assert split(stream, size) == (WHOLE, 0)


@pytest.mark.parametrize(
    "between",
    [
        b"",
        b"\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 99999999\r\n\r\n",
        b"\r\n--frame\r\nContent-Length: 3\r\n\r\n",
        b"\r\n--frame\r\nContent-Length: -1\r\n\r\n",
        b"\r\n----frame\r\n\r\n",
        b"\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 0\r\n\r\n\r\n--frame\r\n\r\n",
        b"\r\n--frame\r\nContent-Type: text/plain\r\n\r\nhello\r\n--frame\r\n\r\n",
        b"\0" * 64,
        b"\xff\xff\xff",
        b"\xff",
    ],
)
@pytest.mark.parametrize("size", [1, 0])
def test_what_stands_between_them_does_not_matter(between, size):
    stream = between.join([b"", ONE, RESTARTS, PROGRESSIVE, b""])
    assert split(stream, size) == ([ONE, RESTARTS, PROGRESSIVE], 0)


@pytest.mark.parametrize("cut", [3, 4, 5, 20, 100, len(ONE) // 2, len(ONE) - 3, len(ONE) - 2])
@pytest.mark.parametrize("size", [1, 0])
def test_a_picture_that_is_cut_off_costs_itself_only(cut, size):
    stream = b"--x\r\n\r\n" + ONE[:cut] + b"\r\n--x\r\n\r\n" + (b"\r\n--x\r\n\r\n".join([ONE] * 4))
    found, broken = split(stream, size)
    assert found[-3:] == [ONE] * 3
    assert len(found) + broken >= 4
    assert broken >= 1


def test_a_small_picture_within_a_broken_one_is_none():
    broken = WITH_THUMBNAIL[: len(WITH_THUMBNAIL) // 2]
    assert split(broken + ONE) == ([ONE], 1)


def test_what_has_no_end_is_left_out_and_takes_no_room():
    splitter = JpegSplitter()
    assert splitter.feed(ONE[:-2]) == []
    for _ in range(2 * MOST_BYTES >> 20):
        assert splitter.feed(bytes(1 << 20)) == []
    assert splitter.broken == 1
    assert splitter.feed(b"\r\n" + ONE) == [ONE]


junk = st.binary(max_size=20) | st.sampled_from([ONE[:100], ONE[50:], SMALL, b"\xff\xd8\xff\xd9"])


@given(st.lists(junk, max_size=6), st.integers(1, 50))
def test_any_bytes_are_taken_and_cutting_them_changes_nothing(parts, size):
    stream = b"".join(parts)
    assert split(stream, size) == split(stream)
    found, _ = split(stream + bytes(70_000) + ONE + ONE)
    assert found[-1] == ONE
