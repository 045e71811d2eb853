"""Skeletons and sound in pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Block, Frame, Person, Pose
from engine.core.skeletons import BLAZEPOSE_33, HAND_21
from engine.dsp.image.waves import BARS, bands
from engine.nodes.draw_pose import DrawPose
from engine.nodes.draw_wave import DrawWave

from ..people import ASPECT, someone
from .chain import picture, pictures, unchanged

BLACK = picture(0, 160, 120)
GREY = picture(90, 160, 120)
RATE = 48_000


def standing(x: float, slot: int = 1, confidence: float = 0.9) -> Person:
    person = someone(slot, x=x)
    points = person.points.copy()
    points[:, 2] = confidence
    return Person(slot, slot, points)


def pose(*people: Person) -> Pose:
    return Pose(people, ASPECT)


def drawn(found: Landmarks, **parameters: object) -> np.ndarray:
    box = DrawPose(**parameters)
    answer = box.process(Frame(BLACK), found)
    assert not BLACK.any() and not answer.image.flags.writeable
    return answer.image


def test_everybody_is_drawn_and_on_black_alone() -> None:
    one, other = standing(0.3), standing(0.7, slot=2)
    both = drawn(pose(one, other))
    assert both[:, :80].any() and both[:, 80:].any()
    box = DrawPose(ground="black")
    alone = box.process(Frame(GREY), pose(one)).image
    assert np.array_equal(alone, drawn(pose(one)))
    assert not box.process(Frame(GREY), pose()).image.any()
    assert not box.process(Frame(GREY)).image.any()


def test_while_nobody_is_seen_the_picture_goes_through() -> None:
    frame = Frame(GREY)
    assert DrawPose().process(frame) is frame
    assert DrawPose().process(frame, pose()) is frame


def test_each_person_keeps_a_colour_and_sides_have_two() -> None:
    one, other = standing(0.5), standing(0.5, slot=2)
    first, second = (drawn(pose(each), colours="people") for each in (one, other))
    assert (first > 0).sum() > 50 and not np.array_equal(first, second)
    assert not np.array_equal(drawn(pose(one)), first)


def test_thickness_and_confidence() -> None:
    thin, thick = (np.count_nonzero(drawn(pose(standing(0.5)), thickness=t)) for t in (1, 6))
    assert thick > 1.5 * thin
    unsure = standing(0.5, confidence=0.3)
    assert drawn(pose(unsure)).any() and not drawn(pose(unsure), confidence=0.5).any()


@pytest.mark.parametrize("skeleton", [BLAZEPOSE_33, HAND_21], ids=lambda each: each.name)
@pytest.mark.parametrize("value", [0.5, -1e30, 1e30, np.nan, np.inf])
def test_any_skeleton_with_any_numbers(skeleton: object, value: float) -> None:
    points = np.full((len(skeleton.points), 4), value, np.float32)  # type: ignore[attr-defined]
    points[:, -1] = 1.0
    found = Landmarks(skeleton, (Instance(1, 1, points),), ASPECT)  # type: ignore[arg-type]
    assert drawn(found).any() == (value == 0.5)


@pytest.mark.parametrize("behind", [0, 1, 2, 4])
@pytest.mark.parametrize("every", [1, 2, 3])
@pytest.mark.parametrize("ground", ["picture", "black"])
def test_in_step_a_picture_waits_for_the_skeletons_found_in_it(
    behind: int, every: int, ground: str
) -> None:
    box = DrawPose(in_step=True, ground=ground)
    plain = DrawPose(ground=ground)
    bodies = [pose(standing(0.1 + number / 30)) for number in range(20)]
    shown: list[int] = []
    for number in range(20):
        found = (number - behind) // every * every
        arguments = (bodies[found], ns(found / 30)) if found >= 0 else (None, ns(0))
        frame = Frame(picture(number * 5, 160, 120))
        answer = box.process(frame, arguments[0], pose_at=arguments[1], at=ns(number / 30))
        if found < 0:
            assert answer is not None
            assert np.array_equal(answer.image, frame.image if ground == "picture" else BLACK)
        elif answer is not None:
            expected = plain.process(Frame(picture(found * 5, 160, 120)), bodies[found])
            assert expected is not None and np.array_equal(answer.image, expected.image)
            assert not answer.image.flags.writeable
            assert box.lag == pytest.approx((number - found) / 30)
            shown.append(found)
    assert shown == list(range(0, 20 - behind, every))


def test_in_step_pictures_go_on_where_no_skeletons_come() -> None:
    box = DrawPose(in_step=True)
    answers = [
        box.process(Frame(picture(number, 160, 120)), pose(), pose_at=ns(0), at=ns(number / 30))
        for number in range(40)
    ]
    assert [answer is None for answer in answers] == [False] + [True] * 15 + [False] * 24
    assert box.lag == 0
    again = box.process(Frame(GREY), pose(standing(0.5)), pose_at=ns(0), at=ns(0))
    assert again is not None and (again.image != 90).any()


def tone(hz: float, seconds: float = 0.3, level: float = 0.5, start: int = 0) -> Block:
    moments = (start + np.arange(round(seconds * RATE))) / RATE
    return Block((level * np.sin(2 * np.pi * hz * moments)).astype(np.float32), RATE, start)


def waved(block: Block | None, **parameters: object) -> np.ndarray:
    box = DrawWave(**parameters)
    if block is not None:
        box.on_sound(block)
    return unchanged(box, BLACK)[:, :, 0]


def test_a_tone_is_a_wave_with_as_many_crests() -> None:
    made = waved(tone(200), window=0.02, gain=1.0)
    top = made[: 60 - 10] > 127  # above the middle
    crests = np.count_nonzero(np.diff(top.any(axis=0).astype(int)) == 1) + int(top[:, 0].any())
    assert crests == 4


def test_a_wave_stands_still_wherever_blocks_end() -> None:
    seen = [waved(tone(200, 0.3 + shift / RATE), window=0.02) for shift in (0, 37, 100, 199)]
    assert all(np.abs(each.astype(int) - seen[0]).mean() < 6 for each in seen)


def test_height_and_place_and_silence() -> None:
    rows = np.flatnonzero(waved(tone(300), y=0.25, height=0.2, gain=100).any(axis=1))
    assert abs(rows.mean() - 0.75 * 120) < 2 and rows[-1] - rows[0] <= 0.2 * 120 + 4
    flat = np.flatnonzero(waved(tone(300, level=0.0)).any(axis=1))
    assert abs(flat.mean() - 60) <= 1 and len(flat) <= 4


def test_a_ring_goes_around_the_middle() -> None:
    made = waved(tone(300, level=0.2), shape="ring", height=1.0, gain=1.0)
    rows, columns = np.nonzero(made)
    radius = np.hypot(rows - 60, columns - 80)
    assert radius.min() > 20 and radius.max() < 40
    assert len({*(np.arctan2(rows - 60, columns - 80) // 0.3)}) >= 20, "all around"


@pytest.mark.parametrize("hz", [60, 440, 2000, 9000])
def test_the_bar_of_a_tone_is_the_highest(hz: float) -> None:
    heights = bands(tone(hz, 0.05).samples, RATE, 1.0)
    edges = np.geomspace(50, 10_000, BARS + 1)
    assert abs(int(heights.argmax()) - int(np.searchsorted(edges, hz) - 1)) <= 1
    assert heights.min() >= 0 and heights.max() <= 1
    assert waved(tone(hz), shape="bars").any()
    assert not waved(tone(hz, level=0.0), shape="bars").any()


def test_what_follows_a_gap_begins_anew_and_long_sound_is_let_go() -> None:
    box = DrawWave()
    for number in range(40):
        box.on_sound(tone(200, 0.1, start=number * 4800))
    assert len(box._samples) == 0.25 * RATE
    box.on_sound(tone(200, 0.01, start=10_000_000))
    assert len(box._samples) == 480
    box.reset()
    frame = Frame(BLACK)
    assert box.process(frame) is frame


@given(
    image=pictures(),
    samples=st.lists(st.floats(width=32), max_size=40),
    rate=st.sampled_from([1, 100, 8000, 192_000]),
    shape=st.sampled_from(["line", "ring", "bars"]),
    gain=st.floats(0, 100),
)
def test_any_sound_in_any_picture(
    image: np.ndarray, samples: list[float], rate: int, shape: str, gain: float
) -> None:
    box = DrawWave(shape=shape, gain=gain)
    box.on_sound(Block(np.array(samples, np.float32), rate, 0))
    assert unchanged(box, image).shape == image.shape
