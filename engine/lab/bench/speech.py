"""How many words the box ``speech`` gets wrong, what it writes of music, and how soon it writes.

Thirty sentences, written before any was tried, are spoken by three voices of espeak-ng, clean and
with noise 10 dB below. The word error is that of the field: words that are wrong, missing or added,
of a hundred that were spoken. Another language, two voices at once, and five minutes of silence,
noise, hum, song and music are to write nothing: what they write is counted. A text is late by the
pause that ends a phrase and the time that the network takes; that time is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.context import Context
from engine.core.errors import DeviceError, ModelError
from engine.core.messages import After, Block
from engine.dsp.audio.resample import resample
from engine.lab.bench import class_sounds
from engine.lab.bench.report import COUNT, Row
from engine.lab.bench.rig import espeak, fluidsynth
from engine.language.numerals import spelt
from engine.language.sound_key import distance
from engine.language.words import words
from engine.models.speech import HeardSpeech, SpeechModel
from engine.nodes.say import Say

RATE: Final = 16000
VOICES: Final = ("en-us", "en-gb", "en-us+f3")
PEAK: Final = 0.3
SENTENCES: Final = (
    "The sea is calm tonight.",
    "Turn the lights down and open the window.",
    "I never said that I was leaving.",
    "Four horses crossed the river before noon.",
    "Please bring me a glass of cold water.",
    "The dancer waits behind the curtain.",
    "We are made of dust and electricity.",
    "Nothing moves but the shadow of a bird.",
    "She opened the letter and began to laugh.",
    "The train to the city leaves at seven.",
    "My grandmother kept bees in the garden.",
    "Everything we build will turn to sand.",
    "Can you hear the machine breathing?",
    "A red balloon drifts over the market.",
    "He counted the stars until he fell asleep.",
    "The fire has gone out, and the room is dark.",
    "Listen to the rain on the tin roof.",
    "There is a map hidden under the floor.",
    "They danced all night in an empty house.",
    "The painter washed her brushes in silence.",
    "Winter came early to the northern islands.",
    "Give the child a pencil and some paper.",
    "The mountain does not care who climbs it.",
    "I remember the smell of bread in the morning.",
    "Somebody left a piano in the forest.",
    "The old clock stopped at a quarter past three.",
    "We sold the boat and bought a telescope.",
    "Her voice was softer than the snow.",
    "Begin again, slowly, from the first word.",
    "The music ended, but nobody went home.",
)
WATCHED: Final = ("sea", "horses", "river", "curtain", "balloon", "telescope", "garden", "fire")
ALIKE: Final = (
    "I can see you from here.",
    "Of course he forces the door.",
    "She delivers the silver letters.",
    "It is certain that he was hurt in the war.",
    "The baboon sat in the saloon.",
    "Pardon me, said the warden.",
    "The higher we go, the further the wire.",
    "He will never give her the liver.",
    "A microscope and a horoscope.",
    "We were tired of the choir.",
)
"""Sentences without any of these words, which sound like some of them."""
FOREIGN: Final = (
    ("de", "Das Meer ist heute Nacht sehr ruhig, und niemand spricht."),
    ("fr-fr", "La mer est calme ce soir et la lune brille sur les vagues."),
    ("fi", "Meri on tänä yönä tyyni ja kuu paistaa rannalle."),
    ("pl", "Morze jest dziś spokojne, a księżyc świeci nad brzegiem."),
)
MINUTES: Final = 5


def run(short: bool) -> list[Row]:
    """Have the box hear the sentences, and what nobody says."""
    box = SpeechModel(every=0.0)
    try:
        box.open()
    except ModelError as error:
        return [_unheard(str(error))]
    if espeak.missing():
        return [_unheard(f"{espeak.PROGRAM} is not here: {espeak.REMEDY}")]
    sentences = SENTENCES[: 5 if short else None]
    rows = [row for noise in (None, 10.0) for row in _spoken(box, sentences, noise)]
    rows += _neural(box, sentences)
    rows += _watched(box, sentences)
    rows.append(Row("another language", "words written", _foreign(box), COUNT))
    rows.append(Row("two voices at once", "word error", _at_once(box, sentences), "%"))
    return [*rows, *_nobody(box, 20 if short else 60 * MINUTES)]


def _unheard(why: str) -> Row:
    """Return the row of a bench that cannot be run here."""
    return Row(why, "words written", 0, COUNT, ("<=", 0))


def _spoken(box: SpeechModel, sentences: Sequence[str], noise: float | None) -> Iterator[Row]:
    case = _case(noise)
    took: list[float] = []
    errors = total = 0
    for voice in VOICES:
        sounds = [_said(sentence, voice) for sentence in sentences]
        wrong, count = _errors(box, sentences, sounds, noise, took)
        yield Row(f"{case}, {voice}", "word error", 100 * wrong / count, "%")
        errors, total = errors + wrong, total + count
    yield Row(case, "word error", 100 * errors / total, "%", ("<=", 15))
    yield Row(case, "from the pause to the text", float(np.median(took)), "ms")
    yield Row(case, "the same, the slowest", max(took), "ms")


def _neural(box: SpeechModel, sentences: Sequence[str]) -> Iterator[Row]:
    """Yield the errors in what Kokoro says, a network that speaks, where it has been built."""
    voice = Say(voice="kokoro")
    try:
        voice.open(Context("voice"))
    except (DeviceError, ModelError):
        return
    sounds = [_by(voice, sentence) for sentence in sentences]
    for noise in (None, 10.0):
        wrong, count = _errors(box, sentences, sounds, noise, [])
        yield Row(f"{_case(noise)}, Kokoro", "word error", 100 * wrong / count, "%")


def _errors(
    box: SpeechModel,
    sentences: Sequence[str],
    sounds: Sequence[NDArray[np.float32]],
    noise: float | None,
    took: list[float],
) -> tuple[int, int]:
    """Return how many words of sentences that were spoken are wrong, and how many there are."""
    wrong = 0
    for number, (sentence, sound) in enumerate(zip(sentences, sounds, strict=True)):
        heard = sound if noise is None else _with_noise(sound, noise, number)
        wrong += _wrong(sentence, _heard(box, heard, took))
    return wrong, sum(len(words(sentence)) for sentence in sentences)


def _by(voice: Say, sentence: str) -> NDArray[np.float32]:
    """Return a sentence as a box speaks it."""
    said = [each.message.sound for each in voice.process(sentence) if isinstance(each, After)]
    blocks = [sound for sound in said if sound is not None]
    samples = np.concatenate([each.samples for each in blocks])
    return _level(resample(samples, blocks[0].rate, RATE, quality="HQ"))


def _case(noise: float | None) -> str:
    return "clean" if noise is None else f"noise {noise:g} dB below"


def _watched(box: SpeechModel, sentences: Sequence[str]) -> Iterator[Row]:
    """Yield how many of the words that are watched for are found, and told where none was said."""
    box.words = list(WATCHED)
    said = found = false = 0
    for voice in VOICES:
        for sentence in (*sentences, *ALIKE):
            there = {*WATCHED} & {*words(sentence)}
            told = _keywords(box, _said(sentence, voice))
            said += len(there)
            found += len(there & told)
            false += len(told - there)
    box.words = []
    yield Row("words that are watched for", "found", 100 * found / max(said, 1), "%", (">=", 90))
    yield Row("words that are watched for", "told and not said", false, COUNT, ("<=", 0))


def _wrong(sentence: str, heard: Sequence[str]) -> int:
    """Return how many words are wrong, missing or added; a number may be written in digits."""
    spoken, found = ([*map(spelt, words(text))] for text in (sentence, " ".join(heard)))
    return distance(spoken, found)


def _foreign(box: SpeechModel) -> int:
    return sum(
        len(words(" ".join(_heard(box, _said(sentence, voice), [])))) for voice, sentence in FOREIGN
    )


def _at_once(box: SpeechModel, sentences: Sequence[str]) -> float:
    """Return the errors against the louder of two voices, of a hundred words."""
    wrong = count = 0
    for one, other in zip(sentences[::2], sentences[1::2], strict=False):
        first, second = _said(one, VOICES[0]), _said(other, VOICES[2])
        size = max(len(first), len(second))
        both = np.zeros(size, np.float32)
        for sound, loud in ((first, 1.0), (second, 0.7)):
            both[: len(sound)] += np.float32(loud) * sound
        wrong += _wrong(one, _heard(box, both, []))
        count += len(words(one))
    return 100 * wrong / count


def _nobody(box: SpeechModel, seconds: int) -> Iterator[Row]:
    """Yield what is written of sounds in which nobody speaks, each a part of the time."""
    rng = np.random.default_rng(21)
    kinds: dict[str, Callable[[], NDArray[Any]]] = {
        "silence": lambda: rng.normal(0, 1e-3, 10 * RATE),
        "noise, wind, rain, steps": lambda: class_sounds.noise(rng, 10.0),
        "hum": lambda: class_sounds.hum(rng, 10.0),
        "claps and applause": lambda: class_sounds.applause(rng, 10.0),
        "whistles": lambda: class_sounds.whistled(rng, 10.0),
        "song of the stand-in, vowels": lambda: class_sounds.sung(int(rng.integers(99)), 10.0),
    }
    if not fluidsynth.missing():
        kinds["music of FluidSynth"] = lambda: class_sounds.played(rng, (), 10.0)
    written = 0
    for name, make in kinds.items():
        rounds = max(1, round(seconds / 10 / len(kinds)))
        found = [text for _ in range(rounds) for text in _heard(box, _level(make()), [])]
        written += len(words(" ".join(found)))
        yield Row(f"nobody speaks: {name}", "words written", len(words(" ".join(found))), COUNT)
    yield Row("nobody speaks", "words written", written, COUNT, ("<=", 0))


def _said(sentence: str, voice: str) -> NDArray[np.float32]:
    return _level(espeak.spoken(sentence, voice, RATE))


def _level(sound: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.asarray(sound / (np.abs(sound).max() + 1e-9) * PEAK, np.float32)


def _with_noise(sound: NDArray[np.float32], below: float, seed: int) -> NDArray[np.float32]:
    """Return a sound with pink noise that many dB below it."""
    rng = np.random.default_rng(seed)
    size = len(sound) + 2 * RATE
    bins = np.fft.rfftfreq(size, 1 / RATE)
    pink = np.fft.irfft(np.fft.rfft(rng.normal(0, 1, size)) / np.sqrt(bins + 20), size)
    level = np.sqrt(np.mean(sound**2) / np.mean(pink**2)) * 10 ** (-below / 20)
    padded = np.concatenate((np.zeros(RATE, np.float32), sound, np.zeros(RATE, np.float32)))
    return np.asarray(padded + level * pink, np.float32)


def _heard(box: SpeechModel, sound: NDArray[np.float32], took: list[float]) -> list[str]:
    """Return what the box writes of a sound; add the ms it took for each text."""
    found = []
    for milliseconds, said in _all(box, sound):
        if said.text is not None:
            found.append(said.text.text)
            took.append(milliseconds)
    return found


def _keywords(box: SpeechModel, sound: NDArray[np.float32]) -> set[str]:
    """Return the words that were told of a sound."""
    told = {said.keyword.word for _, said in _all(box, sound) if said.keyword is not None}
    return told - {""}


def _all(box: SpeechModel, sound: NDArray[np.float32]) -> Iterator[tuple[float, HeardSpeech]]:
    """Yield all that the box says of a sound in a quiet room, and the ms that each took."""
    box.reset()
    quiet = np.zeros(round(0.5 * RATE), np.float32), np.zeros(round(1.2 * RATE), np.float32)
    samples = np.concatenate((quiet[0], sound, quiet[1]))
    samples += np.random.default_rng(0).normal(0, 3e-4, len(samples)).astype(np.float32)
    for start in range(0, len(samples), 512):
        begin = time.perf_counter()
        for said in box.process(Block(samples[start : start + 512], RATE, start)):
            yield 1000 * (time.perf_counter() - begin), said
