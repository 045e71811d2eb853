"""Notes that were told are held against those that were played as it is done by hand."""

from __future__ import annotations

import pytest

from engine.lab.bench.rig.midi_file import FileNote
from engine.lab.bench.rig.note_score import score

PLAYED = [FileNote(1.0, 1.4, 60), FileNote(1.5, 1.9, 62), FileNote(2.0, 2.4, 60)]


@pytest.mark.parametrize(
    ("told", "right", "extra", "octaves"),
    [
        ([(1.02, 60), (1.53, 62), (2.04, 60)], 3, 0, 0),
        ([(1.02, 60), (1.04, 60), (1.53, 62)], 2, 1, 0),  # told twice
        ([(1.02, 72), (1.53, 62)], 1, 1, 1),
        ([(1.02, 61), (1.56, 62)], 0, 2, 0),  # another, and too late
        ([(0.97, 60)], 1, 0, 0),
        ([], 0, 0, 0),
    ],
)
def test_what_is_right_extra_and_an_octave(told, right, extra, octaves):
    found = score(told, PLAYED)
    assert (found.right, found.extra, found.octaves) == (right, extra, octaves)
    assert found.f == pytest.approx(2 * right / (3 + len(told)))


def test_a_delay_that_is_taken_off():
    late = [(1.10, 60), (1.61, 62), (2.12, 60)]
    assert score(late, PLAYED).right == 0
    assert score(late, PLAYED, 0.11).right == 3
    assert score(late, PLAYED).delays == pytest.approx([0.10, 0.11, 0.12])
