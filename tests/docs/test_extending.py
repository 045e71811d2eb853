"""docs/extending.md, letter by letter: its files are written and its commands run, in order."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import Context, Frame, Lost, Ns
from engine.osc.parse import packet
from engine.registry import Registry
from tests.docs.listings import File, read_listings
from tests.limits import LIMIT

DOCUMENT = Path(__file__).parents[2] / "docs" / "extending.md"
LISTINGS = list(read_listings(DOCUMENT))
PLAY = [sys.executable, "-c", "from engine.cli import main; main()", "play"]
AGAIN = 0.2
"""Seconds after which something is said again."""
NOBODY = re.compile(r"^nobody listens at .*\n", re.MULTILINE)
"""Told, or not, by what else runs on the machine."""


def environment() -> dict[str, str]:
    """Return the environment of a reader who has installed Sensorium."""
    tools = Path(sys.executable).parent
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "COLUMNS": "96", "NO_COLOR": "1"}


def write(folder: Path, file: File) -> None:
    place = folder / file.path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(file.text, encoding="utf-8")


def run(line: str, folder: Path) -> str:
    """Run a command; return what it reports, and then what it prints.

    Apart, since on a terminal a notice may come in the midst of the lines of ``--dump``.
    """
    done = subprocess.run(
        line,
        shell=True,
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    return NOBODY.sub("", done.stderr) + done.stdout


def written(folder: Path) -> Path:
    """Write all files, of those with one path the first; return the folder."""
    (folder / "nodes").mkdir()
    for listing in reversed(LISTINGS):
        if isinstance(listing, File):
            write(folder, listing)
    return folder


@pytest.mark.skipif(os.name != "posix", reason="its commands are for a POSIX shell")
def test_a_reader_sees_what_the_text_shows(tmp_path: Path) -> None:
    folder = tmp_path
    commands = 0
    for listing in LISTINGS:
        if isinstance(listing, File):
            write(folder, listing)
        elif listing.line.startswith("cd "):
            folder /= listing.line.removeprefix("cd ")
        else:
            commands += 1
            printed = run(listing.line, folder)
            assert listing.matches(printed), f"$ {listing.line}\n{printed}"
    assert commands > 30


def test_every_block_is_a_file_or_commands() -> None:
    blocks = re.findall(r"^```\w+$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    consoles = blocks.count("```console")
    assert len(blocks) - consoles == sum(isinstance(each, File) for each in LISTINGS)


def test_the_listings_import_from_engine_alone() -> None:
    files = [each for each in LISTINGS if isinstance(each, File)]
    imports = [
        line
        for file in files
        for line in re.findall(r"^from (engine[\w.]*) import", file.text, re.MULTILINE)
    ]
    assert {*imports} == {"engine", "engine.testing"}


def test_all_that_engine_names_is_there() -> None:
    assert [name for name in engine.__all__ if not hasattr(engine, name)] == []


def test_a_package_of_ones_own_is_found_by_its_entry_point(tmp_path: Path) -> None:
    package = written(tmp_path) / "sparkles"
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    installed = package / f"{project['name']}-{project['version']}.dist-info"  # as pip writes it
    installed.mkdir()
    (installed / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        f"[{group}]\n{key} = {value}\n"
        for group, points in project["entry-points"].items()
        for key, value in points.items()
    ]
    (installed / "entry_points.txt").write_text("".join(lines))
    printed = subprocess.run(
        [*PLAY[:-1], "nodes", "sparkle"],
        env={**environment(), "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=True,
    ).stdout
    assert "Send a trigger for a number above a half." in printed


def test_the_sink_of_pictures_says_when_its_folder_is_gone(tmp_path: Path) -> None:
    sink: Any = Registry(written(tmp_path)).find("stills")()
    told: list[Any] = []
    sink.report_to(told.append)
    sink.open(Context(folder=tmp_path))
    (tmp_path / "stills").rmdir()
    sink.send("in", Frame(np.zeros((2, 2, 3), np.uint8)), Ns(0))
    assert told == [Lost(f"{tmp_path / 'stills' / '0001.png'} cannot be written")]


# The sources that listen, live.


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(AGAIN)
        yield receiver


def until_sent(
    receiver: socket.socket, address: str, value: object, say: Callable[[], object]
) -> None:
    """Say something again and again until the show, once it is open, sends a value.

    What was said before may come until then, as often as it was said.
    """
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        say()
        with suppress(TimeoutError):
            if (address, [value]) in packet(receiver.recv(4096)):
                return
    raise AssertionError(f"{value} never came to {address}")


def test_the_sources_play_live_and_come_back(
    tmp_path: Path, receiver: socket.socket, free_port: int
) -> None:
    patch = written(tmp_path) / "listen.toml"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LIMIT)
        sets = [
            f"datagrams.port={free_port}",
            f"wire.port={server.getsockname()[1]}",
            f"out.to=127.0.0.1:{receiver.getsockname()[1]}",
        ]
        options = [word for each in sets for word in ("--set", each)]
        show = subprocess.Popen([*PLAY, str(patch), "--no-page", "--quiet", *options])
        try:
            for text in ("one", "two"):  # the second after the connection was lost
                with server.accept()[0] as connection:
                    say: Any = partial(connection.sendall, f"{text}\n".encode())
                    until_sent(receiver, "/line", text, say)
            say = partial(receiver.sendto, b"0.5", ("127.0.0.1", free_port))
            until_sent(receiver, "/number", 0.5, say)
        finally:
            show.terminate()
            show.wait(LIMIT)
    assert show.returncode == 0
