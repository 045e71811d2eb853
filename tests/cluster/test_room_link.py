"""The room on this machine's loopback, over zenoh and TLS: who has the key may come in."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import threading

import psutil
import pytest

from engine.cluster.key import make_key, write_key
from engine.cluster.link import Attendance, RoomChange
from engine.cluster.room_link import RoomLink
from engine.core.clock import ns
from engine.core.errors import ClusterError
from engine.core.kinds import Kind
from tests.limits import LIMIT

from .ears import Ears
from .waiting import until


@pytest.fixture
def port(free_port):
    return free_port


@pytest.fixture
def key(tmp_path):
    file = tmp_path / "room.key"
    write_key(make_key(), file)
    return file


@pytest.fixture
def enter(key, port):
    entered = []

    def make(name, **given):
        ears = Ears()
        here = f"127.0.0.1:{port}"
        where = {"listen": [here]} if name == "home" else {"listen": [], "addresses": [here]}
        link = RoomLink(name, given.pop("key", key), version="1.2", **{**where, **given})
        entered.append(link)
        link.open(ears.heard, ears.changed)
        return link, ears

    yield make
    for link in entered:
        link.close()


def is_here(link, name):
    machine = link.machines().get(name)
    return machine is not None and machine.standing is Attendance.HERE


def test_all_kinds_and_a_large_picture_cross(enter):
    home, at_home = enter("home")
    home.describe({"cores": 4})
    left, ears = enter("left")
    until(lambda: is_here(home, "left") and is_here(left, "home"))
    assert left.machines()["home"].has == {"cores": 4}
    assert left.machines()["home"].version == "1.2"
    picture = os.urandom(1280 * 720 * 3)
    home.send("left", "picture", picture, Kind.LATEST)
    home.send("left", "patch", picture[:500_000], Kind.LOSSLESS)
    home.send("left", "knob", b"0.5", Kind.HELD)
    home.send("left", "sound", b"block", Kind.CONTIGUOUS)
    until(lambda: len(ears.arrived) == 4)
    assert ears.contents("picture") == [picture]
    assert ears.contents("patch") == [picture[:500_000]]
    kinds = {one.topic: one.keep for one in ears.arrived}
    assert kinds == {
        "picture": Kind.LATEST,
        "patch": Kind.LOSSLESS,
        "knob": Kind.HELD,
        "sound": Kind.CONTIGUOUS,
    }
    left.close()
    until(lambda: at_home.told[-1] == ("left", RoomChange.WENT, "left has left"))
    assert not is_here(home, "left")


def test_without_the_key_with_a_wrong_one_and_with_rubbish_nobody_comes_in(
    enter, port, tmp_path, caplog, monkeypatch
):
    monkeypatch.setattr("engine.cluster.room_link._REFUSAL_TOLD", ns(10 * LIMIT))
    home, ears = enter("home")
    left, _ = enter("left")
    until(lambda: is_here(home, "left"))
    other = tmp_path / "other.key"
    write_key(make_key(), other)
    stranger, strange_ears = enter("stranger", key=other)
    until(lambda: home.counts()["refused"] >= 2)
    stranger.close()
    before = home.counts()["refused"]
    for number in range(10):
        with socket.create_connection(("127.0.0.1", port)) as rubbish:
            rubbish.sendall(b"GET / HTTP/1.1\r\n\r\n" * 20 if number % 2 else os.urandom(500))
            left.send("home", "notes", bytes([number]), Kind.LOSSLESS)
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port)) as bare,
        pytest.raises((ssl.SSLError, ConnectionError)),
        anybody.wrap_socket(bare) as without_certificate,
    ):
        without_certificate.recv(1)
    until(lambda: home.counts()["refused"] >= before + 11)
    until(lambda: len(ears.contents("notes")) == 10)
    assert ears.contents("notes") == [bytes([number]) for number in range(10)]
    assert home.machines().keys() == {"left"}
    assert {name for name, *_ in ears.told} == {"left"}
    assert strange_ears.told == []
    warned = [each for each in caplog.messages if "compare the eight digits" in each]
    assert 1 <= len(warned) <= 2, "home, and perhaps the stranger, each once"


def test_a_carrier_that_is_killed_or_hangs_is_begun_anew_and_no_note_is_lost(enter):
    home, ears = enter("home")
    left, _ = enter("left")
    until(lambda: is_here(home, "left") and is_here(left, "home"))
    number = 0
    for sign in (signal.SIGKILL, signal.SIGSTOP):
        carrier = left.carrier
        os.kill(carrier, sign)
        while left.carrier == carrier or not is_here(left, "home"):
            left.send("home", "notes", number.to_bytes(2), Kind.LOSSLESS)
            number += 1
            threading.Event().wait(0.02)
    until(lambda: len(ears.contents("notes")) == number)
    assert ears.contents("notes") == [one.to_bytes(2) for one in range(number)]
    assert RoomChange.FORGOTTEN not in ears.changes
    assert left.counts()["restarts"] >= 2  # one that is only slow may be taken for one that hangs


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_while_a_carrier_is_begun_anew_nothing_is_written_into_what_has_the_number_of_its_pipe(
    enter, monkeypatch
):
    monkeypatch.setattr("engine.cluster.room_link._AGAIN", LIMIT)
    home, _ = enter("home")
    left, _ = enter("left")
    until(lambda: is_here(home, "left") and is_here(left, "home"))
    number = left._process.input
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    os.kill(left.carrier, signal.SIGKILL)
    until(lambda: not is_open(number))
    os.dup2(writes, number)
    for count in range(20):
        left.send("home", "notes", bytes([count]), Kind.LOSSLESS)
    left.close()
    with pytest.raises(BlockingIOError):
        os.read(reads, 1)
    for descriptor in (reads, writes, number):
        os.close(descriptor)


def test_another_address_is_looked_at_while_it_is_open(enter, port):
    home, _ = enter("home")
    left, _ = enter("left", addresses=[])
    assert left.machines() == {}
    left.reach([f"127.0.0.1:{port}"], find=False)
    until(lambda: is_here(home, "left"))
    carrier = left.carrier
    left.reach([f"127.0.0.1:{port}"], find=False)
    assert left.carrier == carrier
    with pytest.raises(ClusterError, match="is no address"):
        left.reach(["a b"], find=False)


def test_what_cannot_be_opened_says_why(enter, key, port, tmp_path):
    with pytest.raises(ClusterError, match='cannot be called "a/b"'):
        enter("a/b")
    with pytest.raises(ClusterError, match='"no address" is no address'):
        enter("left", addresses=["no address"])
    with pytest.raises(ClusterError, match=r"make one with sensorium key"):
        enter("left", key=tmp_path / "none.key")
    home, _ = enter("home")
    with pytest.raises(ClusterError, match=f"another program uses 127.0.0.1:{port}"):
        enter("left", listen=[f"127.0.0.1:{port}"])
    home.close()
    home.close()


def test_a_link_that_was_never_opened_takes_everything_calmly(key):
    link = RoomLink("home", key)
    link.send("left", "x", b"", Kind.LOSSLESS)
    assert link.counts()["refused"] == 0
    link.close()


def test_nothing_listens_but_what_was_asked_for(enter, port):
    home, _ = enter("home")
    left, _ = enter("left")
    until(lambda: is_here(home, "left"))

    def sockets(link):
        every = psutil.Process(link.carrier).net_connections("inet")
        waiting = [one for one in every if one.status == psutil.CONN_LISTEN]
        return {tuple(one.laddr) for one in waiting}, [one for one in every if not one.raddr]

    assert sockets(home)[0] == {("127.0.0.1", port)}
    assert len(sockets(home)[1]) == 1
    assert sockets(left) == (set(), [])
