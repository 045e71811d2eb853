"""What is taught, as the page shows it; what is held is let go, however a page ends."""

from __future__ import annotations

import asyncio

import pytest
from runtime.boxes import COLLECT, numbers, play

from engine.core.commands import SetParameter
from engine.core.context import Context, MemoryState
from engine.core.messages import Ns, Trigger
from engine.nodes.learn import Learn
from engine.patch.plan import Outlet
from engine.runtime.schedule.slots import NOTHING
from engine.web import holds
from engine.web.holds import LAPSE_S, Holds
from engine.web.lessons import KEPT, Lessons
from engine.web.requests import HoldRequest, SetRequest, to_command
from engine.web.rights import Role, refusal
from engine.web.values import Values
from tests.limits import LIMIT

from .visit import visit

PATCH = (
    numbers("a", [0.25]) + '[p]\nuse="learn"\nlabel="Pose"\nfrom="a"\n' + COLLECT + 'label="p"\n'
)
HELD = ("p", "record")


@pytest.fixture
def engine():
    return play(PATCH).engine


class Pupil:
    """A box that is taught: its answers lie where a show puts them, and a page looks on."""

    def __init__(self, engine):
        self._slots = engine.slots
        self._at = 0
        self._box = Learn()
        self.state = MemoryState()
        self._box.open(Context("p", state=self.state))
        self.lessons = Lessons(engine)

    def say(self, parameter, value):
        """Do what a hand does."""
        answers = getattr(self._box, f"on_{parameter}")(value)
        self._put(answers if parameter == "record" else [answers])
        self.lessons.watch()

    def sees(self, *values):
        for value in values:
            self._at += 40_000_000
            self._write("a", "", value)
            self._put(self._box.process(value, at=Ns(self._at)))
            self.lessons.watch()

    def shows(self, label, *values):
        self.say("record", label)
        self.sees(*values)
        self.say("record", "")

    def _put(self, answers):
        for answer in answers:
            for name, value in answer._asdict().items():
                if value is not None:
                    self._write("p", name, value)

    def _write(self, box, name, value):
        found = Outlet(box, name) if name else next(one for one in self._slots if one.box == box)
        self._slots[found].write(value, Ns(self._at), 0, 0)


@pytest.fixture
def pupil(engine):
    return Pupil(engine)


def test_what_is_shown_stays_with_its_class_until_it_is_taken_back(pupil):
    pupil.shows("low", 0.1, 0.2, 0.1)
    pupil.shows("high", 0.9, 0.8)
    pupil.shows("low", 0.1, 0.1, 0.2, 0.1)
    (lesson,) = pupil.lessons.read()
    assert (lesson.label, dict(lesson.classes)) == ("Pose", {"low": 7, "high": 2})
    shown = pupil.lessons.shown()["p"]
    assert {name: len(each) for name, each in shown.items()} == {"low": 2, "high": 1}
    assert shown["high"][0].traces == [[[0.0, 0.0], [1.0, 1.0]]]
    pupil.say("undo", Trigger())
    assert {n: len(each) for n, each in pupil.lessons.shown()["p"].items()} == {
        "low": 1,
        "high": 1,
    }
    pupil.say("delete", "low")
    assert list(pupil.lessons.shown()["p"]) == ["high"]


def test_only_the_newest_examples_are_kept(pupil):
    for turn in range(KEPT + 3):
        pupil.shows("low", 0.1, 0.1 + turn)
    assert len(pupil.lessons.shown()["p"]["low"]) == KEPT


def test_it_tells_that_it_records(pupil):
    pupil.say("record", "low")
    pupil.sees(0.1, 0.2)
    assert pupil.lessons.read()[0].recording
    pupil.say("record", "")
    pupil.sees(0.2)
    assert not pupil.lessons.read()[0].recording


def test_what_was_learned_before_the_show_is_there_at_once(engine, pupil):
    pupil.shows("arms wide", 0.1, 0.1, 0.1)
    pupil.shows("low", 0.2)
    engine.states["p"].box.open(Context("p", state=pupil.state))
    engine.states["p"].up = True
    for slot in engine.slots.values():
        slot.value = NOTHING  # it has said nothing yet
    assert Lessons(engine).read()[0].classes == [("arms wide", 3), ("low", 1)]
    assert Values(engine).captions() == {"p": "arms wide 3 · low 1"}


def test_a_hold_is_one_pages_and_ends_with_it():
    now, ended = [0.0], []
    found = Holds(lambda held: ended.append(held) or True, lambda: now[0])
    one, other = object(), object()
    found.begin(HELD, one)
    now[0] = LAPSE_S - 0.1
    found.renew(HELD, one)
    now[0] = LAPSE_S + 0.5
    found.look()
    assert ended == [], "it was renewed"
    found.begin(HELD, other)
    found.end(HELD, one)
    found.client_left(one)
    assert ended == [], "it is another page's by now"
    found.client_left(other)
    assert ended == [HELD]
    found.renew(HELD, other)
    found.look()
    found.begin(HELD, one)
    now[0] += LAPSE_S
    found.look()
    found.look()
    assert ended == [HELD, HELD]


def test_what_cannot_be_let_go_yet_is_let_go_later():
    on, asked = [False], []
    found = Holds(lambda held: asked.append(held) or on[0], lambda: 0.0)
    found.begin(HELD, None)
    found.end(HELD, None)
    found.look()
    on[0] = True
    found.look()
    found.look()
    assert len(asked) == 3


@pytest.mark.parametrize("gone", [True, False])
def test_a_page_that_has_gone_or_hangs_holds_nothing(page, engine, monkeypatch, gone):
    monkeypatch.setattr(holds, "LAPSE_S", 9.0 if gone else 0.1)
    asked = []
    monkeypatch.setattr(engine, "ask", lambda by, command: asked.append(command))
    page.watch(engine)

    async def go():
        async with visit(page) as one, visit(page) as other:
            await one.ask(do="hold", box="p", parameter="record", value="low")
            await one.ask(do="set", box="nobox", parameter="x", value=1)
            await one.next("refused")
            assert asked == [SetParameter(*HELD, "low")]
            if gone:
                await one.socket.close()
            async with asyncio.timeout(LIMIT):
                while len(asked) < 2:
                    engine.clock.move_to(Ns(engine.clock.now() + 50_000_000))
                    await other.next("values")

    asyncio.run(go())
    assert asked == [SetParameter(*HELD, "low"), SetParameter(*HELD, "")]


def test_only_a_text_that_is_said_can_be_held(engine):
    assert to_command(HoldRequest(*HELD, "low"), engine) == SetParameter(*HELD, "low")
    for parameter in ("reach", "undo", "task", "nothing"):
        with pytest.raises(ValueError, match=r"cannot be held|no parameter"):
            to_command(HoldRequest("p", parameter, "low"), engine)


def test_a_guest_teaches_nothing(engine):
    for request in (SetRequest("p", "record", "x"), SetRequest("p", "knobs.red", 1.0)):
        assert "may not teach" in refusal(Role.GUEST, request, engine)
        assert refusal(Role.OWNER, request, engine) == ""
    assert refusal(Role.GUEST, HoldRequest(*HELD, "x"), engine)
    assert refusal(Role.GUEST, SetRequest("p", "reach", 0.5), engine) == ""
