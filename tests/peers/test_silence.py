"""No command leaves a file in the user's home or sends a packet that nobody asked for.

The library that runs networks would: a lasting number for this machine in ``~/.cache``, and what is
run, to its maker. It keeps still where ``CI`` is set, so these tests take that away.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import need
from tests.training.recordings import recorded

LIMIT = 240
PEERS = Path(__file__).parent
SENSORIUM = [sys.executable, "-c", "from engine.cli import main; main()"]
# A body and a voice go through their networks, and a third network runs in a process of its own.
SHOW = """
[camera]
use = "stand_in"
[pose]
use = "pose"
from = "camera"
[voice]
use = "pitch"
from = "camera.sound"
[look]
use = "style"
from = "camera"
size = 64
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/people" = "pose.count"
"/hz" = "voice.hz"
"""
# Networks that came later, one of them of two files, and outputs of pictures.
LATER = """
[camera]
use = "stand_in"
[look]
use = "style_of"
from = "camera"
size = 64
[people]
use = "segment"
from = "camera"
[seen]
use = "layers"
from = "camera"
[heard]
use = "sounds"
from = "camera.sound"
[harmony]
use = "chords"
from = "camera.sound"
[speech]
use = "voice_activity"
from = "camera.sound"
[view]
use = "web_view"
from = "look"
[wall]
use = "window"
from = "seen"
[film]
use = "video_writer"
from = "people"
file = "take.mp4"
"""

# Words: read, understood, made and spoken, and what is learned of them.
WORDS = """
[clock]
use = "every"
time = "500 ms"
[said]
use = "lines"
from = "clock"
text = "the sea is calm tonight"
[mood]
use = "mood"
from = "said"
[near]
use = "meaning"
from = "said"
anchors = ["water", "fire"]
[echo]
use = "neighbours"
from = "said"
[line]
use = "prosody"
from = "said"
[keys]
use = "suggest"
from = "said"
[poet]
use = "write"
from = "said"
[voice]
use = "say"
from = "poet"
[room]
use = "speaker"
from = "voice"
[camera]
use = "stand_in"
[numbers]
use = "embed"
from = "camera"
[lesson]
use = "learn"
from = "numbers"
[thing]
use = "things"
from = "camera"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/said" = "said"
"/mood" = "mood.valence"
"/water" = "near.water"
"/echo" = "echo"
"/syllables" = "line.syllables"
"/next" = "keys.first"
"/line" = "poet"
"/word" = "voice.word"
"/pose" = "lesson"
"/thing" = "thing"
"""

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="networks of one's own are Linux's"),
    pytest.mark.peer("unshare", "util-linux"),
    pytest.mark.peer("ip", "iproute2"),
]


def cut_off(home: Path, *command: str | Path) -> list[str]:
    """Run a command in an empty home and a network that leads nowhere; return what it sent."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ
    }
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, PEERS / "cut_off.py", *command],
        env={**kept, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=PEERS.parents[1],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=LIMIT,
        check=False,
    )
    # A doctor finds no sound here and says so by a 1; nothing else may be amiss.
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("SENT")]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    need("unshare", "util-linux")
    if subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system lets no user have a network of his own: run it as root")
    (found := tmp_path / "home").mkdir()
    return found


@pytest.fixture
def show(tmp_path: Path) -> Path:
    file = tmp_path / "show.toml"
    file.write_text(SHOW)
    return file


COMMANDS = {
    "play": ["play", "SHOW", "--for", "5", "--no-page"],
    "private": ["play", "SHOW", "--for", "3", "--private"],
    "offline": ["play", "SHOW", "--for", "2", "--offline"],
    "record and replay": ["record", "SHOW", "FILE", "--for", "3"],
    "check": ["check", "SHOW"],
    "show": ["show", "SHOW"],
    "nodes": ["nodes"],
    "devices": ["devices"],
    "doctor": ["doctor"],
    "doctor of a show": ["doctor", "SHOW"],
    "test": ["test", "SHOW", "out/hz", "--seconds", "0.2"],
    "models": ["models"],
    "bench": ["bench", "osc", "--short"],
    "install": ["install", "SHOW", "--print"],
    "new": ["new", "NEW"],
    "networks that came later": ["play", "LATER", "--for", "6"],
    "words": ["play", "WORDS", "--for", "5", "--no-page"],
    "train": ["train", "picture", "DANCE", "FOLDER", "--steps", "2", "--size", "64"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_sends_nothing_out_and_leaves_nothing_at_home(
    name: str, home: Path, show: Path, tmp_path: Path
) -> None:
    words = {"SHOW": str(show), "FILE": str(tmp_path / "show.mcap")}
    words |= {"NEW": str(tmp_path / "new.toml"), "FOLDER": str(tmp_path / "trained")}
    if name == "train":
        words["DANCE"] = str(recorded(tmp_path, seconds=27))
    elif name.startswith("networks"):
        words["LATER"] = str(tmp_path / "later.toml")
        Path(words["LATER"]).write_text(LATER)
    elif name == "words":
        words["WORDS"] = str(tmp_path / "words.toml")
        Path(words["WORDS"]).write_text(WORDS)
    command = [words.get(word, word) for word in COMMANDS[name]]
    assert not cut_off(home, *SENSORIUM, *command)
    if name.endswith("replay"):
        again = [words["FILE"], "--recompute"]
        assert not cut_off(home, *SENSORIUM, "replay", *again)
    assert not [*home.rglob("*")]


def test_the_doctor_sends_nothing_to_receivers_outside(home: Path, show: Path) -> None:
    outside = '["198.51.100.1:9", "255.255.255.255:9", "192.0.2.255:9", "224.0.0.1:9"]'
    show.write_text(SHOW.replace('"127.0.0.1:9"', outside))
    assert not cut_off(home, *SENSORIUM, "doctor", show)


def test_a_box_of_ones_own_that_runs_a_network_is_silent_too(home: Path) -> None:
    run = "import engine, onnxruntime as ort; ort.SessionOptions(); ort.get_available_providers()"
    assert not cut_off(home, sys.executable, "-c", run)
    assert not [*home.rglob("*")]


def test_the_network_that_leads_nowhere_hears_what_is_sent_and_asked(home: Path) -> None:
    """Or the tests above would see nothing because they hear nothing."""
    for address in ("198.51.100.1", 9), ("127.0.0.1", 53):
        send = f"import socket as s; s.socket(type=s.SOCK_DGRAM).sendto(b'x', {address})"
        assert cut_off(home, sys.executable, "-c", send), address
