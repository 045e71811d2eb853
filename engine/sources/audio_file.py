"""Play a sound file in place of a microphone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.files import find_readable
from engine.core.messages import Block, Message, Ns
from engine.core.parameter import Fixed, Param
from engine.core.source import Emit, Tape


class AudioFile(Tape):
    """Play a sound file as if a microphone heard it: wav, flac, ogg, mp3, aiff and more.

    It has the rate of the file. A block comes at its end, when its last sample has been heard; the
    last one of a file may be shorter. Looped, the first sample follows the last as if nothing had
    happened. A file that is damaged plays as far as it goes, and a notice says so.

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
        with _open(self.file) as sound:
            if self.channel > sound.channels:
                raise DeviceError(
                    f'"{self.file}" has {sound.channels} channels, so there is no {self.channel}'
                )
            if not len(sound.read(1)):
                raise DeviceError(f'"{self.file}" is empty: there is not one sample in it')

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the blocks. Raise DeviceError when the file disappears between two rounds."""
        start, intact = 0, True
        while True:
            pass_start = start
            with _open(self.file) as sound:
                rate, declared = sound.samplerate, sound.frames
                for samples in _blocks(sound, self.block, self.channel):
                    block = Block(samples, rate, start)
                    start += len(samples)
                    yield Ns(start * SECOND // rate), "sound", block
            played = start - pass_start
            if played < declared and intact:
                intact = False
                self._notify(_damage(self.file, played / rate, declared / rate), start, rate)
            if not played or not self.loop:
                return

    def _notify(self, text: str, start: int, rate: int) -> None:
        if self._emit:
            self._emit("", Notice(text), Ns(start * SECOND // rate))


class _Forward(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is read strictly from start to end.

    soundfile otherwise seeks to its current position after each block, which breaks MP3.
    """

    def seekable(self) -> bool:
        return False


def _blocks(sound: soundfile.SoundFile, size: int, channel: int) -> Iterator[NDArray[np.float32]]:
    while True:
        try:
            table = sound.read(size, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            return  # events() reports the missing samples
        if not len(table):
            return
        samples = table[:, channel - 1].copy() if channel else table.mean(axis=1)
        samples.flags.writeable = False
        yield samples


def _damage(file: str, played: float, declared: float) -> str:
    return f'"{file}" is damaged: it ends after {played:.1f} s of {declared:.1f} s'


def _open(file: str) -> soundfile.SoundFile:
    path = find_readable(file, "a sound file")
    try:
        return _Forward(str(path))
    except soundfile.LibsndfileError as error:
        raise DeviceError(
            f'"{file}" is not a sound that can be read: {error.error_string}'
        ) from None
