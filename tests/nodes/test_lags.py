"""The lag that each box declares is what a listener waits for it, measured: a step in, it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Block, Frame, Person, Pitch, Pose
from engine.core.node import Node
from engine.dsp.audio.level import power_to_db
from engine.dsp.audio.resample import resample
from engine.inference.model_folders import model_folder
from engine.lab.bench.class_sounds import whistled
from engine.models.chords import ChordsModel
from engine.models.flow import FlowModel
from engine.models.sounds import SoundsModel
from engine.models.speech import SpeechModel
from engine.models.things import ThingsModel
from engine.models.transcribe import TranscribeModel
from engine.models.voice_activity import VoiceActivityModel
from engine.nodes.chroma import Chroma
from engine.nodes.drums import Drums
from engine.nodes.embed_sound import EmbedSound
from engine.nodes.energy import Energy
from engine.nodes.formants import Formants
from engine.nodes.loudness import Loudness
from engine.nodes.movement import MovementNode
from engine.nodes.notes import Notes
from engine.nodes.onset import Onset
from engine.nodes.pitch import PitchNode
from engine.nodes.smooth import STEP, Smooth
from engine.nodes.speed import Speed
from engine.synthetic.voice_timbre import CYCLE, cycle
from tests.conformance import boxes
from tests.models.dictating import build
from tests.models.drawn_things import clock

RATE = 48_000
MS = 1e-3
STEPS = [0.25 + shift * MS for shift in (0, 2.3, 4.6, 6.9, 9.2, 11.5, 13.8, 16.1)]
"""Seconds at which it begins to sound: at many places within a hop."""

Sound = NDArray[np.float32]


def tone(hz: float, seconds: float) -> Sound:
    """Return a tone as of a voice."""
    time = np.arange(round(seconds * RATE)) / RATE
    parts = ((1, 0.2), (2, 0.08), (3, 0.04))
    return np.sum([a * np.sin(2 * np.pi * k * hz * time) for k, a in parts], axis=0)


def step(at: float, then: Sound) -> Sound:
    """Return next to silence, and from a moment on a sound."""
    room = np.random.default_rng(5).normal(0, 1e-4, round(at * RATE))
    return np.concatenate((room, then)).astype(np.float32)


def answers(box: Callable[[Block], Any], sound: Sound) -> Iterator[tuple[float, Any]]:
    """Yield each answer and the second of the newest sample, in blocks of a millisecond."""
    size = RATE // 1000
    for start in range(0, len(sound), size):
        answer = box(Block(sound[start : start + size], RATE, start))
        for one in answer if isinstance(answer, Iterator) else (answer,):
            if one is not None:
                yield (start + size) / RATE, one


def first(told: Iterator[tuple[float, Any]], at: float, says: Callable[[Any], bool]) -> float:
    """Return how many seconds after a moment something is said."""
    return next(when for when, what in told if when > at and says(what)) - at


def loudness(at: float) -> float:
    hiss = np.random.default_rng(6).normal(0, 0.1, RATE // 4)
    half = power_to_db(0.01 / 2)
    return first(answers(Loudness().process, step(at, hiss)), at, lambda loud: loud.db > half)


def onset(at: float) -> float:
    stroke = np.random.default_rng(7).normal(0, 0.2, RATE // 5)
    stroke *= np.exp(-np.arange(len(stroke)) / 2000) * np.minimum(1, np.arange(len(stroke)) / 240)
    return first(answers(Onset().process, step(at, stroke)), at, lambda _: True)


def drums(at: float) -> float:
    kick = np.sin(2 * np.pi * 55 * np.arange(RATE // 5) / RATE) * np.exp(
        -np.arange(RATE // 5) / 4000
    )
    return first(answers(Drums().process, step(at, 0.5 * kick)), at, lambda _: True)


def pitch(at: float) -> float:
    ear = PitchNode()
    hz = 180 + 4000 * (at - STEPS[0])

    def right(told: Pitch) -> bool:
        return told.on and abs(12 * np.log2(told.hz / hz)) < 0.5

    return first(answers(ear.process, step(at, tone(hz, 0.2))), at, right)


def voice_activity(at: float) -> float:
    """Return what a drawn voice waits that begins at once, as a vowel."""
    box = VoiceActivityModel()
    box.open()
    with np.load(model_folder("silero_vad") / "parity.npz") as stored:
        voice = resample((stored["sounds"][0] / 32768).astype(np.float32), 16000, RATE)
    return first(answers(box.process, step(at, voice)), at, lambda told: told.on)


def speech(at: float) -> float:
    """Return what a text waits after a drawn voice has ended, which ends at full strength."""
    with TemporaryDirectory() as folder:
        ear = SpeechModel(model=build(Path(folder)), every=0.0)
        ear.open()
    with np.load(model_folder("silero_vad") / "parity.npz") as stored:
        voice = resample((stored["sounds"][0] / 32768).astype(np.float32), 16000, RATE)
    sound = np.concatenate((step(at, voice), np.zeros(RATE, np.float32)))
    return first(answers(ear.process, sound), at, lambda told: told.text) - len(voice) / RATE


def sounds(at: float) -> float:
    """Return what a whistle waits."""
    box = SoundsModel()
    box.open()
    whistle = resample(
        0.3 * whistled(np.random.default_rng(5), 2.0).astype(np.float32), 16000, RATE
    )
    return first(answers(box.process, step(at, whistle)), at, lambda told: told.whistle)


def formants(at: float) -> float:
    """Return what an "ah" waits that follows an "ee", until half of the way is told."""
    phase = np.arange(round((at + 0.3) * RATE)) * 120 / RATE % 1
    ee, ah = (np.interp(phase * CYCLE, np.arange(CYCLE + 1), cycle(each, 47)) for each in "ia")
    sung = np.where(np.arange(len(phase)) < round(at * RATE), ee, ah)
    told = answers(Formants().process, 0.1 * sung.astype(np.float32))
    return first(told, at, lambda one: one.f1 is not None and one.f1 > 500)


def notes(at: float) -> float:
    """Return what notes wait beyond the first reading of their pitch."""
    box = Notes(steady=0.045)
    readings = [Pitch(220.0, 57.0, 1.0, True, 0.8)] * 12
    for index, reading in enumerate(readings):
        moment = index * 0.005
        if any(played.notes for played in box.process(reading, at=ns(moment))):
            return moment
    raise AssertionError("no note")


def chord(at: float, *notes: int) -> Sound:
    """Return a chord next to silence."""
    tones = [tone(440 * 2 ** ((note - 69) / 12), 1.0) for note in notes]
    return step(at, np.sum(tones, axis=0) * 0.5)


def chroma(at: float) -> float:
    return first(
        answers(Chroma().process, step(at, tone(220.0, 0.3))), at, lambda all: all.chroma.a > 0.5
    )


def transcribe(at: float) -> float:
    ear = TranscribeModel()
    ear.open()
    told = answers(ear.process, chord(at, 60, 64, 67))
    return first(told, at, lambda note: note.velocity > 0 and note.note == 64)


def chords(at: float) -> float:
    ear = ChordsModel()
    ear.open()
    return first(answers(ear.process, chord(at, 60, 64, 67)), at, lambda one: one.name == "C")


def energy(at: float) -> float:
    return moved_at(Energy(), at, float, round_and_round)


def speed(at: float) -> float:
    return moved_at(Speed(part="left_wrist"), at, lambda told: told.speed, straight)


def round_and_round(seconds: float) -> tuple[float, float]:
    return 0.15 * np.sin(9 * seconds), 0.15 * (1 - np.cos(9 * seconds))


def straight(seconds: float) -> tuple[float, float]:
    return 0.1 * seconds, 0.1 * seconds


def moved_at(
    box: Any,
    at: float,
    says: Callable[[Any], float],
    path: Callable[[float], tuple[float, float]],
) -> float:
    """Return what a body waits whose hands begin to move on a path, at 30 pictures a second."""
    fps = 30.0
    told = []
    for index in range(75):
        moment = index / fps
        points = np.linspace(0.2, 0.9, 51, dtype=np.float32).reshape(17, 3)
        points[:, 2] = 1.0
        points[9:11, :2] += np.array(path(max(0.0, moment - at)), np.float32)
        level = box.process(Pose((Person(1, 1, points),), 16 / 9), at=ns(moment))
        if level is not None:
            told.append((moment, says(level)))
    half = np.median([level for moment, level in told if moment > at + 0.5]) / 2
    return first(iter(told), at, lambda level: level > half)


def begins_to_move(at: float) -> Iterator[tuple[float, Frame]]:
    """Yield pictures, 30 a second, of a thing that begins to go to the right."""
    random = np.random.default_rng(1)
    room, thing = (
        np.clip(cv2.GaussianBlur(random.normal(110, 350, shape), (0, 0), 4), 10, 220)
        for shape in ((180, 320, 3), (80, 80, 3))
    )
    for index in range(30):
        image = room.astype(np.uint8)
        left = 60 + round(72 * max(0.0, index / 30 - at))
        image[50:130, left : left + 80] = thing
        yield index / 30, Frame(image)


def seen_moving(box: Any, at: float, says: Callable[[Any], float]) -> float:
    """Return what that waits until half of what is said in the end."""
    told = [
        (moment, says(answer))
        for moment, frame in begins_to_move(at)
        if (answer := box.process(frame, at=ns(moment))) is not None
    ]
    half = np.median([value for moment, value in told if moment > at + 0.2]) / 2
    return first(iter(told), at, lambda value: value > half)


def flow(at: float) -> float:
    box = FlowModel()
    box.open()
    return seen_moving(box, at, lambda one: one.right)


def movement(at: float) -> float:
    return seen_moving(MovementNode(release=0.0), at, lambda one: one.amount)


def smooth(at: float) -> float:
    box = Smooth(smooth=0.97)
    for index in range(5):
        box.process(0.0, at=ns(index * STEP))
    for index in range(5, 1000):
        value = box.process(1.0, at=ns(index * STEP))
        if value is not None and value >= 0.5:
            return (index - 5) * STEP
    raise AssertionError("never")


def embed_sound(at: float) -> float:
    """Return what a tone waits that follows a hiss, until the numbers are nearer to its own."""
    hiss = np.random.default_rng(6).normal(0, 0.03, round((at + 1) * RATE))
    sound = np.concatenate((hiss, tone(220, 1.5))).astype(np.float32)
    told = [(when, one.values) for when, one in answers(EmbedSound().process, sound)]
    before = next(values for when, values in reversed(told) if when <= at + 1)
    after = told[-1][1]
    gone, come = ([np.linalg.norm(one - end) for _, one in told] for end in (before, after))
    begins = len([when for when, _ in told if when <= at + 1])
    return next(told[n][0] for n in range(begins, len(told)) if come[n] < gone[n]) - at - 1


def things(at: float) -> float:
    """Return when a clock that is shown is half as sure as it becomes, 30 pictures a second."""
    box = ThingsModel(size=64)
    box.open()
    face = Frame(clock(np.random.default_rng(0)))
    grey = Frame(np.full_like(face.image, 128))
    place = box._names.index("analog clock")
    sure: list[tuple[float, float]] = []
    for number in range(60):
        when = number / 30
        box.process(face if when > at else grey, at=ns(when))
        assert box._mean is not None
        sure.append((when - at, float(box._mean[place])))
    return next(when for when, one in sure if one > sure[-1][1] / 2)


MEASURED: dict[str, tuple[Callable[[float], float], Callable[[], Node], float]] = {
    "loudness": (loudness, Loudness, 3 * MS),
    "onset": (onset, Onset, 3 * MS),
    "formants": (formants, Formants, 12 * MS),
    "drums": (drums, Drums, 4 * MS),
    "pitch": (pitch, PitchNode, 3 * MS),
    "voice_activity": (voice_activity, VoiceActivityModel, 16 * MS),
    "speech": (speech, SpeechModel, 20 * MS),
    "sounds": (sounds, SoundsModel, 60 * MS),
    "notes": (notes, lambda: Notes(steady=0.045), 0.1 * MS),
    "chroma": (chroma, Chroma, 5 * MS),
    "transcribe": (transcribe, TranscribeModel, 25 * MS),
    "chords": (chords, ChordsModel, 60 * MS),
    "energy": (energy, Energy, 12 * MS),
    "speed": (speed, Speed, 1 / 60),  # it does not know the rate: half a picture is not in it
    "flow": (flow, FlowModel, 12 * MS),
    "movement": (movement, MovementNode, 12 * MS),
    "embed_sound": (embed_sound, EmbedSound, 60 * MS),
    "things": (things, ThingsModel, 20 * MS),
    "smooth": (smooth, lambda: Smooth(smooth=0.97), STEP),
}
"""How each is measured, which box that is, and how far both may be apart."""
BY_PICTURE = ("energy", "speed", "flow", "movement", "things")
"""Those that answer 30 times a second: what waits for the next picture counts as well."""


@pytest.mark.parametrize("name", MEASURED)
def test_the_lag_that_a_box_declares_is_what_it_takes(name: str) -> None:
    measure, make, apart = MEASURED[name]
    begins = [at + 1 / 30 * k for k, at in enumerate(STEPS)] if name in BY_PICTURE else STEPS
    measured = float(np.mean([measure(at) for at in begins]))
    assert make().lag == pytest.approx(measured, abs=apart)


def test_whoever_declares_a_lag_is_measured() -> None:
    declares = {
        name
        for name in (*boxes.NODES, *boxes.MODELS)
        if isinstance(box := boxes.fresh(name, **boxes.needed(name)), Node) and box.lag
    }
    assert declares <= {*MEASURED}


def test_what_is_set_on_a_box_counts() -> None:
    assert Smooth(smooth=0.0).lag == Smooth(smooth=0.5).lag == 0
    assert Smooth(smooth=1.0).lag > Smooth(smooth=0.95).lag > 0
    assert Notes(steady=0.0).lag == 0
    assert Notes().lag == pytest.approx(0.005)
    assert Smooth(min_cutoff=1e-9, beta=0.0).lag == 60.0  # nobody waits for that
