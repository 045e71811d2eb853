"""Decides from readings of a pitch which note is being sung, and when another one begins.

A note begins when its pitch has stayed for a moment, so that a glide sounds no notes on its way. It
ends when the voice stops. The same note begins again when the voice dips in between, as it does for
a consonant that is too short to look like a rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.core.messages import Pitch
from engine.dsp.audio.scales import Classes, to_scale

STEADY: Final = 0.45
"""Semitones from one reading to the next within which a pitch counts as staying."""
ABOVE: Final = 0.05
"""How much louder than the room a voice must be to begin out of silence: 3 dB. Of rumble that has
a pitch now and then, no notes are made."""
DIP: Final = 0.1
"""How much lower the level must fall, and rise again, for the same note to begin anew: 6 dB."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a performer decides; see the box ``notes``."""

    lowest: float
    highest: float
    scale: Classes
    hysteresis: float
    readings: int


class Melody:
    """Follows one voice."""

    def __init__(self) -> None:
        self.sounding: int | None = None
        self._candidate: int | None = None
        self._count = 0
        self._last: float | None = None
        self._off = 0
        self._peak = self._floor = 0.0
        self._back = 0
        self._room: float | None = None

    def read(self, pitch: Pitch, rules: Rules) -> int | None:
        """Take a reading, and give the note that sounds now, if any.

        ``again`` tells whether it is the same one anew.
        """
        if not (pitch.on and rules.lowest <= pitch.hz <= rules.highest):
            return self._silent(pitch, rules)
        if self.sounding is None and self._room is not None and pitch.level < self._room + ABOVE:
            return self._silent(pitch, rules)
        self._off = 0
        target = self._target(pitch.note, rules)
        stays = self._last is not None and abs(pitch.note - self._last) <= STEADY
        self._last = pitch.note
        self._count = self._count + 1 if stays and target == self._candidate else 1
        self._candidate = target
        if target != self.sounding and self._count >= rules.readings:
            self.sounding = target
            self._peak = self._floor = pitch.level
        return self.sounding

    def again(self, pitch: Pitch) -> bool:
        """Tell whether the voice has dipped since the note began, and come back."""
        if pitch.level > self._peak and self._floor > self._peak - DIP:
            self._peak = self._floor = pitch.level
        self._floor = min(self._floor, pitch.level)
        dipped = self._floor <= self._peak - DIP and pitch.level >= self._floor + DIP
        # While it comes back on another note, that one is about to begin: a moment tells.
        same = pitch.on and self._candidate == self.sounding and self._count > 1
        self._back = self._back + 1 if dipped and same else 0
        if self._back > 1:
            self._peak = self._floor = pitch.level
            self._back = 0
        return self._back == 0 and dipped and same

    def _silent(self, pitch: Pitch, rules: Rules) -> int | None:
        if not pitch.on:
            self._hear_room(pitch.level)
        self._off += 1
        self._count, self._candidate, self._last = 0, None, None
        if self._off >= rules.readings:
            self.sounding = None
        return self.sounding

    def _hear_room(self, level: float) -> None:
        """Follow how loud it is when nobody sings; a consonant or a slammed door counts little."""
        if self._room is None:
            self._room = level
        self._room += 0.05 * (min(level, self._room + 2 * ABOVE) - self._room)

    def _target(self, note: float, rules: Rules) -> int:
        """Find the note of the scale; the one that sounds stays for a little longer."""
        nearest = to_scale(note, rules.scale)
        now = self.sounding
        if now is not None and nearest != now:
            farther = abs(note - now) - abs(note - nearest)
            if farther < 2 * rules.hysteresis:
                return now
        return nearest
