"""Packs a message of a box for another machine, and unpacks it there.

Pictures go as JPEG or raw, all else by its codec, as in a recording. Bytes come from machines that
have the key of the room; still nothing that is malformed, or larger than any picture, is unpacked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from engine.core.codec import decode, encode, encode_numpy
from engine.core.kinds import picture_of
from engine.core.messages import Frame, Mask, Message
from engine.recording.amount import check_messagepack
from engine.video.picture_header import DamagedHeader, read_header

QUALITY: Final = 85
"""Of 100: what networks find in a picture stays as it is."""
MOST_PIXELS: Final = 1 << 24

_FRAME: Final = 1
_MIRRORED: Final = 2
_MASK: Final = 3

_pack = msgspec.msgpack.Encoder(enc_hook=encode_numpy).encode


class _Form(msgspec.Struct, frozen=True, array_like=True):
    generation: int
    shape: int
    inside: Any


_decoder = msgspec.msgpack.Decoder(_Form)


def pack(generation: int, message: Message, pictures: str = "") -> bytes:
    """Return a message as bytes. Raise NotEncodable or ValueError for what cannot be packed."""
    if pictures == "jpeg" and isinstance(message, Frame | Mask):
        from engine.dsp.image.jpeg import encode_jpeg  # noqa: PLC0415 - loads OpenCV

        shape = _MASK if isinstance(message, Mask) else _FRAME
        if isinstance(message, Frame) and message.mirrored:
            shape = _MIRRORED
        image = picture_of(message)
        assert image is not None, "a frame and a mask are pictures"
        return _pack([generation, shape, encode_jpeg(np.ascontiguousarray(image), QUALITY)])
    return _pack([generation, 0, encode(message, pixels=True)])


@dataclass(frozen=True, slots=True)
class PackedMessage:
    """A packed message: the generation that it belongs to, its form, and what is inside."""

    generation: int
    shape: int
    inside: Any

    @property
    def is_picture(self) -> bool:
        """Whether it takes time to unpack."""
        return self.shape != 0

    def message(self) -> Message:
        """Return the message. Raise ValueError for what is none, UnknownKind for one not known."""
        try:
            return _picture(self.shape, self.inside) if self.shape else decode(self.inside)
        except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise ValueError(f"no message: {type(error).__name__}") from None


def read_packed(content: bytes) -> PackedMessage:
    """Return what ``pack`` made. Raise ValueError for what is none of it."""
    check_messagepack(content)
    try:
        form = _decoder.decode(content)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    return PackedMessage(form.generation, form.shape, form.inside)


def _picture(shape: int, data: Any) -> Message:
    from engine.dsp.image.jpeg import decode_jpeg  # noqa: PLC0415 - loads OpenCV

    try:
        header = read_header(data)
    except DamagedHeader as error:
        raise ValueError(str(error)) from None
    if header is None or header.width * header.height > MOST_PIXELS:
        raise ValueError("no picture, or one that is too large")
    image = decode_jpeg(data)
    image.flags.writeable = False
    if shape == _MASK:
        alpha = image[:, :, 0].astype(np.float32) / np.float32(255)
        return Mask(alpha)
    return Frame(image, mirrored=shape == _MIRRORED)
