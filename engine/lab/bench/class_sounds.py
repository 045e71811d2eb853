"""Sounds of known classes, drawn anew each time: claps, applause, whistles, song, music, noise."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

from engine.dsp.audio.resample import resample
from engine.lab.bench.rig import fluidsynth
from engine.lab.bench.rig.midi_file import song
from engine.synthetic.voice_blocks import performance

RATE: Final = 16000
SECONDS: Final = 5
Sound = NDArray[np.float64]
Random = np.random.Generator

_SONG: Final = (52, 53, 54, 85, 91)
"""Programs of General MIDI that sound like a choir."""
_WHISTLES: Final = (72, 74, 75, 78, 79)


def clap(rng: Random) -> Sound:
    """Return one clap of two hands: noise around 0.6 to 2.8 kHz that dies in some 10 ms."""
    time = np.arange(int(0.15 * RATE)) / RATE
    centre = rng.uniform(600, 2800)
    burst = rng.normal(0, 1, len(time)) * np.exp(-time / rng.uniform(0.004, 0.02))
    burst *= 1 - np.exp(-time / rng.uniform(0.0002, 0.001))
    bins = np.fft.rfftfreq(len(time), 1 / RATE)
    width = rng.uniform(0.5, 1.4)
    colour = np.exp(-0.5 * (np.log2((bins + 20) / centre) / width) ** 2) + rng.uniform(0.02, 0.15)
    one = np.fft.irfft(np.fft.rfft(burst) * colour, len(time))
    return np.asarray(one / np.abs(one).max())


def claps(rng: Random, seconds: float = SECONDS) -> Sound:
    """Return one person who claps, evenly or not, 1.2 to 6 times a second."""
    sound = np.zeros(int((seconds + 1) * RATE))
    pause = 1 / rng.uniform(1.2, 6)
    at = rng.uniform(0, 0.3)
    like = rng.integers(1 << 30)
    while at < seconds:
        one = clap(np.random.default_rng(like if rng.random() < 0.3 else rng.integers(1 << 30)))
        begin = int(at * RATE)
        sound[begin : begin + len(one)] += one * rng.uniform(0.5, 1)
        at += pause * rng.uniform(0.85, 1.15)
    return sound[: int(seconds * RATE)]


def applause(rng: Random, seconds: float = SECONDS) -> Sound:
    """Return 4 to 2000 people who clap, each in his own time, in a room or a hall; some cheer.

    Of many nobody is heard by himself, so they share some hands and clap at any moment.
    """
    count = int((seconds + 1) * RATE)
    sound = np.zeros(count)
    people = int(np.exp(rng.uniform(np.log(4), np.log(2000))))
    hands = min(people, 30)
    for _ in range(hands):
        moments = [_moments(rng, seconds) for _ in range(-(-people // hands))]
        struck = (np.concatenate(moments) * RATE).astype(int)
        blows = np.zeros(count)
        np.add.at(blows, struck, rng.uniform(0.3, 1, len(struck)) * rng.uniform(0.2, 1))
        sound += _convolved(blows, clap(rng))
    if rng.random() < 0.3:
        sound += cheers(rng, count) * np.std(sound) * rng.uniform(0.1, 0.8)
    decay = rng.uniform(0.05, 0.2) if people < 60 else np.exp(rng.uniform(np.log(0.08), 0))
    time = np.arange(int(2 * decay * RATE)) / RATE
    room = rng.normal(0, 0.05, len(time)) * np.exp(-time / decay)
    room[0] = rng.uniform(0.2, 1)
    sound = _convolved(sound, room)
    if rng.random() < 0.5:  # far from the microphone
        sound = np.convolve(sound, np.ones(3) / 3, "same")
    return np.asarray(sound[: int(seconds * RATE)])


def _moments(rng: Random, seconds: float) -> NDArray[np.float64]:
    """Return the seconds at which one person claps, 2.5 to 5.5 times each."""
    pause = 1 / rng.uniform(2.5, 5.5)
    steps = pause * rng.uniform(0.8, 1.2, int(seconds / pause * 1.3) + 1)
    at = rng.uniform(0, 0.4) + np.cumsum(steps) - steps[0]
    return np.asarray(at[at < seconds])


def _convolved(sound: Sound, by: Sound) -> Sound:
    """Return a sound by a room, a hand or whatever else it is played by, as long as it was."""
    size = 1 << (len(sound) + len(by) - 1).bit_length()
    both = np.fft.rfft(sound, size) * np.fft.rfft(by, size)
    return np.asarray(np.fft.irfft(both, size)[: len(sound)])


def cheers(rng: Random, count: int) -> Sound:
    """Return some people who cheer, each a call or two that rises and falls: of spread 1."""
    sound = rng.normal(0, 1e-3, count)
    for _ in range(int(rng.integers(4, 30))):
        size = min(int(rng.uniform(0.3, 1.5) * RATE), count - 1)
        way = np.linspace(0, 1, size)
        hz = rng.uniform(180, 700) * 2 ** (rng.uniform(-0.4, 0.4) * np.sin(np.pi * way))
        phase = 2 * np.pi * np.cumsum(hz * (1 + rng.normal(0, 0.01, size))) / RATE
        formant = rng.uniform(500, 1600)
        call = np.zeros(size)
        for k in range(1, 9):
            call += np.exp(-0.5 * (np.log2(k * hz / formant) / 0.6) ** 2) * np.sin(k * phase)
        begin = int(rng.integers(count - size))
        sound[begin : begin + size] += call * np.sin(np.pi * way) * rng.uniform(0.2, 1)
    return np.asarray(sound / np.std(sound))


def whistled(rng: Random, seconds: float = SECONDS) -> Sound:
    """Return a whistled tune or calls: nearly a sine, 500 to 4000 Hz, with breath."""
    count = int(seconds * RATE)
    hz, level = np.zeros(count), np.zeros(count)
    at = 0.0
    note = rng.uniform(500, 3200)
    while at < seconds:
        lasts = rng.uniform(0.15, 0.9)
        begin, end = int(at * RATE), min(int((at + lasts) * RATE), count)
        after = float(np.clip(note * 2 ** (rng.integers(-7, 8) / 12), 500, 4000))
        glide = rng.random() < 0.35
        hz[begin:end] = np.geomspace(note, after if glide else note, end - begin)
        fade = np.minimum(1, np.minimum(np.arange(end - begin), np.arange(end - begin)[::-1]) / 400)
        level[begin:end] = fade * rng.uniform(0.5, 1)
        note = after
        at += lasts + (rng.uniform(0.02, 0.4) if rng.random() < 0.5 else 0.01)
    vibrato = 1 + rng.uniform(0, 0.02) * np.sin(
        2 * np.pi * rng.uniform(4, 7) * np.arange(count) / RATE
    )
    phase = 2 * np.pi * np.cumsum(hz * vibrato) / RATE
    breath = rng.normal(0, rng.uniform(0.003, 0.06), count) * (0.3 + level)
    return np.asarray(level * (np.sin(phase) + rng.uniform(0, 0.08) * np.sin(2 * phase)) + breath)


def noise(rng: Random, seconds: float = SECONDS) -> Sound:
    """Return noise: of a room, of the wind, of rain, of a machine, steps and knocks."""
    count = int(seconds * RATE)
    bins = np.fft.rfftfreq(count, 1 / RATE)
    colour = (bins + 30) ** rng.uniform(-1.2, 0.3)
    if rng.random() < 0.4:
        colour *= np.exp(-0.5 * (np.log2((bins + 20) / rng.uniform(100, 4000)) / 0.7) ** 2)
    sound = np.fft.irfft(np.fft.rfft(rng.normal(0, 1, count)) * colour, count)
    sound /= np.std(sound)
    time = np.arange(count) / RATE
    if rng.random() < 0.4:
        sound *= 1 + 0.8 * np.sin(2 * np.pi * rng.uniform(0.1, 3) * time + rng.uniform(0, 6))
    if rng.random() < 0.35:
        for at in rng.uniform(0, seconds - 0.2, rng.integers(1, 6)):
            begin, long = int(at * RATE), int(0.18 * RATE)
            knock = np.sin(2 * np.pi * rng.uniform(50, 350) * time[:long])
            knock += rng.normal(0, 0.3, long)
            sound[begin : begin + long] += (
                12 * knock * np.exp(-time[:long] / rng.uniform(0.01, 0.06))
            )
    return sound


def hum(rng: Random, seconds: float = SECONDS) -> Sound:
    """Return the hum of the mains or of a fan, with some noise."""
    time = np.arange(int(seconds * RATE)) / RATE
    base = rng.choice([50.0, 60.0, 100.0, 120.0, rng.uniform(40, 240)])
    parts = rng.uniform(0, 1, 20) / np.arange(1, 21) ** rng.uniform(0.3, 1.5)
    sound = sum(a * np.sin(2 * np.pi * base * k * time + k) for k, a in enumerate(parts, 1))
    return np.asarray(sound + rng.normal(0, rng.uniform(0.005, 0.2), len(time)))


def sung(seed: int, seconds: float = 8.0, snr: float = 40.0) -> Sound:
    """Return what the stand-in sings."""
    low = 40 + seed % 5 * 5
    events = performance(seed, low, low + 18, snr, 512)
    inside = itertools.takewhile(lambda event: event[0] <= seconds * 1e9, events)
    blocks: list[Any] = [message for _, outlet, message in inside if outlet == "sound"]
    sound = np.concatenate([block.samples for block in blocks])
    return np.asarray(resample(sound, blocks[0].rate, RATE), np.float64)


def played(rng: Random, programs: Sequence[int] = (), seconds: float = SECONDS) -> Sound:
    """Return what FluidSynth plays: chords and a tune, with drums or not, of other instruments.

    ``programs``: of which General MIDI programs the tune may be; none is any but choirs, whistles
    and noises.
    """
    tune = list(programs) or [p for p in range(116) if p not in (*_SONG, *_WHISTLES)]
    events: list[tuple[float, bytes]] = []
    beat = 60 / rng.uniform(70, 160)
    only = bool(programs)
    channels = {0: int(rng.choice(tune))}
    if not only and rng.random() < 0.7:
        channels[1] = int(rng.choice([p for p in range(0, 104) if p not in (*_SONG, *_WHISTLES)]))
    for channel, program in channels.items():
        events.append((0.0, bytes([0xC0 | channel, program])))
    root, at = int(rng.integers(48, 66)), 0.0
    while at < seconds:
        lasts = beat * float(rng.choice([0.5, 1, 1, 2] if not only else [1, 2, 3]))
        key = root + int(rng.choice([0, 2, 4, 5, 7, 9, 11, 12]))
        chord = [key, key + 4, key + 7] if only and rng.random() < 0.4 else [key]
        for one in chord:
            events.append((at, bytes([0x90, one, int(rng.integers(60, 120))])))
            events.append((at + 0.95 * lasts, bytes([0x80, one, 0])))
        if 1 in channels and rng.random() < 0.5:
            for one in (root - 12, root - 5, root):
                events.append((at, bytes([0x91, one, 80])))
                events.append((at + 1.9 * beat, bytes([0x81, one, 0])))
        at += lasts
    if not only and rng.random() < 0.6:
        for step in range(int(seconds / beat * 2)):
            drum = int(rng.choice([36, 38, 42, 42, 46, 45, 51]))
            drum = {0: 36, 2: 38}.get(step % 4, drum)
            events.append((step * beat / 2, bytes([0x99, drum, int(rng.integers(60, 125))])))
    return _render(events, seconds)


def recorded_applause(rng: Random, seconds: float = SECONDS) -> Sound:
    """Return the applause of the sound font, which was recorded: one to four of several heights."""
    events: list[tuple[float, bytes]] = [(0.0, bytes([0xC0, 126]))]
    for key in rng.integers(40, 96, rng.integers(1, 5)):
        events.append((0.01, bytes([0x90, int(key), int(rng.integers(60, 127))])))
        events.append((seconds, bytes([0x80, int(key), 0])))
    return _render(events, seconds)


def _render(events: list[tuple[float, bytes]], seconds: float) -> Sound:
    """Return what FluidSynth makes of MIDI messages at their seconds."""
    score = song(sorted(events, key=lambda event: event[0]), ticks=960, rest=0.1)
    with fluidsynth.rendered(score, "-r", "32000", "-g", "0.7") as wave:
        sound, rate = soundfile.read(wave, dtype="float32", always_2d=True)
    mono = sound[: int(seconds * rate)].mean(axis=1)
    return np.asarray(resample(mono, rate, RATE), np.float64)
