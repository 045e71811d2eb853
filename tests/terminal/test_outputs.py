"""A command whose outputs fail: streams that are closed or full, files that refuse."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.by_night import few
from tests.here import run_here
from tests.limits import LIMIT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no shell of that sort there")
COMMAND = [sys.executable, "-c", "from engine.cli import main; main()"]
SETTINGS = {**os.environ, "PYTHONASYNCIODEBUG": ""}  # it would tell of a busy machine
SMALL = """
[cam]
use = "stand_in"
width = 64
height = 64
[control]
use = "osc_control"
port = {control}
[pose]
use = "pose"
from = "cam"
[out]
use = "osc_out"
to = "127.0.0.1:{port}"
[out.send]
"/people" = "cam.joints.count"
"/pose" = "pose"
"""
CLOSED = ["0<&-", "1>&-", "2>&-", "0<&- 1>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"]


@pytest.fixture
def receiver():
    with socket.socket(type=socket.SOCK_DGRAM) as each:
        each.bind(("127.0.0.1", 0))
        each.settimeout(LIMIT)
        yield each


@pytest.fixture
def patch(tmp_path: Path, receiver: socket.socket, free_port: int) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(SMALL.format(control=free_port, port=receiver.getsockname()[1]))
    return file


def command(words: list[object], how: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command by a shell; ``how`` says where its streams lead."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {how}', "-", *COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
        env=SETTINGS,
    )


def play_until_it_poses(
    words: list[object], receiver: socket.socket, how: str = ""
) -> tuple[int, str]:
    """Play until a pose has come, which a process of its own finds; gives what ``command`` does."""
    with subprocess.Popen(
        ["sh", "-c", f'exec "$@" {how}', "-", *COMMAND, "play", *map(str, words), "--no-page"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=SETTINGS,
    ) as show:
        try:
            while b"/pose" not in receiver.recv(65536):
                pass
            show.terminate()
            _, said = show.communicate(timeout=LIMIT)
        finally:
            show.kill()
    return show.returncode, said


@pytest.mark.parametrize("how", few([*CLOSED, ">/dev/full 2>&1"], 3))
def test_a_show_plays_on_with_streams_closed_or_full(
    how: str, patch: Path, receiver: socket.socket
) -> None:
    status, said = play_until_it_poses([patch], receiver, how)
    assert status == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize("how", CLOSED)
def test_a_mistake_ends_with_2_whoever_listens(how: str, patch: Path) -> None:
    both = ["check", patch, patch.parent / "none.toml"]  # what is good is said as well
    assert command(both, how).returncode == 2


@pytest.mark.parametrize(
    "words", [["nodes"], ["nodes", "--schema"], ["show", "first_light"], ["--help"]]
)
def test_a_reader_that_has_seen_enough_is_no_fault(words: list[str]) -> None:
    with subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(LIMIT) == 0
        assert process.stderr.read() == ""


def test_a_full_disk_behind_standard_output_is_told() -> None:
    done = command(["nodes"], ">/dev/full")
    assert (done.returncode, done.stderr) == (2, "the disk is full\n")


def of_disks(text: str) -> list[str]:
    """Return what was told of disks; a busy machine has more to tell."""
    return [line for line in text.splitlines() if "the disk is full" in line]


def test_a_disk_that_is_full_later_is_told_once_and_the_show_goes_on(
    patch: Path, receiver: socket.socket
) -> None:
    options = [word for option in ("--log", "--dump", "--stats") for word in (option, "/dev/full")]
    status, said = play_until_it_poses([patch, *options], receiver)
    assert status == 0, said
    assert sorted(of_disks(said)) == [
        "dump: the disk is full; nothing more is written, the show goes on",
        "stats: the disk is full; the show was played",
        "the log cannot be written: the disk is full; the show goes on",
    ]


@pytest.mark.parametrize("option", ["--log", "--dump", "--stats", "--record"])
def test_a_file_that_cannot_be_written_is_told_before_the_show(
    option: str,
    patch: Path,
    tmp_path: Path,
    receiver: socket.socket,
) -> None:
    place = tmp_path / "no" / "file"
    done = run_here("play", patch, "--no-page", "--for", "60", option, place)
    assert (done.status, done.err) == (
        2,
        f'{place} cannot be written: there is no folder "{place.parent}"\n',
    )
    receiver.setblocking(False)
    with pytest.raises(BlockingIOError):
        receiver.recv(100)


def test_numbers_of_last_night_stay_until_there_are_new_ones(patch: Path, tmp_path: Path) -> None:
    stats = tmp_path / "stats.json"
    stats.write_text("of last night")
    words = ["play", patch, "--no-page", "--for", "0.2", "--stats", stats]
    assert run_here(*words, "--record", tmp_path / "no" / "x").status == 2
    assert stats.read_text() == "of last night"
    assert command(words).returncode == 0
    assert json.loads(stats.read_text())["seconds"] > 0


PLACES = {
    "": "no patch is named: name a file, such as show.toml",
    ".": ".: is a folder: name a patch in it, such as small.toml",
    "/": "/: is a folder: name a patch in it",
    "/dev/zero": "/dev/zero: is a device, not a file",
    "pipe": "pipe: is a pipe, not a file",
}
READERS = [
    ["play", "--no-page"],
    ["check"],
    ["show"],
    ["record"],
    ["stress"],
    ["install", "--print"],
    ["test"],
    ["doctor"],
    ["new", "mine.toml", "--from"],
]


@pytest.mark.parametrize("words", READERS, ids=lambda words: words[0])
def test_what_is_no_patch_is_told_by_every_command(words: list[str], patch: Path) -> None:
    os.mkfifo(patch.parent / "pipe")
    os.mkfifo(patch.parent / "a.toml")
    (patch.parent / "b.toml").write_text('[project]\nname = "no patch"\n')
    (patch.parent / "c.toml").write_bytes(b"\xff")
    (patch.parent / "d.toml").write_text("a = " + "[" * 40_000)
    for place, told in PLACES.items():
        done = run_here(*words, place, folder=patch.parent)
        assert (done.status, done.err) == (2, f"{told}\n"), place
