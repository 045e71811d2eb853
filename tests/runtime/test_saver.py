"""What was turned is saved in the files of a patch while it plays, and nothing of it is heard."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.core.commands import PlayPatch, SetParameter
from engine.core.files import installed_folder
from engine.runtime import saver as saving
from engine.runtime.engine import Engine
from engine.runtime.saver import SaveError, Saver

from .boxes import BOXES
from .editing import Editor, edited
from .test_desk import play_patch

SHOW = """\
title = "Small"  # é
[a]
use = "numbers"
values = [1.0, 2.0]

# The hand.
[d]
use = "double"
from = "a"
by = 2.0   # how often

[c]
use = "collector"
[c.send]
d = "d"
"""
HAND = SetParameter("d", "by", 64 / 127)
SAVED = SHOW.replace("by = 2.0 ", "by = 0.503937 ")


def turned(file: Path, *hands: SetParameter) -> Engine:
    """Return the engine of a patch that was played while hands turned it."""
    played = play_patch(file, [(0.05, hand) for hand in hands or (HAND,)], boxes=BOXES)
    assert played.errors == []
    return played.engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "show.toml"
    file.write_bytes(SHOW.encode())
    return file


def test_a_draft_shows_what_is_saved_then(file: Path) -> None:
    saver = Saver(turned(file))
    draft = saver.draft()
    assert file.read_text("utf-8") == SHOW
    (one,) = draft.files
    (change,) = one.changes
    assert (one.file, one.note, draft.names, draft.left) == (file, "", ("d/by",), ())
    assert (change.line, change.table) == (10, "[d]")
    assert (*change.old, *change.new) == ("by = 2.0   # how often", "by = 0.503937   # how often")
    assert saver.save(draft.key) == draft
    assert file.read_text("utf-8") == SAVED
    assert sorted(each.name for each in file.parent.iterdir()) == ["show.toml"]


def test_only_what_was_shown_is_saved(file: Path) -> None:
    engine = turned(file)
    saver = Saver(engine)
    key = saver.draft().key
    engine.states["d"].last["by"] = 7.0
    with pytest.raises(SaveError, match="something has changed since you looked"):
        saver.save(key)
    assert file.read_text("utf-8") == SHOW


def test_where_nothing_was_turned_nothing_is_saved(file: Path) -> None:
    saver = Saver(turned(file, SetParameter("d", "by", 2)))  # what it says already
    draft = saver.draft()
    assert (draft.files, draft.names, draft.left) == ((), (), ())
    with pytest.raises(SaveError, match="nothing was turned"):
        saver.save(draft.key)


@pytest.mark.parametrize(
    "content",
    [
        SHOW.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + SHOW.encode(),
        SHOW.rstrip("\n").encode(),
        SHOW.replace("\n\n", "\r\n\r\n").encode(),
    ],
    ids=["crlf", "bom", "no-end", "mixed"],
)
def test_every_other_byte_stays(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    saver = Saver(turned(file))
    saver.save(saver.draft().key)
    assert file.read_bytes() == content.replace(b"by = 2.0 ", b"by = 0.503937 ")


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_links_and_permissions_stay(file: Path) -> None:
    link = file.parent / "tonight.toml"
    link.symlink_to(file)
    file.chmod(0o640)
    saver = Saver(turned(link))
    saver.save(saver.draft().key)
    assert (link.is_symlink(), file.read_text("utf-8")) == (True, SAVED)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def _read_only(file: Path, _: pytest.MonkeyPatch) -> None:
    file.chmod(0o444)


def _full(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)


def _between(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes = saving.write_whole

    def late(files: dict[Path, bytes], check: Callable[[], None], *, mode: int) -> None:
        file.write_text(SHOW + "# another hand\n", "utf-8")
        writes(files, check, mode=mode)

    monkeypatch.setattr(saving, "write_whole", late)


def _broken(file: Path, _: pytest.MonkeyPatch) -> None:
    file.write_text(SHOW + "[", "utf-8")


def _gone(file: Path, _: pytest.MonkeyPatch) -> None:
    file.unlink()


def _folder(file: Path, _: pytest.MonkeyPatch) -> None:
    file.unlink()
    file.mkdir()


REFUSED = {
    _read_only: "may not be written: its permissions forbid it",
    _full: "cannot be written: the disk is full; nothing changed",
    _between: "has changed since you looked; look again",
    _broken: "show.toml:16: ",
    _gone: "is not there",
    _folder: "is a folder",
}


@pytest.mark.parametrize("what", REFUSED, ids=lambda what: what.__name__)
def test_what_keeps_it_from_being_saved_is_said_and_nothing_is_lost(
    file: Path, what: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = turned(file)
    saver = Saver(engine)
    key = saver.draft().key
    what(file, monkeypatch)
    before = file.read_bytes() if file.is_file() else b""
    with pytest.raises(SaveError) as refused:
        saver.save(key)
    assert REFUSED[what] in str(refused.value)
    after = file.read_bytes() if file.is_file() else b""
    assert after == (before if what is not _between else (SHOW + "# another hand\n").encode())
    assert [each.name for each in file.parent.iterdir()] in ([], ["show.toml"])
    assert engine.states["d"].overrides == {"by"}


def test_what_somebody_else_wrote_meanwhile_stays(file: Path) -> None:
    saver = Saver(turned(file))
    other = SHOW.replace("[1.0, 2.0]", "[3.0]")
    file.write_text(other, "utf-8")
    draft = saver.draft()
    assert "other lines of it have changed" in draft.files[0].note
    saver.save(draft.key)
    assert file.read_text("utf-8") == other.replace("by = 2.0 ", "by = 0.503937 ")
    file.write_text(SHOW.replace("by = 2.0", "by = 3.0"), "utf-8")
    assert "somebody else" in dict(saver.draft().left)["d/by"]


def test_a_patch_without_a_file_is_not_saved() -> None:
    saver = Saver(play_patch(SHOW, [(0.05, HAND)], boxes=BOXES).engine)
    with pytest.raises(SaveError, match="no file to be saved in"):
        saver.draft()


def test_a_patch_that_came_with_the_package_is_copied_to_where_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, work = tmp_path / "_share" / "patches", tmp_path / "work"
    package.mkdir(parents=True)
    work.mkdir()
    shipped = package / "show.toml"
    shipped.write_text(SHOW, "utf-8")
    monkeypatch.setattr(saving, "installed_folder", lambda name: tmp_path / "_share" / name)
    monkeypatch.chdir(work)
    (work / "show.toml").write_text("another show of mine")
    engine = turned(shipped)
    saver = Saver(engine)
    draft = saver.draft()
    (one,) = draft.files
    assert (one.file, one.before) == (work / "show_2.toml", None)
    assert "a copy of your own of show.toml" in one.note
    saver.save(draft.key)
    assert shipped.read_text("utf-8") == SHOW
    assert (work / "show_2.toml").read_text("utf-8") == SAVED
    assert (work / "show.toml").read_text() == "another show of mine"
    engine.states["d"].last["by"] = 7.0  # turned on, and saved in the copy
    saver.save(saver.draft().key)
    assert "by = 7.0 " in (work / "show_2.toml").read_text("utf-8")
    assert len([*work.iterdir()]) == 2


def test_patches_of_a_checkout_are_files_like_others() -> None:
    patches = installed_folder("patches")
    assert saving._is_shipped(patches / "first_light.toml") == (patches.parent.name == "_share")


LIVE = '[beat]\nuse = "every"\ntime = "5 ms"\n[n]\nuse = "doubled"\nfrom = "beat"\nby = 2\n'
LIVE += '[c]\nuse = "collector"\n[c.send]\nn = "n"\n'
DOUBLED = '''
from engine.core.messages import Trigger
from engine.core.node import Node


class Doubled(Node):
    """Say a number."""

    by: float = 2.0

    def process(self, beat: Trigger) -> float:
        return self.by
'''


@pytest.mark.parametrize("watched", [True, False])
def test_nothing_of_a_save_is_heard_and_nothing_is_turned_then(
    tmp_path: Path, watched: bool
) -> None:
    rig = "[n]\nby = 3  # here\n"
    files = {"rig.toml": rig, "show.toml": LIVE, "nodes/doubled.py": DOUBLED}

    async def edit(editor: Editor) -> None:
        engine, collector = editor.engine, editor.box("c")
        await editor.until(lambda: collector.of("n"))
        engine.ask("hand", SetParameter("n", "by", 1 / 3))
        await editor.until(lambda: collector.of("n")[-1] == 1 / 3)
        plan, saver = engine.plan, Saver(engine)
        draft = await asyncio.to_thread(saver.draft)
        assert [each.file.name for each in draft.files] == ["rig.toml"]
        await asyncio.to_thread(saver.save, draft.key)
        await editor.until(lambda: engine.plan is not plan, "it was not read again")
        heard = len(collector.of("n"))
        await editor.until(lambda: len(collector.of("n")) > heard + 3)
        assert editor.box("c") is collector
        assert (engine.states["n"].overrides, collector.silenced) == (set(), [])
        assert (await asyncio.to_thread(saver.draft)).names == ()

    engine = edited(tmp_path, files, edit, edits=watched)
    assert (tmp_path / "rig.toml").read_text() == "[n]\nby = 0.3333333  # here\n"
    assert (tmp_path / "show.toml").read_text() == LIVE
    heard = engine.states["c"].box.of("n")  # type: ignore[attr-defined]
    assert set(heard) == {3.0, 1 / 3}
    assert engine.metrics.faults == []


def test_a_hand_goes_by_the_patch_that_it_played_when_a_show_goes_on(tmp_path: Path) -> None:
    files = {"one.toml": LIVE, "two.toml": LIVE, "nodes/doubled.py": DOUBLED}

    async def edit(editor: Editor) -> None:
        engine = editor.engine
        await editor.until(lambda: editor.box("c").of("n"))
        engine.ask("hand", SetParameter("n", "by", 5.0))
        for patch, said in ((2, 2.0), (1, 5.0)):
            engine.ask("hand", PlayPatch(patch))
            await editor.until(lambda said=said: editor.box("c").of("n")[-1:] == [said])  # type: ignore[misc]

    edited(tmp_path, files, edit)
