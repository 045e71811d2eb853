"""Cuts a stream of sound into phrases, by how sure it is that somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from engine.dsp.audio.voice_detector import SECONDS, VoiceReading
from engine.dsp.confidence import ConfidenceSwitch, SwitchRules

BEFORE: Final = 0.3
"""Seconds before a voice was sure that belong to a phrase: a soft consonant is heard late."""
AFTER: Final = 0.2
"""Seconds behind its last sound that belong to it."""
_LATER_PART: Final = 0.6
"""From there on a phrase that is too long may be cut, in parts of its length."""


@dataclass(frozen=True, slots=True)
class SpokenPhrase:
    """Samples of the source: its sound, and from where to where the voice itself is."""

    begin: int
    end: int
    voice_begin: int
    voice_end: int


@dataclass
class PhraseCutter:
    """Reads one answer after the other; ``begin`` is where the phrase begins that goes on, or -1.

    A phrase ends after a silence of ``SwitchRules.hold`` seconds, and is cut where its voice is
    least sure once it is as long as asked for.
    """

    begin: int = -1
    voice_begin: int = -1
    _switch: ConfidenceSwitch = field(default_factory=ConfidenceSwitch)
    _heard: list[VoiceReading] = field(default_factory=list)

    @property
    def on(self) -> bool:
        """Whether somebody speaks."""
        return self.begin >= 0

    def read(
        self, voiced: VoiceReading, rate: int, rules: SwitchRules, longest: float
    ) -> SpokenPhrase | None:
        """Return the phrase that ends with an answer, if one does; ``longest`` is in seconds."""
        was = self.on
        is_on = self._switch.read(voiced.confidence, SECONDS, rules)
        if is_on and not was:
            self.voice_begin = max(0, voiced.end - round(rules.answers * SECONDS * rate))
            self.begin = max(0, self.voice_begin - round(BEFORE * rate))
            self._heard = []
        if is_on or was:
            self._heard.append(voiced)
        if was and not is_on:
            return self._ended(voiced.end, rate, rules)
        if is_on and voiced.end - self.begin >= longest * rate:
            return self._cut()
        return None

    def stop(self, end: int, rate: int, rules: SwitchRules) -> SpokenPhrase | None:
        """Return the phrase that goes on, as it ends at a sample, and begin anew."""
        phrase = self._ended(end, rate, rules) if self.on else None
        self.begin = self.voice_begin = -1
        self._switch, self._heard = ConfidenceSwitch(), []
        return phrase

    def _ended(self, now: int, rate: int, rules: SwitchRules) -> SpokenPhrase:
        sure = rules.confidence - rules.hysteresis
        last = max((one.end for one in self._heard if one.confidence >= sure), default=now)
        phrase = SpokenPhrase(
            self.begin, min(now, last + round(AFTER * rate)), self.voice_begin, last
        )
        self.begin = self.voice_begin = -1
        return phrase

    def _cut(self) -> SpokenPhrase:
        later = self._heard[int(_LATER_PART * len(self._heard)) :]
        at = min(later, key=lambda one: one.confidence).end
        phrase = SpokenPhrase(self.begin, at, self.voice_begin, at)
        self.begin = self.voice_begin = at
        self._heard = [one for one in self._heard if one.end > at]
        return phrase
