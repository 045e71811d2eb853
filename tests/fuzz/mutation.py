"""Bytes that are nearly right: right ones, with pieces changed, cut out, doubled or put in."""

from __future__ import annotations

from hypothesis import strategies as st

_SPOTS = 2**16
_PIECES = [b"", b"\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\x1b[2J", b"\n"]

edits = st.lists(
    st.tuples(
        st.integers(0, _SPOTS - 1),
        st.integers(0, 12),
        st.sampled_from(_PIECES) | st.binary(max_size=8),
        st.booleans(),
    ),
    max_size=4,
)


def mutated(right: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Give right bytes with up to four edits."""
    return st.builds(_edit, right, edits)


def _edit(data: bytes, edits: list[tuple[int, int, bytes, bool]]) -> bytes:
    for spot, length, piece, again in edits:
        begin = spot * len(data) // _SPOTS
        end = begin + length
        # Doubled around the piece, or replaced by it.
        data = data[: end if again else begin] + piece + data[begin if again else end :]
    return data
