"""Decodes a photograph or another still picture as a camera would have seen it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np

from engine.core.errors import DeviceError
from engine.core.os_errors import os_reason
from engine.dsp.image.jpeg import downscaled
from engine.dsp.image.picture import Picture, silence_opencv
from engine.video.picture_header import (
    KINDS,
    DamagedHeader,
    PictureHeader,
    other_kind,
    read_header,
)

MOST_PIXELS: Final = 1 << 27
"""The most pixels of a picture: 134 million of three bytes, and fewer of those that take more."""
_MOST_DECODED: Final = 3 * MOST_PIXELS
"""Bytes that a picture takes while it is decoded: 400 MB."""
MOST_BYTES: Final = 1 << 29
LONGEST: Final = 4096
"""The longest side at which a picture plays, in pixels; a larger one is made smaller."""


def load_still(file: Path) -> Picture:
    """Return the picture in a file; see ``decode_still``. Raise DeviceError, which names it."""
    try:
        return decode_still(_read(file))
    except OSError as error:
        reason = os_reason(error)
        raise DeviceError(f'"{file}" cannot be read: {reason}') from None
    except DeviceError as error:
        raise DeviceError(f'"{file}" {error}') from None


def _read(file: Path) -> bytes:
    if not file.is_file():  # a pipe would keep the reader waiting
        raise DeviceError("is no file" if file.exists() else "is not there")
    with file.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def decode_still(data: bytes) -> Picture:
    """Return a picture upright (EXIF), over black where it is transparent, in 8 bits.

    uint8, shape (height, width, 3), BGR; no side longer than LONGEST. Raise DeviceError where there
    is none, or one too large to be decoded; its words go on from the name of the file.
    """
    silence_opencv()
    header = _checked_header(data)
    if header.orientation_at:
        # Some versions of OpenCV cannot read a TIFF file that is turned.
        at, order = header.orientation_at
        changed = bytearray(data)
        changed[at : at + 2] = (1).to_bytes(2, "little" if order == "little" else "big")
        data = bytes(changed)
    how = cv2.IMREAD_UNCHANGED if header.alpha else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    except (cv2.error, MemoryError):
        image = None
    if image is None or not image.size:
        raise DeviceError(f"is damaged, or a kind of {header.kind} that cannot be read")
    return _upright(downscaled(_over_black(image), LONGEST, cv2.INTER_AREA), header.orientation)


def _checked_header(data: bytes) -> PictureHeader:
    if not data:
        raise DeviceError("is empty")
    if len(data) > MOST_BYTES:
        raise DeviceError(f"is too large: pictures have {MOST_BYTES >> 20} MiB at most")
    try:
        header = read_header(data)
    except DamagedHeader as error:
        raise DeviceError(f"is damaged: {error}") from None
    if header is None:
        other = other_kind(data)
        is_what = f"is a picture of the kind {other}" if other else "is not a picture"
        raise DeviceError(f"{is_what}: what is read is {KINDS}; save it as one of those")
    most = _MOST_DECODED // header.pixel_bytes
    if header.width * header.height > most:
        size = f"{header.width} x {header.height}"
        deep = f" of {header.pixel_bytes} bytes" if header.pixel_bytes > 3 else ""
        raise DeviceError(f"is too large: {size} pixels{deep}, {most // 10**6} million at most")
    return header


def _over_black(image: np.ndarray) -> Picture:
    """Return a picture as it looks before black: uint8, BGR."""
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.ndim == 2:
        return cast(Picture, cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))
    if image.shape[2] < 4:
        return image
    alpha = cv2.cvtColor(np.ascontiguousarray(image[:, :, 3]), cv2.COLOR_GRAY2BGR)
    return cast(Picture, cv2.multiply(image[:, :, :3], alpha, scale=1 / 255))


def _upright(image: Picture, orientation: int) -> Picture:
    """Turn and mirror a picture as its EXIF orientation says, 1 to 8."""
    match orientation:
        case 2:
            image = cast(Picture, cv2.flip(image, 1))
        case 3:
            image = cast(Picture, cv2.rotate(image, cv2.ROTATE_180))
        case 4:
            image = cast(Picture, cv2.flip(image, 0))
        case 5:
            image = cast(Picture, cv2.transpose(image))
        case 6:
            image = cast(Picture, cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE))
        case 7:
            image = cast(Picture, cv2.flip(cv2.transpose(image), -1))
        case 8:
            image = cast(Picture, cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE))
    return image
