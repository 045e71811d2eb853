"""What the first bytes of a picture say of it, before anything is decoded.

Why not the decoder: it allocates what the header claims, so a file of a few kB could take
gigabytes; and each turns pictures by the EXIF orientation in its own way, or not at all.

JPEG: ITU-T T.81; PNG: W3C PNG 3 (eXIf); WebP: RFC 9649; TIFF 6.0; EXIF 2.32; GIF89a; BMP; Netpbm.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

KINDS: Final = "JPEG, PNG, WebP, TIFF, BMP, GIF or PNM"
SUFFIXES: Final = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff"),
        *(".bmp", ".dib", ".gif", ".pbm", ".pgm", ".ppm", ".pnm"),
    }
)
_OTHERS: Final = (
    (re.compile(rb"....ftyp(heic|heix|hevc|mif1|msf1)", re.S), "HEIC"),
    (re.compile(rb"....ftypavi[fs]", re.S), "AVIF"),
    (re.compile(rb"8BPS"), "Photoshop"),
    (re.compile(rb"%PDF"), "PDF"),
    (re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg"), "SVG"),
)  # fmt: skip
_ORIENTATION: Final = 0x112
_DEPTH: Final = 258
_SAMPLES: Final = 277
_PNM: Final = re.compile(rb"P[1-6](?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{1,9})\s")


class DamagedHeader(ValueError):
    """A header that breaks off or contradicts itself."""


@dataclass(frozen=True)
class PictureHeader:
    """Size in pixels as stored, EXIF orientation 1 to 8, and whether it may be transparent.

    ``orientation_at`` is where in a TIFF file the orientation stands, as (offset, byte order).
    ``pixel_bytes`` is what a pixel takes while it is decoded.
    """

    kind: str
    width: int
    height: int
    orientation: int = 1
    alpha: bool = False
    orientation_at: tuple[int, str] | None = None
    pixel_bytes: int = 3


def picture_kind(data: bytes) -> str:
    """Return the kind of picture that bytes begin: "JPEG"; "" for none that is read."""
    return next((kind for kind, begins, _ in _FORMATS if begins.match(data)), "")


def other_kind(data: bytes) -> str:
    """Return the kind of a picture that is not read, such as "HEIC"; "" for no picture at all."""
    return next((kind for begins, kind in _OTHERS if begins.match(data)), "")


def read_header(data: bytes) -> PictureHeader | None:
    """Return what a whole picture file says of itself; None where it is no picture that is read.

    Raise DamagedHeader.
    """
    for kind, begins, read in _FORMATS:
        if begins.match(data):
            try:
                header = read(data)
            except (struct.error, IndexError):
                raise DamagedHeader(f"its {kind} header breaks off") from None
            if header.width < 1 or header.height < 1:
                raise DamagedHeader(
                    f"its {kind} header says {header.width} x {header.height} pixels"
                )
            return header
    return None


def is_moving_gif(data: bytes) -> bool:
    """Whether a GIF has a second picture: then it is a film."""
    try:
        return _count_gif(data) > 1
    except IndexError:
        return False


def _jpeg(data: bytes) -> PictureHeader:
    at, orientation = 2, 1
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:  # fill bytes
            at += 1
        mark, code = data[at], data[at + 1]
        if mark != 0xFF or code in (0xD9, 0xDA):
            raise DamagedHeader("its JPEG header names no size")
        if code == 0x01 or 0xD0 <= code <= 0xD8:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2:
            raise DamagedHeader("its JPEG header is damaged")
        if code == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            orientation = _orientation(data[at + 10 : at + 2 + length])
        if 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return PictureHeader("JPEG", width, height, orientation)
        at += 2 + length


def _png(data: bytes) -> PictureHeader:
    """Read all chunks with their CRC: the decoder would say on the terminal what is wrong."""
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    alpha, orientation = colour in (4, 6), 1
    at, name = 8, b""
    while name != b"IEND":
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(body, zlib.crc32(name)) != crc:
            raise DamagedHeader("a part of its PNG data is damaged")
        if name == b"tRNS":
            alpha = True
        elif name == b"eXIf":
            orientation = _orientation(body)
        at += 12 + length
    takes = 4 * (2 if depth == 16 else 1) if alpha else 3
    return PictureHeader("PNG", width, height, orientation, alpha, pixel_bytes=takes)


def _webp(data: bytes) -> PictureHeader:
    width = height = 0
    alpha, orientation = False, 1
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= end:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = at + 8
        if name == b"VP8X":
            alpha = bool(data[body] & 0x10)
            width = 1 + int.from_bytes(data[body + 4 : body + 7], "little")
            height = 1 + int.from_bytes(data[body + 7 : body + 10], "little")
        elif name == b"VP8 " and not width:
            width, height = (each & 0x3FFF for each in struct.unpack_from("<HH", data, body + 6))
        elif name == b"VP8L" and not width:
            (bits,) = struct.unpack_from("<I", data, body + 1)
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
            alpha = bool(bits >> 28 & 1)
        elif name == b"EXIF":
            exif = data[body : body + length]
            orientation = _orientation(exif.removeprefix(b"Exif\0\0"))
        at = body + length + length % 2
    takes = 4 if alpha else 3
    return PictureHeader("WebP", width, height, orientation, alpha, pixel_bytes=takes)


def _tiff(data: bytes) -> PictureHeader:
    found = _directory(data)
    width, height = (found.get(tag, (0, 0))[0] for tag in (256, 257))
    orientation, at = found.get(_ORIENTATION, (1, 0))
    order = "little" if data[:2] == b"II" else "big"
    place = (at, order) if at else None
    takes = max(3, _tiff_sample_bytes(data, found))
    return PictureHeader("TIFF", width, height, _valid(orientation), False, place, takes)


def _tiff_sample_bytes(data: bytes, found: dict[int, tuple[int, int]]) -> int:
    """Return the bytes of all samples of a pixel: a decoder may hold all of them at once."""
    samples = found.get(_SAMPLES, (1, 0))[0]
    bits, at = found.get(_DEPTH, (1, 0))
    if at and samples > 2:  # they do not fit in four bytes: it says where they stand
        order = "<" if data[:2] == b"II" else ">"
        (at,) = struct.unpack_from(f"{order}I", data, at)
        (bits,) = struct.unpack_from(f"{order}H", data, at)
    return -(-samples * bits // 8)


def _bmp(data: bytes) -> PictureHeader:
    if struct.unpack_from("<I", data, 14)[0] == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return PictureHeader("BMP", width, abs(height))


def _gif(data: bytes) -> PictureHeader:
    width, height = struct.unpack_from("<HH", data, 6)
    return PictureHeader("GIF", width, height)


def _pnm(data: bytes) -> PictureHeader:
    found = _PNM.match(data)
    if not found:
        raise DamagedHeader("its PNM header is damaged")
    return PictureHeader("PNM", int(found[1]), int(found[2]))


_FORMATS: Final[tuple[tuple[str, re.Pattern[bytes], Callable[[bytes], PictureHeader]], ...]] = (
    ("JPEG", re.compile(rb"\xff\xd8\xff"), _jpeg),
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    ("WebP", re.compile(rb"RIFF....WEBP", re.S), _webp),
    ("TIFF", re.compile(rb"II\*\0|MM\0\*"), _tiff),
    ("BMP", re.compile(rb"BM....\0\0\0\0", re.S), _bmp),
    ("GIF", re.compile(rb"GIF8[79]a"), _gif),
    ("PNM", re.compile(rb"P[1-6][\s#]"), _pnm),
)


def _orientation(exif: bytes) -> int:
    """Return the orientation in EXIF data; 1 where it says none, or nothing that makes sense."""
    try:
        return _valid(_directory(exif).get(_ORIENTATION, (1, 0))[0])
    except (struct.error, IndexError):
        return 1


def _valid(orientation: int) -> int:
    return orientation if 1 <= orientation <= 8 else 1


def _directory(data: bytes) -> dict[int, tuple[int, int]]:
    """Return the short and long values of TIFF data's first directory, and where each stands."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        return {}
    (begin,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, begin)
    found: dict[int, tuple[int, int]] = {}
    for at in range(begin + 2, begin + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(f"{order}HH", data, at)
        if kind in (3, 4):
            form = "H" if kind == 3 else "I"
            found[tag] = struct.unpack_from(f"{order}{form}", data, at + 8)[0], at + 8
    return found


def _count_gif(data: bytes) -> int:
    """Return how many pictures a GIF has, two at most."""
    at, found = 13 + _table(data[10]), 0
    while found < 2 and data[at] != 0x3B:
        if data[at] == 0x2C:
            found += 1
            at += 11 + _table(data[at + 9])
        elif data[at] == 0x21:
            at += 2
        else:
            break
        while data[at]:
            at += 1 + data[at]
        at += 1
    return found


def _table(packed: int) -> int:
    """Return the bytes of a colour table."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0
