"""The command that mends something on this system."""

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
    """Return the command that installs a library, named as most systems name it."""
    manager = next((name for name in _INSTALL if shutil.which(name)), None)
    if manager is None:
        return f"install {package} with what your system has for that"
    return f"{_INSTALL[manager]} {_PACKAGES.get(package, {}).get(manager, package)}"


def shut_cameras() -> list[str]:
    """Return the cameras that this user may not open."""
    if sys.platform != "linux":
        return []
    return sorted(str(node) for node in Path("/dev").glob("video*") if not os.access(node, os.R_OK))


JOIN_VIDEO = "sudo usermod -aG video $USER     (then log out and in again)"
MIDI_SEQUENCER = Path("/dev/snd/seq")
START_SEQUENCER = "sudo modprobe snd-seq"


def no_sequencer() -> bool:
    """Return whether this is a Linux without the ALSA sequencer in its kernel.

    Checked first, as the library would print a complaint itself.
    """
    return sys.platform == "linux" and not MIDI_SEQUENCER.exists()
