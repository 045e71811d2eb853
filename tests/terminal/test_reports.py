"""What is plugged in, what is missing, what mends it: told, and never a failure."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.core.finding import Finding
from engine.inference.model_folders import models
from engine.terminal import remedy
from engine.terminal.devices import LISTS, Plugged
from engine.terminal.doctor import _films, _plugged, _priority, findings, port, python
from engine.terminal.models import look_at, stored_models


@pytest.mark.parametrize("command", ["devices", "doctor", "models"])
def test_a_report_always_succeeds(command: str) -> None:
    result = CliRunner().invoke(app, [command])
    assert result.exit_code == 0
    assert result.output.strip()


@pytest.mark.parametrize("look", [entry[1] for entry in LISTS], ids=[entry[0] for entry in LISTS])
def test_what_is_not_found_is_explained(look: Callable[[], Plugged]) -> None:
    found = look()
    assert found.names or found.missing


def test_the_doctor_looks_at_every_area_once() -> None:
    areas = [finding.area for finding in findings()]
    assert areas == [
        "Python",
        "camera",
        "films",
        "sound",
        "MIDI",
        "models",
        "OSC control",
        "page",
        "display",
        *(["priority"] if sys.platform == "linux" else []),
    ]


def test_the_doctor_says_what_films_lack_without_ffmpeg(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = _films()
    assert finding.state == "none"
    assert "no interlaced film" in finding.said
    assert "ffmpeg" in finding.mend


@pytest.mark.parametrize(
    ("version", "system", "machine"),
    [
        ((3, 11, 0), "linux", "x86_64"),
        ((3, 14, 2), "linux", "aarch64"),
        ((3, 14, 2), "win32", "AMD64"),
        ((3, 15, 0), "darwin", "arm64"),
        ((3, 13, 9), "darwin", "x86_64"),
    ],
)
def test_any_python_from_3_11_on_will_do(
    version: tuple[int, int, int], system: str, machine: str
) -> None:
    assert python(version, system, machine).state == "ok"


def test_a_python_that_will_not_do_is_told_with_one_that_will() -> None:
    old = python((3, 10, 4), "linux", "x86_64")
    assert (old.state, old.said) == ("missing", "3.10.4, and 3.11 or later is needed")
    assert old.mend == "uv python pin 3.13"
    assert python((3, 10, 4), "darwin", "x86_64").said.endswith("needs 3.11, 3.12 or 3.13")


def test_an_intel_mac_is_told_why_it_stays_at_3_13() -> None:
    new = python((3, 14, 0), "darwin", "x86_64")
    assert (new.state, new.mend) == ("missing", "uv python pin 3.13")
    assert new.said == (
        "3.14.0, and an Intel Mac needs 3.11, 3.12 or 3.13: "
        "the last onnxruntime for it knows no newer one"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets threads come forward")
def test_who_may_not_come_forward_is_told_how(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (_priority().state, _priority().mend == "") in [("ok", True), ("none", False)]

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert _priority().state == "none"
    assert "rtprio" in _priority().mend


def test_what_is_missing_needs_mending_and_what_is_not_plugged_in_does_not() -> None:
    assert _plugged("sound", Plugged((("mic", ""),))) == Finding("sound", "ok", "mic")
    assert _plugged("sound", Plugged(missing="no microphone")).state == "none"
    missing = _plugged("sound", Plugged(missing="no PortAudio", mend="sudo apt install it"))
    assert (missing.state, missing.mend) == ("missing", "sudo apt install it")


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use_is_seen(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        taken = holder.getsockname()[1]
        assert port("page", taken, kind).state == "none"


def test_a_free_port_is_seen(free_port: int) -> None:
    assert port("page", free_port, socket.SOCK_STREAM).state == "ok"


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give a function that leaves one program on the path."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def leave(name: str) -> None:
        program = tmp_path / name
        program.write_text("")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    return leave


@pytest.mark.skipif(os.name == "nt", reason="programs are found otherwise on Windows")
@pytest.mark.parametrize(
    ("manager", "line"),
    [
        ("apt-get", "sudo apt install libportaudio2"),
        ("dnf", "sudo dnf install portaudio"),
        ("pacman", "sudo pacman -S portaudio"),
        ("brew", "brew install portaudio"),
    ],
)
def test_the_line_that_installs(only: Callable[[str], None], manager: str, line: str) -> None:
    only(manager)
    assert remedy.install("portaudio") == line


@pytest.mark.usefixtures("only")
def test_a_system_without_a_known_installer() -> None:
    assert remedy.install("portaudio") == "install portaudio with what your system has for that"


def test_the_models_are_as_their_cards_say() -> None:
    assert [model.wrong for model in stored_models()] == [""] * len(models())
    assert all(model.task and model.licence for model in stored_models())


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "altered"
    folder.mkdir()
    shutil.copy(models()["movenet_lightning"] / "card.toml", folder)
    return folder


def test_an_altered_model_is_found(copied: Path) -> None:
    (copied / "model.onnx").write_bytes(b"something else")
    wrong = look_at(copied).wrong
    assert f"{copied / 'model.onnx'} is not the file its card describes" in wrong
    assert "run export.py" in wrong


def test_a_model_without_its_file_is_found(copied: Path) -> None:
    assert "model.onnx is not there" in look_at(copied).wrong


def test_a_model_with_a_bad_card_is_found(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text("name = 3")
    assert "card.toml: name: expected a text, got 3" in look_at(tmp_path).wrong
