"""``osc_control``: addresses become commands, refusals are answered, the show is told."""

import contextlib
import queue
import socket

import pytest
from pythonosc.osc_message_builder import build_msg

from engine.core.commands import (
    BlackOut,
    Freeze,
    KeepPrivate,
    Panic,
    PlayPatch,
    Release,
    SetMaster,
    SetParameter,
    Teach,
    no_answer,
)
from engine.core.status import Status
from engine.core.traffic import Flow, Traffic
from engine.osc.bundle import LIMIT as LONGEST
from engine.osc.packer import head
from engine.osc.parse import packet
from engine.osc.traffic import MONITOR, NO_PROOF, TRAFFIC, Answers, question
from engine.sources.osc_control import (
    LOOKS,
    MAX_REFUSALS,
    TEXT,
    OscControl,
    parse_command,
)
from tests.limits import LIMIT


class Desk:
    """A control box, and a desk that speaks to it and hears its replies."""

    def __init__(self, port):
        self.ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ear.bind(("127.0.0.1", 0))
        self.ear.settimeout(LIMIT)
        self.box = OscControl(port=port, replies=self.ear.getsockname()[1])
        self.commands = queue.Queue()
        self.box.open(self.emit)

    def emit(self, outlet, command, at, cost=0):
        self.commands.put(command)

    def say(self, address, *arguments):
        self.ear.sendto(build_msg(address, arguments).dgram, ("127.0.0.1", self.box.listens))

    def say_bytes(self, datagram):
        self.ear.sendto(datagram, ("127.0.0.1", self.box.listens))

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
        ("/sensorium/blackout", [1], BlackOut(True)),
        ("/sensorium/blackout", [0.0], BlackOut(False)),
        ("/sensorium/freeze", [1.0], Freeze(True)),
        ("/sensorium/freeze", [0], Freeze(False)),
        ("/sensorium/master", [0.25], SetMaster(0.25)),
        ("/sensorium/master", [1], SetMaster(1.0)),
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
        ("/sensorium/blackout", [], "expected 1 or 0"),
        ("/sensorium/freeze", [2], "expected 1 or 0"),
        ("/sensorium/master", [1.5], "expected a number from 0 to 1"),
        ("/sensorium/master", ["half"], "expected a number from 0 to 1"),
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
    desk.commands.get(timeout=LIMIT).refused('there is no box "reahc". Did you mean "reach"?')
    assert desk.hear() == [
        (
            "/sensorium/error",
            ["/reahc/smooth", 'there is no box "reahc". Did you mean "reach"?'],
        )
    ]


OFFERED = [
    "/camera/mirror",
    "/camera/on",
    "/reach/smooth/amount",
    "/reach/smooth/on",
    "/energy/smooth/amount",
    "/energy/smooth/on",
    "/style/look",
    "/style/look/ink",
    "/style/look/starry",
    "/style/on",
    "/odd[1]/amount",
]


def everything_asked(desk):
    desk.say("/panic")
    found = []
    while (one := desk.commands.get(timeout=LIMIT)) != Panic():
        found.append(one)
    return found


@pytest.mark.parametrize(
    ("address", "arguments", "commands"),
    [
        ("/*/smooth/amount", [0.5], ["reach/smooth amount", "energy/smooth amount"]),
        ("/{reach,energy}/smooth/am*", [0.5], ["reach/smooth amount", "energy/smooth amount"]),
        ("/re?ch/smooth/amount/", [0.5], ["reach/smooth amount"]),
        ("/style/look/*", [0.5], ["style/look ink", "style/look starry"]),
        ("/style/look/[!s]*", [0.5], ["style/look ink"]),
        ("/style/*", ["ink"], ["style look"]),
        ("/odd[1]/amount", [1], ["odd[1] amount"]),
        ("/*/on", [0], ["camera on", "style on"]),
        ("/reach/*/on", [0], ["reach/smooth on"]),
    ],
)
def test_a_pattern_sets_all_parameters_that_it_means(desk, address, arguments, commands):
    desk.box.offer(OFFERED)
    desk.say(address, *arguments)
    found = everything_asked(desk)
    assert [f"{one.box} {one.parameter}" for one in found] == commands
    assert {one.value for one in found} == set(arguments)
    assert desk.box.refusals == 0


def test_a_pattern_releases_where_that_is_written_out(desk):
    desk.box.offer(OFFERED)
    desk.say("/*/smooth/amount/release")
    desk.say("/*/smooth/amount/release", 0)  # let go of the button
    found = everything_asked(desk)
    assert all(isinstance(one, Release) for one in found)
    assert [one.box for one in found] == ["reach/smooth", "energy/smooth"]


@pytest.mark.parametrize(
    "address",
    [
        *("/*", "/p*", "/pan?c", "/{panic,x}", "/sensorium/*", "/*/patch", "/*/pr?vacy"),
        *("/*ra/o[n]", "/camera/{on,off}", "/camera/o?", "/*/*/*/relea*", "/nobody/*"),
    ],
)
def test_a_pattern_never_panics_or_switches_by_accident(desk, address):
    desk.box.offer([*OFFERED, "/panic/button"])
    desk.say(address, 0.5)
    assert everything_asked(desk) == []
    ((answer, (about, reason)),) = desk.hear()
    assert (answer, about) == ("/sensorium/error", address)
    assert reason == "fits no parameter; on, release and /panic must be written out"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("/a[/x", '"[" is not closed'),
        ("/{a,/x", '"{" is not closed'),
        ("/*}/x", '"}" closes nothing'),
        ("/[z-a]/x", '"z-a" runs backwards'),
        ("/*" + "?" * 300, "a pattern has 255 characters at most"),
    ],
)
def test_a_malformed_pattern_is_answered(desk, address, why):
    desk.say(address, 0.5)
    ((_, (about, reason)),) = desk.hear()
    assert about == address
    assert reason == why
    assert desk.box.refusals == 1


@pytest.mark.parametrize("tag", ["I", "N"])
def test_a_bang_or_nothing_is_a_press_without_a_value(desk, tag):
    desk.say_bytes(head("/panic", tag))
    assert desk.commands.get(timeout=LIMIT) == Panic()
    desk.say_bytes(head("/reach/smooth", tag))
    assert desk.hear() == [("/sensorium/error", ["/reach/smooth", "came without a value"])]


@pytest.mark.parametrize(
    ("tags", "data", "what"),
    [
        ("r", bytes(4), "a colour"),
        ("m", bytes(4), "a MIDI message"),
        ("t", bytes(8), "a time tag"),
        ("b", bytes(4), "a blob"),
        ("[ii]r", bytes(12), "a colour"),
        ("[iI]", bytes(4), "a bang"),
        ("[iN]", bytes(4), "nothing"),
    ],
)
def test_what_no_parameter_takes_is_answered(desk, tags, data, what):
    desk.say_bytes(head("/zone/area", tags) + data)
    reason = f"brought {what}, which no parameter takes"
    assert desk.hear() == [("/sensorium/error", ["/zone/area", reason])]


LONG_TEXTS = ["x" * 9000, "é" * 9000, "\U0001f600" * 9000, "\x1b" * 9000, "\U000e0001" * 9000]


@pytest.mark.parametrize("text", LONG_TEXTS, ids=["ascii", "accents", "emoji", "escape", "tag"])
def test_whatever_is_told_fits_one_packet(desk, text):
    """What is sent is 1,472 bytes at most: an Ethernet frame."""
    desk.say("/reach/" + text[:1000], "x")
    desk.say("/reach/smooth", "x")
    desk.commands.get(timeout=LIMIT).refused(text)
    desk.box.tell("patch", text)
    desk.box.tell(text, text)
    desk.box.report(Status(text, 1.0, 6.5, {"camera": text, text: "running"}, 0, 0.5, text))
    heard = []
    while not any(address == "/sensorium/quality" for address, _ in heard):
        datagram = desk.ear.recv(65536)
        assert len(datagram) <= LONGEST
        heard += packet(datagram)
    texts = [one for _, arguments in heard for one in arguments if isinstance(one, str)]
    assert max(len(one.encode()) for one in texts) <= TEXT
    assert sum(one.endswith("…") for one in texts) >= 5


def test_a_flood_of_mistakes_is_not_answered_by_a_flood(desk):
    for _ in range(MAX_REFUSALS + 50):
        desk.say("/wrong", 1)
    desk.say("/panic")
    desk.commands.get(timeout=LIMIT)
    assert desk.box.refusals == MAX_REFUSALS + 50
    assert len(desk.hear(MAX_REFUSALS)) == MAX_REFUSALS
    desk.ear.setblocking(False)
    with pytest.raises(BlockingIOError):
        desk.ear.recv(2048)


def status(seconds, **states):
    return Status("Duet", seconds, 6.5, states, 0)


def test_how_the_show_goes_is_told_and_news_only_once(desk):
    desk.box.report(status(1.0, camera="running", pose="opening"))
    assert desk.hear(10) == [
        ("/sensorium/alive", [1]),
        ("/sensorium/delay", [6.5]),
        ("/sensorium/errors", [0]),
        ("/sensorium/privacy", [0]),
        ("/sensorium/blackout", [0]),
        ("/sensorium/freeze", [0]),
        ("/sensorium/master", [1.0]),
        ("/sensorium/patch", ["Duet"]),
        ("/sensorium/camera/state", ["running"]),
        ("/sensorium/pose/state", ["opening"]),
    ]
    desk.box.report(status(2.0, camera="lost", pose="opening"))
    assert desk.hear(8)[7] == ("/sensorium/camera/state", ["lost"])
    for second in range(3, 6):
        desk.box.report(status(second, camera="lost", pose="opening"))
        assert desk.hear(7)[0] == ("/sensorium/alive", [second])
    desk.box.report(status(6.0, camera="lost", pose="opening"))
    assert ("/sensorium/camera/state", ["lost"]) in desk.hear(10)


def test_how_a_deadline_is_kept_is_told_where_there_is_one(desk):
    desk.box.report(Status("Duet", 1.0, 6.5, {}, 0, 0.75, "pose: every 2nd picture"))
    assert desk.hear(10)[7:] == [
        ("/sensorium/patch", ["Duet"]),
        ("/sensorium/quality/step", ["pose: every 2nd picture"]),
        ("/sensorium/quality", [0.75]),
    ]
    desk.box.report(Status("Duet", 2.0, 6.5, {}, 0, 1.0, "pose: every picture again"))
    assert desk.hear(9)[7:] == [
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
    assert desk.commands.get(timeout=LIMIT) == Panic()


# -- Who watches ---------------------------------------------------------------------------------


WATCHED = Traffic("Seen", (Flow(True, "out", "/x", 1, None, "0.5", 0.0, "127.0.0.1:9000"),))


def ask(desk, known=NO_PROOF):
    desk.say_bytes(question(known))
    return packet(desk.ear.recv(2048))[0]


def test_a_monitor_proves_where_it_is_and_is_then_told_the_traffic(desk):
    desk.box.show_traffic(lambda: WATCHED)
    address, (known,) = ask(desk)
    assert address == MONITOR
    address, arguments = ask(desk, known)
    assert address == TRAFFIC
    assert Answers().take(arguments) == WATCHED
    assert desk.commands.empty()


def test_who_asks_with_the_proof_of_another_is_told_no_more_than_it_said(desk):
    desk.box.show_traffic(lambda: pytest.fail("it was told"))
    _, (known,) = ask(desk)
    with contextlib.closing(socket.socket(type=socket.SOCK_DGRAM)) as other:
        other.settimeout(LIMIT)
        other.sendto(question(known), ("127.0.0.1", desk.box.listens))
        told = other.recv(2048)
    assert packet(told)[0][0] == MONITOR
    assert len(told) == len(question(known))


@pytest.mark.parametrize("said", [[], [1], [""], ["short"], ["x" * 17], ["é" * 16], [b"x" * 16]])
def test_a_question_that_is_shorter_than_its_answer_is_not_answered(desk, said):
    desk.box.show_traffic(lambda: WATCHED)
    desk.say(MONITOR, *said)
    assert ask(desk)[0] == MONITOR  # and not what came of the one before
    desk.ear.setblocking(False)
    with pytest.raises(BlockingIOError):
        desk.ear.recv(2048)


def test_a_monitor_that_asks_too_often_waits(desk):
    desk.box._monitors.rate = 0  # all that is due, and no more as time goes on
    desk.box.show_traffic(lambda: WATCHED)
    for _ in range(20):
        desk.say_bytes(question(NO_PROOF))
    desk.say("/panic")
    desk.commands.get(timeout=LIMIT)  # all before it was heard by now
    desk.ear.setblocking(False)
    answered = 0
    with contextlib.suppress(BlockingIOError):
        while desk.ear.recv(2048):
            answered += 1
    assert answered == LOOKS


def test_a_whole_network_that_may_speak_is_never_told_the_traffic():
    box = OscControl(port=9, host="0.0.0.0", allow=["10.0.0.0/24", "10.0.1.7"])
    told = []
    box._receiver.answer = told.append
    box.show_traffic(lambda: WATCHED)
    for host, answers in (("10.0.0.9", 0), ("10.0.1.7", 1), ("127.0.0.1", 2)):
        box._receiver.sender = (host, 5000)
        box._on_message(MONITOR, [NO_PROOF], host, 0)
        assert len(told) == answers
