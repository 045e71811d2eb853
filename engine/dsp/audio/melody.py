"""Segment pitch readings into notes.

A note begins once its pitch has stayed for a moment, and ends when the voice stops. What then
becomes of a pitch that moves is the mode: another note once it stays elsewhere, one note bent
wherever the pitch goes, or each note that the pitch comes by. The same note begins again when the
level dips in between, as for a consonant too short to be read as unvoiced.

Why time and not readings: readings come as densely as a detector likes, and more so while a sound
is new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from engine.core.messages import Pitch
from engine.dsp.audio.attack import Attack
from engine.dsp.audio.contour import ASTRAY, Contour
from engine.dsp.audio.keys import Keys
from engine.dsp.audio.room_noise import RoomNoise
from engine.dsp.audio.vibrato import Vibrato

Mode = Literal["legato", "glide", "step"]

SPREAD: Final = 0.45
"""Semitones within which the first pitch of a note must stay."""
STILL: Final = 0.2
"""Semitones within which a pitch must stay that has moved: by a glide, for ARRIVED seconds."""
ARRIVED: Final = 0.012
"""Seconds: a glide passes the notes in between faster."""
ARRIVED_NEAR: Final = 0.03
"""Seconds where it leads to the next semitone: the crest of a wide vibrato does not last."""
NEAR: Final = 1.3
"""Semitones: as far a vibrato may swing."""
CENTRE_SPAN: Final = 0.030
"""Seconds over whose mean a pitch must be there as well: voices that beat go to and fro."""
LEADS: Final = 0.020
"""Seconds: a first pitch that will be on another note by then is waited for ..."""
LONGEST_WAIT: Final = 0.045
"""... so long at most ..."""
CENTRED: Final = 0.32
"""... unless it is as near to its key, in semitones."""
UNLIKELY: Final = 0.030
"""Seconds that a harmonic of the note that sounds must stay: mostly it is the same note."""
UNSURE: Final = 0.015
"""The same of any other pitch that is not sure ..."""
CLEAR: Final = 0.80
"""... but repeats so much of the sound; else as long as a harmonic."""
RINGS: Final = 0.3
"""Seconds after a note in which it may ring on beside the next ..."""
FALLS: Final = 7.0
"""... so that what is so many semitones below, and not sure, may be the period of both."""
HARMONICS: Final = (12, 19, 24, 28, 31)
"""Semitones from a note to its second, third ... sixth harmonic."""
FIRST_GUESS: Final = 0.1
"""Seconds from the beginning of a note in which another pitch mends it, and is no melody."""
AGAIN: Final = 0.08
"""Seconds from the beginning of a note before which it is not struck again: it settles."""
DROPOUT: Final = 0.035
"""Seconds for which a loud voice may have no pitch and still sings."""
SILENT: Final = 0.012
"""The same where its level has fallen by FALLEN, 0 to 1 (60 dB)."""
FALLEN: Final = 0.25


@dataclass(frozen=True, slots=True)
class MelodyRules:
    """The settings of the box ``notes``: Hz, keys, semitones, seconds.

    ``quick``: whether a note begins with a reading that is not sure. ``widest``: how far a note is
    bent in the mode "glide" before another takes over.
    """

    lowest: float = 0.0
    highest: float = 20000.0
    keys: Keys = field(default_factory=Keys)
    hysteresis: float = 0.2
    steady: float = 0.005
    mode: Mode = "legato"
    quick: bool = True
    widest: float = 12.0


class Melody:
    """Note segmentation of one voice.

    After each reading ``sounding`` is the key that sounds, or None; ``again`` whether it was just
    struck again; ``bend`` how many semitones the pitch is from it, and None where that is not
    told; ``vibrato`` its depth to either side in semitones; ``strength`` the level of the attack.
    """

    def __init__(self) -> None:
        self.sounding: int | None = None
        self.again = False
        self.bend: float | None = None
        self._room = RoomNoise()
        self._contour = Contour()
        self._attack = Attack()
        self._vibrato = Vibrato()
        self._candidate: int | None = None
        self._since = 0.0
        self._left: tuple[int | None, float, float] = (None, 0.0, 0.0)
        self._began = 0.0
        self._pitched: float | None = None
        self._rang: tuple[float, float] | None = None
        self._loudest = 0.0

    @property
    def strength(self) -> float:
        """The level of the attack that was heard last, 0 to 1."""
        return self._attack.strength

    @property
    def vibrato(self) -> float:
        """How far the note that sounds swings to either side, in semitones."""
        return self._vibrato.depth if self.sounding is not None else 0.0

    def read(self, pitch: Pitch, height: float, at: float, rules: MelodyRules) -> int | None:
        """Return the key sounding after a reading of a pitch; ``at`` is its second.

        ``height`` is the pitch in semitones, as the keys of the rules have it.
        """
        self.again, self.bend = False, None
        self._room.hear(pitch.level, at, pitched=pitch.on)
        self._attack.hear(pitch.level, pitch.hz if pitch.on else 0.0, at)
        believed = pitch.on and (rules.quick or pitch.sure or self.sounding is not None)
        if not believed or not rules.lowest <= pitch.hz <= rules.highest:
            return self._pause(pitch, at)
        if self.sounding is None and self._room.is_room(pitch.level, at):
            return self._pause(pitch, at)
        self._pitched = at
        self._loudest = max(self._loudest, pitch.level)
        if self.sounding is not None and not pitch.sure and not rules.quick:
            return self.sounding  # it goes on, whatever its pitch may be
        self._follow(height, at, pitch.level)
        target = self._target(height, rules)
        if target != self._candidate:
            self._turn_to(target, at)
        if not self._is_common(pitch, height, at):
            self._play(target, pitch, height, at, rules)
        self._remember(at, rules)
        self._bend(height, rules)
        return self.sounding

    def _turn_to(self, target: int, at: float) -> None:
        """Take another key for the candidate: since now, or since before it was left for once."""
        left, since, until = self._left
        back = target == left and at - until <= ASTRAY
        self._left = self._candidate, self._since, at
        self._candidate, self._since = target, since if back else at

    def _play(
        self, target: int, pitch: Pitch, height: float, at: float, rules: MelodyRules
    ) -> None:
        """Begin a note, go to another one, or strike the one that sounds again; or go on."""
        if self.sounding is None:
            if self._begins(height, at, rules):
                self._begin(target, at)
        elif target != self.sounding and self._moves(pitch, height, at, rules):
            self._begin(target, at)
        elif target == self.sounding and pitch.sure and self._struck_again(at, rules):
            self._begin(target, at)
            self.again = True

    def _struck_again(self, at: float, rules: MelodyRules) -> bool:
        still = self._arrived(at) >= rules.steady - 1e-6
        return at - self._began >= AGAIN and still and self._attack.is_struck

    def _remember(self, at: float, rules: MelodyRules) -> None:
        """Keep the pitch of a note that has lasted, and when it last was there."""
        lasts = at - self._began > FIRST_GUESS
        if self.sounding is not None and self._candidate == self.sounding and lasts:
            self._rang = rules.keys.height(self.sounding), at

    def _is_common(self, pitch: Pitch, height: float, at: float) -> bool:
        """Whether a pitch may be the common period of a note that rings on and the next one."""
        if pitch.sure or self._rang is None or self._candidate == self.sounding:
            return False
        rang, when = self._rang
        return at - when <= RINGS and height < rang - FALLS

    def _follow(self, height: float, at: float, level: float) -> None:
        if self._contour.add(height, at, level):
            self._vibrato = Vibrato()
        self._vibrato.add(height, at)

    def _target(self, height: float, rules: MelodyRules) -> int:
        """Return the nearest key, with hysteresis around the sounding one."""
        centre = self._vibrato.centre
        place = height if centre is None else centre
        if self.sounding is None:
            return rules.keys.nearest(place)
        return rules.keys.stay(place, self.sounding, rules.hysteresis)

    def _begins(self, height: float, at: float, rules: MelodyRules) -> bool:
        """Whether a first pitch has stayed, and does not lead to another key at once."""
        return self._settled(at, rules) and not self._leads_on(height, at, rules)

    def _leads_on(self, height: float, at: float, rules: MelodyRules) -> bool:
        """Whether a pitch that has just begun seems to lead to another key."""
        candidate = rules.keys.nearest(height)
        if abs(height - rules.keys.height(candidate)) < CENTRED:
            return False
        leads_to = rules.keys.nearest(height + self._contour.slope() * LEADS)
        return leads_to != candidate and at - self._since < LONGEST_WAIT

    def _settled(self, at: float, rules: MelodyRules) -> bool:
        stays = min(at - self._since, self._contour.stays(SPREAD))
        return stays >= rules.steady - 1e-6

    def _moves(self, pitch: Pitch, height: float, at: float, rules: MelodyRules) -> bool:
        """Whether the pitch has gone to another key, by the rules of the mode."""
        sounding, target = self.sounding, self._candidate
        assert sounding is not None
        assert target is not None
        struck = self._attack.is_struck
        away = abs(height - rules.keys.height(sounding))
        if rules.mode == "glide" and not struck and away <= rules.widest:
            return False
        if not self._settled(at, rules):
            return False
        if self._contour.has_jumped or struck:
            return self._has_come(pitch, height, at, rules, struck=struck)
        if rules.mode != "legato":
            return True
        return self._arrived(at) >= (ARRIVED_NEAR if away < NEAR else ARRIVED) - 1e-6

    def _has_come(
        self, pitch: Pitch, height: float, at: float, rules: MelodyRules, *, struck: bool
    ) -> bool:
        """Whether a pitch that came by a jump, or is ``struck``, is no chance and stays there."""
        sounding, target = self.sounding, self._candidate
        assert sounding is not None
        assert target is not None
        away = abs(height - rules.keys.height(sounding))
        if away < NEAR and not self._is_centred(target, sounding, rules):
            return False
        if self._leads_on(height, at, rules):
            return False
        wait = 0.0 if pitch.sure else UNSURE if pitch.confidence >= CLEAR else UNLIKELY
        if round(away) in HARMONICS and at - self._began > FIRST_GUESS and not struck:
            wait = UNLIKELY
        return self._arrived(at) >= max(rules.steady, wait) - 1e-6

    def _arrived(self, at: float) -> float:
        """Return for how many seconds the pitch has stayed at the key where it is now."""
        return min(at - self._since, self._contour.stays(STILL))

    def _is_centred(self, target: int, sounding: int, rules: MelodyRules) -> bool:
        """Whether the pitch has gone to the next key, and not only where the sound was soft."""
        centre = self._contour.centre(CENTRE_SPAN)
        return rules.keys.stay(centre, sounding, rules.hysteresis) == target

    def _begin(self, key: int, at: float) -> None:
        if self.sounding is None or self._attack.is_struck:
            self._vibrato = Vibrato()
        else:
            self._vibrato.plays = True
        self.sounding, self._began = key, at
        self._attack.begin()
        self._loudest = 0.0

    def _bend(self, height: float, rules: MelodyRules) -> None:
        """Set how far the pitch is from the key: not of a jump, until it is known to be one."""
        if self.sounding is None:
            return
        bend = height - rules.keys.height(self.sounding)
        jumps = self._contour.has_jumped and self._candidate != self.sounding
        if rules.mode == "step":
            self.bend = 0.0
        elif not jumps or (rules.mode == "glide" and self._contour.stays(SPREAD) >= rules.steady):
            self.bend = bend

    def _pause(self, pitch: Pitch, at: float) -> int | None:
        """Return the note that sounds although this reading has no pitch."""
        self._contour.clear()
        self._candidate = None
        self._left = (None, 0.0, 0.0)
        silent = 0.0 if self._pitched is None else at - self._pitched
        fallen = pitch.level <= self._loudest - FALLEN
        if silent >= (SILENT if fallen else DROPOUT):
            self.sounding = None
            self._vibrato = Vibrato()
        return self.sounding
