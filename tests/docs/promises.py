"""What each recipe of docs/recipes.md promises, held against what it sends when it is played.

They are played offline: the dancer dances for the camera, the stand-in sings or a drum computed
here is hit for the microphone, and what a desk or a phone would say enters by a script.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import soundfile

from engine import Trigger
from engine.core.clock import ns
from engine.core.commands import SetParameter
from engine.core.messages import Message, Note, OscMessage
from engine.inference.model_folders import model_folder
from engine.lab.bench.class_sounds import claps
from engine.runtime.entries import Arrival
from engine.testing import Played, Script, Sent
from tests.models.dictating import build
from tests.models.drawn_things import clock

DRUM = "drum.wav"
SPOKEN = "spoken.wav"
CLAPPED = "clapped.wav"
KICKS = tuple(2 + 0.5 * count for count in range(10))
"""The seconds at which the bass drum is hit; before the first one it is quiet."""
HATS = tuple(at + 0.25 for at in KICKS)
SECONDS_OF_DRUM = 8.0
GROOVE = "groove.wav"
SECONDS_OF_GROOVE = 11.5
BEATS = tuple(1 + 0.5 * count for count in range(24))
ONES = BEATS[::4]
_RATE = 16_000
FOUND_WITHIN = 0.1
"""s: how soon after a stroke what follows from it must leave."""

Check = Callable[[Played], None]


@dataclass(frozen=True)
class Promise:
    """How a recipe is played, and what must then have left."""

    seconds: float
    sets: tuple[str, ...]
    script: Script
    check: Check


PROMISES: dict[str, Promise] = {}


def promise(
    title: str, seconds: float, *sets: str, script: Script = ()
) -> Callable[[Check], Check]:
    """Register what a recipe promises when it is played so long."""

    def register(check: Check) -> Check:
        PROMISES[title] = Promise(seconds, sets, script, check)
        return check

    return register


def dancer(seed: int = 0, script: str = "solo", fps: int = 10) -> tuple[str, ...]:
    """Return the settings that have a dancer dance for the camera."""
    values = {"use": "stand_in", "sings": "false", "seed": seed, "script": script, "fps": fps}
    return tuple(f"camera.{key}={value}" for key, value in values.items())


def near_to(shot: str) -> tuple[str, ...]:
    """Return the settings that show a dancer's face or hands from near."""
    return (*dancer(seed=5), "camera.detail=true", f"camera.shot={shot}")


COMES_AND_GOES = dancer(script="enter_leave", fps=6)
"""Enters after about 3 s and leaves after about 12."""
CAME, LEFT = 3.0, 12.0
DRUMMER = (f"mic.device={DRUM}",)
HEARD = "the sea is calm tonight"
"""What ``speech`` hears when somebody speaks, whatever they say: only its networks are drawn."""
CHORDS = "chords.wav"
"""A C major chord from 0.5 to 2 s, A minor until 3.5 s, and then nothing."""
BAND = (f"mic.device={GROOVE}",)


def write_drum(folder: Path) -> None:
    """Write two seconds of quiet, and then a bass drum on each half second with hats between."""
    rng = np.random.default_rng(1)
    sound = rng.normal(0, 0.001, int(SECONDS_OF_DRUM * _RATE))
    beat = np.arange(int(0.2 * _RATE)) / _RATE
    kick = 0.8 * np.sin(2 * np.pi * 60 * beat) * np.exp(-beat / 0.05)
    hat = np.diff(rng.normal(0, 0.3, beat.size), prepend=0) * np.exp(-beat / 0.015)
    for strokes, stroke in ((KICKS, kick), (HATS, hat)):
        for at in strokes:
            begin = int(at * _RATE)
            sound[begin : begin + stroke.size] += stroke
    soundfile.write(folder / DRUM, sound.astype(np.float32), _RATE)


def write_chords(folder: Path) -> None:
    """Write two chords and a silence."""
    sound = np.zeros(5 * _RATE)
    for begin, notes in ((0.5, (48, 60, 64, 67)), (2.0, (45, 60, 64, 69))):
        time = np.arange(int(1.5 * _RATE)) / _RATE
        for note in notes:
            hz = 440 * 2 ** ((note - 69) / 12)
            tone = sum(np.sin(2 * np.pi * k * hz * time) / k for k in range(1, 7))
            first = int(begin * _RATE)
            sound[first : first + time.size] += 0.05 * tone
    soundfile.write(folder / CHORDS, sound.astype(np.float32), _RATE)


def write_groove(folder: Path) -> None:
    """Write five bars of kick, snare and hat with a chord on each one, after a second of quiet."""
    rng = np.random.default_rng(2)
    sound = rng.normal(0, 0.001, int(SECONDS_OF_GROOVE * _RATE))

    def add(at: float, stroke: np.ndarray) -> None:
        part = sound[int(at * _RATE) :][: stroke.size]
        part += stroke[: part.size]

    beat, bar = (np.arange(int(lasts * _RATE)) / _RATE for lasts in (0.25, 1.9))
    kick = np.sin(2 * np.pi * (60 * beat + 2 * (1 - np.exp(-40 * beat)))) * np.exp(-beat / 0.06)
    for number, at in enumerate(np.arange(1.0, SECONDS_OF_GROOVE - 0.5, 0.25)):
        if number % 8 in (0, 4, 5):
            add(at, (0.5 if number % 8 else 0.8) * kick)
        if number % 4 == 2:
            tone = np.sin(2 * np.pi * 200 * beat)
            add(at, 0.3 * (rng.normal(size=beat.size) + tone) * np.exp(-beat / 0.05))
        if number % 8 == 0:
            chord = sum(
                np.sin(2 * np.pi * hz * bar * k) / k for hz in (110, 277, 330) for k in (1, 2)
            )
            add(at, 0.08 * chord * np.minimum(1, bar / 0.005) * np.exp(-bar / 0.8))
        add(at, np.diff(rng.normal(0, 0.15, beat.size), prepend=0) * np.exp(-beat / 0.015))
    soundfile.write(folder / GROOVE, sound.astype(np.float32), _RATE)


def write_voice_and_claps(folder: Path) -> None:
    """Write a second of quiet, one of a drawn voice or two of claps, and three more of quiet."""
    rng = np.random.default_rng(4)
    with np.load(model_folder("silero_vad") / "parity.npz") as stored:
        voice = stored["sounds"][0] / 32768
    for name, middle in ((SPOKEN, voice), (CLAPPED, 0.3 * claps(rng, 2.0))):
        sound = np.concatenate((np.zeros(_RATE), middle, np.zeros(3 * _RATE)))
        sound += rng.normal(0, 3e-4, len(sound))
        soundfile.write(folder / name, sound.astype(np.float32), _RATE)


def write_words(folder: Path) -> None:
    """Write the words of a song, and networks for ``speech`` that always hear one sentence."""
    song = "[00:00.50]The sea is calm\n[00:01.25]tonight\n[00:02.00]\n"
    (folder / "song.lrc").write_text(song, encoding="utf-8")
    build(folder, HEARD)


def write_likeness(folder: Path) -> None:
    """Write a picture of a clock, and a map of four sounds."""
    picture = clock(np.random.default_rng(0))
    cv2.imwrite(str(folder / "clock.png"), picture)
    media = Path(__file__).parents[1] / "media"
    shutil.copytree(media / "tones", folder / "tones")
    for name in ("tones.corpus", "my_sounds.corpus"):
        shutil.copy(media / "tones.corpus", folder / name)


def arrivals(source: str, outlet: str, *messages: tuple[float, Message]) -> Script:
    """Return a script in which a source says something, each at its second."""
    return [(at, Arrival(source, outlet, message, ns(at))) for at, message in messages]


def sent(played: Played, address: str, sink: str = "out") -> list[Sent]:
    """Return what left to an address. Fail where nothing did."""
    found = played.sent(sink, address)
    assert found, f"nothing was sent to {address}"
    return found


def numbers(played: Played, address: str, sink: str = "out") -> list[tuple[float, float]]:
    """Return the moments and numbers that left to an address."""
    return [(each.t, float(each.args[0])) for each in sent(played, address, sink)]


def values(played: Played, address: str, begin: float = 0, end: float = 1e9) -> list[float]:
    """Return the numbers that left to an address between two moments."""
    return [value for at, value in numbers(played, address) if begin <= at < end]


def presses(played: Played, address: str) -> list[float]:
    """Return the moments of the triggers that left to an address, not of their ends."""
    return [each.t for each in sent(played, address) if each.args != [0]]


def changes(found: list[tuple[float, float]]) -> list[float]:
    """Return the moments at which a number became another one."""
    return [at for (_, before), (at, value) in pairwise(found) if value != before]


def moves(found: list[float]) -> bool:
    """Whether a number goes a visible way."""
    return max(found) - min(found) > 0.1


def after(strokes: tuple[float, ...], moments: list[float]) -> bool:
    """Whether there is one moment for each stroke, soon after it, and none besides."""
    return len(moments) == len(strokes) and all(
        at <= moment <= at + FOUND_WITHIN for at, moment in zip(strokes, moments, strict=True)
    )


# -- Sound -----------------------------------------------------------------------------------------


@promise("Flash on the kick", SECONDS_OF_DRUM, *DRUMMER)
def _(played: Played) -> None:
    address = "/composition/layers/1/video/opacity"
    for kick in KICKS:
        flash = values(played, address, kick, kick + 0.5)
        assert max(flash) > 0.9
        assert flash[-1] < 0.1
        assert flash.index(max(flash)) < len(flash) / 3
    assert numbers(played, address)[0][0] >= KICKS[0]


@promise("Never more than three flashes a second", SECONDS_OF_DRUM, *DRUMMER)
def _(played: Played) -> None:
    flashes = presses(played, "/strobe")
    assert len(flashes) == len(KICKS)
    assert all(later - earlier >= 0.333 for earlier, later in pairwise(flashes))


@promise("Every fourth kick the next clip", SECONDS_OF_DRUM, *DRUMMER)
def _(played: Played) -> None:
    assert after(KICKS[3::4], presses(played, "/composition/connectnextcolumn"))
    assert values(played, "/beat") == [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]


@promise("Strobe on the beat", SECONDS_OF_GROOVE, *BAND)
def _(played: Played) -> None:
    strobes = presses(played, "/strobe")
    assert BEATS[2] < strobes[0] < 6
    assert len(strobes) > 8
    assert all(min(abs(at - beat) for beat in BEATS) < 0.05 for at in strobes if at < 11)


@promise("Change the look on the one", SECONDS_OF_GROOVE, *dancer(fps=1), *BAND)
def _(played: Played) -> None:
    looks = sent(played, "/look")
    assert len(looks) >= 2
    assert [each.args for each in looks[:2]] == [["starry"], ["wave"]]
    assert all(min(abs(each.t - one) for one in ONES) < 0.05 for each in looks)


@promise("Change the look on the drop", 3, *dancer(fps=2), *DRUMMER)
def _(played: Played) -> None:
    assert [each.args for each in sent(played, "/look")] == [["starry"]]
    assert sent(played, "/look")[0].t >= KICKS[0]
    assert played.box("painting").look == "starry"


@promise("Quiet means dark", SECONDS_OF_DRUM, *DRUMMER)
def _(played: Played) -> None:
    assert max(values(played, "/master", 0, KICKS[0])) < 0.2
    assert min(values(played, "/master", KICKS[0] + 0.2, KICKS[-1])) > 0.5
    fading = values(played, "/master", HATS[-1] + 0.2)
    assert fading == sorted(fading, reverse=True)
    assert moves(fading)


@promise("Each hit the next note", SECONDS_OF_DRUM, *DRUMMER)
def _(played: Played) -> None:
    notes = values(played, "/note")
    assert notes[:9] == [60, 63, 67, 70, 72, 70, 67, 63, 60]
    assert after(KICKS, [at for at, _ in numbers(played, "/note")][::2])


@promise("Throw the dice on each hit", SECONDS_OF_DRUM, *DRUMMER)
def _(played: Played) -> None:
    clips = values(played, "/clip")
    assert len(clips) == len(KICKS) + len(HATS)
    assert {*clips} <= {1, 2, 3, 4, 5, 6}
    assert all(one != other for one, other in pairwise(clips))


# -- Bodies ----------------------------------------------------------------------------------------


@promise("Follow a hand", 4, *dancer(seed=1))
def _(played: Played) -> None:
    places = [each.args for each in sent(played, "/spot/xy")]
    assert all(len(place) == 2 for place in places)
    assert all(moves([place[axis] for place in places]) for axis in (0, 1))
    assert numbers(played, "/pan")[-1][1] == float(np.float32(2 * places[-1][0] - 1))


@promise("Each dancer an address", 5, *dancer(script="crossing"), "camera.people=2")
def _(played: Played) -> None:
    one, other = (numbers(played, f"/p{slot}/nose/x") for slot in (1, 2))
    for across in (one, other):  # nobody is taken for the other
        assert max(abs(x - y) for (_, x), (_, y) in pairwise(across)) < 0.1
    at = dict(other)
    assert {x < at[when] for when, x in one if when in at} == {True, False}, "they have not crossed"
    assert not played.sent("out", "/p3/nose/x")
    assert max(values(played, "/people")) == 2


@promise("Only the performer", 3, *dancer(script="crossing"), "camera.people=2")
def _(played: Played) -> None:
    assert moves(values(played, "/hand"))
    assert values(played, "/p1/here")
    assert not any(played.sent("out", f"/p{slot}/here") for slot in (2, 3))


@promise("The whole range for everybody", 6, *dancer())
def _(played: Played) -> None:
    found = values(played, "/reach")
    assert (min(found), max(found)) == (0, 1)
    assert numbers(played, "/reach")[0][0] >= 2


@promise("Hands touch the screen", 4, *dancer(seed=1))
def _(played: Played) -> None:
    told = [each.args for each in sent(played, "/tuio/2Dcur", "touch")]
    touches = {session for kind, *sessions in told if kind == "alive" for session in sessions}
    places = [args[1:4] for args in told if args[0] == "set"]
    assert len(touches) == 2
    assert {session for session, _, _ in places} == touches
    assert all(moves([x for one, x, _ in places if one == session]) for session in touches)
    frames = [args[1] for args in told if args[0] == "fseq"]
    assert frames == sorted({*frames})  # clients leave out what is not above the one before


@promise("What it sees, in words", 4, *dancer(seed=1))
def _(played: Played) -> None:
    said = [text for (text,) in (each.args for each in sent(played, "/said"))]
    assert said
    assert all(text.startswith("There is a person ") for text in said)
    assert all(" It is " in text and "{" not in text for text in said)
    assert set(values(played, "/things/count")) >= {1}
    (label, sure, x, y, width, height, number) = sent(played, "/things/1")[-1].args
    assert (label, number) == ("person", 1)
    assert 0.5 < sure <= 1
    assert all(0 < each < 1 for each in (x, y, width, height))


@promise("A light follows you", 6, *dancer(seed=1))
def _(played: Played) -> None:
    places = [each.args for each in sent(played, "psn/1", "light")]
    assert places.pop()[-1] == 0.0  # the show ends: nobody is tracked any more
    assert {valid for *_, valid in places} == {1.0}
    assert {z for _, _, z, _ in places} == {2.0}
    assert all(-6 < x < 6 and 0.5 < y < 1.5 for x, y, _, _ in places)
    assert moves([x for x, _, _, _ in places])


@promise("Canon", 6, *dancer())
def _(played: Played) -> None:
    first = numbers(played, "/voice/1")
    for address, later in (("/voice/2", 2), ("/voice/3", 4)):
        voice = numbers(played, address)
        assert np.allclose([at - later for at, _ in voice], [at for at, _ in first[: len(voice)]])
        assert [value for _, value in voice] == [value for _, value in first[: len(voice)]]
        assert moves([value for _, value in voice])


@promise("Theremin", 6.5, *dancer())
def _(played: Played) -> None:
    assert 110 <= min(values(played, "/freq")) < 200 < max(values(played, "/freq")) <= 880
    assert min(values(played, "/amp")) == 0
    assert max(values(played, "/amp")) == 1


@promise("Conduct the tempo", 4, *dancer(seed=1))
def _(played: Played) -> None:
    tempi = played.stats["routes"]["clock/clock"]
    assert 2 <= tempi["messages"] <= 9


@promise("Only with both hands up", 5, *dancer(seed=6))
def _(played: Played) -> None:
    assert values(played, "/both")[:2] == [0, 1]
    assert [each.args for each in sent(played, "/cue/curtain/start")] == [[]]


@promise("Hands up switches the light", 5, *dancer(seed=3))
def _(played: Played) -> None:
    assert values(played, "/light") == [0, 1, 0]


@promise("Two hands, one number", 4, *dancer(seed=1))
def _(played: Played) -> None:
    assert moves(values(played, "/lift"))


@promise("Hands together, next patch", 4, *dancer(seed=6))
def _(played: Played) -> None:
    assert [each.args for each in sent(played, "/sensorium/patch", "myself")] == [["next"]]


@promise("Bend an arm, bend a sound", 4, *dancer(seed=1))
def _(played: Played) -> None:
    assert moves(values(played, "/bend"))
    assert max(values(played, "/speed")) > 0.1


@promise("Touch your toes", 4, *dancer(seed=1))
def _(played: Played) -> None:
    assert moves(values(played, "/open"))
    assert all(0 < each < 1 for each in values(played, "/pan"))
    assert max(values(played, "/people")) == 1


@promise("Clap, jump, turn", 12, *dancer(seed=1))
def _(played: Played) -> None:
    assert sent(played, "/raised")


@promise("Pinch a fader, roll a knob", 4, *dancer(seed=1))
def _(played: Played) -> None:
    assert values(played, "/fader")


@promise("The mouth opens the filter", 3, *near_to("face"), "face.trust=true")
def _(played: Played) -> None:
    assert moves(values(played, "/cutoff"))
    assert all(-1 <= each <= 1 for each in values(played, "/pan"))
    knob = [each.what["midi"] for each in played.sent("synth")]
    assert {(status, number) for status, number, _ in knob} == {(0xB0, 74)}
    assert len({value for *_, value in knob}) > 3


@promise("A fingertip draws", 3, *near_to("hands"))
def _(played: Played) -> None:
    places = np.array([each.args for each in sent(played, "/pen")])
    assert len(places) > 5
    assert ((places >= 0) & (places <= 1)).all()


# -- Coming and going ------------------------------------------------------------------------------


@promise("A note when someone enters", 5, *COMES_AND_GOES)
def _(played: Played) -> None:
    begin, end = played.sent("bell")
    assert begin.what["midi"] == [0x90, 72, 90]
    assert end.what["midi"] == [0x80, 72, 0]
    assert CAME <= begin.t <= CAME + 1
    assert end.t == begin.t + 1


@promise("Fade up for whoever comes", 9, *COMES_AND_GOES)
def _(played: Played) -> None:
    light = numbers(played, "/light")
    begun = next(at for at, value in light if value > 0)
    full = next(at for at, value in light if value == 1)
    assert CAME <= begun <= CAME + 1
    assert abs(full - begun - 4) < 0.1


@promise("Hold the last value when nobody is there", 16, *COMES_AND_GOES)
def _(played: Played) -> None:
    assert moves(values(played, "/hand"))
    assert numbers(played, "/hand")[0][0] >= CAME
    assert numbers(played, "/hand")[-1][0] <= LEFT + 2


@promise("Come to rest when nobody is there", 19, *COMES_AND_GOES)
def _(played: Played) -> None:
    assert moves(values(played, "/hand", end=LEFT))
    assert abs(values(played, "/hand")[-1] - 0.5) < 0.01
    assert LEFT + 4 <= numbers(played, "/hand")[-1][0] <= LEFT + 7


@promise("Step into the light", 16, *COMES_AND_GOES)
def _(played: Played) -> None:
    enter, *_ = sent(played, "/enter")
    assert CAME <= enter.t <= LEFT
    assert {*values(played, "/inside")} == {0, 1}
    assert [each.args for each in sent(played, "/dark")] == [[True], [False], [True]]


@promise("Count the visitors", 9, *COMES_AND_GOES)
def _(played: Played) -> None:
    (visitor,) = played.sent("visitors")
    assert visitor.args == [1]
    assert CAME <= visitor.t <= CAME + 3
    assert max(values(played, "/total")) == 1


@promise("Where on the stage, in metres", 4, *dancer(seed=1))
def _(played: Played) -> None:
    assert all(-4 < each < 10 for each in values(played, "/across"))
    assert values(played, "/away")
    assert {*values(played, "/front")} <= {0, 1}


@promise("Only in opening hours", 70, *dancer(fps=1), "hours.start=2026-11-29 09:59")
def _(played: Played) -> None:
    assert numbers(played, "/open") == [(0, 0), (60, 1)]
    assert [(each.t, each.args) for each in sent(played, "/projector/wake")] == [(60, [])]
    assert played.sent("out", "/projector/sleep") == []
    assert numbers(played, "/visitor/x")[0][0] >= 60


@promise("A cue every ten minutes", 1300)
def _(played: Played) -> None:
    assert [each.t for each in sent(played, "/cue/bell/start")] == [0, 600, 1200]


# -- Light and looks -------------------------------------------------------------------------------


@promise("Cross-fade two looks", 3, *dancer(seed=1, fps=4))
def _(played: Played) -> None:
    hand = values(played, "/fade")
    assert moves(hand)
    look = played.box("painting").look  # of the picture at work, so of a moment ago
    assert any(np.isclose(look["starry"], value) for value in hand[-2:])
    assert np.isclose(look["starry"] + look["ink"], 1)


@promise("Your own paintings on the beat", 3, *dancer(fps=3))
def _(played: Played) -> None:
    looks = [each.args[0] for each in sent(played, "/look")]
    assert looks == ["swirls", "reeds", "both", "swirls", "reeds"]
    assert played.box("painting").look == "reeds"


@promise("People and room painted apart", 3, *dancer(seed=1, fps=4))
def _(played: Played) -> None:
    hand = values(played, "/room")
    assert moves(hand)
    outside = played.box("painting").outside  # of the picture at work, so of a moment ago
    assert any(np.isclose(outside["starry"], value) for value in hand[-2:])
    assert all(0.02 < amount < 0.6 for amount in values(played, "/people"))


@promise("Which part of the room moves", 3, *dancer())
def _(played: Played) -> None:
    lamps = np.array([each.args for each in sent(played, "/lamps")])
    assert lamps.shape[1] == 6
    assert lamps.min() >= 0 and lamps.max() <= 1
    assert lamps[:, 4].max() > 0.2 > lamps[:, 0].max()  # the dancer is in the middle
    assert values(played, "/lamp/r2c2") == values(played, "/low/middle") == list(lamps[:, 4])
    assert moves(values(played, "/stir"))


@promise("Push with a wave", 4, *dancer(fps=20))
def _(played: Played) -> None:
    pushes = np.array([each.args for each in sent(played, "/push")])
    assert np.abs(pushes).max() <= 1
    assert pushes[:, 1].min() < -0.1 < 0.1 < pushes[:, 1].max()
    assert moves(values(played, "/amount"))


@promise(
    "A slow painter at the full rate", 2, *dancer(fps=20), "painting.size=64", "shown.size=320"
)
def _(played: Played) -> None:
    lanes = played.engine.metrics.lanes
    assert lanes["painting"].runs <= 21
    assert lanes["shown"].runs >= 38
    assert moves(values(played, "/stir"))


@promise("Send a colour", 3, *dancer())
def _(played: Played) -> None:
    colours = [each.args for each in sent(played, "/wash")]
    assert all(len(colour) == 3 for colour in colours)
    assert all(np.isclose([min(each), max(each)], [0.2, 1]).all() for each in colours)


@promise("The colour of the chord", 4.8, f"mic.device={CHORDS}")
def chord_colour(played: Played) -> None:
    names = [str(each.args[0]) for each in sent(played, "/chord/name")]
    told = [name for name, before in zip(names, ["", *names], strict=False) if name != before]
    assert told == ["C", "Am", ""]
    colours = sent(played, "/wash")
    saturations = {
        name: min(each.args[:3]) / max(each.args[:3])
        for name in ("C", "Am")
        for each in colours
        if abs(each.t - {"C": 1.9, "Am": 3.3}[name]) < 0.06
    }
    assert saturations["C"] < 0.1  # major is full
    assert 0.4 < saturations["Am"] < 0.6  # and minor pale
    assert max(colours[-1].args) < 0.1  # no chord is dark


@promise("A light that breathes", 12)
def _(played: Played) -> None:
    light = numbers(played, "/light")
    assert np.isclose(min(value for _, value in light), 0.2, atol=0.01)
    assert np.isclose(max(value for _, value in light), 1, atol=0.01)
    assert all(abs(one - other) < 0.05 for (_, one), (_, other) in pairwise(light))
    again = {round(at, 2): value for at, value in light}
    assert all(np.isclose(again.get(round(at + 6, 2), value), value) for at, value in light)


@promise("Candlelight", 3)
def _(played: Played) -> None:
    flame, drift = values(played, "/candle"), values(played, "/pan")
    assert moves(flame)
    assert 0.4 <= min(flame) <= max(flame) <= 1
    assert np.abs(np.diff(drift)).max() < np.abs(np.diff(flame)).max() / 4


@promise("Eight steps and nothing between", 4, *dancer(seed=1))
def _(played: Played) -> None:
    stair = values(played, "/stair")
    assert all((value * 8).is_integer() for value in stair)
    assert moves(stair)


@promise("A curve of your own", 4, *dancer(seed=1))
def _(played: Played) -> None:
    lamp = values(played, "/lamp")
    assert 0 <= min(lamp) < 0.1
    assert max(lamp) > 0.9


# -- Desks and phones ------------------------------------------------------------------------------


@promise(
    "A MIDI knob turns a parameter",
    3,
    *dancer(seed=1),
    script=arrivals("desk", "cc0", (1.0, 0.25), (2.0, 0.75)),
)
def _(played: Played) -> None:
    assert numbers(played, "/fader") == [(1, 0.25), (2, 0.75)]
    assert moves(values(played, "/hand"))
    assert [key for _, key in played.box("desk").sets()] == ["cc16", "note37"]


@promise(
    "A phone mixes the picture",
    2,
    *dancer(fps=4),
    script=[
        *arrivals("phone", "ink", (0.5, 0.75)),
        *arrivals("phone", "wave", (1.0, 0.25)),
        *arrivals("phone", "clean", (1.5, True)),
    ],
)
def _(played: Played) -> None:
    assert values(played, "/ink") == [0.75]
    assert values(played, "/wave") == [0.25]
    painting = played.box("painting")
    assert (painting.look["ink"], painting.look["wave"]) == (0.75, 0.25)
    assert painting.strength == 0


@promise("Ten seconds to black", 13, script=arrivals("phone", "light", (1.0, False)))
def _(played: Played) -> None:
    master = numbers(played, "/master", "lights")
    assert {value for at, value in master if at < 1} == {1}
    assert abs(master[-1][0] - 11) < 0.1
    assert master[-1][1] == 0
    assert all(one >= other for (_, one), (_, other) in pairwise(master))


@promise(
    "A pedal, a pad or a clap",
    4,
    *DRUMMER,
    script=[
        *arrivals("desk", "note36", (0.25, Trigger(1.0))),
        *arrivals("desk", "cc64", (0.0, 0.0), (1.25, 1.0), (1.5, 0.0)),
    ],
)
def _(played: Played) -> None:
    moments = [each.t for each in sent(played, "/go")]
    assert moments[:2] == [0.25, 1.25]
    assert all(later - earlier >= 1 for earlier, later in pairwise(moments))
    assert len(moments) > 2  # the strokes of the drum are claps too


@promise("Music steps back for a speaker", 5, f"mic.device={SPOKEN}")
def _(played: Played) -> None:
    assert set(values(played, "/music/volume", 0, 1)) <= {1.0}
    assert min(values(played, "/music/volume", 1.5, 3)) == 0.25
    coming = values(played, "/music/volume", 3.5)
    assert coming == sorted(coming)
    assert moves(coming)


@promise("Clapping brings the light up", 6, f"mic.device={CLAPPED}")
def _(played: Played) -> None:
    assert set(values(played, "/light", 0, 1)) <= {0.0}
    assert max(values(played, "/light", 1.5, 4)) > 0.9
    going = values(played, "/light", 5.2)
    assert going == sorted(going, reverse=True)


@promise(
    "Freeze it at a press",
    4,
    *dancer(seed=1),
    script=arrivals("phone", "press", (1.0, Trigger()), (3.0, Trigger())),
)
def _(played: Played) -> None:
    frozen = numbers(played, "/frozen")
    assert [at for at, _ in frozen] == [1, 3]
    assert frozen[0][1] != frozen[1][1]


@promise("One hand, three programs", 3, *dancer(seed=1))
def _(played: Played) -> None:
    assert min(each.args[0] for each in sent(played, "/filter/cutoff", "synth")) >= 200
    opacity = sent(played, "/composition/layers/1/video/opacity", "video")
    assert all(0 <= each.args[0] <= 1 for each in opacity)
    controllers = [each.what["midi"] for each in played.sent("live")]
    assert {tuple(each[:2]) for each in controllers} == {(0xB0, 20)}


LINES = ("the sea is calm", "", "האור")


def typed(*lines: str, parameter: str = "text") -> Script:
    """Return a script in which a hand types a line each second."""
    return [(second, SetParameter("typed", parameter, one)) for second, one in enumerate(lines, 1)]


@promise(
    "What is typed, elsewhere",
    5,
    script=[*typed("the s", parameter="typing"), *((at + 1, one) for at, one in typed(*LINES))],
)
def _(played: Played) -> None:
    assert [each.args for each in sent(played, "/line")] == [[line] for line in LINES]
    assert [each.args for each in sent(played, "/line/so/far")] == [["the s"], [""]]


@promise("Subtitles as they are typed", 4, *dancer(seed=1, fps=4), script=typed(*LINES))
def _(played: Played) -> None:
    assert [each.args for each in sent(played, "/line")] == [[line] for line in LINES]
    assert played.box("subtitles").text == LINES[-1]


@promise(
    "A poem for each press",
    8,
    script=[
        *arrivals("desk", "note36", (0.5, Trigger()), (5.0, Trigger())),
        *arrivals("desk", "cc1", (0.0, 0.5)),
        *arrivals("desk", "note38", (6.0, Trigger())),
    ],
)
def _(played: Played) -> None:
    grown = [(each.t, each.args[0]) for each in sent(played, "/line/so/far")]
    assert grown[0][0] == 0.5
    assert grown[1][0] == 0.83
    assert grown[1][1].startswith(grown[0][1])
    assert max(at for at, _ in grown) <= 6.0
    last = sent(played, "/line")[-1]
    assert (last.t, last.args[0]) == (6.0, grown[-1][1])
    assert (6.0, [1]) in [(each.t, each.args) for each in sent(played, "/done")]


@promise(
    "The next word on three pads",
    4,
    script=[
        *arrivals(
            "desk",
            "notes",
            *((0.5 * at, Note(note, 90)) for at, note in enumerate((36, 37, 60, 38), 1)),
        ),
        *arrivals("desk", "note39", (2.5, Trigger())),
        *arrivals("desk", "note40", (3.0, Trigger())),
    ],
)
def _(played: Played) -> None:
    first, second, third = (sent(played, f"/next/{place}") for place in (1, 2, 3))
    so_far = [each.args[0].split() for each in sent(played, "/so/far")]
    chosen = [first[0].args[0], second[1].args[0], third[2].args[0]]
    assert so_far == [[], chosen[:1], chosen[:2], chosen, chosen[:2], []]
    (line,) = sent(played, "/line")
    assert (line.t, line.args[0].split()) == (3.0, chosen[:2])


def midi(played: Played, kind: int) -> list[tuple[float, tuple[int, ...]]]:
    """Return the MIDI messages of a kind (the upper half of the first byte) with their seconds."""
    sent_on = [(one.t, tuple(one.what["midi"])) for one in played.sent("synth") if one.what]
    return [(at, data) for at, data in sent_on if data[0] >> 4 == kind]


C_MINOR = (60, 63, 67, 60, 62, 63, 65, 67, 68, 67, 65, 63, 62, 60, 71, 60, 63, 60)


def held(box: str, label: str, begin: float, end: float) -> list[tuple[float, Any]]:
    """Return commands that hold record of a box for a while."""
    return [
        (begin, SetParameter(box, "record", label)),
        (end, SetParameter(box, "record", "")),
    ]


@promise(
    "Teach it a pose",
    6,
    *dancer(seed=1, fps=8),
    script=[*held("poses", "one", 1, 1.4), *held("poses", "other", 2.2, 2.6)],
)
def _(played: Played) -> None:
    said = [each.args[0] for each in sent(played, "/pose")]
    assert said[0] == "unsure"
    assert {"one", "other"} >= {*said} - {"unsure"} != set()
    assert all(0 <= sure <= 1 for sure in values(played, "/sure"))


def finger(at: float, x: float, y: float) -> list[tuple[float, Any]]:
    """Return a place of a finger, three times."""
    moments = [at + 0.02 * n for n in range(3)]
    return [
        *arrivals("phone", "x", *((each, x) for each in moments)),
        *arrivals("phone", "y", *((each + 0.005, y) for each in moments)),
    ]


def lessons() -> list[tuple[float, Any]]:
    """Return a finger at 25 places, each taught the knobs x and y, and then between them."""
    script: list[tuple[float, Any]] = []
    for number in range(25):
        x, y, at = number % 5 / 4, number // 5 / 4, 0.5 + 0.2 * number
        script += [
            (at, SetParameter("finger", "knobs.cutoff", x)),
            (at, SetParameter("finger", "knobs.echo", y)),
            *held("finger", "here", at + 0.01, at + 0.12),
            *finger(at + 0.02, x, y),
        ]
    return sorted([*script, *finger(6.0, 0.4, 0.3), *finger(6.5, 0.4, 0.3)], key=itemgetter(0))


@promise("Teach two knobs to a finger", 7, script=lessons())
def _(played: Played) -> None:
    assert values(played, "/cutoff")[-1] == pytest.approx(80 * 100**0.4, rel=0.15)
    assert values(played, "/echo")[-1] == pytest.approx(0.3, abs=0.04)


def wekinator() -> list[tuple[float, Any]]:
    """Return a program that teaches two classes as to Wekinator, and asks for both."""
    control = "/wekinator/control/"
    said: list[tuple[str, tuple[float, ...]]] = []
    for label in (1.0, 2.0):
        said += [(control + "outputs", (label,)), (control + "startRecording", ())]
        said += [("/wek/inputs", (label, 0.01 * number)) for number in range(8)]
        said += [(control + "stopRecording", ())]
    said += [(control + "train", ()), (control + "startRunning", ())]
    said += [("/wek/inputs", (2.02, 0.0)), ("/wek/inputs", (0.98, 0.0))]
    moments = [(1 + 0.05 * number, OscMessage(*one)) for number, one in enumerate(said)]
    return [*arrivals("in", "said", *moments)]


@promise("A program that was made for Wekinator", 4, script=wekinator())
def _(played: Played) -> None:
    out = [(each.what["address"], each.args) for each in played.sent("out")]
    assert out == [
        ("/wekinator/status/done-training", []),
        ("/wek/outputs", [2.0]),
        ("/wek/outputs", [1.0]),
    ]
    assert [each.args for each in played.sent("ml4a", "/classification")] == [[2], [1]]


def circle(at: float, seconds: float) -> list[tuple[float, Any]]:
    """Return a phone that goes around once."""
    script: list[tuple[float, Any]] = []
    for moment in np.arange(0, seconds, 0.04).tolist():
        turn = 2 * np.pi * moment / seconds
        script += arrivals("phone", "x", (at + moment, float(np.sin(turn))))
        script += arrivals("phone", "y", (at + moment + 0.005, float(np.cos(turn))))
    return script


def rests(begin: float, end: float) -> list[tuple[float, Any]]:
    """Return a phone that is held still."""
    return [*arrivals("phone", "y", *((at, 1.0) for at in np.arange(begin, end, 0.04).tolist()))]


@promise(
    "A gesture fires the next cue",
    14,
    script=sorted(
        [
            *(one for at in (1, 3, 5) for one in held("moves", "circle", at, at + 1.5)),
            *(one for at in (1, 3, 5) for one in circle(at + 0.01, 1.45)),
            *circle(8, 1.4),
            *rests(9.4, 10.5),
            *circle(11, 1.9),
            *rests(12.9, 14),
        ],
        key=itemgetter(0),
    ),
)
def _(played: Played) -> None:
    cues = sent(played, "/cue")
    assert [each.args for each in cues] == [["calm"], ["warm"]]
    assert [each.t for each in cues] == pytest.approx([9.6, 13.1], abs=0.4)
    assert max(values(played, "/along")) > 0.8


@promise(
    "Sing in the key that is played",
    7,
    script=arrivals(
        "keyboard",
        "notes",
        *(
            (0.05 * place, Note(number, velocity))
            for place, (number, velocity) in enumerate(
                (number, velocity) for number in C_MINOR for velocity in (90, 0)
            )
        ),
    ),
)
def _(played: Played) -> None:
    assert sent(played, "/key")[-1].args[0] == "C minor"
    sung = {data[1] for at, data in midi(played, 0x9) if at > 1.2}
    assert sung
    assert {number % 12 for number in sung} <= {0, 2, 3, 5, 7, 8, 10, 11}


@promise("A pedal holds what is sung", 8, script=arrivals("desk", "cc64", (0.0, 1.0), (6.0, 0.0)))
def _(played: Played) -> None:
    begun = [data[1] for at, data in midi(played, 0x9) if at < 6 and data[2]]
    assert len(set(begun)) > 2
    ends = [(at, data[1]) for at, data in midi(played, 0x8)]
    assert {number for at, number in ends if abs(at - 6) < 0.01} >= {*begun}


@promise("Each note bends by itself", 6)
def _(played: Played) -> None:
    begun = [data for _, data in midi(played, 0x9)]
    assert len({data[0] & 0xF for data in begun}) > 2  # a channel for each
    assert 0 not in {data[0] & 0xF for data in begun}
    bends = [data for _, data in midi(played, 0xE)]
    assert {data[0] & 0xF for data in bends} >= {data[0] & 0xF for data in begun}
    assert len({data[1] for _, data in midi(played, 0xD)}) > 3  # pressure


# -- Spoken ----------------------------------------------------------------------------------------


@promise(
    "Say it aloud",
    12,
    script=[
        *arrivals(
            "line", "text", (0.5, "Good evening."), (0.6, "Welcome."), (6.0, "One two three")
        ),
        *arrivals("line", "stop", (6.3, Trigger())),
    ],
)
def _(played: Played) -> None:
    speaks = numbers(played, "/speaks")
    assert [on for _, on in speaks[:6]] == [1, 0, 1, 0, 1, 0]
    assert {(at, on) for at, on in speaks if at > 5} == {(6.0, 1), (6.3, 0)}
    assert len(presses(played, "/done")) == 2
    heard = played.sent("room")
    assert max(each.what["sound"]["db"] for each in heard) > -30
    said = [each.what["sound"]["seconds"] for each in heard if each.t < 5]
    assert 1.0 < sum(said) < 5.0


@promise("A face that speaks", 6, script=arrivals("line", "text", (0.5, "Mama, are you there?")))
def _(played: Played) -> None:
    shapes = [each.args[0] for each in sent(played, "/viseme")]
    assert {"pp", "aa", "rest"} <= {*shapes}
    assert shapes[0] == "pp"
    assert shapes[-1] == "rest"
    jaw = values(played, "/jaw")
    assert max(jaw) > 0.6
    assert jaw[-1] == 0
    assert max(abs(b - a) for a, b in pairwise(jaw)) < 0.6


@promise("Subtitles", 2, script=arrivals("line", "text", (0.5, "The sea is calm tonight, " * 8)))
def _(played: Played) -> None:
    assert sent(played, "/cue/7/text", "qlab")[0].args[0].startswith("The sea is calm")
    assert played.sent("projector")


# -- In time ---------------------------------------------------------------------------------------


@promise(
    "Tap the tempo",
    12,
    script=[
        *arrivals("desk", "note36", *((1 + 0.6 * n, Trigger()) for n in range(5))),
        *arrivals("desk", "note37", (5.8, Trigger())),
    ],
)
def _(played: Played) -> None:
    flashes = [at for at in presses(played, "/strobe") if at > 4]
    assert len(flashes) > 10
    assert all(abs((at - 1) / 0.6 - round((at - 1) / 0.6)) < 0.02 for at in flashes)
    assert values(played, "/bpm")[-1] == 100
    (first, *_) = [at for at, part in numbers(played, "/bar") if at > 7.5 and part < 0.01]
    assert abs((first - 5.8) / 2.4 - round((first - 5.8) / 2.4)) < 0.02


@promise("Scenes change on the bar", SECONDS_OF_DRUM, *DRUMMER)
def _(played: Played) -> None:
    scenes = sent(played, "/scene")
    assert len(scenes) > 2
    assert all(abs(each.t / 2 - round(each.t / 2)) < 1e-6 for each in scenes)


@promise(
    "A drum machine in time",
    9,
    script=[
        *arrivals("sequencer", "start", (1.1, Trigger())),
        *arrivals("sequencer", "clock", *((1.1 + n / 48 * 0.96, Trigger()) for n in range(200))),
        *arrivals("sequencer", "stop", (1.1 + 200 / 50, Trigger())),
    ],
)
def _(played: Played) -> None:
    said = [(each.t, tuple(each.what["midi"])) for each in played.sent("drums")]
    assert [data for _, data in said if data in ((0xFB,), (0xFA,), (0xFC,))][-1] == (0xFC,)
    started = [at for at, data in said if data in ((0xFA,), (0xFB,))]
    assert len(started) == 1
    assert abs((started[0] - 1.1) / 0.48 - round((started[0] - 1.1) / 0.48)) < 0.1


# -- Words -----------------------------------------------------------------------------------------

SPOKEN_LINES = ("the river runs into the sea", "fire and smoke, I hate it", "qzxv")
LINES_OF_VERSE = ("the sea is calm tonight", "and all the stars are bright", "no light", "a qzxv")


def texts(played: Played, address: str) -> list[str]:
    """Return the texts that left to an address."""
    return [str(each.args[0]) for each in sent(played, address)]


@promise(
    "What is said moves the room",
    8,
    script=arrivals("heard", "said", *((1.0 + 2 * n, each) for n, each in enumerate(SPOKEN_LINES))),
)
def _(played: Played) -> None:
    waves, flames = values(played, "/waves"), values(played, "/flames")
    assert len(waves) == len(flames) == 2  # of the third line nothing is known
    assert waves[0] > 0.8 > flames[0] + 0.6
    assert flames[1] > 0.8 > waves[1]
    assert values(played, "/strength")[1] > 0.4
    hues = values(played, "/hue", 3)
    assert max(hues) > 0.45  # blue
    assert 0.32 < hues[-1] < 0.34  # and back to the middle


@promise(
    "Walk from word to word",
    6,
    script=arrivals("phone", "fader", *((0.05 * n, n / 100) for n in range(101))),
)
def _(played: Played) -> None:
    words = texts(played, "/word")
    assert words[:2] == ["sea", "ocean"] and words[-1] == "city" and "town" in words
    assert len({*words}) == len(words) == 9
    assert values(played, "/place") == list(range(1, 10))


@promise("What it sees, and what that calls to mind", 2.6, *dancer(seed=1, fps=5))
def _(played: Played) -> None:
    said = texts(played, "/said")
    assert all(text.startswith("I see a person") for text in said)
    assert "I think of" in said[-1] and "{" not in said[-1]


@promise(
    "A flash for each rhyme",
    9,
    script=arrivals("poet", "line", *((2.0 * n, each) for n, each in enumerate(LINES_OF_VERSE))),
)
def _(played: Played) -> None:
    assert values(played, "/syllables")[:3] == [6, 6, 2]
    assert texts(played, "/stresses")[0] == "x/x/x/"
    lit = [at for at, value in numbers(played, "/flash") if value == 1]
    assert [round(at, 1) for at in lit] == [2.0, 4.0]


@promise("The words of the song, in time", 3)
def _(played: Played) -> None:
    lines = [(each.t, each.args[0]) for each in sent(played, "/line")]
    assert lines == [(0.5, "The sea is calm"), (1.25, "tonight"), (2.0, "")]
    assert [each.args[0] for each in sent(played, "/next")] == ["tonight", "", ""]
    assert presses(played, "/cue") == [0.5, 1.25, 2.0]


@promise("A word throws a cue", 5, f"mic.device={SPOKEN}")
def _(played: Played) -> None:
    ((said_at, said),) = [(each.t, each.args[0]) for each in sent(played, "/said")]
    assert said == HEARD
    assert 2.0 < said_at < 3.0
    (sea,), (calm,) = presses(played, "/sea"), presses(played, "/calm")
    assert 1.0 < sea <= said_at
    assert 1.0 < calm <= said_at
    assert [value for _, value in numbers(played, "/speaks")] == [0, 1, 0]


@promise(
    "Cues follow the script",
    5,
    f"mic.device={SPOKEN}",
    script=arrivals("desk", "cc20", (4.0, 1.0)),
)
def _(played: Played) -> None:
    cues = presses(played, "/cue")
    assert [value for _, value in numbers(played, "/number")] == [1, 3]
    assert 2.0 < cues[0] < 3.0
    assert abs(cues[1] - 4.0) < 0.1
    prompts = [each.args[0] for each in sent(played, "/prompt")]
    assert prompts == ["The tide is full, the moon lies fair", ""]
    assert set(values(played, "/lost")) == {0.0}


@promise(
    "Hold it up and it is named",
    1,
    *("camera.use=picture_file", "camera.file=clock.png", "camera.fps=5", "camera.loop=true"),
)
def _(played: Played) -> None:
    assert texts(played, "/thing") == ["analog clock"]
    assert set(values(played, "/sure")) == {1.0}
    assert min(values(played, "/light")) > 0.6


@promise("A hand on a map of sounds", 10, *dancer(), "map.file=tones.corpus")
def _(played: Played) -> None:
    files = texts(played, "/file")
    assert len({*files}) >= 2
    assert all(one != other for one, other in pairwise(files))
    assert len(played.sent("loudspeaker")) == len(files)
