"""The box learn: examples are shown, and it plays with them; nothing bad ends it."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from engine.core.context import Context, MemoryState
from engine.core.errors import ParameterError
from engine.core.messages import Features, Ns, Pose, Trigger
from engine.learning.examples import MOST_EXAMPLES, UNSURE
from engine.learning.named_numbers import MOST
from engine.learning.notebook import FULL
from engine.nodes.learn import Learn, Taught

from .people import pose, someone

FRAME = 33_000_000
PRESS = Trigger()


class Lesson:
    """Somebody who teaches a box."""

    def __init__(self, state: MemoryState | None = None, **parameters: object) -> None:
        self.state = state or MemoryState()
        self.box = Learn(**parameters)
        self.box.open(Context("learn", state=self.state))
        self.at = 0

    def sees(self, *shown: object, times: int = 1, **more: object) -> Taught:
        """Show something for some pictures, and return what was said last of each outlet."""
        said: dict[str, object] = {}
        for _ in range(times):
            for one in shown:
                self.at += FRAME
                for answer in self.box.process(one, at=Ns(self.at), **more):
                    if answer.gesture is None or answer.gesture.word:  # on for one message
                        said |= {name: v for name, v in answer._asdict().items() if v is not None}
        return Taught(**said)

    def record(self, label: str, *shown: object, times: int = 5) -> Taught:
        """Hold record while something is shown; return what is said at letting go."""
        list(self.box.on_record(label))
        self.sees(*shown, times=times)
        return [*self.box.on_record("")][-1]


def two(p: float, q: float) -> Features:
    return Features(("p", "q"), np.array([p, q], np.float32))


def around(p: float, q: float, seed: int, count: int = 5) -> list[Features]:
    rng = np.random.default_rng(seed)
    return [two(*(np.array([p, q]) + 0.05 * rng.normal(size=2))) for _ in range(count)]


def taught(**parameters: object) -> Lesson:
    lesson = Lesson(**parameters)
    for seed in range(3):
        lesson.record("low", *around(0, 0, seed), times=1)
        lesson.record("high", *around(1, 1, 10 + seed), times=1)
    return lesson


def test_it_tells_what_it_was_shown_and_is_unsure_of_the_rest() -> None:
    lesson = taught()
    low, high = lesson.sees(two(0, 0), times=20), lesson.sees(two(1, 1), times=20)
    assert low.label is not None and (low.label, low.unsure) == ("low", False)
    assert high.label is not None and high.label == "high"
    assert high.confidence is not None and high.confidence > 0.9
    assert high.sureness is not None and high.sureness.high > 0.9
    assert high.sureness.low < 0.1
    assert high.nearest in (2, 4, 6)
    far = lesson.sees(two(5, -5), times=20)
    assert far.label is not None and (far.label, far.unsure) == (UNSURE, True)


def test_it_does_not_flicker() -> None:
    lesson = taught(settle=0.2)
    lesson.sees(two(0, 0), times=20)
    assert lesson.sees(two(1, 1)).label is None, "one picture changes no mind"
    assert lesson.sees(two(1, 1), times=20).label is not None


def test_how_it_stands_is_told_at_letting_go() -> None:
    lesson = taught()
    said = lesson.record("high", two(1, 1), times=1)
    assert said.counts is not None
    assert dict(zip(said.counts.names, said.counts.values, strict=True)) == {"low": 15, "high": 16}
    assert said.examples == 31
    assert said.score == pytest.approx(1, abs=0.2)
    assert said.report is not None and "low: " in said.report
    assert said.notice == "kept 1 of high"
    assert lesson.box.caption() == "low 15 · high 16"


def test_how_it_stands_is_told_first_after_a_restart_and_a_gap_and_else_at_changes_only() -> None:
    lesson = taught()
    assert lesson.sees(two(0, 0)).counts is None, "it was told at letting go"
    again = Lesson(MemoryState({name: lesson.state.read(name) for name in lesson.state.names()}))
    for _ in range(2):
        first, then = again.sees(two(0, 0)), again.sees(two(0, 0))
        assert first.counts is not None and first.counts.names == ("low", "high")
        assert (first.examples, first.notice, then.counts, then.score) == (30, None, None, None)
        assert first.score == 1 and first.report is not None and "low: 15 low" in first.report
        again.box.reset()


def test_how_it_stands_is_not_told_in_the_midst_of_a_take() -> None:
    lesson = taught()
    begun = [*lesson.box.on_record("low")]
    lesson.box.reset()
    assert begun[-1].notice == "shows low" and lesson.sees(two(0, 0)).counts is None


def test_a_file_that_was_broken_is_told_first() -> None:
    lesson = Lesson(MemoryState({"examples.json": b"{"}))
    said = lesson.sees(two(0, 0))
    assert said.notice is not None and "it begins with nothing; the file is kept" in said.notice


def test_reach_is_turned_while_it_plays() -> None:
    lesson = taught(reach=0.0)
    assert lesson.sees(two(0.3, 0.3), times=20).unsure
    lesson.box.reach = 0.9
    assert not lesson.sees(two(0.3, 0.3), times=20).unsure


def test_what_is_weighed_counts_from_the_next_learning_on() -> None:
    lesson = taught(reach=1.0)
    asked = two(0.0, 1.0)
    lesson.box.weigh = {"q": 0.0}
    assert lesson.sees(asked, times=20).confidence == pytest.approx(0.5, abs=0.2)
    lesson.box.on_train(PRESS)
    low = lesson.sees(asked, times=20)
    assert low.label == "low" and low.sureness is not None and low.sureness.low > 0.9
    lesson.box.weigh, lesson.box.weigh_classes = {}, {"low": 0.0}
    lesson.box.on_train(PRESS)
    assert lesson.sees(two(0.0, 0.0), times=20).sureness.names == ("high",)


def test_a_gesture_has_no_network() -> None:
    with pytest.raises(ParameterError, match='model = "examples"'):
        Lesson(task="gesture", model="network")


def test_undo_delete_and_clear() -> None:
    lesson = taught()
    undone = lesson.box.on_undo(PRESS)
    assert undone.notice == "took 5 of high back" and undone.examples == 25
    assert lesson.box.on_delete("low").notice == "forgot 3 takes of low"
    assert lesson.box.on_delete("lo").notice == 'there is no "lo"; it knows high'
    assert lesson.box.on_clear(PRESS).examples == 0
    assert lesson.box.on_undo(PRESS).notice == "there is nothing to take back"
    assert lesson.sees(two(0, 0)).unsure


def test_it_knows_the_same_after_a_restart_and_from_a_copied_folder() -> None:
    lesson = taught()
    again = Lesson(MemoryState({name: lesson.state.read(name) for name in lesson.state.names()}))
    for p in np.linspace(-0.2, 1.2, 15):
        one, other = lesson.sees(two(p, p)), again.sees(two(p, p))
        lesson.box.reset()
        again.box.reset()
        assert one.sureness is not None and other.sureness is not None
        assert one.sureness.values.tolist() == other.sureness.values.tolist()


def test_inputs_are_matched_by_name_whatever_their_order() -> None:
    lesson = taught()
    turned = Features(("q", "more", "p"), np.array([0.9, 7, 1.1], np.float32))
    said = lesson.sees(turned, times=20)
    assert said.label is not None and said.label == "high"


def test_several_cables_count_together() -> None:
    lesson = Lesson()
    for label, a in (("off", 0.0), ("on", 1.0)) * 2:
        list(lesson.box.on_record(label))
        lesson.sees(0.5, times=5, a=a, b=two(a, 0.0))
        list(lesson.box.on_record(""))
    said = lesson.sees(0.5, times=20, a=1.0, b=two(1.0, 0.0))
    assert said.label is not None and said.label == "on"


def test_what_stops_coming_makes_it_unsure_and_not_wrong() -> None:
    lesson = taught()
    gone = lesson.sees(Features(("other",), np.zeros(1, np.float32)), times=20)
    assert gone.unsure and gone.confidence == 0


def test_knobs_follow_what_lies_between() -> None:
    lesson = Lesson(task="regress", settle=0.0)
    for x in (0.0, 0.25, 0.5, 0.75, 1.0):
        for y in (0.0, 0.5, 1.0):
            lesson.box.knobs = {"cutoff": x, "level": 100 * y}
            lesson.record("here", two(x, y), times=3)
    said = lesson.sees(two(0.4, 0.7))
    assert said.knobs is not None and not said.unsure
    assert said.knobs.cutoff == pytest.approx(0.4, abs=0.05)
    assert said.knobs.level == pytest.approx(70, abs=5)
    assert lesson.sees(two(40, 70)).unsure


def test_without_knobs_it_says_what_is_missing() -> None:
    lesson = Lesson(task="regress")
    said = [*lesson.box.on_record("here")]
    assert said[-1].notice is not None and "knobs = {" in said[-1].notice


def way(count: int, seed: int, height: float = 1.0) -> list[Features]:
    """Go around a circle, or flat to and fro."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, count)
    places = np.stack([np.sin(turn), height * np.cos(turn)], axis=1)
    return [two(*place) for place in places + 0.02 * rng.normal(size=places.shape)]


def test_a_gesture_is_told_at_its_end_with_its_speed() -> None:
    lesson = Lesson(task="gesture")
    for seed in range(3):
        lesson.record("circle", *way(45, seed), times=1)
        lesson.record("sweep", *way(45, seed + 5, 0.0), times=1)
    half = lesson.sees(*way(30, 9)[:18])
    assert half.gesture is None and half.progress is not None and 0.4 < half.progress < 0.8
    whole = lesson.sees(*way(30, 9)[18:], *[two(0, 1)] * 15)
    assert whole.gesture is not None and whole.gesture.word == "circle"
    assert whole.gesture.circle and not whole.gesture.sweep
    assert whole.label is not None and whole.label == "circle"
    rest = lesson.sees(*[two(0, 1)] * 60)
    assert rest.gesture is None and rest.progress == 0


# -- What goes wrong -------------------------------------------------------------------------------


def test_one_class_alone_is_that_or_unsure() -> None:
    lesson = Lesson()
    said = lesson.record("only", *around(0, 0, 1), times=3)
    assert said.report is not None and "one class alone" in said.report
    assert not lesson.sees(two(0, 0), times=20).unsure
    assert lesson.sees(two(3, 3), times=20).unsure


def test_contradictory_examples_are_told_by_a_low_score() -> None:
    lesson = Lesson()
    for seed in range(3):
        lesson.record("one", *around(0, 0, seed), times=1)
        said = lesson.record("other", *around(0, 0, seed + 20), times=1)
    assert said.score is not None and said.score < 0.8
    assert said.report is not None and "taken for" in said.report


def test_why_nothing_is_recorded_stays_to_be_read_at_letting_go() -> None:
    lesson = taught()
    why = lesson.record("Unsure", two(0, 0)).notice
    assert why is not None and "another name" in why
    assert [said.notice for said in lesson.box.on_record("")] == ["nothing was being recorded"]


def test_nobody_in_the_picture_is_no_example() -> None:
    lesson = Lesson()
    said = lesson.record("stand", pose(), times=10)
    assert said.notice == "nothing was seen, and nothing is kept"
    assert lesson.box.on_train(PRESS).notice == "there is nothing to learn from: hold record first"
    lesson.record("stand", pose(someone()), pose(), times=5)
    assert lesson.box.on_train(PRESS).examples == 5


def test_train_twice_at_once_is_train_once() -> None:
    lesson = taught(by_itself=False)
    assert lesson.sees(two(0, 0)).unsure
    first, second = lesson.box.on_train(PRESS), lesson.box.on_train(PRESS)
    assert first.report == second.report and first.score == second.score == 1
    assert not lesson.sees(two(0, 0), times=20).unsure


@pytest.mark.parametrize("absurd", [np.nan, np.inf, 1e30])
def test_what_is_no_number_is_no_example_and_changes_nothing(absurd: float) -> None:
    lesson = taught()
    assert (
        lesson.record("low", two(absurd, absurd)).notice == "nothing was seen, and nothing is kept"
    )
    assert lesson.sees(two(absurd, absurd)).unsure
    assert not lesson.sees(two(0, 0), times=20).unsure


def test_more_numbers_than_it_learns_from_are_told_once() -> None:
    many = Features(tuple(f"n{n}" for n in range(MOST + 5)), np.ones(MOST + 5, np.float32))
    lesson = Lesson()
    told = [lesson.sees(many).notice for _ in range(3)]
    assert told == [
        f"{MOST + 5} numbers come, and {MOST} are the most: the last 5 are left out",
        *[None, None],
    ]


def test_where_the_time_begins_anew_gestures_are_made_again() -> None:
    lesson = Lesson(task="gesture")
    for seed in range(3):
        lesson.record("circle", *way(45, seed), times=1)
    lesson.sees(*[two(0, 1)] * 30)
    lesson.at -= 3600 * 10**9
    again = lesson.sees(*way(45, 9), *[two(0, 1)] * 15)
    assert again.gesture is not None and again.gesture.word == "circle"


def test_more_examples_than_it_holds_are_told_once() -> None:
    lesson = Lesson(by_itself=False)
    lesson.record("low", two(0, 0))
    take = lesson.box._notebook.examples.takes[0]
    take.rows = np.zeros((MOST_EXAMPLES, 2), np.float32)
    take.times = np.zeros(MOST_EXAMPLES, np.float32)
    list(lesson.box.on_record("low"))
    told = [lesson.sees(two(0, 0)).notice for _ in range(5)]
    assert told == [f"it holds {MOST_EXAMPLES} examples, and no more fit", *[None] * 4]


def test_a_hundred_thousand_moments_shown_are_as_many_as_fit() -> None:
    lesson = Lesson(by_itself=False)
    list(lesson.box.on_record("low"))
    said = lesson.sees(0.5, times=MOST_EXAMPLES + 10)
    assert (said.examples, said.notice) == (MOST_EXAMPLES, FULL)
    full = lesson.sees(0.5, times=1000)
    assert full == Taught(), "nothing is said of what is over, nor kept"
    assert [*lesson.box.on_record("")][-1].notice == f"kept {MOST_EXAMPLES} of low"
    assert lesson.box.on_train(PRESS).notice == "learned"


def test_train_is_pressed_in_the_midst_of_a_take_and_twice() -> None:
    lesson = taught()
    list(lesson.box.on_record("low"))
    lesson.sees(two(0, 0), times=3)
    first, second = lesson.box.on_train(PRESS), lesson.box.on_train(PRESS)
    assert (first.examples, first.counts.values.tolist()) == (33, [18, 15])
    assert first.report == second.report
    assert lesson.sees(two(0, 0)).examples is None, "nothing is recorded any more"


@pytest.mark.parametrize("task", ["classify", "regress", "gesture"])
def test_what_changes_its_size_after_teaching_makes_it_unsure_and_comes_back(task: str) -> None:
    lesson = Lesson(task=task, knobs={"k": 0.5})
    for seed in range(3):
        lesson.record("low", *way(30, seed), times=1)
    shorter, none = Features(("p",), np.zeros(1, np.float32)), Features((), np.zeros(0, np.float32))
    longer = Features(tuple("pqrst"), np.zeros(5, np.float32))
    for odd in (none, shorter, longer, 0.5):
        assert lesson.sees(odd, times=5).confidence is not None
    assert lesson.sees(none).unsure
    assert lesson.sees(*way(30, 7), times=1).confidence is not None


def test_names_that_change_after_teaching_and_far_too_many_of_them() -> None:
    lesson = taught()
    many = Features(tuple(map(str, range(3 * MOST))), np.zeros(3 * MOST, np.float32))
    assert lesson.sees(many).unsure
    lesson.record("many", many, times=2)
    assert lesson.sees(two(0, 0), times=3) is not None


@pytest.mark.parametrize("label", ["unsure", "UNSURE", "x" * 10_000, "🙂", "שלום", "a/b.c", " "])
def test_any_name_is_a_name_but_unsure(label: str) -> None:
    lesson = Lesson()
    lesson.record(label, two(0, 0))
    names = lesson.box._notebook.examples.labels
    assert all(0 < len(name) <= 80 for name in names)
    assert len(names) == (0 if label.lower() == UNSURE or not label.strip() else 1)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize("broken", [cut, lambda _: b"", lambda _: b"\x80\x04."])
def test_a_broken_file_is_told_and_the_one_before_is_used(
    broken: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    lesson = taught()
    files = {name: lesson.state.read(name) or b"" for name in lesson.state.names()}
    assert sorted(files) == ["examples.before.json", "examples.json"]
    files["examples.json"] = broken(files["examples.json"])
    again = Lesson(MemoryState(files))
    assert (
        "examples.json: it is broken, or cut off; it plays with what was kept before" in caplog.text
    )
    assert again.box.caption() == "low 15 · high 10"
    again.record("high", *around(1, 1, 30), times=1)
    assert json.loads(again.state.read("examples.before.json") or b"")["format"] == 1


class FullDisk(MemoryState):
    """Keeps nothing."""

    def write(self, name: str, data: bytes) -> bool:
        return False


def test_a_full_disk_loses_nothing_that_is_in_use() -> None:
    lesson = Lesson(FullDisk())
    lesson.record("low", *around(0, 0, 1), times=1)
    lesson.record("high", *around(1, 1, 1), times=1)
    said = lesson.record("high", *around(1, 1, 2), times=1)
    assert said.notice == "kept 5 of high, but could not be written"
    assert lesson.sees(two(1, 1), times=20).label is not None
    assert lesson.box.on_save("safe").notice == "safe could not be kept"


def test_versions_are_kept_and_taken_by_name() -> None:
    lesson = taught()
    assert lesson.box.on_save("monday").notice == "kept as monday"
    lesson.box.on_delete("low")
    assert lesson.box.on_load("examples").notice == "took examples"
    assert lesson.box.caption() == "low 15 · high 15"
    assert lesson.box.on_load("monday").examples == 15
    notice = lesson.box.on_load("tuesday").notice
    assert notice == "there is no tuesday; there is examples, monday"
    assert "no path" in (lesson.box.on_load("../up").notice or "")
    assert "no path" in (lesson.box.on_save("/etc/passwd").notice or "")


def test_versions_do_not_fill_the_disk() -> None:
    lesson = Lesson()
    notices = [lesson.box.on_save(f"v{number}").notice for number in range(110)]
    assert notices[99] == "kept as v99"
    assert notices[100] == "it keeps 100 files, and no more: take one that is there"
    assert lesson.box.on_save("v5").notice == "kept as v5"


def test_a_version_that_is_a_path_is_refused_in_the_patch() -> None:
    with pytest.raises(ParameterError, match="no path"):
        Lesson(version="../up")


def test_before_it_is_open_it_answers_and_fails_not() -> None:
    box = Learn()
    assert [*box.process(0.5, at=Ns(0))][-1].unsure
    assert [*box.on_record("x")] and box.on_undo(PRESS).notice


def test_poses_of_a_body_are_told_wherever_it_stands() -> None:
    lesson = Lesson()
    up = {"left_wrist": (0.55, 0.9), "right_wrist": (0.45, 0.9)}

    def seen(x: float, **moved: tuple[float, float] | None) -> Pose:
        shifted = {name: (at[0] + x - 0.5, at[1]) if at else None for name, at in moved.items()}
        return pose(someone(x=x, **shifted))

    for x in (0.3, 0.5, 0.7):
        lesson.record("stand", seen(x), seen(x + 0.01))
        lesson.record("up", seen(x, **up), seen(x + 0.01, **up))
    said = lesson.sees(seen(0.4, **up), times=20)
    assert said.label is not None and said.label == "up"
    hidden = lesson.sees(seen(0.6, **up, left_knee=None, right_ankle=None), times=20)
    assert not hidden.unsure and hidden.sureness is not None and hidden.sureness.up > 0.8
