"""Segment pitch readings into notes.

A note begins once its pitch has been steady for a moment, so a glide does not sound the notes in
between. It ends when the voice stops. The same note begins again when the level dips in between, as
for a consonant too short to be read as unvoiced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.core.messages import Pitch
from engine.dsp.audio.scales import Classes, quantise

MAX_STEADY_STEP: Final = 0.45
"""Semitones: largest difference between two readings of a steady pitch."""
ONSET_MARGIN: Final = 0.05
"""Level (0 to 1) above the room's noise at which a note may begin: 3 dB. It keeps rumble that is
momentarily pitched from sounding notes.
"""
REPEAT_DIP: Final = 0.1
"""Level (0 to 1) by which a note must fall, and rise again, to be repeated: 6 dB."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of the box ``notes``."""

    lowest: float
    highest: float
    scale: Classes
    hysteresis: float
    readings: int


class Melody:
    """Note segmentation of one voice."""

    def __init__(self) -> None:
        self.sounding: int | None = None
        self._candidate: int | None = None
        self._count = 0
        self._last: float | None = None
        self._unvoiced = 0
        self._peak = self._floor = 0.0
        self._recovered = 0
        self._noise_floor: float | None = None

    def read(self, pitch: Pitch, rules: Rules) -> int | None:
        """Return the note sounding after a reading, or None; see also ``repeated``."""
        if not (pitch.on and rules.lowest <= pitch.hz <= rules.highest):
            return self._silent(pitch, rules)
        if self.sounding is None and self._is_noise(pitch.level):
            return self._silent(pitch, rules)
        self._unvoiced = 0
        target = self._target(pitch.note, rules)
        stays = self._last is not None and abs(pitch.note - self._last) <= MAX_STEADY_STEP
        self._last = pitch.note
        self._count = self._count + 1 if stays and target == self._candidate else 1
        self._candidate = target
        if target != self.sounding and self._count >= rules.readings:
            self.sounding = target
            self._peak = self._floor = pitch.level
        return self.sounding

    def repeated(self, pitch: Pitch) -> bool:
        """Whether the level has dipped and recovered since the note began."""
        if pitch.level > self._peak and self._floor > self._peak - REPEAT_DIP:
            self._peak = self._floor = pitch.level
        self._floor = min(self._floor, pitch.level)
        dipped = self._floor <= self._peak - REPEAT_DIP and pitch.level >= self._floor + REPEAT_DIP
        # If it recovers on another note, that note is about to begin: wait one more reading.
        same = pitch.on and self._candidate == self.sounding and self._count > 1
        self._recovered = self._recovered + 1 if dipped and same else 0
        if self._recovered > 1:
            self._peak = self._floor = pitch.level
            self._recovered = 0
        return self._recovered == 0 and dipped and same

    def _silent(self, pitch: Pitch, rules: Rules) -> int | None:
        if not pitch.on:
            self._update_noise_floor(pitch.level)
        self._unvoiced += 1
        self._count, self._candidate, self._last = 0, None, None
        if self._unvoiced >= rules.readings:
            self.sounding = None
        return self.sounding

    def _is_noise(self, level: float) -> bool:
        return self._noise_floor is not None and level < self._noise_floor + ONSET_MARGIN

    def _update_noise_floor(self, level: float) -> None:
        """Update the noise floor while unvoiced; a consonant or a slammed door counts little."""
        floor = level if self._noise_floor is None else self._noise_floor
        self._noise_floor = floor + 0.05 * (min(level, floor + 2 * ONSET_MARGIN) - floor)

    def _target(self, note: float, rules: Rules) -> int:
        """Return the nearest note of the scale, with hysteresis around the sounding one."""
        nearest = quantise(note, rules.scale)
        now = self.sounding
        if now is not None and nearest != now:
            farther = abs(note - now) - abs(note - nearest)
            if farther < 2 * rules.hysteresis:
                return now
        return nearest
