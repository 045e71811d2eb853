"""What a film's head says of its fields, read bit by bit, and never more than it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.video.scan import h264_scan_type, mpeg2_scan_type

SETS = {
    # x264's own, as they lie in films: High, interlaced; High; High 4:4:4 with a scaling matrix.
    "high, fields": ("677a001ebcd940a063f1b080000003008000001e0f8a14cb", "interlaced"),
    "high": ("67640015acd94170bf965ffc0040002440000003004000000f03c58b658", "progressive"),
}


def avcc(unit):
    return bytes.fromhex("017a001effe1") + len(unit).to_bytes(2, "big") + unit + b"\1\0\4\x68\xe8"


def annex_b(unit):
    return b"\0\0\0\1\x09\xf0\0\0\0\1" + unit + b"\0\0\0\1\x68\xef\x8f"


@pytest.mark.parametrize("wrap", [avcc, annex_b])
@pytest.mark.parametrize("name", SETS)
def test_h264(wrap, name):
    said, wanted = SETS[name]
    assert h264_scan_type(wrap(bytes.fromhex(said[: len(said) // 2 * 2]))) == wanted


@pytest.mark.parametrize(
    ("extension", "wanted"),
    [("148a00010000", "progressive"), ("148200010000", "interlaced"), ("14", "unknown")],
)
def test_mpeg2(extension, wanted):
    head = bytes.fromhex("000001b32d01e0242710a380000001b5" + extension)
    assert mpeg2_scan_type(head) == wanted


@pytest.mark.parametrize("head", [b"", b"\1", b"\1" * 6, b"\0\0\1", b"\0\0\1\x67", b"\xff" * 40])
def test_too_little_says_nothing(head):
    assert h264_scan_type(head) == "unknown"
    assert mpeg2_scan_type(head) == "unknown"


unit = st.binary(max_size=80).map(lambda rest: b"\x67" + rest)


@given(st.binary(max_size=120) | unit.map(avcc) | unit.map(annex_b))
def test_any_bytes_are_answered(head):
    assert h264_scan_type(head) in {"progressive", "interlaced", "unknown"}
    assert mpeg2_scan_type(head) in {"progressive", "interlaced", "unknown"}
