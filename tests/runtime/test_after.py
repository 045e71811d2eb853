"""What a box says in its own time: one thing after another, and called off as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest

from engine.core.clock import ns
from engine.core.codec import decode, encode
from engine.core.commands import Panic
from engine.core.messages import After, Message, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Fixed, Param
from engine.core.source import Tape
from engine.testing import play


class Asks(Tape):
    """Ask at some moments; what begins with "!" calls off."""

    OUT: ClassVar[Mapping[str, type]] = {"text": str, "stop": Trigger}

    moments: Fixed[list[float]]
    texts: Fixed[list[str]]

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for moment, text in zip(self.moments, self.texts, strict=True):
            if text == "!":
                yield ns(moment), "stop", Trigger()
            else:
                yield ns(moment), "text", text


class Speller(Node):
    """Say the letters of a text, one each tenth of a second, and "." at its end."""

    lane: ClassVar[bool] = True
    calls_off: ClassVar[Collection[str]] = ("stop",)

    when_busy: Fixed[Annotated[Literal["newest", "queue"], Param("which")]] = "queue"

    @property
    def interruptible(self) -> bool:  # type: ignore[override]
        return self.when_busy == "newest"

    def process(self, text: str) -> Iterator[After[str]]:
        for place, letter in enumerate(text):
            yield After(ns(0.1 if place else 0), letter, last_word=None if place else ".")
        if text != "?":  # as where it is called off before it comes to its end
            yield After(ns(0.1), ".")

    def on_stop(self, stop: Trigger) -> str:
        return "off"


PATCH = """
[ask]
use = "asks"
moments = {moments}
texts = {texts}
[speak]
use = "speller"
from = "ask.text"
stop = {{ from = "ask.stop" }}
when_busy = "{how}"
[c]
use = "collector"
send = {{ said = "speak" }}
"""


def said(how: str, *asked: tuple[float, str], script: Any = ()) -> list[tuple[float, str]]:
    text = PATCH.format(
        moments=[moment for moment, _ in asked], texts=[text for _, text in asked], how=how
    )
    played = play(text, script, seconds=3.0, boxes={"asks": Asks, "speller": Speller})
    assert played.errors == []
    return [(round(at / 1e9, 3), text) for at, _, text in played.box("c").messages]


def test_one_thing_follows_another() -> None:
    assert said("queue", (0.5, "abc")) == [(0.5, "a"), (0.6, "b"), (0.7, "c"), (0.8, ".")]


def test_what_was_given_first_is_through_before_the_next_begins() -> None:
    told = said("queue", (0.0, "ab"), (0.05, "cd"), (1.0, "e"))
    assert told == [
        *((0.0, "a"), (0.1, "b"), (0.2, "."), (0.2, "c"), (0.3, "d"), (0.4, ".")),
        *((1.0, "e"), (1.1, ".")),
    ]


def test_a_newer_text_takes_the_place_of_an_older_one_that_is_told_to_be_over() -> None:
    told = said("newest", (0.0, "abcdef"), (0.25, "xy"))
    assert told == [
        *((0.0, "a"), (0.1, "b"), (0.2, "c"), (0.25, "."), (0.25, "x"), (0.35, "y"), (0.45, ".")),
    ]


@pytest.mark.parametrize("how", ["newest", "queue"])
def test_what_calls_off_ends_all_that_waits(how: str) -> None:
    told = said(how, (0.0, "abcdef"), (0.05, "ghi"), (0.14, "!"), (0.3, "z"))
    begin = [(0.0, "a")] if how == "queue" else [(0.0, "a"), (0.05, "."), (0.05, "g")]
    after = [(0.1, "b")] if how == "queue" else []
    assert told[: len(begin) + len(after)] == begin + after
    rest = told[len(begin) + len(after) :]
    assert rest[-2:] == [(0.3, "z"), (0.4, ".")]
    assert {text for at, text in rest if at < 0.3} == {".", "off"}
    assert all(at == 0.14 for at, _ in rest[:-2])


def test_a_panic_calls_it_off_and_the_last_word_is_said() -> None:
    told = said("queue", (0.0, "abcdef"), (1.0, "z"), script=[(0.15, Panic())])
    assert told == [(0.0, "a"), (0.1, "b"), (0.15, "."), (1.0, "z"), (1.1, ".")]


def test_the_last_word_is_owed_from_the_first_one_on_though_it_was_never_given() -> None:
    """A box may be called off while it works, before it has given its end."""
    told = said("queue", (0.0, "?"), (0.1, "a"), (0.5, "?"), (1.0, "!"))
    assert told == [
        *((0.0, "?"), (0.1, "a"), (0.2, "."), (0.5, "?")),
        *((1.0, "."), (1.0, "off")),
    ]


def test_it_crosses_into_another_process_and_a_recording() -> None:
    after = After(ns(0.25), (Trigger(), None), last_word=(None, 1.0))
    assert decode(encode(after, pixels=True)) == after
    assert decode(encode(After(Ns(0), "a"), pixels=False)) == After(Ns(0), "a")


def test_a_recording_of_it_sends_the_same_again(tmp_path: Path) -> None:
    from tests.recording.shows import again, compared, rehearse

    nodes = tmp_path / "nodes"
    nodes.mkdir()
    (nodes / "spelled.py").write_text(
        "from collections.abc import Iterator\n"
        "from engine import After, Node, ns\n\n\n"
        "class Spelled(Node):\n"
        '    """Count slowly."""\n\n'
        "    lane = True\n\n"
        "    def process(self, value: float) -> Iterator[After[float]]:\n"
        "        for number in range(5):\n"
        "            yield After(ns(0.05), float(number))\n"
    )
    patch = tmp_path / "slow.toml"
    patch.write_text(
        '[t]\nuse="every"\ntime="300 ms"\n[s]\nuse="spelled"\nfrom="t.value"\n'
        '[out]\nuse="osc_out"\nto="127.0.0.1:9"\n[out.send]\n"/n"="s"\n'
    )
    file = tmp_path / "slow.mcap"
    rehearse(file, patch, seconds=2.0)
    show = again(file, nodes=nodes)
    assert compared(show).different == []
    assert compared(show).messages > 20
