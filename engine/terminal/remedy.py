"""The very line that mends something on this system."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_INSTALL = {
    "apt-get": "sudo apt install",
    "dnf": "sudo dnf install",
    "pacman": "sudo pacman -S",
    "brew": "brew install",
}
_PACKAGES = {
    # On Debian and Ubuntu PortAudio brings the ALSA library that MIDI needs.
    "portaudio": {"apt-get": "libportaudio2"},
    "alsa-lib": {"apt-get": "libportaudio2"},
}


def install(package: str) -> str:
    """Give the line that installs a library, named as most systems name it."""
    manager = next((name for name in _INSTALL if shutil.which(name)), None)
    if manager is None:
        return f"install {package} with what your system has for that"
    return f"{_INSTALL[manager]} {_PACKAGES.get(package, {}).get(manager, package)}"


def shut_cameras() -> list[str]:
    """List the cameras that are there and may not be opened by this user."""
    if sys.platform != "linux":
        return []
    return sorted(str(node) for node in Path("/dev").glob("video*") if not os.access(node, os.R_OK))


JOIN_VIDEO = "sudo usermod -aG video $USER     (then log out and in again)"
MIDI_SEQUENCER = Path("/dev/snd/seq")
START_SEQUENCER = "sudo modprobe snd-seq"


def no_sequencer() -> bool:
    """Tell whether this is a Linux without the part of its kernel that passes MIDI on.

    Asked first, for the library would complain of it on the screen by itself.
    """
    return sys.platform == "linux" and not MIDI_SEQUENCER.exists()
