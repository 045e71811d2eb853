"""Renders songs by FluidSynth with a General MIDI sound font.

Needs the program ``fluidsynth`` and a sound font (Debian: fluidsynth, fluid-soundfont-gm).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_FONTS: Final = (
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/soundfonts/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/soundfonts/default.sf2",
    "/usr/share/sounds/sf2/TimGM6mb.sf2",
)
DRY: Final = ("-R", "0", "-C", "0")
"""Options for no reverberation and no chorus."""
_LONGEST_S: Final = 120
"""Seconds that a song may take: one whose notes never end is rendered for ever."""


def missing() -> str:
    """Return what is not here to render a song, or nothing."""
    if shutil.which("fluidsynth") is None:
        return "fluidsynth is not here: apt-get install fluidsynth fluid-soundfont-gm"
    if _font() is None:
        return "no General MIDI sound font is here: apt-get install fluid-soundfont-gm"
    return ""


@contextmanager
def rendered(song: bytes, *options: str) -> Iterator[Path]:
    """Render a MIDI file; yield the file of its sound, 16-bit WAV unless the options say another.

    Raise FileNotFoundError where something is missing.
    """
    if said := missing():
        raise FileNotFoundError(said)
    with tempfile.TemporaryDirectory() as folder:
        score, sound = Path(folder, "score.mid"), Path(folder, "sound")
        score.write_bytes(song)
        command = ["fluidsynth", "-n", "-i", "-q", *options, "-F", f"{sound}", f"{_font()}"]
        subprocess.run([*command, f"{score}"], check=True, capture_output=True, timeout=_LONGEST_S)
        yield sound


def _font() -> str | None:
    return next((font for font in _FONTS if Path(font).is_file()), None)
