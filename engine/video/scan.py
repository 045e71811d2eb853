"""Says from the head of a film whether its pictures may be interlaced: two fields in each.

Why it must be known before: OpenCV cannot convert a picture that is marked as interlaced, and gives
black or what happened to lie in memory. Why from the head and not by ffprobe: that is a process,
and takes longer than everything else that opens a film; three codecs of four never need it.

H.264: ITU-T H.264, 7.3.2.1.1; MPEG-2: ISO/IEC 13818-2, 6.2.2.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import cv2
import numpy as np

ScanType = Literal["progressive", "interlaced", "unknown"]

_ALWAYS_PROGRESSIVE: Final = frozenset(
    # The tags of AV1, VP8, VP9, HEVC, MPEG-1, GIF, PNG, WebP, Theora, H.263 and Flash.
    {"av01", "vp08", "vp09", "vp80", "vp90", "hevc", "hev1", "hvc1", "h265", "mpg1", "gif", "png"}
    | {"webp", "theo", "h263", "flv1", "s263", "mpng"}
)
H264: Final = frozenset({"h264", "avc1", "avc3", "x264", "davc", "vssh"})
MPEG2: Final = frozenset({"mpg2", "mp2v", "mpeg"})
_HIGH: Final = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""The profiles of H.264 that say more of colour and scaling lists."""


def scan_type(capture: cv2.VideoCapture) -> ScanType:
    """Return how the pictures of an open film are scanned; "interlaced" where they may be."""
    name = codec_tag(capture)
    if name in _ALWAYS_PROGRESSIVE:
        return "progressive"
    if name in H264:
        return h264_scan_type(stream_head(capture))
    if name in MPEG2:
        return mpeg2_scan_type(stream_head(capture))
    # A still is no film, whatever its codec; some have a count below zero.
    return "progressive" if capture.get(cv2.CAP_PROP_FRAME_COUNT) <= 1 else "unknown"


def codec_tag(capture: cv2.VideoCapture) -> str:
    """Return the tag of the codec of an open film or stream, in small letters: "h264"."""
    codec = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(8, "little", signed=True)[:4]
    return codec.decode("latin-1").lower().strip(" \0")


def mpeg2_scan_type(head: bytes) -> ScanType:
    """Return what the sequence extension of MPEG-2 says; MPEG-1 has none."""
    at = head.find(b"\0\0\1\xb5")
    if at < 0 or len(head) < at + 6:
        return "unknown"
    return "progressive" if head[at + 5] & 0x08 else "interlaced"


def h264_scan_type(head: bytes) -> ScanType:
    """Return what the sequence parameter set of H.264 says, in either way to store it."""
    at = head.find(b"\0\0\1")
    if head[:1] == b"\1":  # avcC: six bytes, two of length, the set
        unit = head[8 : 8 + int.from_bytes(head[6:8], "big")]
    else:
        units = head[at + 3 :].split(b"\0\0\1") if at >= 0 else []
        unit = next((one for one in units if one and one[0] & 31 == 7), b"")
    try:
        return "progressive" if _frames_only(unit) else "interlaced"
    except StopIteration:
        return "unknown"


def _frames_only(unit: bytes) -> bool:
    """Return frame_mbs_only_flag; raise StopIteration where the set ends before it."""
    if len(unit) < 4:
        raise StopIteration
    bits = _bits(unit[4:].replace(b"\0\0\3", b"\0\0"))
    _golomb(bits)  # seq_parameter_set_id
    if unit[1] in _HIGH:
        _skip_high(bits)
    _golomb(bits)  # log2_max_frame_num_minus4
    order = _golomb(bits)
    if order == 0:
        _golomb(bits)
    elif order == 1:
        next(bits)
        _golomb(bits)
        _golomb(bits)
        for _ in range(_golomb(bits)):
            _golomb(bits)
    _golomb(bits)  # max_num_ref_frames
    next(bits)
    _golomb(bits)  # pic_width_in_mbs_minus1
    _golomb(bits)
    return next(bits) == 1


def _skip_high(bits: Iterator[int]) -> None:
    chroma = _golomb(bits)
    if chroma == 3:
        next(bits)
    _golomb(bits)
    _golomb(bits)
    next(bits)
    if next(bits):  # seq_scaling_matrix_present_flag
        for number in range(12 if chroma == 3 else 8):
            if next(bits):
                _skip_scaling_list(bits, 16 if number < 6 else 64)


def _skip_scaling_list(bits: Iterator[int], size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            code = _golomb(bits)
            delta = (code + 1) // 2 if code % 2 else -(code // 2)
            following = (last + delta) % 256
        last = following or last


def _bits(data: bytes) -> Iterator[int]:
    return iter(np.unpackbits(np.frombuffer(data, np.uint8)).tolist())


def _golomb(bits: Iterator[int]) -> int:
    """Read one number in Exp-Golomb code; raise StopIteration at the end."""
    zeros = 0
    while not next(bits):
        zeros += 1
    value = 1
    for _ in range(zeros):
        value = value << 1 | next(bits)
    return value - 1


def stream_head(capture: cv2.VideoCapture) -> bytes:
    """Return what its decoder needs beforehand (extradata); empty where there is none."""
    ok, head = capture.retrieve(flag=int(capture.get(cv2.CAP_PROP_CODEC_EXTRADATA_INDEX)))
    return bytes(np.asarray(head, np.uint8).ravel()) if ok and head is not None else b""
