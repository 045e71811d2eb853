"""What a command loads before it does anything, for each start pays for it: in CI hundreds do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.limits import LIMIT

PATCH = """
[phase]
use = "lfo"
[out]
use = "osc_out"
to = "127.0.0.1:9"
send = { "/phase" = "phase" }
"""
LOADED = """
import contextlib, sys
from engine.cli import app
with contextlib.suppress(BaseException):
    app(sys.argv[1:])
print(*sys.modules)
"""
SHOWS = ("numpy", "engine.runtime.engine", "engine.patch.compile", "engine.registry")
"""What plays a show, and what checks a patch."""
NETWORKS = ("onnxruntime", "openvino", "cv2", "cryptography", "zenoh")
PAGE = ("aiohttp", "rich", "mcap", "engine.web.page", "engine.cluster.conductor")
SLOW = ("numpy.ma", "importlib.metadata", "scipy", "sklearn")
"""What takes long to load, and what few commands need."""

COMMANDS = {
    "--help": (*SHOWS, *NETWORKS, *SLOW, "aiohttp"),
    "key FILE": (*SHOWS, *SLOW, *PAGE, "asyncio"),
    "join two.words": (*SHOWS, *NETWORKS, *SLOW, *PAGE),
    "check FILE": ("asyncio", *NETWORKS, *SLOW, *PAGE, "engine.runtime.engine"),
    "play FILE --offline --for 0.1": (*NETWORKS, *SLOW, *PAGE),
    "play FILE --no-page --for 0.1": (*NETWORKS, *SLOW, *PAGE),
}
"""What each of them must not load."""
HOMES = {"key": "key", "join": "join", "check": "looks", "play": "shows"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_loads_no_more_than_it_needs(command: str, tmp_path: Path) -> None:
    file = tmp_path / "show.toml"
    if command.partition(" ")[0] != "key":
        file.write_text(PATCH)
    words = [str(file) if word == "FILE" else word for word in command.split()]
    said = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT,
    ).stdout
    loaded = {*said.splitlines()[-1].split()}
    assert command == "--help" or f"engine.commands.{HOMES[words[0]]}" in loaded, said
    assert loaded & {*COMMANDS[command]} == set()
