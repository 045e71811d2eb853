"""Play a sound file in place of a microphone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.sound_file import SoundReader, open_sound
from engine.core.clock import SECOND
from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.files import why_unreadable
from engine.core.messages import Block, Message, Ns
from engine.core.parameter import FILE, Fixed, Param
from engine.core.source import Emit, Tape
from engine.dsp.audio.mono import MonoMix

MISSING_S: Final = 0.1
"""How many seconds may be missing at the end: a header of compressed sound rounds."""
SILENT_S: Final = 2.0
"""After so many seconds of zeros from one channel while another sounds, that is told."""


class AudioFile(Tape):
    """Play a sound file as if a microphone heard it: wav, flac, ogg, mp3, aiff and more.

    What else there is (m4a, wma, the sound of a film) plays where the program ffmpeg is installed.
    It has the rate of the file. A block comes at its end, when its last sample has been heard; the
    last one of a file may be shorter. Looped, the first sample follows the last as if nothing had
    happened. A file that is damaged plays as far as it goes, and a notice says so.

    ``channel`` 0 mixes all channels that hold sound; one that runs against the others, as from a
    cable soldered the wrong way round, is turned round first, so that they do not cancel out. A
    single channel that holds nothing, while another one sounds, is told.

    Raises DeviceError when the file is not there, holds no sound, or lacks the channel.
    """

    OUT: ClassVar[Mapping[str, type]] = {"sound": Block}

    file: Fixed[Annotated[str, Param("the sound file", unit=FILE)]]
    loop: Annotated[bool, Param("begin again at the end")] = False
    channel: Fixed[Annotated[int, Param("which one, from 1; 0 mixes all", 0, 1024)]] = 0
    block: Fixed[Annotated[int, Param("how much at a time", 32, 2048, unit="samples")]] = 512

    _emit: Emit | None = None

    @property
    def endless(self) -> bool:  # here it depends on a parameter
        """Whether the show does not end with it: True while looped."""
        return self.loop

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return that what it is to play is not there."""
        why = why_unreadable(self.file, "a sound file")
        return {"file": why} if why else {}

    def open(self, emit: Emit) -> None:
        """Check that there is sound to play. Raise DeviceError when there is none."""
        self._emit = emit
        with closing(open_sound(self.file)) as sound:
            if self.channel > sound.channels:
                raise DeviceError(
                    f'"{self.file}" has {sound.channels} channels, so there is no {self.channel}'
                )
            if not len(sound.read(1)):
                raise DeviceError(f'"{self.file}" is empty: there is not one sample in it')

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the blocks. Raise DeviceError when the file disappears between two rounds."""
        start, intact = 0, True
        mono = _ToMono(self.channel)
        while True:
            pass_start = start
            with closing(open_sound(self.file)) as sound:
                rate, declared = sound.rate, sound.declared
                for samples in _blocks(sound, self.block):
                    block = Block(mono.take(samples, rate), rate, start)
                    start += len(samples)
                    yield Ns(start * SECOND // rate), "sound", block
                    if told := mono.told(SILENT_S):
                        self._notify(f'"{self.file}": {told}', start, rate)
            if told := mono.told(0.0):
                self._notify(f'"{self.file}": {told}', start, rate)
            played = (start - pass_start) / rate
            if intact and declared is not None and played < declared - MISSING_S:
                intact = False
                self._notify(_damage(self.file, played, declared), start, rate)
            if start == pass_start or not self.loop:
                return

    def _notify(self, text: str, start: int, rate: int) -> None:
        if self._emit:
            self._emit("", Notice(text), Ns(start * SECOND // rate))


class _ToMono:
    """Makes one channel of several, and notices that the one that was chosen holds nothing."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._mix = MonoMix()
        self._silent_s = 0.0
        self._other = 0
        self._done = not channel

    def take(self, samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
        """Return one channel, float32 (n,), of samples (n, channels)."""
        if self._channel:
            mono = samples[:, self._channel - 1].copy()
        else:
            mono = self._mix.mix(samples, rate)
        if not self._done:
            self._done = bool(mono.any())
            if samples.any():
                self._silent_s += len(mono) / rate
                self._other = int(np.flatnonzero(samples.any(axis=0))[0]) + 1
        mono.flags.writeable = False
        return mono

    def told(self, seconds: float) -> str:
        """Return what to tell, once, after more than so many seconds in which another sounded."""
        if self._done or self._silent_s <= seconds:
            return ""
        self._done = True
        return (
            f"channel {self._channel} holds only zeros, and channel {self._other} sounds:"
            f" write channel = {self._other}"
        )


def _blocks(sound: SoundReader, size: int) -> Iterator[NDArray[np.float32]]:
    while len(samples := sound.read(size)):
        yield samples


def _damage(file: str, played: float, declared: float) -> str:
    return f'"{file}" is damaged: it ends after {played:.1f} s of {declared:.1f} s'
