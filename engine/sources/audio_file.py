"""Play a sound file in place of a microphone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Annotated, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.sound_file import SoundReader, open_sound
from engine.core.clock import SECOND
from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.messages import Block, Message, Ns
from engine.core.parameter import Fixed, Param
from engine.core.source import Emit, Tape
from engine.dsp.audio.mono import MonoMix

MISSING_S: Final = 0.1
"""How many seconds may be missing at the end: a header of compressed sound rounds."""
SILENT_S: Final = 2.0
"""After so many seconds of zeros from one channel, while another sounds, that is told."""


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

    file: Fixed[Annotated[str, Param("the sound file")]]
    loop: Annotated[bool, Param("begin again at the end")] = False
    channel: Fixed[Annotated[int, Param("which one, from 1; 0 mixes all", 0, 1024)]] = 0
    block: Fixed[Annotated[int, Param("how much at a time", 64, 2048, unit="samples")]] = 512

    _emit: Emit | None = None

    @property
    def endless(self) -> bool:  # here it depends on a parameter
        """Whether the show does not end with it: True while looped."""
        return self.loop

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
                    if mono.told:
                        self._notify(f'"{self.file}": {mono.told}', start, rate)
                        mono.told = ""
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
    """Makes one channel of several; ``told`` is what there is to say of it, once."""

    def __init__(self, channel: int) -> None:
        self.told = ""
        self._channel = channel
        self._mix = MonoMix()
        self._silent_s = 0.0
        self._sounded = False

    def take(self, samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
        """Return one channel, float32 (n,), of samples (n, channels)."""
        if not self._channel:
            mono = self._mix.mix(samples, rate)
        else:
            mono = samples[:, self._channel - 1].copy()
            self._look(samples, mono, rate)
        mono.flags.writeable = False
        return mono

    def _look(self, samples: NDArray[np.float32], mono: NDArray[np.float32], rate: int) -> None:
        """Report a channel of zeros, as of a device, once another one has sounded long enough."""
        if self._sounded:
            return
        if mono.any():
            self._sounded = True
        elif samples.any():
            self._silent_s += len(mono) / rate
            if self._silent_s >= SILENT_S:
                self._sounded = True
                other = int(np.flatnonzero(samples.any(axis=0))[0]) + 1
                self.told = (
                    f"channel {self._channel} holds only zeros so far, and channel {other} sounds:"
                    f" write channel = {other}"
                )


def _blocks(sound: SoundReader, size: int) -> Iterator[NDArray[np.float32]]:
    while len(samples := sound.read(size)):
        yield samples


def _damage(file: str, played: float, declared: float) -> str:
    return f'"{file}" is damaged: it ends after {played:.1f} s of {declared:.1f} s'
