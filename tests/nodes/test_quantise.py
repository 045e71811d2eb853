"""Numbers on steps, or on the notes of a scale."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import ParameterError
from engine.dsp.audio.scales import parse_scale
from engine.nodes.quantise import Quantise


def run(node: Quantise, *values: float) -> list[float | None]:
    return [node.process(value) for value in values]


def test_each_number_takes_its_nearest_step() -> None:
    assert run(Quantise(hysteresis=0.0), 0.4, 0.6, -0.6, 2.0) == [0, 1, -1, 2]
    assert run(Quantise(step=0.25, hysteresis=0.0), 0.3, 0.4) == [0.25, 0.5]
    assert run(Quantise(step=10, offset=3, hysteresis=0.0), 7.9, 8.1, -3) == [3, 13, -7]


def test_a_step_of_0_passes_everything() -> None:
    assert run(Quantise(step=0.0), 0.123, -4.5) == [0.123, -4.5]


def test_it_must_pass_the_middle_by_its_hysteresis() -> None:
    assert run(Quantise(), 0.45, 0.55, 0.61, 0.45, 0.39) == [0, 0, 1, 1, 0]


@given(
    st.integers(-20, 20),
    st.lists(st.floats(-0.99, 0.99), min_size=2, max_size=40),
    st.floats(0.01, 0.5),
    st.floats(0.01, 100),
)
def test_what_trembles_less_than_that_never_chatters(middle, trembling, hysteresis, step) -> None:
    node = Quantise(step=step, hysteresis=hysteresis)
    around = [(middle + 0.5 + hysteresis * each) * step for each in trembling]
    told = run(node, *around)
    assert sum(a != b for a, b in itertools.pairwise(told)) == 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(1e-3, 1e3), st.floats(0, 0.5))
def test_it_is_never_further_away_than_half_a_step_and_the_hysteresis(values, step, hyst) -> None:
    node = Quantise(step=step, hysteresis=hyst)
    for value in values:
        told = node.process(value)
        assert abs(told - value) <= (0.5 + hyst) * step + 1e-6 * max(1.0, abs(value))
        assert told / step == pytest.approx(round(told / step), abs=1e-6)


@pytest.mark.parametrize(
    ("scale", "values", "notes"),
    [
        ("C major", [60.4, 61.0, 63.6, 65.9, 70.9], [60, 60, 64, 65, 71]),
        ("D dorian", [60.6, 63.0, 68.2], [60, 62, 69]),
        ("C major pentatonic", [61.4, 65.4, 70.0], [62, 64, 69]),
        ("A minor pentatonic", [58.0, 61.0, 65.0], [57, 60, 64]),
        ("chromatic", [59.6, 60.4], [60, 60]),
        ("C major", [-50, 200, 127, 0], [0, 127, 127, 0]),
    ],
)
def test_notes_of_a_scale(scale: str, values: list[float], notes: list[int]) -> None:
    assert [Quantise(scale=scale, hysteresis=0.0).process(value) for value in values] == notes


@given(
    st.floats(0, 127),
    st.sampled_from(["D dorian", "Bb blues", "F# minor", "E whole tone"]),
)
def test_it_is_always_a_note_of_the_scale(value: float, scale: str) -> None:
    assert round(Quantise(scale=scale).process(value)) % 12 in parse_scale(scale)


def test_a_scale_that_is_none_is_told_and_one_set_while_it_plays_leaves_the_last() -> None:
    with pytest.raises(ParameterError, match=r'scale: there is no mode "dorain".*"dorian"'):
        Quantise(scale="D dorain")
    node = Quantise(scale="C major")
    node.scale = "nonsense"
    with pytest.raises(ParameterError, match="scale: expected such as"):
        node.process(61.0)
    assert node.process(61.0) == 60
    node.scale = ""
    assert node.process(61.2) == 61


def test_after_a_reset_the_nearest_counts() -> None:
    node = Quantise()
    node.process(0.0)
    node.reset()
    assert node.process(0.55) == 1
