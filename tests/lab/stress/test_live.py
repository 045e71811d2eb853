"""A storm over a real show among real parts: ffmpeg is its camera, jackd its sound and its MIDI."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.core.box_errors import Interrupted
from engine.core.errors import DeviceError
from engine.lab.bench.rig.jack import begin_server, server_name
from engine.lab.bench.rig.storm import COMMAND
from engine.lab.stress import command, faults, live, show
from engine.lab.stress.actions import possible_faults
from engine.lab.stress.faults import storm
from engine.lab.stress.parts import Synth
from engine.lab.stress.rig import set_up_rig
from engine.lab.stress.show import signals_deferred, wait_until
from engine.midi.client import PortProcess
from engine.patch.find import find_patch
from engine.system.device_process import GONE
from tests.limits import LIMIT

PATCH = """
[body]
use = "stand_in"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/people" = "body.joints.count"
"""
QUIET = re.compile("^longest gap|^delay|^recovery")
"""Goals of a quiet machine: where other tests run, they say more about those."""
SHORT = (faults.STOPPED, faults.SERVER_KILLED)
LONG = (faults.PORT_KILLED, faults.MODEL_KILLED, faults.CAMERA_KILLED, faults.NETWORK_GONE)
STORMS = {0.42: ("122", SHORT), 2.0: ("326", (*SHORT, *LONG))}
"""By minutes: a seed whose storm holds each of these."""
MINUTES = float(os.environ.get("SENSORIUM_MINUTES", "0.42"))


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """Wait as long as a busy machine takes to begin a show, and to end one."""
    monkeypatch.setattr(live, "START_S", float(LIMIT))
    monkeypatch.setattr(show, "PATIENCE", float(LIMIT))


@pytest.fixture
def _hurried(monkeypatch):
    """Have less calm before, between and after what a short storm holds: it judges no delay."""
    if MINUTES < 2:
        monkeypatch.setattr(storm, "__defaults__", (0.0,))
        monkeypatch.setattr(command, "LEAST_CALM_S", 6.0)
        monkeypatch.setattr(live, "WARMUP_S", 2.0)


@pytest.mark.peer("ffmpeg", "ffmpeg")
@pytest.mark.peer("jackd", "jackd2 libportaudio2")
@pytest.mark.may_block("it waits for processes")
@pytest.mark.usefixtures("_hurried")
def test_a_storm_ends_no_show_and_leaves_no_note(tmp_path):
    file = tmp_path / "told.json"
    seed, injected = STORMS[MINUTES]
    words = ["stress", "first_light", "--minutes", str(MINUTES), "--seed", seed]
    done = CliRunner().invoke(app, [*words, "--json", str(file)])
    told = file.read_text() if file.exists() else ""
    assert told, (done.output, done.exception)
    note = json.loads(told)
    goals = {goal["what"]: goal for goal in note["goals"]}
    for fault in injected:
        recovery = goals[f"recovery: {fault.name}"]["value"]
        # A busy machine takes longer to begin a sound server than the rest of a short storm lasts.
        assert recovery is not None or MINUTES < 2, done.output
    assert goals["notes heard"]["value"] > 0
    missed = [what for what, goal in goals.items() if not goal["met"]]
    assert [what for what in missed if not QUIET.search(what)] == [], done.output
    assert note["left_as_it_is"] == []


@pytest.mark.may_block("it waits for processes")
def test_a_machine_without_any_part_plays_the_stand_in(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "show").mkdir()
    with set_up_rig(find_patch("first_light"), tmp_path / "show") as rig:
        assert Counter(line.partition(":")[0] for line in rig.unreplaced) == Counter(
            ["camera", "mic", "synth"]
        )
        assert {fault.name for fault, _ in possible_faults(rig)} >= {
            "control burst",
            "show stopped",
        }
        assert (rig.cameras, rig.synths, rig.sound) == ({}, {}, None)
        assert rig.patch.read_text().startswith(find_patch("first_light").read_text())


def test_a_signal_while_a_show_is_being_started_waits_until_it_can_be_stopped(tmp_path):
    known = []
    with pytest.raises(Interrupted), signals_deferred():
        signal.raise_signal(signal.SIGINT)
        known.append("the process")
    assert known == ["the process"]


@pytest.mark.may_block("it waits for processes")
def test_a_storm_that_is_ended_leaves_nothing_running(tmp_path):
    patch = tmp_path / "mine.toml"
    patch.write_text(PATCH)
    words = [sys.executable, "-c", COMMAND, "stress", str(patch), "--calm", "--minutes", "60"]
    calm = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    begun = Path(f"/proc/{calm.pid}/task/{calm.pid}/children")
    try:
        wait_until(begun.read_text, LIMIT)
        [played] = begun.read_text().split()
        calm.terminate()
        assert calm.wait(LIMIT) != 0
        assert not Path(f"/proc/{played}").exists()
    finally:
        calm.kill()
        calm.wait()


@pytest.mark.parametrize(
    ("patience", "sets", "told"),
    [
        (float(LIMIT), ("nobody", "is", "here"), 'begin: .*there is no box "nobody"'),
        (0.0, ("control", "replies", 9), "begin within 0 s"),  # it says to another that it is there
    ],
)
@pytest.mark.may_block("it waits for processes")
def test_a_show_that_does_not_begin_is_no_storm(patience, sets, told, tmp_path, monkeypatch):
    monkeypatch.setattr(live, "START_S", patience)
    patch = tmp_path / "mine.toml"
    patch.write_text(PATCH)
    (tmp_path / "show").mkdir()
    with set_up_rig(patch, tmp_path / "show") as rig:
        rig.set_parameter(*sets)
        with pytest.raises(DeviceError, match=f"the show did not {told}"):
            live.watch(rig, [], 1.0, tmp_path, lambda _: None)


@pytest.mark.peer("jackd", "jackd2")
@pytest.mark.parametrize("port", ["ear", None], ids=["named", "virtual"])
@pytest.mark.may_block("it waits for processes")
def test_a_midi_port_is_lost_with_its_sound_server(port):
    said = queue.SimpleQueue()
    with server_name() as name:
        server = begin_server(name)
        synth = Synth("ear")
        synth.start()
        port = synth.name if port else None
        helper = PortProcess("out", "jack", port, "Sensorium", lambda *what: said.put(what))
        try:
            server.kill()
            server.wait()
            assert said.get(timeout=LIMIT) == (GONE, b"the JACK server")
        finally:
            helper.stop()
            synth.kill()
            again = begin_server(name)  # gives its place back, of which a machine has eight
            again.terminate()
            again.wait()
