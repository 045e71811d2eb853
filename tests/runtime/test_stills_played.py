"""Photographs, sequences and passwords of cameras, by the command that a performer types."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from mcap.reader import make_reader

from engine.core.messages import Frame
from engine.sources.stand_in import StandIn
from tests.here import run_here
from tests.limits import LIMIT
from tests.video.pictures import exif

from .editing import save

UPRIGHT = {
    1: lambda image: image,
    2: lambda image: cv2.flip(image, 1),
    3: lambda image: cv2.rotate(image, cv2.ROTATE_180),
    4: lambda image: cv2.flip(image, 0),
    5: cv2.transpose,
    6: lambda image: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE),
    7: lambda image: cv2.rotate(cv2.transpose(image), cv2.ROTATE_180),
    8: lambda image: cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE),
}
"""How a telephone stores what is upright when the orientation 1 to 8 says how to turn it back."""

POSE = """
[camera]
use = "camera"
device = "still.jpg"
[pose]
use = "pose"
from = "camera"
[nose]
use = "joint"
from = "pose"
joint = "nose"
axis = "y"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/people" = "pose.count"
"/aspect" = "pose.aspect"
"/nose" = "nose"
"""
LOOK = POSE.replace("[out]", '[look]\nuse = "style"\nfrom = "camera"\nsize = 64\n[out]')


def begun(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Begin the command; everything that it says is in its ``stdout``."""
    return subprocess.Popen(
        [sys.executable, "-c", "from engine.cli import main; main()", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONASYNCIODEBUG": "", "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def sent(folder: Path) -> dict[str, list[float]]:
    """Return the values that were sent by their addresses."""
    values: dict[str, list[float]] = {}
    for line in (folder / "sent.jsonl").read_text().splitlines():
        entry = json.loads(line)
        values.setdefault(entry["address"], []).append(entry["args"][0])
    return values


@pytest.fixture(scope="module")
def dancer() -> np.ndarray:
    """The drawn dancer, whom the pose network finds."""
    events = StandIn(width=320, height=180, sings=False).events()
    return next(message.image for _, _, message in events if isinstance(message, Frame))


@pytest.fixture
def folder(tmp_path, dancer):
    cv2.imwrite(str(tmp_path / "still.jpg"), dancer)
    (tmp_path / "pose.toml").write_text(POSE)
    (tmp_path / "look.toml").write_text(LOOK)
    return tmp_path


def nose(folder: Path, file: str) -> float:
    """Play a photograph, on which there is one person; gives how low the nose is."""
    words = ("pose.toml", "--offline", "--dump", "sent.jsonl", "--set", f"camera.device={file}")
    assert run_here("play", *words, folder=folder).status == 0
    values = sent(folder)
    assert values["/people"] == [1]
    assert values["/aspect"][0] == pytest.approx(16 / 9, abs=0.01)
    return values["/nose"][0]


def test_whoever_is_on_a_photograph_is_found_whichever_way_it_lies(folder, dancer):
    upright = nose(folder, "still.jpg")
    for orientation, turn in UPRIGHT.items():
        stored = cv2.imencode(".jpg", turn(dancer))[1].tobytes()
        body = b"Exif\0\0" + exif(orientation)
        head = stored[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
        (folder / "turned.jpg").write_bytes(head + stored[2:])
        assert nose(folder, "turned.jpg") == pytest.approx(upright, abs=0.02), orientation


def test_a_photograph_plays_on_as_a_camera_does(folder):
    for seconds in (8, 30, 90):  # a busy machine opens its networks for long
        words = ("look.toml", "--no-page", "--for", str(seconds), "--dump", "sent.jsonl")
        with begun(folder, "play", *words, "--stats", "stats.json") as show:
            said, _ = show.communicate(timeout=2 * LIMIT)
        assert show.returncode == 0, said
        stats = json.loads((folder / "stats.json").read_text())
        if stats["lanes"]["look"]["runs"] > 1 and sent(folder).get("/people", [0])[-1] == 1:
            break
    assert sent(folder)["/people"][-1] == 1
    assert stats["sources"]["camera"]["messages"] > 10
    assert stats["lanes"]["look"]["runs"] > 1


@pytest.mark.parametrize("device", ["frames", "frames/%04d.png", "frames/*.png"])
def test_a_sequence_plays_to_its_end(device, folder, dancer):
    (folder / "frames").mkdir()
    for number in (1, 2, 5, 10):
        cv2.imwrite(str(folder / "frames" / f"{number:04d}.png"), dancer)
    (folder / "frames" / "0004.png").write_bytes(b"no picture")
    words = ("pose.toml", "--offline", "--dump", "sent.jsonl", "--set", f"camera.device={device}")
    done = run_here("play", *words, folder=folder)
    assert done.status == 0, done.err
    assert "camera: the box picture_file plays here instead of camera" in done.err
    assert '0004.png" is not a picture' in done.err
    assert sent(folder)["/people"] == [1] * 4


PASSWORDS = [
    ("rtsp://u:ge@im@127.0.0.1:1/x", "rtsp://127.0.0.1:1/x", ["ge@", "im@", "e@i"]),
    ("http://127.0.0.1:1/v?user=u&pwd=gezuim", "http://127.0.0.1:1/v?***", ["gez", "zui", "uim"]),
    ("rtsp://u:ge/zuim@127.0.0.1:1/x", "rtsp://127.0.0.1:1/x", ["ge/", "zui", "uim"]),
    (
        "https://u:gezuim@127.0.0.1:1?token=qxzj",
        "https://127.0.0.1:1?***",
        ["gez", "uim", "qxz", "xzj"],
    ),
    ("u:ge zuim@127.0.0.1:1/x", "127.0.0.1:1/x", ["ge h", "zui", "uim"]),
]
"""What is typed, what is shown of it, and parts of the password: words of no drawing.

Of letters, for any four digits are somewhere among the moments of a show by chance."""

CAMERA = """
[{name}]
use = "camera"
device = "still.jpg"
[{name}_look]
use = "look"
from = "{name}"
[{name}_out]
use = "osc_out"
to = "127.0.0.1:9"
send = {{ "/look" = "{name}_look" }}
"""


LOOKS = '''
from engine import Frame, Node


class Look(Node):
    """Tell how many lines a picture has."""

    def process(self, frame: Frame) -> float:
        return float(frame.image.shape[0])
'''


def test_no_part_of_a_password_is_said_or_kept_anywhere(folder):
    cameras = {f"camera_{index}": address for index, (address, _, _) in enumerate(PASSWORDS)}
    (folder / "many.toml").write_text("".join(CAMERA.format(name=name) for name in cameras))
    save(folder / "nodes/look.py", LOOKS)
    rig = [f"[{name}]\ndevice = {json.dumps(address)}\n" for name, address in cameras.items()]
    (folder / "rig.toml").write_text("".join(rig))
    sets = [w for name, address in cameras.items() for w in ("--set", f"{name}.device={address}")]
    words = ["many.toml", "--no-page", "--log", "log.txt", "--stats", "s.json"]
    waiting = {(f"camera_{index}: ", shown) for index, (_, shown, _) in enumerate(PASSWORDS)}
    screen = ""
    with begun(folder, "play", *words, "--for", str(LIMIT), "--record", "show.mcap", *sets) as show:
        for line in show.stdout:
            screen += line
            told = {words for words in waiting if all(word in line for word in words)}
            waiting -= told
            if told and not waiting:
                show.terminate()  # once: a second one would end it at once
        assert not waiting, screen
    (folder / "screen.txt").write_text(screen)
    # As it is read: what is packed has any three bytes somewhere by chance.
    with (folder / "show.mcap").open("rb") as stream:
        reader = make_reader(stream)
        recorded = b"".join(message.data for _, _, message in reader.iter_messages())
        kept = [reader.get_header(), reader.get_summary(), [*reader.iter_metadata()]]
    (folder / "recorded.bin").write_bytes(recorded + repr(kept).encode())
    (folder / "show.mcap").unlink()
    for command in ("check", "show"):
        done = run_here(command, "many.toml", folder=folder)
        assert done.status == 0
        (folder / f"{command}.txt").write_text(done.out + done.err)
    (folder / "rig.toml").unlink()
    said = {file.name: file.read_bytes() for file in folder.glob("*") if file.is_file()}
    every = {part for _, _, parts in PASSWORDS for part in parts}
    found = [(name, part) for name, data in said.items() for part in every if part.encode() in data]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        'device = "rtsp://u:geheim@h/x',
        "device = rtsp://u:geheim@h/x",
        'mirror = "http://u:geheim@h/x"',
        'devise = "http://u:geheim@h/x"',
    ],
)
def test_a_mistake_in_a_patch_is_told_without_the_password(line, folder):
    (folder / "pose.toml").write_text(POSE.replace('device = "still.jpg"', line))
    done = run_here("check", "pose.toml", folder=folder)
    assert done.status == 2
    assert "pose.toml:4" in done.err
    assert not [part for part in ("geh", "ehe", "hei", "eim") if part in done.out + done.err]
