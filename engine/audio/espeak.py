"""Speech by the program espeak-ng, which has a voice for a hundred languages.

It is under the GPL: it runs as a program of its own, and nothing of it is imported or comes along.
A text reaches it by its standard input, never as an option, and no markup in it is followed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.spoken import Spoken, SpokenWord, read_wav
from engine.core.errors import DeviceError
from engine.dsp.audio.word_starts import word_spans

PROGRAM: Final = "espeak-ng"
INSTALL: Final = {
    "linux": "sudo apt install espeak-ng",
    "darwin": "brew install espeak-ng",
    "win32": "winget install eSpeak-NG.eSpeak-NG",
}
_PATIENCE_S: Final = 20.0
_GAP: Final = "30"
"""Pause between words, in units of 10 ms, for finding where they begin."""
_LANGUAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}(\+[A-Za-z0-9_-]{1,30})?")
_ERRORS: Final = "replace"


def how_to_install() -> str:
    """Return the line that installs espeak-ng on this system."""
    return INSTALL.get(sys.platform, "install espeak-ng")


def find_espeak() -> str:
    """Return the program. Raise DeviceError with the line that installs it."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise DeviceError(f"no voice without espeak-ng: {how_to_install()}")
    return program


def check_language(language: str) -> str:
    """Return what is wrong with the name of a language or voice, or ""."""
    if _LANGUAGE.fullmatch(language):
        return ""
    return 'expected a language such as "en-us", "de" or "fr", perhaps with a variant: "en-gb+f3"'


@dataclass(frozen=True)
class EspeakVoice:
    """A voice: its language, words a minute, and pitch 0 to 100. ``program`` is its path."""

    program: str
    language: str
    speed: int
    pitch: int

    def speak(self, text: str) -> Spoken:
        """Return a phrase as sound, with its words. Raise DeviceError where it is not spoken."""
        sound, rate = self._sound(text)
        phonemes = self._run("-q", "--ipa", text=text).decode("utf-8", _ERRORS).split()
        if not phonemes:
            return Spoken(sound, rate, ())
        spaced, _ = self._sound(text, "-g", _GAP)
        spans = word_spans(sound, spaced, rate, len(phonemes))
        words = (SpokenWord(ipa, *span) for ipa, span in zip(phonemes, spans, strict=False))
        return Spoken(sound, rate, tuple(words))

    def _sound(self, text: str, *options: str) -> tuple[NDArray[np.float32], int]:
        return read_wav(self._run("--stdout", *options, text=text))

    def _run(self, *options: str, text: str) -> bytes:
        command = [
            *(self.program, "-v", self.language, "-s", str(self.speed), "-p", str(self.pitch)),
            *("-b", "1", "--stdin", *options),
        ]
        try:
            done = subprocess.run(
                command,
                input=_plain(text).encode("utf-8", _ERRORS),
                capture_output=True,
                timeout=_PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DeviceError("espeak-ng does not answer") from None
        except OSError as error:
            raise DeviceError(f"espeak-ng cannot be run: {error.strerror}") from None
        if done.returncode:
            raise DeviceError(self._refusal(done.stderr.decode("utf-8", _ERRORS)))
        return done.stdout

    def _refusal(self, said: str) -> str:
        if "voice" in said:
            return f'espeak-ng has no voice "{self.language}"; espeak-ng --voices lists them'
        why = said.strip().splitlines() or ["it does not say why"]
        return f"espeak-ng does not speak: {why[-1]}"


def _plain(text: str) -> str:
    """Return a text in which nothing is read as phonemes, which stand in double brackets."""
    return text.replace("[[", "[ [").replace("]]", "] ]")
