"""A process of ours begins, is watched, and ends: by itself, when it hangs, and with its parent."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from engine.core.errors import DeviceError
from engine.system.device_process import ALIVE, DeviceProcess
from engine.system.fork_server import ForkedProcess, ForkServer, serve
from engine.system.framing import pack_frame
from engine.system.liveness import MISSED
from engine.system.processes import ChildProcess, SpawnedProcess
from tests.limits import LIMIT

CHILD = """
import os, sys, threading, time
from engine.system.device_process import ALIVE, FAILED, OPENED
from engine.system.framing import Unframer, pack_frame
from engine.system.liveness import exit_with_parent, start_heartbeat

def write(*frame): os.write(1, pack_frame(*frame))

def echo(connection):
    import socket
    channel = socket.socket(fileno=connection)
    while data := channel.recv(100):
        channel.send(str(os.getpid()).encode() + b" " + data)

def wait_with_parent(connection):
    exit_with_parent(connection)
    while True:
        time.sleep(1000)

if __name__ == "__main__":
    how = sys.argv[1]
    if how != "stubborn":
        exit_with_parent(0)
    if how == "ends":
        sys.exit(3)
    if how == "fails":
        write(FAILED, b"it is not there")
        sys.exit(1)
    if how == "silent":
        time.sleep(1000)
    write(OPENED, sys.argv[2].encode() if len(sys.argv) > 2 else b"")
    if how == "hangs":
        time.sleep(1000)
    if how == "beats until it hangs":
        lock = threading.Lock()
        start_heartbeat(lambda: write(ALIVE), lambda: lock.acquire() and lock.release())
        os.read(0, 1)
        lock.acquire()  # as a call into a driver that never returns
        time.sleep(1000)
    if how == "nonsense":
        os.read(0, 1)
        os.write(1, b"x" * 5)
        time.sleep(1000)
    if how == "stubborn":
        time.sleep(60)
    unframer = Unframer()
    while piece := os.read(0, 65536):
        for kind, payload in unframer.feed(piece):
            write(kind, payload[::-1])
"""


@pytest.fixture(autouse=True)
def _child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that the other processes find."""
    (tmp_path / "sensorium_child.py").write_text(CHILD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def device(*arguments: str) -> DeviceProcess:
    return DeviceProcess("sensorium_child", *arguments, silent="no answer", ended="it ended")


def close(process: DeviceProcess) -> None:
    process.end()
    process.release()


# -- A process that owns a device ----------------------------------------------------------------


def test_a_device_that_opens_says_what_it_is_and_answers() -> None:
    process = device("answers", "Desk")
    assert process.opened == b"Desk"
    assert process.write([])
    assert process.write([pack_frame(b"x", b"one"), pack_frame(b"y", bytes(9000) + b"two")])
    frames: list[tuple[bytes, bytes]] = []
    while len(frames) < 2:
        frames += process.read() or []
    assert frames == [(b"x", b"eno"), (b"y", b"owt" + bytes(9000))]
    process.end(LIMIT)
    assert process.read() is None
    assert not process.write([b"x"])
    process.release()


@pytest.mark.parametrize(
    ("how", "said"), [("ends", "it ended"), ("fails", "it is not there"), ("silent", "no answer")]
)
def test_a_device_that_does_not_open_says_why(
    how: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.system.device_process.PATIENCE", 0.5 if how == "silent" else LIMIT)
    with pytest.raises(DeviceError, match=f"^{said}$"):
        device(how)


def test_a_process_that_is_ended_is_gone_though_it_does_not_listen() -> None:
    process = device("stubborn")
    process.end(0.1)
    assert not Path(f"/proc/{process.pid}").exists()
    assert process.read() is None
    assert not process.hung
    process.release()


def test_nonsense_is_the_end_of_what_can_be_read() -> None:
    process = device("nonsense")
    assert process.write([b"\n"])
    assert process.read() is None
    close(process)


@pytest.mark.parametrize("how", ["hangs", "answers"])
def test_a_process_that_shows_no_life_is_killed(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.system.liveness.BEAT", 0.05)
    process = device(how)
    process.watch()
    while process.read() is not None:
        pass
    assert process.hung
    close(process)


def test_a_process_hangs_once_its_check_does_and_not_before() -> None:
    process = device("beats until it hangs")
    process.watch()
    beats: list[tuple[bytes, bytes]] = []
    while len(beats) < MISSED + 2:  # for longer than it may be silent
        frames = process.read()
        assert frames is not None
        beats += frames
    assert set(beats) == {(ALIVE, b"")}
    assert not process.hung
    assert process.write([b"\n"])
    while process.read() is not None:
        pass
    assert process.hung
    close(process)


@pytest.mark.skipif(os.name != "posix", reason="no pipe of Windows can be polled")
def test_what_a_busy_show_has_not_read_is_a_sign_of_life() -> None:
    process = device("answers")
    process._shows_life()
    assert not process._shows_life()
    process.write([pack_frame(b"x", b"one")])
    select.select([process.pipe], [], [], LIMIT)
    assert [process._shows_life() for _ in range(3)] == [True] * 3
    assert process.read() == [(b"x", b"eno")]
    assert [process._shows_life() for _ in range(2)] == [True, False]
    close(process)


# -- Processes that are called by descriptors ----------------------------------------------------


@pytest.fixture(params=["forked", "spawned"])
def server(request: pytest.FixtureRequest) -> ForkServer:
    server = ForkServer("sensorium_child")
    if request.param == "spawned":
        server.usable = False
    elif not server.usable:
        pytest.skip("this system does not fork")
    request.addfinalizer(server.close)
    return server


def started(server: ForkServer, function: str) -> tuple[ChildProcess, socket.socket]:
    ours, theirs = socket.socketpair()
    ours.settimeout(LIMIT)
    with theirs:
        try:
            return server.start(f"sensorium_child:{function}", [theirs.fileno()]), ours
        except OSError:
            ours.close()
            raise


@pytest.mark.skipif(os.name != "posix", reason="descriptors are passed on POSIX only")
def test_an_entry_point_is_called_with_its_descriptors(server: ForkServer) -> None:
    process, connection = started(server, "echo")
    connection.send(b"hello")
    pid, _, said = connection.recv(100).partition(b" ")
    assert said == b"hello"
    assert int(pid) != os.getpid()
    assert os.getsid(int(pid)) != os.getsid(0)
    assert not process.wait(0)
    connection.close()
    assert process.wait(LIMIT)
    process.kill()


@pytest.mark.skipif(os.name != "posix", reason="descriptors are passed on POSIX only")
def test_a_process_in_an_endless_call_ends_when_its_connection_closes(server: ForkServer) -> None:
    process, connection = started(server, "wait_with_parent")
    assert not process.wait(0.1)
    connection.close()
    assert process.wait(LIMIT)


@pytest.mark.skipif(os.name != "posix", reason="descriptors are passed on POSIX only")
def test_a_process_can_be_killed_twice(server: ForkServer) -> None:
    process, connection = started(server, "wait_with_parent")
    process.kill()
    assert process.wait(LIMIT)
    process.kill()
    assert connection.recv(1) == b""
    connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_a_fork_server_that_cannot_begin_is_not_asked_again() -> None:
    server = ForkServer("sensorium_no_such_module")
    with pytest.raises(OSError, match=r"no process could be forked|reset|Broken pipe"):
        started(server, "echo")
    process, connection = started(server, "echo")
    assert isinstance(process, SpawnedProcess)
    connection.close()
    assert process.wait(LIMIT)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_a_fork_server_that_was_killed_is_begun_again() -> None:
    server = ForkServer("sensorium_child")
    first, one = started(server, "echo")
    assert server._process is not None
    os.kill(server._process.pid, signal.SIGKILL)
    server._process.wait(LIMIT)
    second, two = started(server, "echo")
    assert isinstance(second, ForkedProcess)
    for process, connection in ((first, one), (second, two)):
        connection.send(b"hello")
        assert connection.recv(100).endswith(b"hello")
        connection.close()
        assert process.wait(LIMIT)
    server.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_a_fork_server_that_is_about_to_end_is_begun_again(tmp_path: Path) -> None:
    lingers = f"import atexit, time; atexit.register(time.sleep, {LIMIT})"
    (tmp_path / "sensorium_lingers.py").write_text(lingers)
    server = ForkServer("sensorium_child", "sensorium_lingers")
    server.prepare()
    assert server._process is not None and server._requests is not None
    server._requests.send(b"")  # nobody asks any more
    poll = select.poll()
    poll.register(server._requests, select.POLLRDHUP)
    assert poll.poll(LIMIT * 1e3)
    assert not server._process.wait(0), "it lingers"
    process, connection = started(server, "echo")
    assert isinstance(process, ForkedProcess)
    connection.send(b"hello")
    assert connection.recv(100).endswith(b"hello")
    connection.close()
    assert process.wait(LIMIT)
    server.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_a_fork_server_goes_when_nobody_needs_it() -> None:
    program = (
        "import signal, socket, sys; from engine.system.fork_server import serve\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "serve(socket.socket(fileno=int(sys.argv[1])), idle=0.01)\n"
    )
    requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours, of_child = socket.socketpair()
    with requests, ours:
        requests.settimeout(LIMIT)
        with theirs, of_child:
            command = [sys.executable, "-c", program, str(theirs.fileno())]
            server = subprocess.Popen(command, pass_fds=[theirs.fileno()])
            socket.send_fds(requests, [b"sensorium_child:echo"], [of_child.fileno()])
            _, pidfds, *_ = socket.recv_fds(requests, 1, 1)
        child = ForkedProcess(*pidfds)
        assert not child.wait(0.2)  # many times as long as it waits without a child
        assert server.poll() is None
        ours.shutdown(socket.SHUT_RDWR)
        assert child.wait(LIMIT)
        assert server.wait(LIMIT) == 0


def test_who_serves_ends_when_nobody_can_ask() -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs:
        serve(theirs)
