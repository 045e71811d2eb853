"""Speech by the voice of the system: ``say`` of macOS, SAPI of Windows.

Both are programs of the system; a text reaches them by their standard input. Where words begin they
do not say. Written by their manuals, and not run on either system yet.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.audio.spoken import Spoken, read_wav
from engine.core.errors import DeviceError

_PATIENCE_S: Final = 30.0
_USUAL: Final = 175
"""Words a minute that SAPI's rate 0 stands for."""
_SAPI: Final = """
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Speech
$stream = New-Object System.IO.StreamReader([Console]::OpenStandardInput(), [Text.Encoding]::UTF8)
$text = $stream.ReadToEnd()
$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer
$voice.Rate = {rate}
$sound = New-Object System.IO.MemoryStream
$voice.SetOutputToWaveStream($sound)
$voice.Speak($text)
$voice.Dispose()
[Console]::Out.Write([Convert]::ToBase64String($sound.ToArray()))
"""


@dataclass(frozen=True)
class SystemVoice:
    """The voice that is set in the system; ``speed`` in words a minute."""

    speed: int

    def speak(self, text: str) -> Spoken:
        """Return a phrase as sound, without its words. Raise DeviceError where it is not spoken."""
        speaks = self._by_say if sys.platform == "darwin" else self._by_sapi
        sound, rate = read_wav(speaks(text))
        return Spoken(sound, rate, ())

    def _by_say(self, text: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            form = ("--file-format=WAVE", "--data-format=LEI16@22050")
            _run(["say", "-r", str(self.speed), *form, "-o", str(file), "-f", "-"], text)
            return file.read_bytes()

    def _by_sapi(self, text: str) -> bytes:
        rate = max(-10, min(10, round((self.speed - _USUAL) / 25)))
        script = base64.b64encode(_SAPI.format(rate=rate).encode("utf-16-le")).decode()
        return base64.b64decode(
            _run(["powershell", "-NoProfile", "-NonInteractive", "-EncodedCommand", script], text)
        )


def has_system_voice() -> bool:
    """Return whether the system brings a voice."""
    return (sys.platform == "darwin" and shutil.which("say") is not None) or sys.platform == "win32"


def _run(command: list[str], text: str) -> bytes:
    try:
        done = subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise DeviceError("the voice of the system does not answer") from None
    if done.returncode:
        raise DeviceError("the voice of the system does not speak")
    return done.stdout
