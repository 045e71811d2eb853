"""espeak-ng as somebody who speaks, for benches: a program of its own, of which nothing is ours."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio.sound_file import open_sound
from engine.dsp.audio.resample import resample

PROGRAM = "espeak-ng"
REMEDY = "apt-get install espeak-ng"


def missing() -> bool:
    """Whether the program is not installed."""
    return shutil.which(PROGRAM) is None


def spoken(text: str, voice: str, rate: int, pace: int = 160) -> NDArray[np.float32]:
    """Return a text as a voice of espeak-ng says it, at ``rate`` Hz; ``pace`` in words a minute."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        command = [PROGRAM, "-v", voice, "-s", str(pace), "-w", str(file), "--", text]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        sound = open_sound(str(file))
        samples = sound.read(1 << 24)[:, 0]
        sound.close()
    return resample(samples, sound.rate, rate, quality="HQ")
