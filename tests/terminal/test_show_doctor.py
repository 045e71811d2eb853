"""``sensorium doctor PATCH``: each device, port, receiver, file and network of a show."""

from __future__ import annotations

import contextlib
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.audio.sound_file import open_sound  # noqa: F401  loads what a show loads
from engine.cli import app
from engine.core.errors import DeviceError
from engine.midi import examine
from engine.midi.examine import examine_port
from engine.runtime.opening import open_patch
from engine.terminal.show_doctor import examine_show

OWN = '''
from engine import DeviceError, Node, Sink, Source


class Steady(Source):
    """Give a number, or nothing, or raise."""

    OUT = {"out": float}
    steady = True
    how: str

    def open(self, emit):
        if self.how == "missing":
            raise DeviceError("the laser is not plugged in")
        if self.how == "broken":
            raise RuntimeError("boom")
        if self.how == "exits":
            raise SystemExit
        if self.how == "gives":
            emit("out", 0.5, 0)
        print("opened")

    def close(self):
        print("closed")
'''


def look(folder: Path, text: str, **rig: str) -> dict[str, tuple[str, str]]:
    """Look at a show; gives state and words by box."""
    patch = folder / "show.toml"
    patch.write_text(text)
    return {one.area: (one.state, one.said) for one in examine_show(open_patch(patch))}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.terminal.show_doctor.FIRST", 0.2)


@pytest.fixture
def ear():
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.setblocking(False)
        yield one


@pytest.mark.may_block("a network is opened as a show does")
def test_a_show_that_is_whole_says_so_of_every_part_and_sends_nothing(
    tmp_path: Path, ear: socket.socket, free_port: int
) -> None:
    patch = tmp_path / "whole.toml"
    patch.write_text(
        '[dancer]\nuse = "stand_in"\n[pose]\nuse = "pose"\nfrom = "dancer.frame"\n'
        f'[desk]\nuse = "osc_in"\nport = {free_port}\n[desk.listen]\na = "/a"\n'
        '[out]\nuse = "osc_out"\nto = "127.0.0.1:1"\n[out.send]\n"/p" = "pose"\n"/a" = "desk.a"\n'
    )
    (tmp_path / "rig.toml").write_text(f'[out]\nto = "127.0.0.1:{ear.getsockname()[1]}"\n')
    result = CliRunner().invoke(app, ["doctor", str(patch)])
    assert result.exit_code == 0
    for words in (
        "pose",
        "the network movenet_lightning opens",
        f"port {free_port} is free",
        f"a program listens at 127.0.0.1:{ear.getsockname()[1]}",
        "GB free",
    ):
        assert words in result.output
    with pytest.raises(BlockingIOError):
        ear.recv(100)


def test_what_is_not_there_is_said_with_what_mends_it_and_the_status_is_1(
    tmp_path: Path, free_port: int
) -> None:
    patch = tmp_path / "show.toml"
    patch.write_text(
        '[film]\nuse = "video_file"\nfile = "nowhere.mp4"\n[pose]\nuse = "pose"\nfrom = "film"\n'
        f'[out]\nuse = "osc_out"\nto = "127.0.0.1:{free_port}"\n[out.send]\n"/p" = "pose"\n'
    )
    result = CliRunner().invoke(app, ["doctor", str(patch)])
    assert result.exit_code == 1
    unfolded = "".join(result.output.split())
    assert f'thereisnofile"{tmp_path / "nowhere.mp4"}"' in unfolded, "folded, not cut off"
    assert f"nobody listens at 127.0.0.1:{free_port}" in result.output
    assert "out: start the program that is to listen there" in result.output
    assert CliRunner().invoke(app, ["doctor", str(tmp_path / "no.toml")]).exit_code != 0


@pytest.mark.parametrize(
    ("how", "state", "said"),
    [
        ("gives", "ok", "plays"),
        ("missing", "missing", "the laser is not plugged in"),
        ("silent", "missing", "opens, and gives nothing within 0.2 s"),
        ("broken", "missing", "boom"),
        ("exits", "missing", "SystemExit"),
    ],
)
def test_a_source_of_ones_own_is_tried_and_closed_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str, state: str, said: str
) -> None:
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "steady.py").write_text(OWN)
    found = look(
        tmp_path,
        f'[laser]\nuse = "steady"\nhow = "{how}"\n[c]\nuse = "collector"\n[c.send]\na = "laser"\n',
    )
    assert found["laser"][0] == state
    assert said in found["laser"][1]
    assert "c" not in found  # it needs nothing
    assert capsys.readouterr().out.endswith("closed\n")


@pytest.mark.parametrize("loop", [False, True])
def test_files_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loop: bool) -> None:
    import soundfile

    monkeypatch.chdir(tmp_path)  # paths are those of whoever plays
    soundfile.write(tmp_path / "good.wav", np.zeros(100, np.float32), 8000)
    (tmp_path / "bad.wav").write_text("no sound at all")
    text = "".join(
        f'[{name}]\nuse = "audio_file"\nfile = "{name}.wav"\nloop = {str(loop).lower()}\n'
        for name in ("good", "bad", "gone")
    )
    sends = "".join(f'{name} = "{name}"\n' for name in ("good", "bad", "gone"))
    found = look(tmp_path, f'{text}[c]\nuse = "collector"\n[c.send]\n{sends}')
    assert found["good"] == ("ok", '"good.wav" can be played')
    assert (found["bad"][0], found["gone"][0]) == ("missing", "missing")


def test_ports_in_use_are_said(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        ports = []
        for _ in range(2):
            holder = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            holder.bind(("127.0.0.1", 0))
            ports.append(holder.getsockname()[1])
        found = look(
            tmp_path,
            f'[desk]\nuse = "osc_in"\nport = {ports[0]}\n[desk.listen]\na = "/a"\n'
            f'[ctl]\nuse = "osc_control"\nport = {ports[1]}\n'
            '[c]\nuse = "collector"\n[c.send]\na = "desk.a"\n',
        )
    assert found["desk"] == (
        "missing",
        f"port {ports[0]} is in use by another program or box",
    )
    assert found["ctl"][0] == "none"
    assert "the next free one is taken when you play" in found["ctl"][1]


def test_an_altered_network_is_found(tmp_path: Path) -> None:
    from engine.inference.model_folders import models

    folder = tmp_path / "mine"
    shutil.copytree(models()["movenet_lightning"], folder)
    (folder / "model.onnx").write_bytes(b"altered")
    found = look(
        tmp_path,
        '[a]\nuse = "stand_in"\n[pose]\nuse = "pose"\nfrom = "a.frame"\nmodel = "mine"\n'
        '[c]\nuse = "collector"\n[c.send]\np = "pose"\n',
    )
    assert found["pose"][0] == "missing"
    assert "is not the file its card describes" in found["pose"][1]


def test_where_the_stand_in_plays_that_is_said(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("engine.sources.camera.find", list)
    found = look(
        tmp_path,
        '[cam]\nuse = "camera"\n[c]\nuse = "collector"\n[c.send]\np = "cam"\n',
    )
    assert found["cam"] == ("none", "no camera is plugged in: the stand-in dances instead")


PORTS = ["nanoKONTROL2 MIDI 1", "Launchpad Mini"]


@pytest.mark.parametrize(
    ("port", "state", "said", "mend"),
    [
        (None, "ok", 'makes a virtual MIDI port "Mine"', ""),
        ("launchpad", "ok", 'the MIDI port "Launchpad Mini" is there', ""),
        ("Lanchpad Mini", "missing", 'no MIDI output "Lanchpad Mini" is here', "Launchpad Mini"),
        ("n", "missing", "say more of the name", "name another port"),
    ],
)
@pytest.mark.skipif("sys.platform == 'win32'", reason="no virtual ports")
def test_midi_ports_are_looked_up_by_name(
    monkeypatch: pytest.MonkeyPatch, port: str | None, state: str, said: str, mend: str
) -> None:
    monkeypatch.setattr(examine, "outputs", lambda _: PORTS)
    found = examine_port("out", "auto", port, "Mine")
    assert (found.state, said in found.said, mend in found.mend) == (state, True, True)


@pytest.mark.parametrize(
    ("system", "error", "mend"),
    [
        ("jack", "no JACK server runs", "start JACK"),
        ("auto", "MIDI needs a library: sudo apt install libportaudio2", "sudo apt install"),
    ],
)
def test_without_midi_the_line_that_brings_it_is_said(
    monkeypatch: pytest.MonkeyPatch, system: str, error: str, mend: str
) -> None:
    def refuse(_: str) -> list[str]:
        raise DeviceError(error)

    monkeypatch.setattr(examine, "inputs", refuse)
    found = examine_port("in", system, "desk", "Mine")
    assert (found.state, found.mend.startswith(mend)) == ("missing", True)
