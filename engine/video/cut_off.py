"""Recognises films of the MP4 family (ISO/IEC 14496-12) that were never finished.

Cameras and recorders write where each picture lies (the box ``moov``) when they stop. A card pulled
out or a download broken off leaves a film of which nothing can be read, though all of it is there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_KINDS: Final = frozenset({b"ftyp", b"mdat", b"moov", b"free", b"skip", b"wide", b"uuid"})
_BOXES: Final = 1000


def is_cut_off(path: Path) -> bool:
    """Return whether a file is an MP4 film, or one of its family, without its table of pictures."""
    try:
        with path.open("rb") as stream:
            end = path.stat().st_size
            at = 0
            for _ in range(_BOXES):
                stream.seek(at)
                head = stream.read(16)
                if at >= end or len(head) < 8:
                    return at > 0
                size, kind = int.from_bytes(head[:4], "big"), head[4:8]
                if kind == b"moov" or kind not in _KINDS:
                    return False
                if size == 1:
                    size = int.from_bytes(head[8:16], "big")
                at = end if size == 0 else at + max(size, 8)
    except OSError:
        pass
    return False
