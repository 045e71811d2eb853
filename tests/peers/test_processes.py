"""Every kind of process of ours, with its device: nothing of it outlives the show, by its pid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from engine.lab.bench.rig.jack import server
from tests.by_night import few
from tests.limits import LIMIT

KINDS = ("engine.midi.port_process", "engine.audio.capture_process", "engine.system.fork_server")
BOX = """
import time
from engine.core.node import Model

class Slow(Model):
    own_process = True

    def process(self, value: float) -> float:
        time.sleep(1000)
        return value
"""
SHOW = """
import signal, sys, threading
from engine.core.context import Context
from engine.core.messages import Kind, Note, Ns
from engine.runtime.schedule.job import Job
from engine.runtime.workers import out_of_process
from engine.runtime.workers.out_of_process import SubprocessWorker
from engine.sinks.midi_out import MidiOut
from engine.sources.microphone import Microphone
from engine.sources.midi_in import MidiIn
from tests.peers.port_opening import open_again
from slow import Slow

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
out, source = MidiOut(system="jack"), MidiIn(system="jack", name="ear")
out.plug("notes", Note, None)
microphone = Microphone(device="system")
forked, begun = (SubprocessWorker(name, Slow(), Context(name)) for name in ("one", "two"))
open_again(out), open_again(source, print), microphone.open(lambda *_: None), forked.open()
out_of_process.FORK_SERVER.usable = False
begun.open()
out.send("notes", Note(60, 100), Ns(0)), out.flush(Ns(0))
for each in forked, begun:  # in the midst of an answer that never comes
    job = Job((1.0,), Kind.LATEST, Ns(0), 0, 0)
    threading.Thread(target=list, args=[each.answer(job)], daemon=True).start()
print("playing", flush=True)
sys.stdin.read()
for each in out, source, microphone:
    each.close()
for each in forked, begun:  # they hang, so a lane would kill them
    each.kill()
"""

pytestmark = [
    pytest.mark.peer("jackd", "jackd2"),
    pytest.mark.skipif(os.name != "posix", reason="elsewhere boxes stay on their threads"),
]


@pytest.fixture
def show(tmp_path, monkeypatch) -> Iterator[subprocess.Popen[bytes]]:
    """A show with a process of every kind, the models' in a call that never returns."""
    (tmp_path / "slow.py").write_text(BOX)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with server():
        command = [sys.executable, "-c", SHOW]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True) as playing:
            assert playing.stdout is not None
            try:
                assert playing.stdout.readline() == b"playing\n"
                yield playing
            finally:
                playing.kill()


def begun_by(show: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """List the processes of a show: two MIDI ports, sound, two models, and what forks them."""
    below = psutil.Process(show.pid).children(recursive=True)
    commands = [" ".join(each.cmdline()) for each in below]
    counts = [sum(kind in command for command in commands) for kind in KINDS]
    # What is forked has the command line of what forks it.
    assert counts == ([2, 1, 2] if sys.platform == "linux" else [2, 1, 0])
    assert sum("engine.system.entry" in command for command in commands) >= 1
    return below


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=LIMIT)
    assert [each.cmdline() for each in alive] == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_a_show_that_dies(show, how):
    processes = begun_by(show)
    os.killpg(show.pid, how)
    show.wait(LIMIT)
    assert_gone(processes)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere who is stopped stays so")
@pytest.mark.parametrize("kind", few(["all", *KINDS], 2))
def test_nothing_that_is_stopped_outlives_a_show_that_is_killed(show, kind):
    processes = begun_by(show)
    for each in processes:
        if kind == "all" or kind in " ".join(each.cmdline()):
            each.suspend()
    show.kill()
    show.wait(LIMIT)
    assert_gone(processes)


def test_nothing_outlives_a_show_that_is_closed(show):
    processes = begun_by(show)
    show.stdin.close()
    assert show.wait(LIMIT) == 0
    assert_gone(processes)


def test_a_signal_to_the_group_of_the_show_reaches_none_of_its_processes(show):
    processes = begun_by(show)
    assert {os.getsid(each.pid) for each in processes}.isdisjoint({os.getsid(show.pid)})
    assert {os.getpgid(each.pid) for each in processes}.isdisjoint({os.getpgid(show.pid)})
