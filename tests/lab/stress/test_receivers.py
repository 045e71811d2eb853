"""The receivers of a storm, with real sockets."""

from __future__ import annotations

import queue
import socket
from contextlib import closing

import pytest
from pythonosc.osc_message_builder import build_msg

from engine.lab.stress.receivers import RouteFinder, TcpReceiver, UdpReceiver
from tests.limits import LIMIT

ROUTES = RouteFinder({"/p{slot}": "out/p", "/people": "out/people", "/p{slot}/x#2": "out/x"})


@pytest.mark.parametrize(
    ("address", "way"),
    [
        ("/p1/left_wrist/x", "out/p"),
        ("/p12/here", "out/p"),
        ("/people", "out/people"),
        ("/p3/x", "out/x"),
        ("/elsewhere", None),
    ],
)
def test_an_address_left_by_the_port_that_says_most_of_it(address, way):
    assert ROUTES.of(address) == way


class OnMessage(queue.Queue):
    def __call__(self, way, at):
        self.put(way)

    def next(self):
        return self.get(timeout=LIMIT)


def test_a_udp_ear_that_was_closed_hears_again_on_its_port():
    told = OnMessage()
    with (
        closing(UdpReceiver(ROUTES, told)) as receiver,
        socket.socket(type=socket.SOCK_DGRAM) as sender,
    ):
        sender.connect(("127.0.0.1", receiver.port))
        sender.send(build_msg("/people", [1]).dgram)
        assert told.next() == "out/people"
        receiver.close()
        sender.send(b"lost")
        with pytest.raises(ConnectionRefusedError):
            sender.recv(1)
        receiver.open()
        sender.send(build_msg("/p1/x", [1.0]).dgram)
        assert told.next() == "out/x"


def test_a_tcp_ear_that_stalls_takes_nothing_until_it_goes_on():
    told = OnMessage()
    packet = build_msg("/people", [1]).dgram
    framed = len(packet).to_bytes(4, "big") + packet
    with (
        closing(TcpReceiver(ROUTES, told)) as receiver,
        socket.create_connection(("127.0.0.1", receiver.port), LIMIT) as sender,
    ):
        sender.sendall(framed + framed[:7])
        assert told.next() == "out/people"
        receiver.stall()
        sender.sendall(framed[7:])
        sender.settimeout(1.0)
        with pytest.raises(TimeoutError):
            while True:
                sender.sendall(framed * 1000)
        receiver.resume()
        assert told.next() == "out/people"
