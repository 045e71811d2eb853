"""Still pictures: every kind looks as it should, and what is wrong with one is said."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest

from engine.core.errors import DeviceError
from engine.video.picture_header import DamagedHeader, is_moving_gif, picture_kind, read_header
from engine.video.still import LONGEST, MOST_PIXELS, decode_still, load_still

from . import pictures
from .pictures import BLUE, CMYK, GREEN, RED, SIZE, TURNED, WHITE, corners, encode, gif, seen

MAKERS = [pictures.jpeg, pictures.png, pictures.webp, pictures.tiff]


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_photograph_is_upright_whichever_way_the_telephone_was_held(make, orientation, order):
    data = make(orientation, order)
    header = read_header(data)
    assert header is not None
    assert (header.height, header.width, header.orientation) == (*SIZE, orientation)
    image = decode_still(data)
    assert image.shape == (*(SIZE if orientation < 5 else SIZE[::-1]), 3)
    assert image.dtype == np.uint8
    assert seen(image) == TURNED[orientation]


def test_a_transparent_one_is_turned_too():
    assert seen(decode_still(pictures.png(6, alpha=True))) == TURNED[6]


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_there_is_not_is_none(orientation):
    assert seen(decode_still(pictures.jpeg(orientation))) == TURNED[1]


ALPHA = np.dstack([corners(), np.full(SIZE, 255, np.uint8)])
ALPHA[:12, :16, 3] = 0  # the red corner is not to be seen
BLACK_FIRST = ((0, 0, 0), GREEN, BLUE, WHITE)
DEEP = corners().astype(np.uint16) * 257
GREY = np.where(corners().max(axis=2) > 0, corners()[:, :, 0], 0).astype(np.uint8)
BW = ((0, 0, 0), (0, 0, 0), WHITE, WHITE)
LOSSLESS = (cv2.IMWRITE_WEBP_QUALITY, 101)


@pytest.mark.parametrize(
    ("data", "colours"),
    [
        (encode("bmp", corners()), TURNED[1]),
        (encode("ppm", corners()), TURNED[1]),
        (encode("webp", corners(), *LOSSLESS), TURNED[1]),
        (encode("jpg", corners(), cv2.IMWRITE_JPEG_PROGRESSIVE, 1), TURNED[1]),
        (encode("png", DEEP), TURNED[1]),
        (encode("tiff", DEEP), TURNED[1]),
        (encode("png", GREY), BW),
        (encode("jpg", GREY), BW),
        (encode("tiff", GREY.astype(np.uint16) * 257), BW),
        (encode("pgm", GREY), BW),
        (encode("png", ALPHA), BLACK_FIRST),
        (encode("png", ALPHA.astype(np.uint16) * 257), BLACK_FIRST),
        (encode("webp", ALPHA, *LOSSLESS), BLACK_FIRST),
        (CMYK, (RED,) * 4),
    ],
    ids=lambda value: None,
)
def test_every_kind_looks_as_it_should(data, colours):
    image = decode_still(data)
    assert image.shape[2] == 3
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert seen(image) == colours


def test_half_transparent_is_half_as_light():
    half = np.full((8, 8, 4), (100, 200, 50, 128), np.uint8)
    assert decode_still(encode("png", half))[4, 4].tolist() == pytest.approx([50, 100, 25], abs=1)


def test_a_palette_with_a_transparent_colour():
    """A PNG of one byte a pixel: colour 0 is red and not to be seen, colour 1 is green."""
    rows = b"".join(b"\0" + bytes([0] * 8 + [1] * 8) for _ in range(16))
    data = (
        b"\x89PNG\r\n\x1a\n"
        + pictures.chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 3, 0, 0, 0))
        + pictures.chunk(b"PLTE", b"\xff\0\0\0\xff\0")
        + pictures.chunk(b"tRNS", b"\0\xff")
        + pictures.chunk(b"IDAT", zlib.compress(rows))
        + pictures.chunk(b"IEND", b"")
    )
    assert seen(decode_still(data)) == ((0, 0, 0), GREEN, (0, 0, 0), GREEN)


def test_one_pixel_of_a_gif_is_a_picture_and_two_pictures_are_a_film():
    assert decode_still(gif())[0, 0].tolist() == [0, 0, 255]
    assert not is_moving_gif(gif())
    assert is_moving_gif(gif(2))
    assert not is_moving_gif(gif(2)[:30])


def test_a_large_one_is_made_smaller():
    image = decode_still(encode("png", np.zeros((100, LONGEST + 4000), np.uint8)))
    assert image.shape == (round(100 * LONGEST / (LONGEST + 4000)), LONGEST, 3)
    assert decode_still(encode("png", np.zeros((1, 3 * LONGEST), np.uint8))).shape == (
        1,
        LONGEST,
        3,
    )


def bomb(width, height, depth=8, colour=0):
    """A PNG of a few hundred bytes that claims a size."""
    whole = encode("png", np.zeros((8, 8), np.uint8))
    head = pictures.chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return whole[:8] + head + whole[33:]


def large_tiff(depth, samples):
    """A TIFF picture of 11,500 x 11,500 pixels that breaks off behind its head."""
    beyond = 8 + 2 + 4 * 12
    depths = beyond if samples > 2 else depth
    fields = (256, 1, 11_500), (257, 1, 11_500), (258, samples, depths), (277, 1, samples)
    body = b"".join(struct.pack("<HHII", tag, 3, count, value) for tag, count, value in fields)
    return b"II*\0" + struct.pack("<IH", 8, 4) + body + struct.pack("<H", depth) * samples


def large_jpeg(width, height):
    whole = encode("jpg", corners())
    at = whole.index(b"\xff\xc0")
    return whole[: at + 5] + struct.pack(">HH", height, width) + whole[at + 9 :]


@pytest.mark.parametrize(
    "data",
    [
        bomb(30_000, 30_000),
        bomb(2**31 - 1, 2**31 - 1),
        bomb(1, MOST_PIXELS + 1),
        large_jpeg(30_000, 30_000),
        encode("bmp", corners())[:18] + struct.pack("<ii", 30_000, -30_000) + bytes(100),
        b"P6 30000 30000 255\n" + bytes(100),
        b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + bytes(100),
    ],
    ids=lambda data: data[:4].hex(),
)
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(data):
    with pytest.raises(DeviceError, match=r"is too large: \d+ x \d+ pixels, 134 million at most"):
        decode_still(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bomb(11_500, 11_500, 16, 6), "of 8 bytes, 50 million"),
        (bomb(11_500, 11_500, 16, 4), "of 8 bytes, 50 million"),
        (bomb(11_500, 11_500, 8, 6), "of 4 bytes, 100 million"),
        (large_tiff(16, 4), "of 8 bytes, 50 million"),
        (large_tiff(64, 3), "of 24 bytes, 16 million"),
        (large_tiff(64, 1), "of 8 bytes, 50 million"),
    ],
    ids=["png 16 bits", "grey png 16 bits", "png", "tiff 16 bits", "tiff 64 bits", "grey tiff"],
)
def test_pixels_that_take_more_bytes_are_fewer(data, words):
    with pytest.raises(DeviceError, match=rf"is too large: 11500 x 11500 pixels {words} at most"):
        decode_still(data)


def test_as_large_a_picture_of_three_bytes_is_read():
    with pytest.raises(DeviceError, match="is damaged"):
        decode_still(bomb(11_500, 11_500, 16, 2))


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tiff", "bmp", "ppm"])
def test_half_a_picture_is_damaged(kind):
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    whole = encode(kind, noise)
    for length in (len(whole) // 2, 20, 12):
        with pytest.raises(DeviceError, match="is damaged"):
            decode_still(whole[:length])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "^is empty$"),
        (b"to be or not to be", "^is not a picture: what is read is JPEG, PNG"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "^is a picture of the kind HEIC: .*save it as"),
        (b"\0\0\0\x18ftypavif" + bytes(50), "the kind AVIF"),
        (b"8BPS" + bytes(50), "the kind Photoshop"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "the kind SVG"),
        (b"%PDF-1.4", "the kind PDF"),
        (b"\xff\xd8\xff\xd9", "^is damaged: its JPEG header names no size"),
        (bomb(0, 5), "^is damaged: its PNG header says 0 x 5 pixels"),
        (pictures.png(1).replace(b"IDAT", b"IDAX"), "^is damaged: a part of its PNG"),
    ],
)
def test_what_is_no_picture_is_said(data, words):
    with pytest.raises(DeviceError, match=words):
        decode_still(data)


def test_a_file_is_named_in_what_is_said(tmp_path):
    empty = tmp_path / "a.png"
    empty.touch()
    with pytest.raises(DeviceError, match=rf'^"{empty}" is empty$'):
        load_still(empty)
    with pytest.raises(DeviceError, match=rf'^"{tmp_path}" is no file$'):
        load_still(tmp_path)
    with pytest.raises(DeviceError, match=r'b\.png" is not there$'):
        load_still(tmp_path / "b.png")


def test_libraries_below_keep_quiet_about_it(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    for kind in ("jpg", "png", "webp", "tiff", "bmp"):
        whole = encode(kind, noise)
        (tmp_path / f"a.{kind}").write_bytes(whole[: len(whole) // 2])
        (tmp_path / f"b.{kind}").write_bytes(whole[:200] + b"nonsense" + whole[208:])
    script = (
        "import sys; from pathlib import Path; from engine.video.still import load_still\n"
        "from engine.core.errors import DeviceError\n"
        "for file in sorted(Path(sys.argv[1]).iterdir()):\n"
        "    if file.suffix == '.jpg' and file.stem == 'b': continue\n"
        "    try: load_still(file)\n"
        "    except DeviceError: pass"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert (run.stdout, run.stderr) == ("", "")


@pytest.mark.parametrize("data", [encode("jpg", corners()), pictures.tiff(6), pictures.webp(3)])
def test_a_header_that_breaks_off_anywhere_is_damaged_or_none(data):
    for length in range(len(data)):
        try:
            header = read_header(data[:length])
        except DamagedHeader:
            continue
        assert header is None or header.width > 0
        assert (header is None) == (picture_kind(data[:length]) == "")
