"""Speak text.

Why in real time, and not a phrase at once: what has been handed out cannot be called off any more.
Sound leaves 0.3 s ahead of its moment, which a show that is busy for as long does not tear; words
and mouths leave with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

import numpy as np

from engine.audio.espeak import EspeakVoice, check_language, find_espeak, how_to_install
from engine.audio.spoken import Spoken, SpokenWord
from engine.audio.system_voice import SystemVoice, has_system_voice
from engine.core.clock import ns
from engine.core.context import Context
from engine.core.errors import DeviceError, ModelError
from engine.core.finding import Finding
from engine.core.messages import After, Block, Mouth, Text, Trigger
from engine.core.node import Node
from engine.core.parameter import Fixed, Param
from engine.dsp.audio.varispeed import Varispeed
from engine.dsp.audio.word_starts import spans_in
from engine.inference.kokoro import BUILD, KokoroVoice, open_kokoro
from engine.inference.kokoro import NAME as KOKORO
from engine.inference.kokoro import RATE as KOKORO_RATE
from engine.inference.model_folders import model_folder
from engine.language.kokoro_tokens import tokens_of
from engine.language.phrases import LONGEST_PHRASE, phrases
from engine.language.speaking import SpokenMoment, in_order, parts_of_sound, spelled
from engine.language.visemes import REST, mouths
from engine.language.words import LONGEST, plain_text

_USUAL_SPEED: Final = 165
"""Words a minute of Kokoro's own speed."""
_NEURAL_PHRASE: Final = 90
"""Characters of a phrase at most where a network speaks: it takes half as long as the phrase."""
_QUIET: Final = 1e-3
_SLACK_S: Final = 0.2
"""Of the silence at the end of a phrase so much is left to the next one to be ready in."""
_JUMP: Final = 100_000
"""Samples that the count leaps where another text begins: it takes the place of what waits."""
_CUT: Final = 240


class Said(NamedTuple):
    """Sound, how the mouth stands, a word as it begins, whether it speaks, and a text's end."""

    sound: Block | None = None
    mouth: Mouth | None = None
    word: str | None = None
    on: bool | None = None
    done: Trigger | None = None


_SILENT: Final = Said(mouth=REST, on=False)


class Say(Node):
    """Speaks text, by a voice on this machine: sound for a ``speaker``, with words and mouths.

    Takes a text, or a growing one once it is final. ``voice`` is "espeak", the program espeak-ng,
    which knows a hundred languages; "kokoro", a network that sounds like a person, which takes half
    as long as what it says lasts and is built once (``sensorium models build kokoro``); "system",
    what macOS and Windows bring, which says neither words nor mouths; "auto" is espeak-ng where it
    is installed, and else the system's. ``language``
    is one of espeak-ng's, perhaps with a variant: "en-us", "de", "fr", "en-gb+f3", "en-us+whisper".
    ``espeak-ng --voices`` lists them.

    ``word`` is each word as it begins to sound, ``mouth`` how a mouth stands (``mouth.open``,
    ``mouth.wide``, ``mouth.viseme``); both wait for ``behind``, as long as sound takes to the ear.
    ``on`` is whether it speaks, and ``done`` tells the end of a text that was spoken whole. Words
    are told within 10 ms of where they begin, Kokoro's within some 30 ms; sounds in a word are
    spread over it by rule.

    ``when_busy`` is what a text does that comes while another is spoken: "newest" takes its place,
    in mid-sentence, "queue" waits its turn. ``stop`` calls off what is spoken and what waits.

    A text is cut to 10,000 characters and spoken phrase by phrase.

    Raises DeviceError without a voice, with the line that installs one, and ModelError for Kokoro
    that was not built.
    """

    lane: ClassVar[bool] = True
    patience: ClassVar[float | None] = 90.0
    calls_off: ClassVar[Collection[str]] = ("stop",)

    voice: Fixed[Annotated[Literal["auto", "espeak", "kokoro", "system"], Param("who speaks")]] = (
        "auto"
    )
    when_busy: Fixed[
        Annotated[Literal["newest", "queue"], Param("what another text does while it speaks")]
    ] = "newest"
    language: Annotated[
        str, Param("of espeak-ng, perhaps with a variant: en-gb+f3", fault=check_language)
    ] = "en-us"
    speed: Annotated[float, Param("how fast it speaks", 80, 450, unit="words a minute")] = 165.0
    pitch: Annotated[float, Param("0 is low, 1 is high", 0, 1)] = 0.5
    character: Annotated[
        Literal["jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo"],
        Param("which voice of Kokoro's; jm_kumo is a man"),
    ] = "jf_alpha"
    behind: Annotated[
        float, Param("how much later than its sound a word is told", 0, 2, unit="s")
    ] = 0.01

    _program: str = ""
    _kokoro: KokoroVoice | None = None
    _count: int = 0
    _rate: int = 22050

    @property
    def interruptible(self) -> bool:  # type: ignore[override]
        """Whether a newer text calls off the one that is spoken."""
        return self.when_busy == "newest"

    def is_news(self, message: str | Text) -> bool:
        """Return whether a text calls off what is spoken: one that is final, and says something."""
        said = plain_text(message)
        return said.final and any(one.isalnum() for one in said.text[:LONGEST])

    def examine(self) -> Iterable[Finding]:
        """Return whether there is a voice."""
        try:
            program = self._find()
        except DeviceError as error:
            return [Finding("", "missing", str(error), how_to_install())]
        if self.voice == "kokoro":
            try:
                model_folder(KOKORO)
            except ModelError as error:
                return [Finding("", "missing", str(error), BUILD)]
        return [Finding("", "ok", f"speaks by {program or 'the voice of the system'}")]

    def open(self, context: Context) -> None:
        """Look for the voice. Raise DeviceError where there is none."""
        self._program = self._find()
        self._kokoro = open_kokoro() if self.voice == "kokoro" else None

    def close(self) -> None:
        """Let go of the voice."""
        self._kokoro = None

    def process(self, text: str | Text) -> Iterator[Said | After[Said]]:
        """Yield what is said of a text, phrase by phrase, each thing for its moment.

        Raises DeviceError where the voice does not speak.
        """
        said = plain_text(text)
        if not said.final:
            return
        self._count += _JUMP
        carried = 0.0
        spoke = False
        for phrase in phrases(said.text, _NEURAL_PHRASE if self._kokoro else LONGEST_PHRASE):
            spoken = self._speak(phrase)
            if not len(spoken.sound):
                continue
            if not spoke:
                spoke = True
                yield After(ns(0), Said(on=True), last_word=_SILENT)
            slack = min(_SLACK_S, _silence_after(spoken))
            yield from self._told(phrase, spoken, carried, slack)
            carried = slack
        if spoke:
            yield After(ns(carried + self.behind), _SILENT)
            yield After(ns(0), Said(done=Trigger()))

    def on_stop(self, stop: Trigger) -> Said:
        """Return that it is silent: what was to come has been called off."""
        self._count += _JUMP
        silence = Block(np.zeros(_CUT, np.float32), self._rate, self._count)
        self._count += _CUT
        return Said(sound=silence, mouth=REST, on=False)

    def _find(self) -> str:
        """Return the program that speaks, "" for the system's voice. Raise DeviceError."""
        if self.voice != "system":
            try:
                return find_espeak()
            except DeviceError:
                if self.voice != "auto" or not has_system_voice():
                    raise
        if not has_system_voice():
            raise DeviceError("this system brings no voice: use espeak-ng")
        return ""

    def _speak(self, phrase: str) -> Spoken:
        if not self._program:
            return SystemVoice(round(self.speed)).speak(phrase)
        voice = EspeakVoice(self._program, self.language, round(self.speed), round(99 * self.pitch))
        spoken = voice.speak(phrase)
        return spoken if self._kokoro is None else self._by_kokoro(self._kokoro, phrase, spoken)

    def _by_kokoro(self, kokoro: KokoroVoice, phrase: str, plain: Spoken) -> Spoken:
        """Return a phrase in Kokoro's voice, with the words where they are in espeak-ng's."""
        tokens = tokens_of(plain.ipa, phrase, kokoro.letters)
        if not tokens:
            return plain
        speed = min(2.0, max(0.5, self.speed / _USUAL_SPEED))
        sound = kokoro.speak(tokens, self.character, speed)
        theirs = Varispeed(KOKORO_RATE, plain.rate).feed(sound)
        spans = [(word.begin, word.end) for word in plain.words]
        found = spans_in(spans, plain.sound, theirs, plain.rate)
        words = zip(plain.words, found, strict=False)
        told = tuple(SpokenWord(word.ipa, begin, max(begin, end)) for word, (begin, end) in words)
        return Spoken(sound, KOKORO_RATE, told, plain.ipa)

    def _told(
        self, phrase: str, spoken: Spoken, carried: float, slack: float
    ) -> Iterator[After[Said]]:
        """Yield sound, words and mouths of a phrase, each after the one before."""
        rate, count = spoken.rate, len(spoken.sound)
        self._rate = rate
        moments = [*parts_of_sound(count, rate, carried)]
        later = carried + self.behind
        written = spelled(phrase, [word.ipa for word in spoken.words])
        for word, (ipa, begin, end) in zip(written, spoken.words, strict=True):
            if word:
                moments.append(SpokenMoment(later + begin, word=word))
            shapes = mouths(ipa, begin, end)
            moments += [SpokenMoment(later + at, mouth=shape) for at, shape in shapes]
        if spoken.words:
            moments.append(SpokenMoment(later + spoken.words[-1].end, mouth=REST))
        whole = count / rate + carried - slack
        now = 0.0
        for moment in in_order(moments):
            at = min(moment.at, whole)
            yield After(ns(at - now), self._at(moment, spoken))
            now = at
        yield After(ns(whole - now), Said())
        self._count += count

    def _at(self, moment: SpokenMoment, spoken: Spoken) -> Said:
        if not moment.end:
            return Said(mouth=moment.mouth, word=moment.word or None)
        samples = spoken.sound[moment.begin : moment.end]
        return Said(sound=Block(samples, spoken.rate, self._count + moment.begin))


def _silence_after(spoken: Spoken) -> float:
    """Return how many seconds of silence stand at the end of a phrase."""
    loud = np.flatnonzero(np.abs(spoken.sound) > _QUIET)
    last = int(loud[-1]) + 1 if len(loud) else 0
    return (len(spoken.sound) - last) / spoken.rate
