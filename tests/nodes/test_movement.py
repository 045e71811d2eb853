"""How much moves in each cell of a picture, and where."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame, Ns
from engine.nodes.movement import MovementNode, Moving
from tests.scenes import HEIGHT, WIDTH, room

Picture = NDArray[np.uint8]


def waving(number: int, column: int, row: int, columns: int = 4, rows: int = 3) -> Picture:
    """Return a room in which something else is in one cell each time; counted from 0."""
    picture = room()
    top, left = row * HEIGHT // rows, column * WIDTH // columns
    bottom, right = (row + 1) * HEIGHT // rows, (column + 1) * WIDTH // columns
    picture[top:bottom, left:right] = room(50 + number)[top:bottom, left:right]
    return picture


def shown(box: MovementNode, pictures: list[Picture], fps: float = 30.0) -> list[Moving]:
    found = [
        box.process(Frame(picture), Ns(ns(number / fps))) for number, picture in enumerate(pictures)
    ]
    assert found[0] is None
    assert None not in found[1:]
    return [one for one in found if one]


@pytest.mark.parametrize(("column", "row"), [(0, 0), (3, 0), (1, 1), (0, 2), (3, 2)])
def test_the_cell_in_which_something_moves_says_so(column: int, row: int) -> None:
    found = shown(MovementNode(), [waving(n, column, row) for n in range(5)])[-1]
    cells = found.cells.values.reshape(3, 4).copy()
    assert cells[row, column] > 0.95
    cells[row, column] = 0
    assert cells.max() < 0.3
    assert getattr(found.cells, f"r{row + 1}c{column + 1}") > 0.95
    assert (found.x, found.y) == pytest.approx(((column + 0.5) / 4, 1 - (row + 0.5) / 3), abs=0.05)
    assert 0.2 < found.amount < 0.8


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (2, 5), (16, 16)])
def test_any_grid_is_read_from_the_top_left(columns: int, rows: int) -> None:
    box = MovementNode(columns=columns, rows=rows)
    found = shown(box, [waving(n, columns - 1, 0, columns, rows) for n in range(4)])[-1].cells
    assert len(found.names) == len(found.values) == columns * rows
    assert found.names[0] == "r1c1" and found.names[-1] == f"r{rows}c{columns}"
    assert found.values.dtype == np.float32
    assert found.values.argmax() == columns - 1


def test_still_is_0_in_noise_and_in_light_that_changes() -> None:
    random = np.random.default_rng(3)
    pictures = [
        np.clip(room() * level + random.normal(0, 3, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)
        for level in (1.0, 0.8, 1.15, 0.7, 1.0)
    ]
    assert all(
        found.cells.values.max() < 0.05 and found.amount < 0.05
        for found in shown(MovementNode(), pictures)
    )


def test_where_it_was_stays_while_nothing_moves() -> None:
    pictures = [waving(n, 3, 0) for n in range(3)] + [waving(2, 3, 0)] * 4
    found = shown(MovementNode(), pictures)
    assert (found[-1].x, found[-1].y) == pytest.approx((0.875, 5 / 6), abs=0.05)
    assert found[-1].amount < found[1].amount


def test_it_falls_within_the_release_and_rises_at_once() -> None:
    still = [waving(2, 0, 0)] * 40
    pictures = [waving(n, 0, 0) for n in range(3)] + still
    for release, within in ((0.2, 12), (0.0, 4), (1.0, 38)):
        values = [
            float(one.cells.values[0]) for one in shown(MovementNode(release=release), pictures)
        ]
        assert values[0] == 1.0
        top = max(n for n, value in enumerate(values) if value == 1.0)
        fallen = next(n for n, value in enumerate(values) if n > top and value < 0.4)
        assert fallen - top <= within
        assert values[3:] == sorted(values[3:], reverse=True)


def test_more_gain_gives_more() -> None:
    pictures = [waving(n, 1, 1, 8, 6) for n in range(3)]
    found = [
        shown(MovementNode(gain=gain), pictures)[-1].cells.values.max() for gain in (0.5, 1, 2)
    ]
    assert found == sorted(found)
    assert found[1] == pytest.approx(2 * found[0], rel=0.01)


def test_it_says_nothing_at_first_and_after_a_gap_or_another_size() -> None:
    box = MovementNode()
    assert box.process(Frame(room()), Ns(0)) is None
    assert box.process(Frame(room()), Ns(ns(0.03))) is not None
    assert box.process(Frame(room()), Ns(ns(9.0))) is None
    assert box.process(Frame(room(width=90, height=160)), Ns(ns(9.03))) is None
    box.reset()
    assert box.process(Frame(room(width=90, height=160)), Ns(ns(9.06))) is None


def test_a_grid_that_changes_while_it_plays() -> None:
    box = MovementNode()
    shown(box, [waving(n, 0, 0) for n in range(3)])
    box.columns, box.rows = 2, 2
    found = box.process(Frame(waving(5, 0, 0)), Ns(ns(0.1)))
    assert found is not None and len(found.cells.values) == 4


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (480, 640), (2000, 20)])
def test_any_picture_will_do(shape: tuple[int, int]) -> None:
    found = shown(MovementNode(), [np.full((*shape, 3), level, np.uint8) for level in (60, 90, 60)])
    assert found[-1].amount < 0.05
