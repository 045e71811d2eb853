"""Reading files: regular ones up to a size, and a word at once about whatever else has a name."""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

import pytest

from engine.core.errors import UnreadableFile, describe_error
from engine.core.files import read_file
from engine.core.os_errors import describe_os_error, os_reason

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


def test_it_reads_a_file_up_to_a_size(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    assert read_file(file, 5) == b"12345"
    link = tmp_path / "link"
    link.symlink_to(file)
    assert read_file(link, 5) == b"12345"
    with pytest.raises(UnreadableFile, match="is larger than 4 bytes"):
        read_file(file, 4)


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "a"
    with file.open("wb") as stream:
        stream.truncate(10 << 30)
    with pytest.raises(UnreadableFile, match="is larger than 1,000 bytes"):
        read_file(file, 1000)


def folder(place: Path) -> None:
    place.mkdir()


def pipe(place: Path) -> None:
    os.mkfifo(place)


def listening(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as each:
        each.bind(str(place))


def nowhere(place: Path) -> None:
    place.symlink_to("no such file")


def circle(place: Path) -> None:
    place.symlink_to(place)


@POSIX
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (folder, "is a folder, not a file"),
        (pipe, "is a pipe, not a file"),
        (listening, "is a socket, not a file"),
        (nowhere, "is a link that leads nowhere"),
        (circle, "cannot be read: its links lead round in a circle"),
    ],
)
def test_what_is_no_file_is_told_at_once(make, words: str, tmp_path: Path) -> None:
    make(tmp_path / "x")
    with pytest.raises(UnreadableFile) as told:
        read_file(tmp_path / "x", 1000)
    assert str(told.value) == words


@POSIX
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/dev/zero", "is a device, not a file"),
        ("/dev/null/x", "cannot be read: a part of its path is no folder"),
        ("/nothing/here", "is not there"),
        ("a\0b", "is no name that a file can have"),
        ("x" * 5000, "cannot be read: its name is too long"),
    ],
)
def test_names_that_lead_to_no_file(name: str, words: str) -> None:
    with pytest.raises(UnreadableFile) as told:
        read_file(Path(name), 1000)
    assert str(told.value) == words


@POSIX
@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.touch(0)
    with pytest.raises(UnreadableFile, match="cannot be read: its permissions forbid it"):
        read_file(file, 1000)


def test_what_the_system_refuses_is_said_in_our_words() -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/a/log")
    assert os_reason(full) == "the disk is full"
    assert describe_os_error(full) == "/a/log: the disk is full"
    assert describe_error(full) == "OSError: /a/log: the disk is full"
    assert describe_os_error(OSError("words of our own")) == "words of our own"
    assert describe_os_error(OSError(errno.EBADF, "Bad file descriptor", 3)) == (
        "bad file descriptor"
    )
