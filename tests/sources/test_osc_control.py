"""``osc_control``: addresses become commands, refusals are answered, the show is told."""

import contextlib
import queue
import socket

import pytest
from pythonosc.osc_message_builder import build_msg

from engine.core.commands import (
    KeepPrivate,
    Panic,
    PlayPatch,
    Release,
    SetParameter,
    Teach,
    no_answer,
)
from engine.core.status import Status
from engine.osc.parse import packet
from engine.sources.osc_control import MAX_REFUSALS, OscControl, parse_command


class Desk:
    """A control box, and a desk that speaks to it and hears its replies."""

    def __init__(self, port):
        self.ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ear.bind(("127.0.0.1", 0))
        self.ear.settimeout(5)
        self.box = OscControl(port=port, replies=self.ear.getsockname()[1])
        self.commands = queue.Queue()
        self.box.open(self.emit)

    def emit(self, outlet, command, at, cost=0):
        self.commands.put(command)

    def say(self, address, *arguments):
        self.ear.sendto(build_msg(address, arguments).dgram, ("127.0.0.1", self.box.listens))

    def hear(self, count=1):
        return [packet(self.ear.recv(2048))[0] for _ in range(count)]

    def close(self):
        self.box.close()
        self.ear.close()


@pytest.fixture
def desk(free_port):
    with contextlib.closing(Desk(free_port)) as one:
        yield one


@pytest.mark.parametrize(
    ("address", "arguments", "command"),
    [
        ("/reach/smooth", [0.5], SetParameter("reach", "smooth", 0.5)),
        ("/reach/smooth/amount", [0.5], SetParameter("reach/smooth", "amount", 0.5)),
        ("/style/look", ["ink"], SetParameter("style", "look", "ink")),
        ("/zone/area", [0, 0.5, 1, 1], SetParameter("zone", "area", [0, 0.5, 1, 1])),
        ("/out/on", [False], SetParameter("out", "on", False)),
        ("/notes/release", [0.5], SetParameter("notes", "release", 0.5)),
        ("/reach/smooth/release", [], Release("reach", "smooth")),
        ("/reach/smooth/amount/release", [1], Release("reach/smooth", "amount")),
        ("/reach/smooth/release", [0], None),
        ("/panic", [], Panic()),
        ("/panic", [1.0], Panic()),
        ("/panic", [0], None),
        ("/sensorium/patch", [2], PlayPatch(2)),
        ("/sensorium/patch", [2.0], PlayPatch(2)),
        ("/sensorium/patch", ["finale"], PlayPatch("finale")),
        ("/sensorium/teach", ["out/reach"], Teach("out/reach")),
        ("/sensorium/teach", [""], Teach("")),
        ("/sensorium/privacy", [1], KeepPrivate(True)),
        ("/sensorium/privacy", [0.0], KeepPrivate(False)),
    ],
)
def test_addresses_are_commands(address, arguments, command):
    assert parse_command(address, arguments, no_answer) == command


@pytest.mark.parametrize(
    ("address", "arguments", "why"),
    [
        ("/reach", [1], "expected /box/parameter"),
        ("/", [1], "expected /box/parameter"),
        ("/reach//x", [1], "expected /box/parameter"),
        ("/reach/smooth", [], "without a value"),
        ("/reach/smooth", [float("nan")], "nan is no number"),
        ("/reach/smooth", [float("inf")], "inf is no number"),
        ("/sensorium/pathc", [1], "not known"),
        ("/sensorium/privacy", [float("nan")], "expected 1 or 0"),
        ("/sensorium/privacy", [], "expected 1 or 0"),
        ("/sensorium/privacy", ["off"], "expected 1 or 0"),
        ("/sensorium/teach", [1], "expected a way out"),
        ("/sensorium", [1], "not known"),
        ("/sensorium/patch", [], "expected the number, name or title"),
        ("/sensorium/patch", [1.5], "expected the number, name or title"),
        ("/sensorium/patch", [True], "expected the number, name or title"),
    ],
)
def test_what_is_no_command_is_answered(desk, address, arguments, why):
    desk.say(address, *arguments)
    ((answer, (about, reason)),) = desk.hear()
    assert (answer, about) == ("/sensorium/error", address)
    assert why in reason
    assert desk.box.refusals == 1


def test_what_the_show_refuses_is_answered(desk):
    desk.say("/reahc/smooth", 0.5)
    desk.commands.get(timeout=5).refused('there is no box "reahc". Did you mean "reach"?')
    assert desk.hear() == [
        (
            "/sensorium/error",
            ["/reahc/smooth", 'there is no box "reahc". Did you mean "reach"?'],
        )
    ]


def test_a_flood_of_mistakes_is_not_answered_by_a_flood(desk):
    for _ in range(MAX_REFUSALS + 50):
        desk.say("/wrong", 1)
    desk.say("/panic")
    desk.commands.get(timeout=5)
    assert desk.box.refusals == MAX_REFUSALS + 50
    assert len(desk.hear(MAX_REFUSALS)) == MAX_REFUSALS
    desk.ear.setblocking(False)
    with pytest.raises(BlockingIOError):
        desk.ear.recv(2048)


def status(seconds, **states):
    return Status("Duet", seconds, 6.5, states, 0)


def test_how_the_show_goes_is_told_and_news_only_once(desk):
    desk.box.report(status(1.0, camera="running", pose="opening"))
    assert desk.hear(7) == [
        ("/sensorium/alive", [1]),
        ("/sensorium/delay", [6.5]),
        ("/sensorium/errors", [0]),
        ("/sensorium/privacy", [0]),
        ("/sensorium/patch", ["Duet"]),
        ("/sensorium/camera/state", ["running"]),
        ("/sensorium/pose/state", ["opening"]),
    ]
    desk.box.report(status(2.0, camera="lost", pose="opening"))
    assert desk.hear(5)[4] == ("/sensorium/camera/state", ["lost"])
    for second in range(3, 6):
        desk.box.report(status(second, camera="lost", pose="opening"))
        assert desk.hear(4)[0] == ("/sensorium/alive", [second])
    desk.box.report(status(6.0, camera="lost", pose="opening"))
    assert ("/sensorium/camera/state", ["lost"]) in desk.hear(7)


def test_how_a_deadline_is_kept_is_told_where_there_is_one(desk):
    desk.box.report(Status("Duet", 1.0, 6.5, {}, 0, 0.75, "pose: every 2nd picture"))
    assert desk.hear(7)[4:] == [
        ("/sensorium/patch", ["Duet"]),
        ("/sensorium/quality/step", ["pose: every 2nd picture"]),
        ("/sensorium/quality", [0.75]),
    ]
    desk.box.report(Status("Duet", 2.0, 6.5, {}, 0, 1.0, "pose: every picture again"))
    assert desk.hear(6)[4:] == [
        ("/sensorium/quality/step", ["pose: every picture again"]),
        ("/sensorium/quality", [1.0]),
    ]


def test_a_busy_port_moves_to_the_next_free_one_and_says_so(desk, caplog):
    second = OscControl(port=desk.box.port, replies=desk.box.port + 1)
    with contextlib.closing(second):
        second.open(desk.emit)
        assert second.listens > desk.box.port + 1
        assert f"port {desk.box.port} is in use; control is on port {second.listens}" in caplog.text


def test_machines_that_spoke_are_remembered_within_bounds(desk):
    for number in range(100):
        desk.box._remember(f"10.0.0.{number}", 0)
    assert len(desk.box._hosts) <= 8


def test_it_opens_and_closes_twice(desk):
    desk.box.close()
    desk.box.close()
    desk.box.report(status(1.0))
    desk.box.open(desk.emit)
    desk.say("/panic")
    assert desk.commands.get(timeout=5) == Panic()
