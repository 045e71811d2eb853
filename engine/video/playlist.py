"""Recognises files that hold no pictures but name other files or addresses.

Why they are refused, whatever they are called: a film of a stranger must not make this machine open
other files or connections. FFmpeg reads such a file as if it were the film, by what is in it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from engine.core.errors import DeviceError
from engine.core.os_errors import os_reason

_HEAD: Final = 4096
_PLAYLIST: Final = re.compile(
    rb"(?ais)\s*(#EXTM3U|ffconcat\b|v=0\s|rtsptext|\[(reference|playlist)\]"
    rb"|(<[?!].{0,2000})?<(asx|smil|MPD|SmoothStreamingMedia|CompositionPlaylist|AssetMap)\b)"
)


def refuse_playlist(path: Path, file: str) -> None:
    """Raise DeviceError where a file, named ``file`` in the patch, is a list of others."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise DeviceError(f'"{file}" cannot be read: {os_reason(error)}') from None
    if _PLAYLIST.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise DeviceError(f'"{file}" holds no film but a list of others; name the film itself')
