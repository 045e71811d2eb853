"""How high somebody sings or plays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Final, Literal

import numpy as np

from engine.core.intonation import EQUAL, A4Hz, Tuning, TuningName, read_tuning
from engine.core.messages import Block, Pitch
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.tuning import A4_HZ
from engine.dsp.audio.brightness import brightness
from engine.dsp.audio.hops import Hops, Samples, hops_within
from engine.dsp.audio.level import db_to_unit, decibels
from engine.dsp.audio.low_pass import ANALYSIS_RATE, low_pass
from engine.dsp.audio.pitch_tracker import PitchReading, PitchRules, PitchTracker

LOWEST, HIGHEST = 20.0, 4000.0
"""Hz: the range within which a pitch can be heard."""
WINDOW: Final = 0.032
"""Seconds of sound whose brightness is told."""
_BRIGHT_EVERY: Final = 4
"""Readings after which it is measured again: it looks at 32 ms, and is a fifth of the work."""
LOUD: Final = 0.010
"""Seconds of sound whose level is told: an attack fills it at once."""
STEP: Final = 0.0025
_STEP: Final = 60
"""Seconds, and samples at ``ANALYSIS_RATE``, that the tracker takes at a time."""
_KERNEL: Final = 10 / ANALYSIS_RATE
"""Seconds: the width of the low-pass; it halves 2.4 kHz."""

Instrument = Literal["auto", "sung", "string", "bass", "reed", "synth", "whistle"]

PRESETS: Final[Mapping[str, PitchRules]] = {
    "auto": PitchRules(LOWEST, HIGHEST),
    "sung": PitchRules(60.0, 1400.0),
    "string": PitchRules(40.0, 3600.0),
    "bass": PitchRules(27.0, 420.0),
    "reed": PitchRules(45.0, 2200.0),
    "synth": PitchRules(LOWEST, HIGHEST, patience=0.05),
    "whistle": PitchRules(450.0, HIGHEST),
}
"""The range of an instrument, and what its breath or bow may leave unexplained."""


class PitchNode(Node):
    """Hears the pitch of one voice or instrument, 200 times a second.

    ``hz`` is its frequency, ``note`` the same as a note (69.0 is A4; fractions are parts of a
    semitone), ``cents`` how far it is from the nearest one, ``on`` whether there is a pitch at all,
    ``confidence`` which part of the sound repeats, 0 to 1, and ``level`` how loud it is, 0 at
    -60 dB of full scale and 1 at 0 dB (``db`` is the same in dB). ``bright`` is how bright the
    voice is, from 0, a dark "oo", to 1, a hiss. While nothing is sung ``hz``, ``note`` and
    ``bright`` stay where they were, and are 0 before the first note.

    A clear tone is told after two of its periods and 5 ms: 7 ms for a high one, 25 ms for the
    lowest of a voice. What breath, a bow or noise hides takes longer: there is no pitch before it
    is clear. ``sure`` is off for a first guess, such as an octave that may yet turn out to be
    another, and for what may as well be two voices in tune: a fifth has its period in common, an
    octave below. Take what cannot be undone from readings that are sure.

    ``instrument`` says what is heard: that sets the range and how much breath or bow is expected.
    ``lowest`` and ``highest`` narrow it to what the voice can sing. What lies outside is silent,
    never an octave of it. Sound of any rate from 8 kHz on will do.

    ``a4`` is what all are tuned to, ``tuning`` a scale of your own: "19tet", or a Scala file (.scl)
    beside the patch. Then ``note`` is the key to press on what is tuned alike: 60 is the first
    degree, 69 has the frequency ``a4``, ``cents`` is how far it is from the nearest, and ``step``
    how many cents lie between the two that it is between. Raises ParameterError for a file that is
    none.

    For those who know it: YIN's comparison with a lag (de Cheveigné and Kawahara 2002, doi
    10.1121/1.1458024) as normalised cross-correlation, in windows of each lag's own periods; it
    looks at no spectrum, so a missing fundamental, a sine or a hollow sound are all the same to it.
    """

    lag: ClassVar[float] = 0.013
    gone: ClassVar[Mapping[str, str]] = {
        "model": "pitch needs no network any more: leave this out",
        "provider": "pitch needs no network any more: leave this out",
    }

    instrument: Annotated[Instrument, Param("what is heard: its range and its breath")] = "auto"
    lowest: Annotated[float, Param("no pitch is told below", LOWEST, HIGHEST, unit="Hz")] = LOWEST
    highest: Annotated[float, Param("no pitch is told above", LOWEST, HIGHEST, unit="Hz")] = HIGHEST
    confidence: Annotated[
        float, Param("which part of the sound must repeat for a pitch to be told", 0, 1)
    ] = 0.5
    hysteresis: Annotated[
        float, Param("how much less of it before the pitch counts as gone", 0, 1)
    ] = 0.1

    tuning: TuningName = EQUAL
    a4: A4Hz = A4_HZ

    _tuned: Tuning = field(default_factory=Tuning)
    _hops: Hops = field(default_factory=lambda: Hops(WINDOW, STEP))
    _tracker: PitchTracker = field(default_factory=PitchTracker)
    _hz: float = 0.0
    _bright: float = 0.0
    _on: bool = False
    _sung: int = -1

    def __post_init__(self) -> None:
        self._tuned = read_tuning(self.tuning, self.a4)

    def reset(self) -> None:
        """Forget the sound from before a gap; the last pitch is held."""
        self._hops.reset()
        self._begin_anew()

    def process(self, sound: Block) -> Iterator[Pitch]:
        """Yield a reading for each 5 ms that end within the sound; more where a sound begins."""
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._begin_anew()
        rate = self._hops.rate
        self._tracker.rules = self._rules()
        for hop, window in enumerate(windows, hops_within(sound.start, rate, STEP) + 1):
            due = hop * STEP * rate
            samples = low_pass(window, rate, _STEP, _KERNEL, due - round(due))
            heard = self._tracker.step(samples, _power(window[-round(2 * STEP * rate) :]))
            if heard is not None:
                yield self._pitch(heard, window, rate)

    def _begin_anew(self) -> None:
        self._tracker = PitchTracker()
        self._on = False
        self._sung = -1

    def _rules(self) -> PitchRules:
        preset = PRESETS[self.instrument]
        lowest, highest = max(preset.lowest, self.lowest), min(preset.highest, self.highest)
        return PitchRules(lowest, highest, preset.patience, preset.after)

    def _pitch(self, heard: PitchReading, window: Samples, rate: int) -> Pitch:
        least = self.confidence - (self.hysteresis if self._on else 0.0)
        self._on = heard.hz > 0 and heard.clarity >= least
        self._sung = self._sung + 1 if self._on else -1
        if self._on:
            self._hz = heard.hz
            if self._sung % _BRIGHT_EVERY == 0:
                self._bright = brightness(window, rate) or self._bright
        self._tuned = self._tuned.tuned_to(self.a4)
        note, step = self._place()
        level = db_to_unit(decibels(window[-round(LOUD * rate) :]))
        sure = heard.sure if self._on else True
        return Pitch(self._hz, note, heard.clarity, self._on, level, self._bright, sure, step)

    def _place(self) -> tuple[float, float]:
        """Return the note of the last pitch, and how many cents a step is there."""
        if not self._hz:
            return 0.0, 100.0
        return self._tuned.note_of(self._hz), self._tuned.step_of(self._hz)


def _power(samples: Samples) -> float:
    """Return the mean square of samples without their mean."""
    if not len(samples):
        return 0.0
    rest = samples - np.add.reduce(samples) / np.float32(len(samples))
    return float(np.dot(rest, rest)) / len(samples)
