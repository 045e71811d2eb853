"""One floor of several cameras: who is who by where they stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.landmarks import Instance, Landmarks
from engine.core.skeletons import FLOOR
from engine.dsp.landmarks.floor_fit import DOUBTED, FloorFit
from engine.lab.bench.rig.tracking_score import score
from engine.lab.bench.rig.two_cameras import seen_from_two_sides, sights
from engine.nodes.floors import Floors
from engine.testing import play

from .people import pose, someone

DOCS = Path(__file__).parents[2] / "docs" / "bodies.md"
RATE = 30


def floor(**places):
    """Return people on a floor, by the ids of their camera: a7=(x, y)."""
    seen = (
        Instance(slot, int(name[1:]), np.array([(*place, 1.0)], np.float32))
        for slot, (name, place) in enumerate(places.items(), 1)
    )
    return Landmarks(FLOOR, tuple(seen), 1.0)


class Show:
    """Two cameras that speak in turn, and what is told of them together."""

    def __init__(self, rate=RATE, **how):
        self.box = Floors(**how)
        self.rate = rate
        self.picture = 0

    def play(self, first, second, seconds=0.5):
        """Show people for some time; each is a floor, None for a camera that is silent."""
        told = floor()
        for _ in range(round(seconds * self.rate)):
            for camera, seen in enumerate((first, second)):
                at = ns((self.picture + 0.5 * camera) / self.rate)
                if seen is not None:
                    speak = self.box.on_second if camera else self.box.process
                    told = speak(seen, at)
            self.picture += 1
        return {one.id: tuple(one.points[0, :2].round(2).tolist()) for one in told.seen}


def test_whom_two_cameras_see_is_one():
    show = Show()
    told = show.play(floor(a1=(1, 1), a2=(3, 2)), floor(b5=(3.2, 2.1), b6=(1.1, 0.8)), seconds=3)
    assert {*told} == {1, 2}
    assert told[1] == pytest.approx((1.05, 0.9), abs=0.02)
    assert told[2] == pytest.approx((3.1, 2.05), abs=0.02)


def test_who_is_seen_by_one_camera_alone_is_somebody_too():
    show = Show()
    assert {*show.play(floor(a1=(1, 1)), floor(b1=(3, 2)))} == {1, 2}


def test_who_is_hidden_from_one_camera_for_long_keeps_the_id():
    show = Show()
    show.play(floor(a1=(1, 1), a2=(3, 2)), floor(b1=(1, 1), b2=(3, 2)))
    told = show.play(floor(a2=(3, 2)), floor(b1=(1.5, 1), b2=(3, 2)), seconds=6)
    assert {*told} == {1, 2}
    # The camera has forgotten them, and knows them by another number.
    told = show.play(floor(a2=(3, 2), a9=(1.5, 1)), floor(b1=(1.5, 1), b2=(3, 2)))
    assert told[1] == pytest.approx((1.5, 1), abs=0.02)
    told = show.play(floor(a2=(3, 2), a9=(1.5, 1)), floor(b2=(3, 2)))
    assert {*told} == {1, 2}


def test_a_camera_that_takes_two_for_each_other_is_put_right():
    show = Show()
    show.play(floor(a1=(1, 1), a2=(4, 2)), floor(b1=(1, 1), b2=(4, 2)))
    show.play(floor(a1=(4, 2), a2=(1, 1)), floor(b1=(1, 1), b2=(4, 2)), seconds=3)
    told = show.play(floor(a1=(4, 2), a2=(1, 1)), floor(b1=(1, 1), b2=(4, 2)))
    places = sorted(told.values())
    assert places[0] == pytest.approx((1, 1), abs=0.05)
    assert places[1] == pytest.approx((4, 2), abs=0.05)


def test_a_camera_that_falls_silent_is_left_out():
    show = Show()
    show.play(floor(a1=(1, 1)), floor(b1=(1.4, 1)))
    told = show.play(None, floor(b1=(2.4, 1)), seconds=3)
    assert told == {1: pytest.approx((2.4, 1), abs=0.02)}


def test_a_place_glides_where_one_camera_more_sees_it():
    show = Show()
    show.play(floor(a1=(1, 1)), floor(), seconds=1)
    before = show.play(floor(a1=(1, 1)), floor(), seconds=0.1)[1]
    steps = [show.play(floor(a1=(1, 1)), floor(b1=(1.6, 1)), seconds=0.034)[1] for _ in range(300)]
    ways = np.diff([before[0], *(x for x, _ in steps)])
    assert max(abs(ways)) < 0.05
    assert steps[-1][0] == pytest.approx(1.3, abs=0.02)


def test_who_left_and_comes_back_in_time_is_who_they_were_and_later_somebody_new():
    show = Show(memory=2.0)
    show.play(floor(a1=(1, 1)), floor())
    show.play(floor(), floor(), seconds=1)
    assert {*show.play(floor(a2=(1.4, 1)), floor())} == {1}
    show.play(floor(), floor(), seconds=3)
    assert {*show.play(floor(a3=(1.4, 1)), floor())} == {2}


def test_a_picture_of_one_alone_is_nobody():
    show = Show()
    assert show.play(floor(a1=(1, 1)), floor(), seconds=0.04) == {}


def test_a_loss_of_one_camera_leaves_who_is_who():
    show = Show()
    show.play(floor(a1=(1, 1)), floor(b1=(1, 1)))
    show.box.reset()
    assert {*show.play(None, floor(b1=(1, 1)))} == {1}


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.dictionaries(
                st.integers(1, 4), st.tuples(st.floats(-1, 7), st.floats(-1, 7)), max_size=3
            ),
        ),
        max_size=40,
    )
)
@settings(max_examples=60, deadline=None)
def test_slots_and_ids_are_given_to_one(pictures):
    box, owners = Floors(), {}
    for number, (camera, seen) in enumerate(pictures):
        speak = box.on_second if camera else box.process
        told = speak(floor(**{f"a{one}": at for one, at in seen.items()}), ns(number / RATE)).seen
        assert len({one.id for one in told}) == len(told)
        assert [one.slot for one in told] == sorted({one.slot for one in told})
        for one in told:
            assert owners.setdefault(one.id, one.slot) == one.slot
            assert np.isfinite(one.points).all()


@pytest.mark.parametrize("low_first", [True, False])
def test_a_jump_that_a_low_camera_takes_for_steps_away_and_back_makes_nobody_new(low_first):
    show = Show()
    ids = set()
    for height in [0.0] * 60 + [0.5 * 4 * u * (1 - u) for u in np.linspace(0, 1, 17)] + [0.0] * 60:
        low = floor(a1=(2 + 4 * height / (1.15 - height), 1))
        high = floor(b1=(2, 1 + 5 * height / (3 - height)))
        ids |= {*show.play(*((low, high) if low_first else (high, low)), seconds=1 / RATE)}
    assert ids == {1}


@pytest.mark.parametrize(
    "misread",
    [lambda x, y: (y, 4 - x), lambda x, y: (x + 3, y)],
    ids=["corners in another order", "another rectangle"],
)
def test_two_cameras_whose_floors_do_not_fit_are_told_once(misread, caplog):
    show = Show(rate=8)
    for turn in range(240):
        at = 2 + 1.6 * np.cos(turn / 8), 2 + 1.2 * np.sin(turn / 5)
        show.play(floor(a1=at), floor(b1=misread(*at)), seconds=1 / 8)
        assert turn > 160 or not caplog.messages
    (told,) = caplog.messages
    assert '"from" and "second" each see people where the other sees nobody' in told
    assert "corners of one floor are in another order" in told


ONE, OTHER, BOTH = frozenset({0}), frozenset({1}), frozenset({0, 1})


@pytest.mark.parametrize(
    ("seen_by", "doubted"),
    [
        ([[ONE, OTHER]], True),
        ([[ONE, OTHER], [ONE, OTHER], [ONE, OTHER], [ONE, OTHER], [BOTH]], True),
        ([[BOTH, ONE, OTHER]], True),
        ([[BOTH, BOTH, ONE, OTHER]], False),
        ([[ONE, OTHER], [BOTH], [BOTH], [BOTH]], False),
        ([[BOTH, OTHER]], False),
        ([[ONE]], False),
        ([[OTHER]], False),
        ([[ONE], [OTHER]], False),
        ([[]], False),
    ],
)
def test_floors_are_doubted_where_each_camera_sees_people_and_the_other_nobody(seen_by, doubted):
    fit = FloorFit()
    told = [
        [*fit.update(camera, seen_by[second % len(seen_by)], ns(second))]
        for second in range(100)
        for camera in (0, 1)
    ]
    assert ([(0, 1)] in told) is doubted
    assert not any(told[: 2 * int(DOUBTED)])


def test_a_pose_is_no_floor_which_is_told_once(caplog):
    floors = Floors()
    assert [floors.process(pose(someone()), ns(at)) for at in (0, 1)] == [None, None]
    (told,) = caplog.messages
    assert 'a box "floor"' in told


def test_two_cameras_of_a_stage_keep_ids_where_one_loses_them():
    """Both go behind a pillar and turn back there: one camera cannot know it, a second can."""
    moments = list(seen_from_two_sides("turn_back", 2, 2, 9.0))
    alone = score(sights(moments, together=False))
    together = score(sights(moments, together=True))
    assert together.switches <= alone.switches
    assert together.idf1 > alone.idf1 + 0.3


def test_two_cameras_of_the_stand_in_see_the_same_two_as_the_docs_have_it(tmp_path: Path):
    text = DOCS.read_text()
    listing = next(one for one in text.split("```toml\n") if one.startswith("[front]\n"))
    patch = tmp_path / "stage.toml"
    patch.write_text(
        listing.partition("```")[0].replace("people = 2", "people = 2\nsings = false\nfps = 10")
        + '[count]\nuse = "group"\nfrom = "stage"\npoint = "feet"\n'
        '[out]\nuse = "collector"\n[out.send]\npeople = "count.people"\n'
    )
    played = play(patch, seconds=3)
    assert played.errors == []
    told = [each.args[0] for each in played.sent("out", "people")]
    assert told[-1] == 2
    assert max(told) == 2
