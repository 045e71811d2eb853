"""Saves that cost no frame: emptied files, half of one, what hangs or ends when it is loaded."""

from __future__ import annotations

import builtins
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from engine.patch.plan import Plan
from engine.runtime.reload import background, reloader
from engine.runtime.supervision import left_behind
from tests.by_night import pairs
from tests.limits import LIMIT

from .editing import Editor, edited, save
from .test_swap_live import BEAT, COUNTED, OUT, SHOW, of

CONTROL = '[desk]\nuse = "osc_control"\nport = {port}\n'
RIG = '[beat]\ntime = "4 ms"\n'
FILES = {"show.toml": SHOW, "nodes/counted.py": COUNTED, "rig.toml": RIG}
OTHER = COUNTED.replace("+= 1", "+= 2")


async def plays_on(editor: Editor, plan: Plan) -> None:
    """Wait until more was heard, of the same plan."""
    count = len(of(editor, "n"))
    await editor.until(lambda: len(of(editor, "n")) > count + 3)
    assert editor.engine.plan is plan


async def is_read_again(editor: Editor) -> None:
    """Save what is good, and wait until it has taken over."""
    for name, text in FILES.items():
        if not (editor.folder / name).is_file() or (editor.folder / name).read_text() != text:
            await editor.save(name, text)
    plan = editor.engine.plan
    await editor.save("nodes/counted.py", OTHER)
    await editor.until(lambda: editor.engine.plan is not plan, "it did not take over")
    assert editor.errors == []


EMPTY = {
    "nothing": "",
    "blanks": " \n\t\n",
    "a byte order mark": "\ufeff",
    "comments": "# to do\n# more\n",
    "a title": 'title = "Weeks"\n',
    "settings": 'about = "nothing"\nprivacy = true\n',
}


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
def test_a_patch_without_boxes_is_a_broken_save(text: str, tmp_path: Path, free_port: int) -> None:
    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        await editor.save("show.toml", text)
        await editor.until_said("has no boxes")
        await plays_on(editor, plan)
        await editor.save("show.toml", files["show.toml"])
        await editor.until(lambda: not editor.errors, "it is still wrong")
        assert editor.engine.plan is plan

    files = {**FILES, "show.toml": CONTROL.format(port=free_port) + SHOW}
    engine = edited(tmp_path, files, edit, live=True)
    heard = engine.states["c"].box.of("n")  # type: ignore[attr-defined]
    assert heard == [float(n + 1) for n in range(len(heard))]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", COUNTED[: COUNTED.index("class")]])
def test_an_emptied_box_is_a_broken_save(text: str, tmp_path: Path) -> None:
    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        await editor.save("nodes/counted.py", text)
        await editor.until_said("must hold exactly one box, found none")
        await plays_on(editor, plan)
        await is_read_again(editor)

    edited(tmp_path, FILES, edit)


def test_an_emptied_rig_is_a_broken_save_and_a_deleted_one_is_none(tmp_path: Path) -> None:
    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        await editor.save("rig.toml", "\n")
        await editor.until_said("is empty, so what it said before stays")
        await plays_on(editor, plan)
        (editor.folder / "rig.toml").unlink()
        await editor.until(lambda: editor.engine.plan is not plan)
        assert editor.engine.plan.boxes["beat"].values["time"] == pytest.approx(0.005)

    edited(tmp_path, FILES, edit)


def truncate(file: Path, text: str) -> None:
    """Empty a file in its place, and write it in two pieces."""
    with file.open("w") as written:
        written.flush()
        written.write(text[: len(text) // 2])
        written.flush()
        written.write(text[len(text) // 2 :])


def delete(file: Path, text: str) -> None:
    """Delete a file before its new version gets its name."""
    file.unlink()
    save(file, text)


@pytest.mark.parametrize("write", [truncate, delete])
def test_however_an_editor_saves_only_the_whole_takes_over(
    write: Callable[[Path, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloader, "_SHRINKS", LIMIT)  # however late the rest is heard of

    async def edit(editor: Editor) -> None:
        count = len(editor.engines)
        write(editor.folder / "show.toml", SHOW + 'more = "n"\n')
        await editor.until(lambda: len(of(editor, "more")) > 3)
        assert len(editor.engines) == count + 1

    engine = edited(tmp_path, FILES, edit)
    heard = engine.states["c"].box.of("n")  # type: ignore[attr-defined]
    assert heard == [float(n + 1) for n in range(len(heard))]


HALVES = {
    "show.toml": BEAT + OUT + 'beat = "beat"\n',
    "rig.toml": "# the other room\n",
}


@pytest.mark.parametrize("name", HALVES)
def test_what_has_lost_lines_waits_whether_the_rest_comes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = threading.Event()
    stays = reloader.Reloader._stays_as_read

    async def note(self: reloader.Reloader, compiled: reloader.CompiledPatch) -> bool:
        seen.set()
        return await stays(self, compiled)

    monkeypatch.setattr(reloader, "_SHRINKS", LIMIT)
    monkeypatch.setattr(reloader.Reloader, "_stays_as_read", note)

    async def edit(editor: Editor) -> None:
        await editor.until(seen.is_set)  # it looks once when it begins
        seen.clear()
        count = len(editor.engines)
        await editor.save(name, HALVES[name])
        await editor.until(seen.is_set)
        assert len(editor.engines) == count
        await editor.save(name, FILES[name] + "# whole\n" + ('more = "n"\n' * (name[0] == "s")))
        await editor.save("nodes/counted.py", OTHER)
        await editor.until(lambda: len(editor.engines) > count)
        assert len(of(editor, "n")) > 0
        assert len(editor.engines) == count + 1

    edited(tmp_path, FILES, edit)


ENDS = {
    "exit": "import sys; sys.exit()",
    "status": "raise SystemExit(0)",
    "interrupt": "raise KeyboardInterrupt",
    "generator": "raise GeneratorExit",
    "cancelled": "import asyncio; raise asyncio.CancelledError",
    "iteration": "raise StopIteration",
    "own": 'raise type("Mine", (BaseException,), {})("over")',
}
PLACES = {
    "import": lambda act: f"{act}\n{COUNTED}",
    "class": lambda act: COUNTED.replace("    _count: int = 0\n", f"    {act}\n"),
    "made": lambda act: f"{COUNTED}\n    def __post_init__(self) -> None:\n        {act}\n",
    "opened": lambda act: f"{COUNTED}\n    def open(self) -> None:\n        {act}\n",
    "subclass": lambda act: COUNTED.replace(
        "class Counted(Node):",
        "class Base(Node):\n"
        "    def __init_subclass__(cls, **kwargs):\n"
        f"        {act}\n\n\n"
        "class Counted(Base):",
    ),
}


@pytest.mark.parametrize(("act", "place"), pairs(ENDS, PLACES, 2))
def test_a_box_that_ends_the_program_when_it_is_loaded_is_wrong_like_any_other(
    act: str, place: str, tmp_path: Path
) -> None:
    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        await editor.save("nodes/counted.py", PLACES[place](ENDS[act]))
        await editor.until(lambda: editor.errors, "nobody said anything")
        await plays_on(editor, plan)
        await is_read_again(editor)

    edited(tmp_path, FILES, edit, trial=0.1)


class Patience(Protocol):
    """Sets how long it is waited for what a save needs."""

    def __call__(self, *, tells: float = LIMIT / 2, opens: float = LIMIT) -> None: ...


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Patience:
    """Tell after so many seconds of what takes long, and open what is saved for so many.

    Short where something hangs, and not where a busy machine takes its time over what is good.
    """

    def have(*, tells: float = LIMIT / 2, opens: float = LIMIT) -> None:
        monkeypatch.setattr(background, "SLOW", tells)
        monkeypatch.setattr(background, "LONGEST", LIMIT)
        monkeypatch.setattr(reloader, "SLOW", 0.0)
        monkeypatch.setattr(reloader, "OPENING", opens)

    return have


@pytest.fixture
def hangs(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """What boxes add to, by this name, as soon as they hang."""
    arrived: set[int] = set()
    monkeypatch.setattr(builtins, "hangs", arrived, raising=False)
    return arrived


async def save_box(editor: Editor, text: str) -> None:
    """Save the box, and have it read once, where what is saved is not read by itself."""
    await editor.save("nodes/counted.py", text)
    editor.engine.on_saved({editor.folder / "nodes/counted.py"})


@pytest.mark.parametrize("place", PLACES)
def test_a_box_that_never_ends_loading_is_left_behind(
    place: str, tmp_path: Path, patience: Patience, hangs: set[int]
) -> None:
    before = set(threading.enumerate())

    async def edit(editor: Editor) -> None:
        patience(tells=0.0, opens=1.0)
        plan = editor.engine.plan
        text = PLACES[place]("while 0 in hangs or not hangs.add(0): pass")
        line = 1 + text[: text.index("while")].count("\n")
        await save_box(editor, text)
        await editor.until(lambda: hangs, "it was not read")
        if place == "opened":
            await editor.until_said("is not ready")
        await plays_on(editor, plan)
        patience()
        await save_box(editor, OTHER)  # nobody waits any more for what hangs
        await editor.until(lambda: editor.engine.plan is not plan, "it did not take over")
        assert editor.errors == []
        told = editor.engine.metrics.stats(editor.engine.clock.now())["errors"]
        said = "is not ready" if place == "opened" else f"(nodes/counted.py, line {line}, in"
        assert any(said in each["error"] for each in told), told
        names = "background", "life of n"
        await editor.until(
            lambda: not [t for t in set(threading.enumerate()) - before if t.name in names],
            "what hangs was not ended",
        )

    edited(tmp_path, FILES, edit, trial=0.1, edits=False)


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What boxes wait for, by this name, that hang where nothing ends them."""
    event = threading.Event()
    monkeypatch.setattr(builtins, "hold", event, raising=False)
    yield event
    event.set()


def test_what_cannot_be_ended_does_not_pile_up(
    hold: threading.Event, hangs: set[int], tmp_path: Path, patience: Patience
) -> None:
    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        for count in range(left_behind.MOST):
            patience(tells=0.0)
            await save_box(editor, f"hangs.add({count})\nhold.wait()\n{COUNTED}")
            await editor.until(lambda count=count: count in hangs, "it was not read")
            patience()
            await save_box(editor, COUNTED)  # nobody waits any more for what hangs
            if count + 1 < left_behind.MOST:
                await editor.until(lambda: not editor.errors)
        await editor.until_said("readings hang and were left behind")
        await plays_on(editor, plan)
        hold.set()
        await save_box(editor, OTHER)
        await editor.until(lambda: editor.engine.plan is not plan, "it did not take over")
        assert editor.errors == []

    edited(tmp_path, FILES, edit, edits=False)


def make_pipe(file: Path) -> None:
    os.mkfifo(file)


def make_socket(file: Path) -> None:
    where = Path.cwd()
    os.chdir(file.parent)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(file.name)
    os.chdir(where)


def make_folder(file: Path) -> None:
    file.mkdir()


def make_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def make_link(file: Path) -> None:
    file.symlink_to("nowhere")


def make_large(file: Path) -> None:
    with file.open("wb") as sparse:
        sparse.truncate(20_000_000_000)


IRREGULAR = {
    make_pipe: "is a pipe, not a file",
    make_socket: "is a socket, not a file",
    make_folder: "is a folder, not a file",
    make_device: "is a device, not a file",
    make_link: "is a link that leads nowhere",
    make_large: "is larger than",
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names there")
@pytest.mark.parametrize(("make", "name"), pairs(IRREGULAR, FILES, 2))
def test_only_regular_files_are_read(
    make: Callable[[Path], None], name: str, tmp_path: Path
) -> None:
    async def edit(editor: Editor) -> None:
        plan = editor.engine.plan
        file = editor.folder / name
        file.unlink()
        make(file)
        await editor.until_said(IRREGULAR[make])
        await plays_on(editor, plan)
        if file.is_dir() and not file.is_symlink():
            file.rmdir()
        else:
            file.unlink()
        await is_read_again(editor)

    edited(tmp_path, FILES, edit)
