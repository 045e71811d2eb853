"""Events by hand: a parameter that is said, not held, calls ``on_NAME`` of its box each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest

from engine.core.commands import CycleParameter, Release, SetParameter
from engine.core.errors import PatchError
from engine.core.mailbox import Mailbox
from engine.core.messages import Message, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Event, Param
from engine.core.set_target import SetTarget
from engine.core.source import Emit, Source
from engine.runtime.command_queue import submit_command
from engine.runtime.engine import Engine
from engine.runtime.feedback import shown_of
from engine.testing import play
from tests.limits import LIMIT
from tests.recording.shows import again, compared, rehearse
from tests.runtime import live_shows


class Chooser(Node):
    """Says which of three was chosen, and how often."""

    choose: Event[Annotated[int, Param("which of the three", 1, 3)]] = 1
    undo: Event[Annotated[bool, Param("take the last back")]] = False
    how: Event[Annotated[Literal["loud", "soft"], Param("how it is said")]] = "loud"

    _said: int = 0

    def process(self, trigger: float) -> None:
        pass

    def on_choose(self, choose: int, at: Ns) -> str:
        self._said += 1
        return f"{choose} {self._said}"

    def on_undo(self, undo: Trigger) -> Iterator[str]:
        yield "undo"
        yield "undone"

    def on_how(self, how: str) -> str:
        return how


class Slowly(Chooser):
    """The same on a thread of its own."""

    lane: ClassVar[bool] = True


class Teller(Source):
    """Gives what it is told."""

    OUT: ClassVar[Mapping[str, type]] = {"text": str, "letters": float}

    tell: Event[Annotated[str, Param("what it says")]] = ""

    def open(self, emit: Emit) -> None:
        pass

    def on_tell(self, tell: str) -> Iterator[tuple[str, Message]]:
        yield "letters", float(len(tell))
        yield "text", tell


PATCH = """
[clock]
use = "every"
time = "1 s"

[box]
use = "chooser"
from = "clock.value"

[out]
use = "collector"
send = { said = "box" }
"""
BOXES = {"chooser": Chooser, "slowly": Slowly, "teller": Teller}
TELLER = """
[teller]
use = "teller"

[out]
use = "collector"
send = { text = "teller", letters = "teller.letters" }
"""

OWN = {
    "pick.py": """
from typing import Annotated
from engine import Event, Node, Param

class Pick(Node):
    choose: Event[Annotated[int, Param("which", 1, 3)]] = 1

    def process(self, text: str) -> str:
        return text

    def on_choose(self, choose: int) -> str:
        return f"{choose} of 3"
""",
    "tell.py": """
from engine import Event, Source

class Tell(Source):
    OUT = {"text": str}
    tell: Event[str] = ""

    def open(self, emit):
        pass

    def on_tell(self, tell: str):
        return "text", tell
""",
}
BOTH = """
[tell]
use = "tell"

[pick]
use = "pick"
from = "tell"

[out]
use = "osc_out"
to = "127.0.0.1:9"
send = { "/said" = "pick", "/text" = "tell", "/more" = "pick" }
"""


SENDS = 'send = { said = "box", text = "teller" }'


def said(patch: str, *commands: tuple[float, object]) -> list[object]:
    script = [(at, SetParameter("box", *each)) for at, each in commands]
    played = play(patch, script, seconds=3, boxes=BOXES)
    assert played.errors == []
    return [one.args[0] for one in played.sent("out", "said")]


@pytest.mark.parametrize("use", ["chooser", "slowly"])
def test_each_word_of_a_hand_calls_the_box_in_order(use: str) -> None:
    patch = PATCH.replace('use = "chooser"', f'use = "{use}"')
    words = [("choose", 2), ("choose", 2), ("how", "soft"), ("undo", True), ("choose", 3.0)]
    assert said(patch, *((0.5 + place / 10, each) for place, each in enumerate(words))) == [
        "2 1",
        "2 2",
        "soft",
        "undo",
        "undone",
        "3 3",
    ]


def test_a_button_that_is_let_go_says_nothing() -> None:
    assert said(PATCH, (0.5, ("undo", 1)), (0.6, ("undo", 0))) == ["undo", "undone"]


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("choose", 4, "box/choose: expected a whole number from 1 to 3, got 4"),
        ("choose", 0.4, "box/choose: expected a whole number from 1 to 3, got 0.4"),
        ("choose", "two", 'box/choose: expected a whole number from 1 to 3, got "two"'),
        ("choose", float("nan"), "box/choose: expected a whole number from 1 to 3, got nan"),
        ("how", "sofd", "expected one of"),
        ("chose", 1, 'box has no parameter "chose". Did you mean "choose"?'),
    ],
)
def test_what_does_not_fit_is_refused(name: str, value: object, why: str) -> None:
    told: list[str] = []
    script = [(0.5, SetParameter("box", name, value, told.append))]
    played = play(PATCH, script, seconds=1, boxes=BOXES)
    assert played.sent("out", "said") == []
    assert len(told) == 1
    assert why in told[0]


def test_what_is_said_is_not_held() -> None:
    script = [
        (0.1, SetParameter("box", "choose", 3)),
        (0.2, Release("box", "choose")),
        (0.3, SetParameter("box", "choose", 1.0, of_range=True, choices=(1, 2, 3))),
    ]
    show = play(PATCH, script, seconds=1, boxes=BOXES)
    assert [one.args[0] for one in show.sent("out", "said")] == ["3 1", "3 2"]
    state = show.engine.states["box"]
    assert state.overrides == set()
    assert state.value(state.parameters["choose"]) == 1


def test_a_pad_cannot_go_on_from_what_is_not_held() -> None:
    told: list[str] = []
    script = [(0.5, CycleParameter("box", "choose", (1, 2), told.append))]
    play(PATCH, script, seconds=1, boxes=BOXES)
    assert told == ["box/choose: is said, not held, so there is no next one: give each pad its own"]


def test_a_box_that_is_off_says_so() -> None:
    told: list[str] = []
    script = [
        (0.4, SetParameter("box", "on", False)),
        (0.5, SetParameter("box", "choose", 1, told.append)),
    ]
    play(PATCH, script, seconds=1, boxes=BOXES)
    assert told == ["box/choose: box is off, and hears nothing"]


def test_a_cable_says_it_too() -> None:
    patch = PATCH.replace(
        'from = "clock.value"', 'from = "clock.value"\nchoose = { from = "clock.value" }'
    )
    assert said(patch) == ["1 1", "1 2", "1 3", "1 4"]


@pytest.mark.parametrize("use", ["chooser", "slowly"])
def test_what_does_not_fit_on_a_cable_is_told_and_the_next_is_heard(use: str) -> None:
    line = 'choose = { from = "clock.value", to = [7, 7] }'
    patch = PATCH.replace('from = "clock.value"', f'from = "clock.value"\n{line}')
    script = [(0.5, SetParameter("box", "choose", 2))]
    played = play(patch.replace('"chooser"', f'"{use}"'), script, seconds=3, boxes=BOXES)
    assert played.errors == ["box: choose: expected a whole number from 1 to 3, got 7"]
    assert [one.args[0] for one in played.sent("out", "said")] == ["2 1"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("choose = 2", "is said while it plays, not held, so it has no value here"),
        ('choose = "clock"', 'A cable from there is { from = "clock" }'),
    ],
)
def test_a_patch_gives_it_no_value(line: str, why: str) -> None:
    patch = PATCH.replace('from = "clock.value"', f'from = "clock.value"\n{line}')
    with pytest.raises(PatchError, match=why.replace("{", "\\{")):
        play(patch, seconds=1, boxes=BOXES)


def test_a_source_gives_what_it_is_told() -> None:
    script = [
        (at, SetParameter("teller", "tell", text)) for at, text in ((0.1, "sea"), (0.2, "sea"))
    ]
    played = play(TELLER, script, seconds=1, boxes=BOXES)
    assert [(one.address, one.args) for one in played.sent("out")] == [
        ("letters", [3.0]),
        ("text", ["sea"]),
        ("letters", [3.0]),
        ("text", ["sea"]),
    ]


def test_a_storm_of_words_is_heard_whole_while_a_show_plays() -> None:
    patch = PATCH.replace("[box]", '[teller]\nuse = "teller"\n[box]') + 'text = "teller"\n'
    patch = patch.replace('send = { said = "box" }\ntext = "teller"', SENDS)
    words = [str(number // 2) for number in range(400)]
    begun = False

    def until(engine: Engine) -> bool:
        nonlocal begun
        if not begun and engine.metrics.sources["teller"].state == "running":
            begun = True
            for word in words:
                engine.ask("a hand", SetParameter("teller", "tell", word))
                engine.ask("a hand", SetParameter("box", "choose", 1))
        return len(collector(engine).of("text")) == len(collector(engine).of("said")) == len(words)

    engine = live_shows.play(live_shows.live(patch, BOXES), until, LIMIT)
    assert collector(engine).of("text") == words
    assert collector(engine).of("said") == [f"1 {count}" for count in range(1, 401)]
    assert engine.metrics.faults == []


def collector(engine: Engine) -> Any:
    return engine.states["out"].box


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{ parameter = "box.choose", to = 1 }', ""),
        ('{ parameter = "box.undo" }', ""),
        ('{ parameter = "box.choose", to = 4 }', "expected a whole number from 1 to 3, got 4"),
        ('{ parameter = "box.choose" }', 'is said, not held: say which value in "to"'),
    ],
)
def test_a_pad_says_it(line: str, why: str) -> None:
    patch = f'{PATCH}\n[desk]\nuse = "midi_in"\n[desk.map]\nnote36 = {line}\n'
    if why:
        with pytest.raises(PatchError, match=why):
            play(patch, boxes=BOXES, seconds=0.1)
        return
    engine = play(patch, boxes=BOXES, seconds=0.1).engine
    assert not shown_of(engine.states["box"], SetTarget("box", "choose", (1,))).lit


def test_a_replay_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "nodes").mkdir()
    for name, text in OWN.items():
        (tmp_path / "nodes" / name).write_text(text)
    patch, recording = tmp_path / "show.toml", tmp_path / "show.mcap"
    patch.write_text(BOTH)
    words = [
        ("pick", "choose", 2),
        ("pick", "choose", 2),
        ("pick", "choose", 4),
        ("tell", "tell", "hi"),
    ]
    script = [(0.5 + place / 10, SetParameter(*each)) for place, each in enumerate(words)]
    rehearse(recording, patch, script, seconds=1)
    found = compared(again(recording, nodes=tmp_path / "nodes"))
    assert found.different == []
    assert found.messages == 2 + 1


def test_a_source_takes_no_cable() -> None:
    with pytest.raises(PatchError, match="is said by hands alone, so takes no cable"):
        play(
            TELLER.replace('use = "teller"', 'use = "teller"\ntell = { from = "teller" }'),
            boxes=BOXES,
        )


def test_none_of_several_that_wait_is_lost() -> None:
    door = Mailbox()
    for value in (1, 1, 2):
        submit_command(door, "desk", SetParameter("box", "choose", value), is_event=True)
    for value in (1.0, 2.0):
        submit_command(door, "desk", SetParameter("box", "level", value))
    assert [item.content.command.value for item in door.take()] == [1, 1, 2, 2.0]


def test_an_event_without_its_method_is_told() -> None:
    class Mute(Node):
        choose: Event[int] = 1

        def process(self, trigger: float) -> None:
            pass

    with pytest.raises(PatchError, match=r'Mute.choose is an event: write "def on_choose'):
        play(PATCH, boxes={"chooser": Mute})


def test_a_press_is_a_switch() -> None:
    class Odd(Node):
        undo: Event[int] = 1

        def process(self, trigger: float) -> None:
            pass

        def on_undo(self, undo: Trigger) -> None:
            pass

    with pytest.raises(PatchError, match=r"than on_undo takes, a trigger: write bool"):
        play(PATCH, boxes={"chooser": Odd})
