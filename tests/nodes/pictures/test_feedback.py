"""What comes back: how it fades, grows, turns and is late, at any rate of pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.messages import Frame
from engine.nodes.feedback import FeedbackNode
from engine.video.picture_memory import PictureMemory

from .chain import noise, picture, pictures, unchanged

HOW = st.sampled_from(["lighten", "fade", "add", "screen", "difference"])
BLACK = picture(0)


def run(box: FeedbackNode, images: list[np.ndarray], fps: float = 10, start: float = 0) -> list:
    """Return what is made of pictures that come at a rate."""
    return [
        unchanged(box, image, at=ns(start + number / fps)) for number, image in enumerate(images)
    ]


def flash(seconds: float, fps: float, level: int = 200) -> list[np.ndarray]:
    return [picture(level), *[BLACK] * round(seconds * fps)]


@pytest.mark.parametrize("fps", [10, 24, 30, 60])
@pytest.mark.parametrize("how", ["lighten", "screen", "add"])
def test_a_trail_is_as_long_at_any_rate(fps: int, how: str) -> None:
    made = run(FeedbackNode(amount=0.8, how=how), flash(0.5, fps), fps)
    assert made[0].max() == 200
    assert abs(float(made[-1].mean()) - 200 * 0.8 ** (len(made[1:]) / fps / 0.1)) < 4


@given(amount=st.floats(0, 0.99), level=st.integers(1, 255), how=HOW, fps=st.integers(8, 60))
def test_what_is_not_shown_any_more_fades_all_the_way(
    amount: float, level: int, how: str, fps: int
) -> None:
    made = run(FeedbackNode(amount=amount, how=how), flash(90, 8, level), fps)
    levels = [int(image.max()) for image in made]
    left = level * amount ** ((len(made) - 1) / fps / 0.1)
    assert levels[-1] <= left + 1.5 and (levels[-1] == 0 or left > 0.01), "no ghost stays"
    assert levels == sorted(levels, reverse=True) or how == "fade"


def test_at_one_it_never_goes_and_at_zero_it_is_not_there() -> None:
    assert run(FeedbackNode(amount=1.0), flash(20, 10))[-1].min() == 200
    frame = Frame(noise(2))
    box = FeedbackNode(amount=0.0)
    assert box.process(Frame(noise(1)), ns(0)).image is not frame.image
    assert box.process(frame, ns(0.1)).image is frame.image


def test_a_fade_draws_soft_and_stays_as_bright() -> None:
    made = run(FeedbackNode(amount=0.9, how="fade"), [BLACK, *[picture(200)] * 60], 10)
    levels = [float(image.mean()) for image in made]
    assert levels[1] < 40 and abs(levels[-1] - 200) <= 2


@given(images=st.lists(pictures(6), min_size=1, max_size=5), how=HOW)
def test_sizes_may_change_and_what_was_is_forgotten(images: list[np.ndarray], how: str) -> None:
    made = run(FeedbackNode(how=how, zoom=2.0, turn=90.0, amount=0.9), images)
    assert [each.shape for each in made] == [each.shape for each in images]


def dot(x: int, y: int) -> np.ndarray:
    image = np.zeros((41, 61, 3), np.uint8)
    image[y - 2 : y + 3, x - 2 : x + 3] = 255
    image.flags.writeable = False
    return image


def place(image: np.ndarray) -> tuple[float, float]:
    """Return where the light of a picture is, from its middle, to the right and downwards."""
    light = image[:, :, 0].astype(float)
    rows, columns = np.indices(light.shape)
    return (
        float((columns * light).sum() / light.sum()) - 30,
        float((rows * light).sum() / light.sum()) - 20,
    )


@pytest.mark.parametrize("steps", [1, 5])
@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({"turn": 90.0}, (0, 12)),
        ({"turn": -90.0}, (0, -12)),
        ({"turn": 180.0}, (-12, 0)),
        ({"zoom": 2.0}, (24, 0)),
        ({"zoom": 0.5}, (6, 0)),
        ({"x": 0.2}, (12 + 0.2 * 61, 0)),
        ({"y": 0.2}, (12, -0.2 * 41)),
    ],
    ids=str,
)
def test_it_moves_as_far_in_a_second_in_one_step_or_several(
    knobs: dict[str, float], expected: tuple[float, float], steps: int
) -> None:
    black = np.zeros_like(dot(42, 20))
    black.flags.writeable = False
    made = run(FeedbackNode(amount=1.0, how="add", **knobs), [dot(42, 20), *[black] * steps], steps)
    # "add" keeps the trail; only what came back is looked at
    last = made[-1] if steps == 1 else np.where(made[-1] > made[-2], made[-1], 0)
    assert place(last) == pytest.approx(expected, abs=1.5 if steps == 1 else 4)


@pytest.mark.parametrize("delay", [0.2, 0.5, 1.0])
def test_an_echo_comes_when_the_delay_says_and_again(delay: float) -> None:
    made = run(FeedbackNode(amount=0.95, delay=delay), flash(2.5, 10), 10)
    lit = [number / 10 for number, image in enumerate(made) if image.any()]
    assert lit == pytest.approx([delay * count for count in range(int(2.5 / delay) + 1)])
    heights = [made[round(at * 10)].max() for at in lit]
    assert heights == sorted(heights, reverse=True)


def test_time_that_begins_anew_or_a_gap_does_no_harm() -> None:
    box = FeedbackNode(zoom=10.0, turn=3600.0, x=10.0)
    run(box, [noise(1), noise(2)], start=100)
    run(box, [noise(3)], start=1e6)
    assert np.array_equal(run(box, [noise(4)], start=0)[0], noise(4))
    box.reset()
    assert np.array_equal(run(box, [noise(5)], start=5)[0], noise(5))


def test_a_delay_that_does_not_fit_is_shortened_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    box = FeedbackNode(delay=5.0, amount=0.9)
    box._left = PictureMemory(most=5 * BLACK.nbytes)
    made = run(box, [picture(200), *flash(2, 10)], 10)
    assert [number for number, image in enumerate(made) if image.any()][:3] == [0, 1, 6]
    (told,) = caplog.messages
    assert "delay = 5 s" in told and "0.5 s" in told


def test_a_delay_that_fits_again_is_as_long_as_it_says() -> None:
    box = FeedbackNode(delay=5.0, amount=0.9)
    box._left = PictureMemory(most=6 * BLACK.nbytes)
    run(box, [picture(200)] * 20, 10)
    box.delay = 0.1
    run(box, [picture(200)] * 5, 10, start=2)
    box.delay = 0.4
    made = run(box, [BLACK] * 5, 10, start=2.5)  # those of 2.3 and 2.4 s are kept
    assert [number for number, image in enumerate(made) if image.any()] == [2, 3]


def test_what_waits_for_a_delay_keeps_no_picture_of_a_source() -> None:
    box = FeedbackNode(delay=5.0)
    images = [noise(number) for number in range(4)]
    run(box, images)
    kept = [image for _, image in box._left.all()]
    assert all(map(np.array_equal, kept, images))
    assert not any(map(np.shares_memory, kept, images))


@given(sizes=st.lists(st.integers(1, 4), max_size=30), most=st.integers(1, 400))
def test_the_memory_of_pictures_is_bounded(sizes: list[int], most: int) -> None:
    memory = PictureMemory(most)
    for number, size in enumerate(sizes):
        memory.put(ns(number), picture(number, size, size))
        kept = memory.all()
        assert kept[-1][0] == ns(number)
        assert len({image.shape for _, image in kept}) == 1
        assert len(kept) == 1 or sum(image.nbytes for _, image in kept) <= most
