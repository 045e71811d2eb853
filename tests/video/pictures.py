"""Small picture files of every kind, made by hand where no encoder makes them."""

from __future__ import annotations

import base64
import struct
import zlib

import cv2
import numpy as np

RED, GREEN, BLUE, WHITE = (0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255)
SIZE = (24, 32)


def corners() -> np.ndarray:
    """Draw red, green over blue, white: every turn and mirror looks different."""
    image = np.zeros((*SIZE, 3), np.uint8)
    image[:12, :16], image[:12, 16:], image[12:, :16], image[12:, 16:] = RED, GREEN, BLUE, WHITE
    return image


TURNED = {
    1: (RED, GREEN, BLUE, WHITE),
    2: (GREEN, RED, WHITE, BLUE),
    3: (WHITE, BLUE, GREEN, RED),
    4: (BLUE, WHITE, RED, GREEN),
    5: (RED, BLUE, GREEN, WHITE),
    6: (BLUE, RED, WHITE, GREEN),
    7: (WHITE, GREEN, BLUE, RED),
    8: (GREEN, WHITE, RED, BLUE),
}
"""What an EXIF orientation makes of it: top left, top right, bottom left, bottom right."""


def seen(image: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Return the colours of the corners, each channel 0 or 255."""
    at = [(2, 2), (2, -3), (-3, 2), (-3, -3)]
    return tuple(tuple(255 * int(value > 127) for value in image[place]) for place in at)


def encode(kind: str, image: np.ndarray, *how: int) -> bytes:
    """Encode a picture, as JPEG in good quality."""
    return cv2.imencode(f".{kind}", image, [*how] or None)[1].tobytes()


def exif(orientation: int, order: str = "<") -> bytes:
    """Return EXIF data that hold an orientation."""
    begin = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", 0x112, 3, 1, orientation, 0)
    return begin + struct.pack(f"{order}IH", 8, 1) + entry + struct.pack(f"{order}I", 0)


def jpeg(orientation: int, order: str = "<") -> bytes:
    """Return a JPEG file with an orientation."""
    body = b"Exif\0\0" + exif(orientation, order)
    whole = encode("jpg", corners())
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + whole[2:]


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a part of a PNG file."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(orientation: int, order: str = "<", alpha: bool = False) -> bytes:
    """Return a PNG file with an orientation."""
    image = corners()
    if alpha:
        image = cv2.cvtColor(image, cv2.COLOR_BGR2BGRA)
    whole = encode("png", image)
    return whole[:33] + chunk(b"eXIf", exif(orientation, order)) + whole[33:]


def webp(orientation: int, order: str = "<") -> bytes:
    """Return a WebP file with an orientation."""
    whole = encode("webp", corners(), cv2.IMWRITE_WEBP_QUALITY, 95)
    body = exif(orientation, order)
    size = struct.pack("<I", SIZE[1] - 1)[:3] + struct.pack("<I", SIZE[0] - 1)[:3]
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x08\0\0\0" + size
    parts = b"WEBP" + extended + whole[12:] + b"EXIF" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(parts)) + parts


def tiff(orientation: int, order: str = "<") -> bytes:
    """Return an uncompressed TIFF file with an orientation."""
    height, width = SIZE
    data = corners()[:, :, ::-1].tobytes()
    bits, pixels = 8 + 2 + 10 * 12 + 4, 8 + 2 + 10 * 12 + 4 + 6
    tags = [
        *((256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, bits), (259, 3, 1, 1)),
        *((262, 3, 1, 2), (273, 4, 1, pixels), (274, 3, 1, orientation), (277, 3, 1, 3)),
        *((278, 4, 1, height), (279, 4, 1, len(data))),
    ]
    entries = b"".join(
        struct.pack(f"{order}HHI", tag, kind, count)
        + (
            struct.pack(f"{order}HH", value, 0)
            if kind == 3 and count == 1
            else struct.pack(f"{order}I", value)
        )
        for tag, kind, count, value in tags
    )
    begin = b"II*\0" if order == "<" else b"MM\0*"
    head = begin + struct.pack(f"{order}IH", 8, len(tags)) + entries + bytes(4)
    return head + struct.pack(f"{order}HHH", 8, 8, 8) + data


def gif(pictures: int = 1) -> bytes:
    """Return a GIF of so many pictures of one red pixel each."""
    one = b"\x21\xf9\x04\0\x0a\0\0\0" + b"\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0"
    return b"GIF89a\1\0\1\0\x80\0\0\xff\0\0\0\0\0" + one * pictures + b"\x3b"


CMYK = base64.b64decode(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAQCwwODAoQDg0OEhEQExgoGhgWFhgxIyUdKDozPTw5Mzg3QEhcTkBEV0U3"
    "OFBtUVdfYmdoZz5NcXlwZHhcZWdj/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAAB"
    "AgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNi"
    "coIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SV"
    "lpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4E"
    "QwBNAFkASwAAPwD0CvP68/r0Ciiiiiiiiiiiiv/Z"
)
"""A red JPEG of 16 x 16 pixels in CMYK, as Adobe writes it: inverted."""
