"""Files are written whole or not at all, and stay what they were otherwise."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from engine.system.whole_file import clear_left, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")


def left(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_new_file_and_one_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    write_whole({tmp_path / "a": b"new", tmp_path / "b": b"more"})
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()) == (b"new", b"more")
    assert left(tmp_path) == ["a", "b"]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_permissions_stay_and_a_new_file_has_what_is_said(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a"
    file.write_text("old")
    file.chmod(mode)
    write_whole({file: b"new", tmp_path / "b": b""}, mode=0o640)
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o640


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    file, link = tmp_path / "there" / "a", tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    write_whole({link: b"new"})
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert left(tmp_path / "there") == ["a"]


@posix
def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two files does not fit: neither changes."""
    files = {tmp_path / "a": b"new", tmp_path / "b": b"new too"}
    for file in files:
        file.write_text("old")
    synced: list[int] = []

    def full(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(files)
    assert [file.read_text() for file in files] == ["old", "old"]
    assert left(tmp_path) == ["a", "b"]


def test_what_is_found_wrong_at_the_last_moment_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")

    def wrong() -> None:
        raise ValueError("another")

    with pytest.raises(ValueError, match="another"):
        write_whole({tmp_path / "a": b"new"}, wrong)
    assert (tmp_path / "a").read_text() == "old"
    assert left(tmp_path) == ["a"]


@posix
def test_what_was_left_half_written_is_cleared_but_nothing_that_is_being_written(
    tmp_path: Path,
) -> None:
    left_behind, others = tmp_path / ".abcdefg_.new", tmp_path / ".my notes.new"
    for file in (left_behind, others, tmp_path / "kept.json"):
        file.write_text("half")
    during: list[list[str]] = []

    def look() -> None:
        clear_left(tmp_path)
        during.append(left(tmp_path))

    write_whole({tmp_path / "a": b"new"}, look)
    (beside,) = {*during[0]} - {".my notes.new", "kept.json"}
    assert beside.endswith(".new") and beside != left_behind.name
    assert left(tmp_path) == [".my notes.new", "a", "kept.json"]


@posix
def test_a_link_in_place_of_what_was_left_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "else").write_text("somebody's")
    (tmp_path / ".abcdefgh.new").symlink_to(tmp_path / "else")
    os.mkfifo(tmp_path / ".abcdefgi.new")
    clear_left(tmp_path)
    assert (tmp_path / "else").read_text() == "somebody's"
    clear_left(tmp_path / "nowhere")
