"""Speech by the program espeak-ng, which has a voice for a hundred languages.

It is under the GPL: it runs as a program of its own, and nothing of it is imported or comes along.
A text reaches it by its standard input, never as an option, and no markup in it is followed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

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
_WAYS: Final = (("--stdout",), ("--stdout", "-g", _GAP), ("-q", "--ipa"))
_LANGUAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}(\+[A-Za-z0-9_-]{1,30})?")
_ERRORS: Final = "replace"
_NO_PULSE: Final = {"PULSE_RUNTIME_PATH": f"{os.devnull}/none"}
"""Its library of sound makes a folder at home, though nothing is to sound: here it cannot."""


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
        return _spoken(self, text)

    def read(self, text: str) -> Spoken:
        """Have the program speak a phrase, in three ways side by side: also apart, and written."""
        with ExitStack() as stack:
            asked = [self._begin(stack, _plain(text), *options) for options in _WAYS]
            said = [self._said(process) for process in asked]
        (sound, rate), (spaced, _) = map(read_wav, said[:2])
        sound.flags.writeable = False
        phonemes = said[2].decode("utf-8", _ERRORS).split()
        spans = word_spans(sound, spaced, rate, len(phonemes))
        words = (SpokenWord(ipa, *span) for ipa, span in zip(phonemes, spans, strict=False))
        return Spoken(sound, rate, tuple(words), " ".join(phonemes))

    def _begin(self, stack: ExitStack, text: str, *options: str) -> subprocess.Popen[bytes]:
        command = [
            *(self.program, "-v", self.language, "-s", str(self.speed), "-p", str(self.pitch)),
            *("-b", "1", "--stdin", *options),
        ]
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **_NO_PULSE}
            )
        except OSError as error:
            raise DeviceError(f"espeak-ng cannot be run: {error.strerror}") from None
        stack.enter_context(process)
        stack.callback(process.kill)
        if process.stdin is not None:
            with suppress(BrokenPipeError):  # why it has ended is told by what it says
                process.stdin.write(text.encode("utf-8", _ERRORS))
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.stdin = None
        return process

    def _said(self, process: subprocess.Popen[bytes]) -> bytes:
        try:
            said, complaint = process.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise DeviceError("espeak-ng does not answer") from None
        if process.returncode:
            raise DeviceError(self._refusal(complaint.decode("utf-8", _ERRORS)))
        return said

    def _refusal(self, said: str) -> str:
        if "voice" in said:
            return f'espeak-ng has no voice "{self.language}"; espeak-ng --voices lists them'
        why = said.strip().splitlines() or ["it does not say why"]
        return f"espeak-ng does not speak: {why[-1]}"


@lru_cache(maxsize=16)
def _spoken(voice: EspeakVoice, text: str) -> Spoken:
    """Return a phrase as spoken before, where it was: a voice says it each time the same."""
    return voice.read(text)


def _plain(text: str) -> str:
    """Return a text in which nothing is read as phonemes, which stand in double brackets."""
    return text.replace("[[", "[ [").replace("]]", "] ]")
