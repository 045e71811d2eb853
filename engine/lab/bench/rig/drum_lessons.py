"""Learn to tell drums apart, and write ``engine/dsp/audio/drum_weights.py``.

``uv run python -m engine.lab.bench.rig.drum_lessons``, with FluidSynth, FluidR3_GM.sf2 and the
package of loops installed. None of the kits and patterns that the bench is held to is learned
from as a whole; a closed and an open cymbal are in both.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block
from engine.dsp.audio import drum_weights
from engine.dsp.audio.drums import KINDS, DrumEar
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.spectrum import HOP, WINDOW, Spectrum
from engine.lab.bench.rig import drummer
from engine.lab.bench.rig.drummer import RATE, TUNED, Sound, Stroke

KICKS: Final = (
    *("bd_808", "bd_ada", "bd_boom", "bd_fat", "bd_gas", "bd_pure", "bd_zum", "bd_haus"),
    *("elec_soft_kick", "drum_heavy_kick", "bd_sone", "bd_zome"),
)
SNARES: Final = (
    *("sn_zome", "sn_generic", "sn_dolf", "elec_snare", "elec_mid_snare", "elec_lo_snare"),
    *("elec_filt_snare", "drum_snare_soft"),
)
HATS: Final = ("drum_cymbal_closed", "drum_cymbal_closed", "drum_cymbal_soft")
LOOPS: Final = 260
BACKED: Final = 16
UNITS: Final = 24
BANDS: Final = 13
ROUNDS: Final = 250
LATEST: Final = 0.050
"""Seconds after a stroke within which what is told is of it."""

Floats = NDArray[np.float64]


def lessons(rng: np.random.Generator) -> Iterator[tuple[Sound, list[Stroke]]]:
    """Yield sounds, and what was struck in them; the last ones are of a bass alone."""
    for _ in range(LOOPS):
        strokes = _strokes(rng)
        sound = _kit(strokes, rng)
        if rng.random() < 0.35:
            sound = sound + rng.uniform(0.02, 0.12) * _backing(len(sound), rng)
        if rng.random() < 0.3:
            sound = sound + rng.normal(0, 10 ** rng.uniform(-3.5, -2.2), len(sound))
        yield (sound * 10 ** rng.uniform(-1, 0.3)).astype(np.float32), strokes
    for _ in range(BACKED):
        yield (0.1 * _backing(6 * RATE, rng)).astype(np.float32), []


def _strokes(rng: np.random.Generator) -> list[Stroke]:
    if rng.random() < 0.4:
        return list(drummer.play(str(rng.choice(TUNED[0])), rng.uniform(80, 160), 3, rng))
    step, every = 15 / rng.uniform(80, 160), int(rng.choice([1, 2, 4]))
    found: list[Stroke] = []
    for place in range(48):
        at = drummer.EARLY + place * step + rng.normal(0, 0.003)
        if place % every == 0 and rng.random() < 0.8:
            found.append((at, "open" if rng.random() < 0.12 else "hat", rng.uniform(0.5, 1)))
        if rng.random() < (0.6 if place % 4 == 0 else 0.12):
            found.append((at, "kick", rng.uniform(0.7, 1)))
        if rng.random() < (0.5 if place % 8 == 4 else 0.08):
            found.append((at, "snare", rng.uniform(0.7, 1)))
    alone = rng.choice([*KINDS, "", "", "", "", "", ""])
    only = [one for one in found if one[1].replace("open", "hat") == alone]
    return only or found


def _kit(strokes: list[Stroke], rng: np.random.Generator) -> Any:
    choice = rng.random()
    if choice < 0.3:
        return drummer._computed(int(rng.integers(3)), strokes, rng)
    if choice < 0.55:
        return drummer._font((0, 24)[rng.integers(2)], strokes, rng)
    names = (str(rng.choice(KICKS)), str(rng.choice(SNARES)), str(rng.choice(HATS)))
    return drummer._sampled(names, strokes, rng)


def _backing(length: int, rng: np.random.Generator) -> Floats:
    """Play a bass line, with a chord here and there."""
    sound, lasts, at = np.zeros(length), rng.uniform(0.25, 0.6), 0.5
    time = np.arange(int(0.9 * lasts * RATE)) / RATE
    ends = np.minimum(1, time / 0.008) * np.minimum(1, (0.9 * lasts - time) / 0.02)
    while at < length / RATE - 1:
        phase = 2 * np.pi * 55 * 2 ** (rng.integers(-5, 12) / 12) * time
        note = ends * sum(np.sin(k * phase) / k for k in range(1, int(rng.integers(2, 8))))
        if rng.random() < 0.3:
            ringing = np.exp(-time / 0.3) * np.minimum(1, time / 0.003)
            for interval in (1, 1.26, 1.5):
                chord = sum(np.sin(4 * interval * k * phase) / k for k in range(1, 8))
                note = note + 0.4 * chord * ringing
        part = sound[int(at * RATE) :][: len(time)]
        part += note[: len(part)]
        at += lasts
    return sound


def heard(sound: Sound, strokes: list[Stroke]) -> Iterator[tuple[Floats, list[bool]]]:
    """Yield what the ear is told of each stroke that it finds, and what each kind should be."""
    ear, spectrum = DrumEar(), Spectrum()
    for hop, window in enumerate(Hops(WINDOW, HOP).feed(Block(sound, RATE, 0)), 1):
        features = ear.features(spectrum.powers(window, RATE), RATE)
        if features is not None:
            kinds = [
                kind.replace("open", "hat")
                for at, kind, _ in strokes
                if 0.0 < hop * HOP - at < LATEST
            ]
            yield features, [kind in kinds for kind in KINDS]


def learn(given: Floats, wanted: Floats, rng: np.random.Generator) -> list[Floats]:
    """Return the weights of both layers (Adam: Kingma & Ba 2015), with each kit heard otherwise."""
    layers = [rng.normal(0, 0.3, (given.shape[1], UNITS)), rng.normal(0, 0.3, (UNITS + 1, 3))]
    means, squares = ([np.zeros_like(layer) for layer in layers] for _ in range(2))
    step = 0
    for number in range(ROUNDS):
        order = rng.permutation(len(given))
        for begin in range(0, len(order), 256):
            chosen, step = order[begin : begin + 256], step + 1
            x, count = given[chosen].copy(), (len(order[begin : begin + 256]), BANDS)
            tilt = rng.normal(0, 0.1, (count[0], 1)) * np.linspace(-1, 1, BANDS)
            x[:, :BANDS] += (
                rng.uniform(-0.3, 0.1, (count[0], 1)) + tilt + rng.normal(0, 0.12, count)
            )
            x[:, BANDS : 2 * BANDS] *= rng.uniform(0.8, 1.15, (count[0], 1))
            hidden = np.maximum(x @ layers[0], 0)
            more = np.append(hidden, np.ones((count[0], 1)), axis=1)
            wrong = (1 / (1 + np.exp(-more @ layers[1])) - wanted[chosen]) / count[0]
            back = (wrong @ layers[1].T)[:, :-1] * (hidden > 0)
            for place, slope in enumerate((x.T @ back, more.T @ wrong)):
                held = slope + 1e-5 * layers[place]
                means[place] += 0.1 * (held - means[place])
                squares[place] += 0.001 * (held**2 - squares[place])
                rate = 3e-3 if number < 0.6 * ROUNDS else 6e-4
                size = np.sqrt(squares[place] / (1 - 0.999**step)) + 1e-8
                layers[place] -= rate * means[place] / (1 - 0.9**step) / size
    return layers


def main() -> None:
    """Draw the lessons, learn, and write the weights."""
    rng = np.random.default_rng(77)
    found = [each for sound, strokes in lessons(rng) for each in heard(sound, strokes)]
    given = np.array([features for features, _ in found])
    wanted = np.array([kinds for _, kinds in found], np.float64)
    layers = learn(given, wanted, rng)
    data = np.concatenate([layer.ravel() for layer in layers]).astype("<f2").tobytes()
    text = base64.b64encode(data).decode()
    file = Path(drum_weights.__file__)
    head = file.read_text(encoding="utf-8").partition("\n_TEXT")[0]
    lines = "\n".join(f'    "{text[place : place + 92]}"' for place in range(0, len(text), 92))
    file.write_text(f"{head}\n_TEXT: Final = (\n{lines}\n)\n", encoding="utf-8")
    print(f"{len(given)} strokes, {len(data)} bytes")


if __name__ == "__main__":
    main()
