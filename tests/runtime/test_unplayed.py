"""The exit status of a show offline: 2 where a source gave nothing, whatever else there was."""

from __future__ import annotations

import json
import struct
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from tests.by_night import pairs
from tests.limits import LIMIT

PLAY = [sys.executable, "-c", "from engine.cli import main; main()", "play"]
FILM = """
[camera]
use = "{use}"
{key} = "{file}"
[pose]
use = "pose"
from = "camera"
[out]
use = "osc_out"
to = "127.0.0.1:9"
send = {{ "/aspect" = "pose.aspect" }}
"""
SOUND = """
[mic]
use = "audio_file"
file = "{file}"
[level]
use = "loudness"
from = "mic"
[out]
use = "osc_out"
to = "127.0.0.1:9"
send = {{ "/level" = "level" }}
"""


def play(folder, text, *more):
    (folder / "show.toml").write_text(text)
    words = [*PLAY, str(folder / "show.toml"), "--offline", *more]
    return subprocess.run(words, capture_output=True, text=True, timeout=LIMIT, check=False)


def put(file, kind):
    """Lay down what nobody can play."""
    match kind:
        case "folder":
            file.mkdir()
        case "empty":
            file.touch()
        case "text":
            file.write_text("to be or not to be\n" * 50)
        case "zeros":
            file.write_bytes(bytes(5000))
        case "cut":
            file.write_bytes(b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt ")


PATCHES = {
    "video_file": (FILM.replace("{use}", "video_file").replace("{key}", "file"), "mp4"),
    "camera": (FILM.replace("{use}", "camera").replace("{key}", "device"), "mp4"),
    "audio_file": (SOUND, "wav"),
}
KINDS = ["missing", "folder", "empty", "text", "zeros", "cut"]


@pytest.mark.parametrize(("source", "kind"), pairs(PATCHES, KINDS, 3))
def test_what_gives_nothing_is_told_and_ends_with_2(tmp_path, source, kind):
    text, ending = PATCHES[source]
    file = tmp_path / f"lost.{ending}"
    put(file, kind)
    done = play(tmp_path, text.format(file=file), "--stats", str(tmp_path / "stats.json"))
    assert done.returncode == 2
    assert str(file) in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((tmp_path / "stats.json").read_text()), "the rest of the show was played"


def test_one_of_two_sources_is_enough_for_it(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(4800, np.float32), 48000)
    both = SOUND.format(file=tmp_path / "a.wav") + (
        f'[camera]\nuse = "video_file"\nfile = "{tmp_path / "none.mp4"}"\n'
        '[pose]\nuse = "pose"\nfrom = "camera"\n[more]\nuse = "osc_out"\nto = "127.0.0.1:9"\n'
        'send = { "/people" = "pose.count" }\n'
    )
    done = play(tmp_path, both, "--dump", "-")
    assert done.returncode == 2
    assert '"/level"' in done.stdout


def test_what_plays_ends_with_0(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(4800, np.float32), 48000)
    done = play(tmp_path, SOUND.format(file=tmp_path / "a.wav"), "--dump", "-")
    assert done.returncode == 0, done.stderr
    assert '"/level"' in done.stdout


BOXES = """
from engine import Message, Model, Node, Ns, Sink, Trigger


class Soft(Node):
    \"\"\"Answer one.\"\"\"

    def {place}(self) -> None:
        {act}

    def process(self, beat: Trigger) -> float:
        return 1.0
"""
LAMP = """
from engine import Message, Ns, Sink


class Lamp(Sink):
    \"\"\"Take numbers.\"\"\"

    def accepts(self, port: str) -> tuple[type, ...]:
        return (float,)

    def {place}(self) -> None:
        {act}

    def send(self, port: str, message: Message, at: Ns) -> None:
        pass
"""
ALONE = """
[beat]
use = "every"
time = "50 ms"
[soft]
use = "soft"
from = "beat"
[lamp]
use = "lamp"
send = { "x" = "soft" }
"""
OTHER = (
    ALONE
    + """
[out]
use = "osc_out"
to = "127.0.0.1:9"
send = { "/beat" = "beat.value" }
"""
)
REFUSES = {
    "node": (BOXES, "soft"),
    "model": (BOXES.replace("Soft(Node)", "Soft(Model)"), "soft"),
    "sink": (LAMP, "lamp"),
}
ACTS = {
    "ValueError": "raise ValueError('broken')",
    "OSError": "open('there/is/none')",
    "SystemExit": "raise SystemExit(0)",
}


def refused(folder, kind, act, patch):
    """Play a show with a box that raises where it is opened."""
    text, name = REFUSES[kind]
    (folder / "nodes").mkdir()
    for each, good in (("soft", BOXES), ("lamp", LAMP)):
        (folder / f"nodes/{each}.py").write_text(good.format(place="reset", act="pass"))
    (folder / f"nodes/{name}.py").write_text(text.format(place="open", act=ACTS[act]))
    done = play(folder, patch, "--for", "1", "--dump", "-")
    assert f"{name}: " in done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(("kind", "act"), pairs(REFUSES, ACTS, 2))
def test_a_box_that_cannot_be_opened_ends_with_2_where_nothing_is_sent(tmp_path, kind, act):
    done = refused(tmp_path, kind, act, ALONE)
    assert done.returncode == 2, done.stderr


@pytest.mark.parametrize("kind", REFUSES)
def test_the_rest_is_played_and_ends_with_0(tmp_path, kind):
    done = refused(tmp_path, kind, "ValueError", OTHER)
    assert done.returncode == 0, done.stderr
    assert '"/beat"' in done.stdout
