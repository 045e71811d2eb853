"""Patches and node files saved while they play, on a real loop with real files and devices."""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from engine.core.clock import ns
from engine.core.commands import PlayPatch
from engine.osc.parse import packet
from engine.patch.plan import Deadline
from engine.runtime.reload import probation, reloader
from tests.limits import LIMIT

from .editing import Editor, edited

BEAT = '[beat]\nuse = "every"\ntime = "5 ms"\n'
NUMBER = '[n]\nuse = "counted"\nfrom = "beat"\n'
OUT = '[c]\nuse = "collector"\n[c.send]\n'
SHOW = BEAT + NUMBER + OUT + 'n = "n"\n'
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
HUNG = '''
import threading

from engine.core.messages import Trigger
from engine.core.node import Model


class Hung(Model):
    """Never answer while it plays."""

    def __post_init__(self) -> None:
        self._free = threading.Event()

    def process(self, beat: Trigger) -> float:
        self._free.wait()
        return 0.0
'''
SLOW = '''
import threading

from engine.core.messages import Trigger
from engine.core.node import Model


class Slow(Model):
    """Take its time."""

    def process(self, beat: Trigger) -> float:
        threading.Event().wait(0.1)
        return 0.0
'''
PLAYED = '[a]\nuse="numbers"\nvalues=[1]\n[c]\nuse="collector"\n[c.send]\na="a"\n'
FILES = {"show.toml": SHOW, "nodes/counted.py": COUNTED}


def of(editor: Editor, port: str) -> list[float]:
    found: list[float] = editor.box("c").of(port)
    return found


def test_what_plays_in_place_of_what_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ear = '[ear]\nuse = "microphone"\n[loud]\nuse = "loudness"\nfrom = "ear"\n'
    patch = ear + OUT + 'l = "loud"\n'

    async def edit(editor: Editor) -> None:
        await editor.swapped(patch + 'more = { from = "loud", to = [0, 2] }\n')

    caplog.set_level("INFO", "sensorium")
    edited(tmp_path, {"show.toml": patch}, edit)
    said = [record.getMessage() for record in caplog.records if "instead of" in record.message]
    assert said == ["ear: the box stand_in plays here instead of microphone"]


def test_what_is_saved_plays_and_what_stays_counts_on(tmp_path: Path) -> None:
    async def edit(editor: Editor) -> None:
        await editor.until(lambda: len(of(editor, "n")) > 3)
        box = editor.box("n")
        await editor.swapped(SHOW + 'more = "n"\n')
        await editor.until(lambda: len(of(editor, "more")) > 3)
        assert editor.box("n") is box

    engine = edited(tmp_path, FILES, edit)
    heard = engine.states["c"].box.of("n")  # type: ignore[attr-defined]
    assert heard == [float(n + 1) for n in range(len(heard))]
    assert engine.metrics.faults == []


BROKEN = [
    (SHOW.replace("counted", "countde"), 'there is no kind of box "countde"'),
    (SHOW.replace('from = "beat"', 'from = "baet"'), 'there is no box "baet". Did you mean "beat"'),
    (SHOW.replace('"5 ms"', '"5 parsecs"'), "show.toml:3: [beat] time: expected a time"),
]


@pytest.mark.parametrize(("text", "problem"), BROKEN)
def test_what_is_broken_is_told_and_the_old_one_plays_on(
    tmp_path: Path, text: str, problem: str
) -> None:
    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        await editor.save("show.toml", text)
        await editor.until_said(problem)
        count = len(of(editor, "n"))
        await editor.until(lambda: len(of(editor, "n")) > count + 3)
        assert editor.engine.plan is plan
        await editor.save("show.toml", SHOW)
        await editor.until(lambda: not editor.errors, "it is still wrong")
        assert editor.engine.plan is plan

    engine = edited(tmp_path, FILES, edit)
    heard = engine.states["c"].box.of("n")  # type: ignore[attr-defined]
    assert heard == [float(n + 1) for n in range(len(heard))]
    assert [e["error"] for e in engine.metrics.stats(engine.clock.now())["errors"]] != []


def test_a_node_file_that_is_saved_is_another_box(tmp_path: Path) -> None:
    async def edit(editor: Editor) -> None:
        await editor.until(lambda: len(of(editor, "n")) > 3)
        plan = editor.engine.plan
        await editor.save("nodes/counted.py", COUNTED.replace("+= 1", "-= 1"))
        await editor.until(lambda: editor.engine.plan is not plan)
        await editor.until(lambda: of(editor, "n")[-1] < -3)
        await editor.save("nodes/counted.py", COUNTED.replace("+= 1", "+ 1 ="))
        await editor.until_said("counted.py does not load: line 12")
        count = len(of(editor, "n"))
        await editor.until(lambda: len(of(editor, "n")) > count + 3)

    edited(tmp_path, FILES, edit)


def test_a_rig_that_is_saved_is_laid_over_the_patch(tmp_path: Path) -> None:
    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        await editor.save("rig.toml", '[n]\nuse = "only_changes"\n')
        await editor.until(lambda: editor.engine.plan is not plan)
        assert type(editor.box("n")).__name__ == "OnlyChanges"

    edited(tmp_path, {**FILES, "rig.toml": ""}, edit)


def test_a_box_that_always_raises_is_taken_back(tmp_path: Path) -> None:
    async def edit(editor: Editor) -> None:
        await editor.until(lambda: len(of(editor, "n")) > 3)
        box, plan = editor.box("n"), editor.engine.plan
        await editor.save("nodes/counted.py", COUNTED.replace("return", "return nonsense,"))
        await editor.until_said("the patch: n fails: NameError: name 'nonsense' is not defined")
        assert (editor.box("n"), editor.engine.plan) == (box, plan)
        count = len(of(editor, "n"))
        await editor.until(lambda: len(of(editor, "n")) > count + 3)

    edited(tmp_path, FILES, edit)


def test_a_model_that_never_answers_is_taken_back(tmp_path: Path) -> None:
    after = SHOW.replace("counted", "hung")

    async def edit(editor: Editor) -> None:
        box = editor.box("n")
        await editor.swapped(after)
        hung = editor.box("n")
        await editor.until_said("the patch: n does not answer; what played before is back")
        hung._free.set()
        assert editor.box("n") is box
        count = len(of(editor, "n"))
        await editor.until(lambda: len(of(editor, "n")) > count + 3)
        assert 0.0 not in of(editor, "n")

    edited(tmp_path, {**FILES, "nodes/hung.py": HUNG}, edit)


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge delays as a show does, and not as on a busy machine."""
    monkeypatch.setattr(probation, "_BESIDES", 50.0)


@pytest.mark.usefixtures("strict")
def test_a_way_out_that_falls_far_behind_is_taken_back(tmp_path: Path) -> None:
    through = NUMBER.replace('from = "beat"', 'from = "beat"\nthen = ["only_changes"]')
    late = through.replace("only_changes", "late")
    lag = (
        SLOW.replace("Slow", "Late")
        .replace("Trigger", "float")
        .replace("messages import float", "messages import Note")
        .replace("wait(0.1)", "wait(0.3)")  # far, also beside what a busy machine takes
    )

    async def edit(editor: Editor) -> None:
        await editor.until(lambda: len(of(editor, "n")) > 20)
        await editor.swapped(BEAT + late + OUT + 'n = "n"\n')
        await editor.until_said("ms behind, and was")

    edited(
        tmp_path,
        {**FILES, "show.toml": BEAT + through + OUT + 'n = "n"\n', "nodes/late.py": lag},
        edit,
        trial=3.0,  # so that some are late
    )


def test_a_model_that_cannot_be_opened_does_not_take_over(tmp_path: Path) -> None:
    broken = SLOW.replace(
        "def process",
        "def open(self) -> None:\n        raise OSError('no such network')\n\n    def process",
    )

    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        await editor.save("show.toml", SHOW.replace("counted", "slow"))
        await editor.until_said("the patch: n: OSError: no such network")
        assert editor.engine.plan is plan

    edited(tmp_path, {**FILES, "nodes/slow.py": broken}, edit)


LISTENS = (
    '[ear]\nuse = "osc_in"\nport = PORT\nhost = "127.0.0.1"\nlisten = { a = "/a" }\n'
    + OUT
    + 'n = "ear.a"\n'
)


def test_a_new_box_gets_the_port_that_the_old_one_holds(tmp_path: Path, free_port: int) -> None:
    text = LISTENS.replace("PORT", str(free_port))

    async def edit(editor: Editor) -> None:
        trace = editor.engine.metrics
        await editor.until(lambda: trace.sources["ear"].state == "running")
        await editor.swapped(text.replace('host = "127.0.0.1"', 'host = "localhost"'))
        await editor.until(lambda: trace.sources["ear"].state == "running")
        with socket.socket(type=socket.SOCK_DGRAM) as voice:
            voice.setblocking(False)
            await editor.until(lambda: _say(voice, free_port) and of(editor, "n"))

    edited(tmp_path, {"show.toml": text}, edit)


def _say(voice: socket.socket, port: int) -> bool:
    voice.sendto(b"/a\0\0,f\0\0\x3f\x80\0\0", ("127.0.0.1", port))
    return True


def test_what_is_wrong_and_which_patch_plays_is_told_by_osc(tmp_path: Path, make_port) -> None:  # type: ignore[no-untyped-def]
    port, replies = make_port(), make_port()
    control = f'[control]\nuse = "osc_control"\nport = {port}\nreplies = {replies}\n'
    heard: list[tuple[str, list[object]]] = []
    files = {"show.toml": SHOW + control, "next.toml": 'title = "Next"\n' + SHOW + control}
    files["nodes/counted.py"] = COUNTED

    async def edit(editor: Editor) -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as ear:
            ear.bind(("127.0.0.1", replies))
            ear.setblocking(False)
            hear = asyncio.get_running_loop().sock_recv

            async def until(*wanted: object) -> None:
                async with asyncio.timeout(LIMIT):
                    while not any(
                        one[0] == wanted[0] and wanted[1] in str(one[1]) for one in heard
                    ):  # type: ignore[operator]
                        data = await hear(ear, 4096)
                        heard.extend((a, args) for a, args in packet(data))

            await editor.save("show.toml", files["show.toml"].replace("counted", "countde"))
            await until("/sensorium/error", "countde")
            before = editor.box("n"), editor.box("control")
            ear.sendto(b"/sensorium/patch\0\0\0\0,i\0\0\0\0\0\x02", ("127.0.0.1", port))
            await until("/sensorium/patch", "Next")
            assert (editor.box("n"), editor.box("control")) == before
            assert (editor.engine.playing, editor.engine.playlist[1]) == (1, "Next")

    edited(tmp_path, files, edit)


@pytest.mark.usefixtures("strict")
def test_a_trial_says_what_is_allowed_in_one_place() -> None:
    from tests.runtime.boxes import play

    plan = play(PLAYED).engine.plan
    deadline = replace(plan, deadline=Deadline(ns(0.08), (), slowest_first=False))
    assert probation.allowed_ms(plan, 5.0) == 55.0
    assert probation.allowed_ms(plan, 100.0) == 300.0
    assert probation.allowed_ms(deadline, 5.0) == 80.0


HEAVY = '''
from pathlib import Path

from engine.core.messages import Trigger
from engine.core.node import Model


class Heavy(Model):
    """A network that notes when it was opened and closed."""

    def open(self) -> None:
        self._note("opened")

    def close(self) -> None:
        self._note("closed")

    def _note(self, what: str) -> None:
        with Path(__file__).with_suffix(".log").open("a") as log:
            log.write(what + chr(10))

    def process(self, beat: Trigger) -> float:
        return 7.0
'''


def test_the_next_patch_of_a_set_is_warm_and_nothing_is_opened_twice(tmp_path: Path) -> None:
    log = tmp_path / "nodes" / "heavy.log"
    following = SHOW + 'h = "h"\n[h]\nuse = "heavy"\nfrom = "beat"\n'
    files = {**FILES, "next.toml": following, "third.toml": SHOW, "nodes/heavy.py": HEAVY}

    def noted() -> list[str]:
        return log.read_text().split() if log.exists() else []

    async def edit(editor: Editor) -> None:
        await editor.until(lambda: noted() == ["opened"], "it was not opened ahead")
        editor.engine.ask("test", PlayPatch("next"))
        await editor.until(lambda: editor.engine.playing == 1)
        await editor.until(lambda: 7.0 in of(editor, "h"))
        editor.engine.ask("test", PlayPatch("third"))
        await editor.until(lambda: editor.engine.playing == 2)
        await editor.until(lambda: noted() == ["opened", "closed"], "it was not closed")

    # Nobody edits: what is saved may call off what was opened ahead, and so does a first late look.
    engine = edited(tmp_path, files, edit, edits=False)
    assert noted() == ["opened", "closed"]
    assert engine.metrics.stats(engine.clock.now())["lanes"]["h"]["state"] == "removed"
    assert engine.metrics.faults == []


def test_what_is_open_for_the_next_patch_stays_so_while_the_one_that_plays_is_edited(
    tmp_path: Path,
) -> None:
    log = tmp_path / "opened" / "heavy.log"
    log.parent.mkdir()
    heavy = HEAVY.replace('Path(__file__).with_suffix(".log")', f"Path({str(log)!r})")
    following = SHOW + 'h = "h"\n[h]\nuse = "heavy"\nfrom = "beat"\n'

    async def edit(editor: Editor) -> None:
        await editor.until(log.exists, "it was not opened ahead")
        await editor.swapped(SHOW + 'more = "n"\n')
        await editor.swapped(SHOW + 'still_more = "n"\n')
        editor.engine.ask("test", PlayPatch("next"))
        await editor.until(lambda: 7.0 in of(editor, "h"))
        assert log.read_text().split() == ["opened"]

    files = {"next.toml": following, "nodes/heavy.py": heavy}
    assert edited(tmp_path, {**FILES, **files}, edit).metrics.faults == []


def test_a_patch_that_was_asked_for_plays_though_a_file_is_saved_meanwhile(tmp_path: Path) -> None:
    following = SHOW + 'h = "h"\n[h]\nuse = "heavy"\nfrom = "beat"\n'
    waits = HEAVY.replace('self._note("opened")', 'Path("PIPE").read_text()')
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    files = {"next.toml": following, "nodes/heavy.py": waits.replace("PIPE", str(pipe))}

    async def edit(editor: Editor) -> None:
        reloads = editor.engine.on_play_patch.__self__  # type: ignore[attr-defined]
        editor.engine.ask("test", PlayPatch("next"))
        await editor.until(lambda: reloads._next == 1, "nobody asked for it")
        await editor.save("show.toml", SHOW + 'more = "n"\n')
        await editor.until(reloads._news.is_set, "it was not heard of")
        assert editor.engine.playing == 0
        await asyncio.to_thread(pipe.write_text, "open")
        await editor.until(lambda: editor.engine.playing == 1)
        await editor.until(lambda: 7.0 in of(editor, "h"))

    assert edited(tmp_path, {**FILES, **files}, edit).metrics.faults == []


def test_a_file_that_is_written_in_steps_is_read_when_it_rests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after, usual = SHOW + 'more = "n"\n', reloader._SETTLES
    for pause in ("_SETTLES", "_SHRINKS"):  # however long its writer stands still
        monkeypatch.setattr(reloader, pause, LIMIT)

    def write_slowly() -> None:
        with (tmp_path / "show.toml").open("w") as file:
            for letter in after:
                file.write(letter)
                file.flush()

    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        await asyncio.to_thread(write_slowly)
        monkeypatch.setattr(reloader, "_SETTLES", usual)
        editor.engine.on_saved({editor.folder / "show.toml"})
        await editor.until(lambda: editor.engine.plan is not plan)
        await editor.until(lambda: of(editor, "more"))

    engine = edited(tmp_path, FILES, edit)
    assert engine.metrics.stats(engine.clock.now())["errors"] == []


def test_a_box_that_gave_its_port_away_gets_it_back(tmp_path: Path, free_port: int) -> None:
    """What takes over fails: the old one, closed for its port, is opened again."""
    text = LISTENS.replace("PORT", str(free_port))
    after = text.replace('host = "127.0.0.1"', 'host = "localhost"').replace(
        'n = "ear.a"', 'n = "t"'
    )
    after += '[t]\nuse = "oops"\nfrom = "ear.a"\n'
    oops = COUNTED.replace("Counted", "Oops").replace("beat: Trigger", "value: float")
    oops = oops.replace("self._count += 1", "raise ValueError(value)")

    async def edit(editor: Editor) -> None:
        trace, plan = editor.engine.metrics, editor.engine.plan
        await editor.until(lambda: trace.sources["ear"].state == "running")
        with socket.socket(type=socket.SOCK_DGRAM) as voice:
            voice.setblocking(False)
            await editor.swapped(after)
            await editor.until(
                lambda: _say(voice, free_port) and any("t fails" in e for e in editor.errors)
            )
            assert editor.engine.plan is plan
            await editor.until(lambda: _say(voice, free_port) and of(editor, "n"))

    files = {"show.toml": text, "nodes/oops.py": oops}
    edited(tmp_path, files, edit, trial=20.0)


ONCE = '''
import time
from collections.abc import Mapping
from typing import ClassVar

from engine.core.source import Emit, Source


class Once(Source):
    """Say things the moment it is opened, and never again."""

    OUT: ClassVar[Mapping[str, type]] = {"word": str, "open": bool}

    def open(self, emit: Emit) -> None:
        for word in ("one", "two"):
            emit("word", word, time.monotonic_ns())
        emit("open", True, time.monotonic_ns())

    def close(self) -> None:
        pass
'''


def test_what_a_new_source_says_first_reaches_a_new_output_and_both_hear_what_holds(
    tmp_path: Path,
) -> None:
    """The source opens before its patch plays, the outputs and cables when it does."""
    said = '[o]\nuse="once"\n' + SHOW + 'word="o.word"\nopen="o.open"\n'

    async def edit(editor: Editor) -> None:
        await editor.until(lambda: len(of(editor, "n")) > 3)
        await editor.swapped(said)
        await editor.until(lambda: of(editor, "open"))
        assert (of(editor, "word"), of(editor, "open")) == (["one", "two"], [True])
        await editor.swapped(said + 'again="o.open"\n[d]\nuse="collector"\nfrom="o.open"\n')
        await editor.until(lambda: editor.box("d").of("in"))
        assert of(editor, "again") == editor.box("d").of("in") == [True]
        assert of(editor, "word") == ["one", "two"]

    edited(tmp_path, {**FILES, "nodes/once.py": ONCE}, edit)
