"""Whether somebody listens is found out, and nobody hears that it was asked."""

from __future__ import annotations

import socket

import pytest

from engine.net.probe import probe
from engine.osc.tools import Target


@pytest.fixture
def ear():
    """A program that listens by UDP."""
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.setblocking(False)
        yield one


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_program_that_listens_by_udp_is_found_and_gets_nothing(ear, host) -> None:
    found = probe(Target(host, ear.getsockname()[1]), tcp=False)
    assert (found.state, found.mend) == ("ok", "")
    with pytest.raises(BlockingIOError):
        ear.recv(100)


@pytest.mark.parametrize("option", ["SO_REUSEADDR", "SO_REUSEPORT", None])
def test_one_that_hears_every_network_or_shares_its_port_is_found_too(option) -> None:
    if option and not hasattr(socket, option):
        pytest.skip("not on this system")
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        if option:
            one.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
        one.bind(("", 0))
        assert probe(Target("127.0.0.1", one.getsockname()[1]), tcp=False).state == "ok"


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "::1"])
def test_where_nobody_listens_that_is_said(free_port, host, tcp) -> None:
    found = probe(Target(host, free_port), tcp=tcp)
    assert found.state == "missing"
    assert "nobody listens" in found.said
    assert found.mend.startswith("start the program")


def test_a_program_that_listens_by_tcp_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert probe(Target("127.0.0.1", server.getsockname()[1]), tcp=True).state == "ok"


def test_a_name_that_no_machine_has_is_said() -> None:
    found = probe(Target("no.such.machine.invalid", 9), tcp=False)
    assert (found.state, "no machine of that name" in found.said) == ("missing", True)


@pytest.mark.parametrize("host", ["255.255.255.255", "10.1.2.3"])
def test_of_others_udp_tells_nothing(host) -> None:
    found = probe(Target(host, 9000), tcp=False)
    # Without any network there is not even a way to them.
    assert (found.state, found.mend) in {
        ("unsure", ""),
        ("missing", "join the network that it is in"),
    }
