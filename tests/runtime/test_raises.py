"""What ends a program ends no show: whatever a box raises is told as its own error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.core.box_errors import Interrupted
from engine.core.errors import PatchError
from engine.runtime.metrics import LOG
from engine.runtime.opening import check_patch
from engine.testing import play as play_offline
from tests.limits import LIMIT

from .editing import Editor, edited, save

COMMAND = [sys.executable, "-c", "from engine.cli import main; main()"]
BOX = """
import asyncio
import sys
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from engine.core.messages import Message, Ns, Trigger
from engine.core.node import Model, Node
from engine.core.sink import Sink
from engine.core.source import Emit, Source, Tape


class Mine(BaseException):
    pass


def act(here: str) -> None:
    if here == "{place}":
        {act}


"""
NODE = '''
class Faulty(KIND):
    """Count triggers, and mark them."""

    _count: int = 0
    _woken: bool = False

    def __post_init__(self) -> None:
        act("made")

    def needs(self) -> tuple[str, ...]:
        act("needs")
        return ()

    def open(self) -> None:
        act("open")

    def process(self, beat: Trigger) -> float:
        self._count += 1
        if self._count > 3:
            act("process")
        return float(self._count)

    def on_mark(self, mark: Trigger) -> float:
        act("event")
        return 0.0

    def wake(self) -> Ns | None:
        act("wake")
        return None if self._woken else Ns(0)

    def on_wake(self, at: Ns) -> float:
        self._woken = True
        act("on_wake")
        return 0.0

    def reset(self) -> None:
        act("reset")
        if self._count > 5:
            raise ValueError("it is reset")

    def close(self) -> None:
        act("close")
'''
GENERATOR = '''
class Faulty(KIND):
    """Say more than one number."""

    def process(self, beat: Trigger) -> Iterator[float]:
        yield 1.0
        act("yield")
        yield 2.0
'''
SINK = '''
class Faulty(Sink):
    """Take whatever comes."""

    _flushed: bool = False

    def __post_init__(self) -> None:
        act("made")

    def accepts(self, port: str) -> tuple[type, ...]:
        act("accepts")
        return (float,)

    def options(self) -> type[Any] | None:
        act("options")
        return None

    def plug(self, port: str, carries: type, options: Any) -> None:
        act("plug")

    def open(self) -> None:
        act("open")

    def send(self, port: str, message: Message, at: Ns) -> None:
        act("send")

    def flush(self, now: Ns) -> None:
        self._flushed = True
        act("flush")

    def silence(self, port: str | None) -> None:
        act("silence")

    def wake(self) -> Ns | None:
        if self._flushed:
            act("wake")
        return None

    def close(self) -> None:
        act("close")
'''
SOURCE = '''
class Faulty(Tape):
    """Say numbers for ever."""

    OUT: ClassVar[Mapping[str, type]] = {"number": float}
    endless: ClassVar[bool] = True

    def outlets(self) -> Mapping[str, type]:
        act("outlets")
        return self.OUT

    def sets(self) -> Mapping[tuple[str, ...], tuple[str, str]]:
        act("sets")
        return {}

    def open(self, emit: Emit) -> None:
        act("open")

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for count in range(100_000):
            if count > 3:
                act("events")
            yield Ns(count * 5_000_000), "number", float(count)

    def close(self) -> None:
        act("close")
'''
BEATS = '[tick]\nuse = "every"\ntime = "5 ms"\n[collect]\nuse = "collector"\n'
INTO_NODE = (
    BEATS + '[collect.send]\ntick = "tick"\nf = "faulty"\n'
    '[faulty]\nuse = "faulty"\nfrom = "tick"\nmark = { from = "tick" }\n'
)
INTO_GENERATOR = INTO_NODE.replace('mark = { from = "tick" }\n', "")
INTO_SINK = (
    BEATS + '[collect.send]\ntick = "tick"\n[number]\nuse = "counted"\nfrom = "tick"\n'
    '[faulty]\nuse = "faulty"\nfrom = "number"\n'
)
FROM_SOURCE = BEATS + '[collect.send]\ntick = "tick"\nf = "faulty"\n[faulty]\nuse = "faulty"\n'
COUNTED = '''
from engine.core.messages import Trigger
from engine.core.node import Node


class Counted(Node):
    """Count what comes."""

    _count: int = 0

    def process(self, beat: Trigger) -> float:
        self._count += 1
        return float(self._count)
'''
ACTS = {
    "exit": "sys.exit()",
    "interrupt": "raise KeyboardInterrupt",
    "generator": "raise GeneratorExit",
    "cancelled": "raise asyncio.CancelledError",
    "own": 'raise Mine("over")',
}
NAMES = {
    "exit": "SystemExit",
    "interrupt": "KeyboardInterrupt",
    "generator": "GeneratorExit",
    "cancelled": "CancelledError",
    "own": "Mine: over",
}
PLAYED = {
    **{
        f"node {place}": (INTO_NODE, NODE.replace("KIND", "Node"), place)
        for place in ("open", "process", "event", "wake", "on_wake")
    },
    **{
        f"lane {place}": (INTO_NODE, NODE.replace("KIND", "Model"), place)
        for place in ("open", "process", "event")
    },
    "node yield": (INTO_GENERATOR, GENERATOR.replace("KIND", "Node"), "yield"),
    "lane yield": (INTO_GENERATOR, GENERATOR.replace("KIND", "Model"), "yield"),
    **{f"sink {place}": (INTO_SINK, SINK, place) for place in ("open", "send", "flush", "wake")},
    **{f"source {place}": (FROM_SOURCE, SOURCE, place) for place in ("open", "events")},
}
CLOSED = {
    "node": (INTO_NODE, NODE.replace("KIND", "Node"), "close"),
    "lane": (INTO_NODE, NODE.replace("KIND", "Model"), "close"),
    "sink": (INTO_SINK, SINK, "close"),
    "sink silence": (INTO_SINK, SINK, "silence"),
    "source": (FROM_SOURCE, SOURCE, "close"),
}
COMPILED = {
    "import": (INTO_NODE, "act('import')\n" + NODE.replace("KIND", "Node"), "import"),
    "made": (INTO_NODE, NODE.replace("KIND", "Node"), "made"),
    "needs": (INTO_NODE, NODE.replace("KIND", "Node"), "needs"),
    **{
        f"sink {place}": (INTO_SINK, SINK, place)
        for place in ("made", "accepts", "options", "plug")
    },
    **{f"source {place}": (FROM_SOURCE, SOURCE, place) for place in ("outlets", "sets")},
}


def files(case: tuple[str, str, str], act: str) -> dict[str, str]:
    patch, box, place = case
    begin = BOX.replace("{place}", place).replace("{act}", ACTS[act])
    return {"show.toml": patch, "nodes/faulty.py": begin + box, "nodes/counted.py": COUNTED}


@pytest.mark.parametrize("act", ["exit", "own"])
@pytest.mark.parametrize("case", PLAYED.values(), ids=PLAYED)
def test_what_a_box_raises_while_it_plays_is_told_and_the_show_goes_on(
    case: tuple[str, str, str], act: str, tmp_path: Path
) -> None:
    async def edit(editor: Editor) -> None:
        await editor.until_said(NAMES[act])
        count = len(editor.box("collect").of("tick"))
        await editor.until(lambda: len(editor.box("collect").of("tick")) > count + 3)

    edited(tmp_path, files(case, act), edit)


@pytest.mark.parametrize("act", ["exit", "interrupt"])
@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_what_a_box_raises_at_the_end_keeps_no_other_from_ending(
    case: tuple[str, str, str], act: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def edit(editor: Editor) -> None:
        await editor.until(lambda: len(editor.box("collect").of("tick")) > 3)

    caplog.set_level("INFO", LOG.name)
    edited(tmp_path, files(case, act), edit)
    assert any(NAMES[act] in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("act", ["interrupt", "generator", "cancelled"])
@pytest.mark.parametrize("case", PLAYED.values(), ids=PLAYED)
def test_offline_it_is_told_too(case: tuple[str, str, str], act: str, tmp_path: Path) -> None:
    for file, text in files(case, act).items():
        save(tmp_path / file, text)
    played = play_offline(tmp_path / "show.toml", seconds=0.2)
    told = [f"{fault.box}: {fault.text}" for fault in played.engine.metrics.faults]
    assert any(text.startswith("faulty: ") and NAMES[act] in text for text in told), told
    ticks = played.engine.states["collect"].box.of("tick")  # type: ignore[attr-defined]
    assert len(ticks) > 10


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("case", COMPILED.values(), ids=COMPILED)
def test_a_check_tells_what_a_box_raises(
    case: tuple[str, str, str], act: str, tmp_path: Path
) -> None:
    for file, text in files(case, act).items():
        save(tmp_path / file, text)
    with pytest.raises(PatchError, match=NAMES[act]) as raised:
        check_patch(tmp_path / "show.toml")
    assert {problem.box for problem in raised.value.problems} <= {"faulty", "collect"}


@pytest.mark.parametrize("place", ["import", "made"])
def test_a_real_ctrl_c_is_no_error_of_the_box(place: str, tmp_path: Path) -> None:
    case = COMPILED[place]
    for file, text in files(case, "exit").items():
        stuck = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
        save(tmp_path / file, text.replace("sys.exit()", stuck))
    with pytest.raises(Interrupted):
        check_patch(tmp_path / "show.toml")


@pytest.mark.parametrize("words", [("check",), ("play", "--offline", "--for", "1"), ("show",)])
@pytest.mark.parametrize("act", ["exit", "interrupt"])
def test_a_command_says_what_is_wrong_and_ends_with_2(
    words: tuple[str, ...], act: str, tmp_path: Path
) -> None:
    for file, text in files(COMPILED["import"], act).items():
        save(tmp_path / file, text)
    command, *options = words
    done = subprocess.run(
        [*COMMAND, command, str(tmp_path / "show.toml"), *options],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "[faulty] use: " in done.stderr
    assert f"faulty.py does not load: {NAMES[act]}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("act", ["exit", "interrupt"])
@pytest.mark.parametrize("option", ["--no-page", "--offline"])
def test_a_command_plays_on_past_it(option: str, act: str, tmp_path: Path) -> None:
    for file, text in files(PLAYED["node process"], act).items():
        save(tmp_path / file, text)
    stats = tmp_path / "stats.json"
    words = [*COMMAND, "play", str(tmp_path / "show.toml"), option, "--stats", str(stats)]
    for seconds in (1, 10, 50):  # a busy machine may stand still for one
        done = subprocess.run(
            [*words, "--for", str(seconds)],
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        count = json.loads(stats.read_text())["routes"]["collect/tick"]["messages"]
        if count > 10:
            break
    assert f"faulty: {NAMES[act]}" in done.stderr
    assert count > 10
