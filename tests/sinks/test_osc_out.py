"""``osc_out`` over real sockets of the loopback: what leaves, when, and what it survives."""

import contextlib
import socket
import threading

import numpy as np
import pytest
from pythonosc import slip

from engine.core.clock import MILLISECOND
from engine.core.commands import Condition, Missed
from engine.core.errors import DeviceError, ParameterError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Features, Note, Ns, Person, Pose, Trigger
from engine.core.skeletons import FACE_468, HAND_21
from engine.net.tcp import FIRST, LONGEST
from engine.osc.layout import OscOptions
from engine.osc.parse import packet
from engine.sinks.osc_out import HEARD, OscOut
from tests.limits import LIMIT

NOW = Ns(0)


@pytest.fixture
def make():
    """Make an output with its cables, open; tapped into a list."""
    made = []

    def make_one(to, *cables, **parameters):
        sink = OscOut(to=to, **parameters)
        sink.sent, sink.said = [], []
        sink.report_to(sink.said.append)
        for port, carries, *options in cables:
            sink.plug(port, carries, OscOptions(**(options[0] if options else {})))
        sink.tap(lambda port, what: sink.sent.append((port, what["address"], what["args"])))
        sink.open()
        made.append(sink)
        return sink

    yield make_one
    for sink in made:
        sink.close()


def place(listening):
    return f"127.0.0.1:{listening.getsockname()[1]}"


def person(slot=1):
    return Person(slot, slot, np.full((17, 3), 0.5, np.float32))


# -- what leaves ---------------------------------------------------------------------------------


def test_what_belongs_to_one_moment_is_one_bundle(make, receiver):
    sink = make(place(receiver), ("/a", float), ("/b", int))
    sink.send("/a", 0.5, NOW)
    sink.send("/b", 3, NOW)
    sink.flush(NOW)
    datagram = receiver.recv(2048)
    assert datagram.startswith(b"#bundle\0" + bytes(7) + b"\1")
    assert packet(datagram) == [("/a", [0.5]), ("/b", [3])]
    assert sink.sent == [("/a", "/a", [0.5]), ("/b", "/b", [3])]


@pytest.mark.parametrize("bundle", [False, None])
def test_messages_for_who_knows_no_bundles(make, receiver, bundle):
    to = place(receiver) if bundle is False else "resolume@" + place(receiver)
    sink = make(to, ("/a", float), ("/b", int), bundle=bundle)
    sink.send("/a", 0.5, NOW)
    sink.send("/b", 3, NOW)
    sink.flush(NOW)
    assert [packet(receiver.recv(2048)) for _ in "ab"] == [[("/a", [0.5])], [("/b", [3])]]


def test_nothing_leaves_before_the_moment_is_complete(make, receiver):
    receiver.setblocking(False)
    sink = make(place(receiver), ("/a", float))
    sink.send("/a", 0.5, NOW)
    with pytest.raises(BlockingIOError):
        receiver.recv(2048)
    sink.flush(NOW)
    sink.flush(NOW)
    receiver.recv(2048)
    with pytest.raises(BlockingIOError):
        receiver.recv(2048)


def test_each_receiver_is_spoken_to_in_its_own_way(make, receiver):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.settimeout(LIMIT)
        sink = make([place(receiver), "qlcplus@" + place(other)], ("/a", int))
        sink.send("/a", 3, NOW)
        sink.flush(NOW)
        assert packet(receiver.recv(2048)) == [("/a", [3])]
        assert packet(other.recv(2048)) == [("/a", [1.0])]


def test_two_cables_into_one_address(make, receiver):
    sink = make(
        place(receiver),
        ("/live/set", float, {"args": [0, 1, 5, "{value}"]}),
        ("/live/set#2", float, {"args": [0, 1, 6, "{value}"]}),
    )
    sink.send("/live/set", 0.25, NOW)
    sink.send("/live/set#2", 0.75, NOW)
    sink.flush(NOW)
    assert packet(receiver.recv(2048)) == [
        ("/live/set", [0, 1, 5, 0.25]),
        ("/live/set", [0, 1, 6, 0.75]),
    ]
    assert [port for port, _, _ in sink.sent] == ["/live/set", "/live/set#2"]


def test_a_crowd_is_split_below_what_a_network_carries(make, receiver):
    sink = make(place(receiver), ("/p{slot}", Pose, {"layout": "named"}), ("/count", int))
    sink.send("/count", 6, NOW)
    sink.send("/p{slot}", Pose(tuple(person(slot) for slot in range(1, 7)), 1.0), NOW)
    sink.flush(NOW)
    found = []
    while len(found) < len(sink.sent):
        datagram = receiver.recv(65536)
        assert len(datagram) <= 1472
        found += packet(datagram)
    assert found == [(address, args) for _, address, args in sink.sent]
    assert len(found) > 200


def test_a_text_too_long_for_a_bundle_goes_alone(make, receiver):
    sink = make(place(receiver), ("/a", float), ("/text", str))
    sink.send("/a", 0.5, NOW)
    sink.send("/text", "x" * 3000, NOW)
    sink.flush(NOW)
    assert [packet(receiver.recv(65536))[0][0] for _ in "ab"] == ["/a", "/text"]


def test_no_number_no_message_and_one_notice(make, receiver, caplog):
    sink = make(place(receiver), ("/a", float), ("/b", float))
    for value in (float("nan"), float("inf"), -float("inf")):
        sink.send("/a", value, NOW)
    sink.send("/b", 0.5, NOW)
    sink.flush(NOW)
    assert packet(receiver.recv(2048)) == [("/b", [0.5])]
    assert [record.getMessage() for record in caplog.records] == [
        "/a: not sent, for nan is not a number that can be sent"
    ]
    assert sink.dropped == 3


def test_features_of_one_address_are_numbered_and_that_is_told_once(make, receiver, caplog):
    sink = make(place(receiver), ("/lamp/{name}", Features))
    features = Features(("a?", "a*"), np.array([0.25, 0.5], np.float32))
    for _ in range(3):
        sink.send("/lamp/{name}", features, NOW)
    sink.flush(NOW)
    assert packet(receiver.recv(2048))[:2] == [("/lamp/a_", [0.25]), ("/lamp/a__2", [0.5])]
    assert [record.getMessage() for record in caplog.records] == [
        '/lamp/{name}: names that would be the same address are numbered: "a*" is /lamp/a__2'
    ]


# -- triggers and silence ------------------------------------------------------------------------


def test_a_trigger_lets_go_50_ms_after_it_left(make, receiver):
    sink = make(place(receiver), ("/go", Trigger))
    assert sink.wake() is None
    sink.send("/go", Trigger(), Ns(0))
    sink.flush(Ns(30 * MILLISECOND))  # 30 ms behind, and still pressed for 50
    assert sink.wake() == 80 * MILLISECOND
    sink.on_wake(Ns(79 * MILLISECOND))
    assert sink.wake() == 80 * MILLISECOND
    sink.on_wake(Ns(80 * MILLISECOND))
    assert sink.wake() == 1030 * MILLISECOND  # to see whether anybody listens
    assert [packet(receiver.recv(2048)) for _ in "ab"] == [[("/go", [1])], [("/go", [0])]]


def test_a_trigger_pressed_again_is_held_longer_and_let_go_once(make, receiver):
    sink = make(place(receiver), ("/go", Trigger))
    for moment in (0, 40):
        sink.send("/go", Trigger(), Ns(moment * MILLISECOND))
        sink.flush(Ns(moment * MILLISECOND))
    sink.on_wake(Ns(50 * MILLISECOND))
    sink.on_wake(Ns(90 * MILLISECOND))
    assert [args for _, _, args in sink.sent] == [[1], [1], [0]]


def test_silence_ends_everything_that_was_begun(make, receiver):
    cables = ("/go", Trigger), ("/note", Note), ("/pose", Pose), ("/a", float)
    sink = make(place(receiver), *cables)
    begun = Trigger(), Note(60, 100), Pose((person(),), 1.0), 0.5
    for (port, *_), message in zip(cables, begun, strict=True):
        sink.send(port, message, NOW)
    sink.flush(NOW)
    sink.sent.clear()
    sink.silence("/note")
    assert sink.sent == [("/note", "/note", [60, 0, 1])]
    sink.silence()
    assert [(address, args[0]) for _, address, args in sink.sent[1:]] == [
        ("/go", 0),
        ("/pose/1", -1),
    ]
    sink.silence()
    assert len(sink.sent) == 3
    assert sink.wake() == HEARD  # to see whether anybody listens


def test_a_cable_plugged_again_keeps_what_it_knows_or_ends_what_it_began(make, receiver):
    sink = make(place(receiver), ("/note", Note), ("/pose", Pose))
    sink.send("/note", Note(60, 100), NOW)
    sink.send("/pose", Pose((person(),), 1.0), NOW)
    sink.flush(NOW)
    sink.sent.clear()
    sink.plug("/note", Note, OscOptions())
    sink.plug("/pose", Pose, OscOptions(layout="named"))
    sink.flush(NOW)
    assert [address for _, address, _ in sink.sent] == ["/pose/1"]
    sink.silence()
    assert [address for _, address, _ in sink.sent] == ["/pose/1", "/note"]


def test_a_cable_that_is_unplugged_says_nothing_any_more(make, receiver):
    sink = make(place(receiver), ("/note", Note), ("/pose", Pose))
    sink.send("/pose", Pose((person(),), 1.0), NOW)
    sink.flush(NOW)
    sink.unplug("/pose")
    sink.sent.clear()
    sink.silence()
    assert sink.sent == []
    sink.plug("/pose", Pose, OscOptions(layout="named"))
    sink.send("/pose", Pose((person(),), 1.0), NOW)
    sink.flush(NOW)
    assert "/pose/1/here" in [address for _, address, _ in sink.sent]


# -- what is refused before playing --------------------------------------------------------------


def test_a_message_too_long_for_a_packet_is_refused_with_its_address():
    sink = OscOut(to="127.0.0.1:9000")
    long = OscOptions(args=["x" * 1500, "{value}"])
    with pytest.raises(ParameterError, match=r"/text: its message has 15\d\d bytes.*1472"):
        sink.plug("/text", float, long)
    OscOut(to="127.0.0.1:9000", protocol="tcp").plug("/text", float, long)


@pytest.mark.parametrize("argument", [2**31, float("inf"), 1e39])
def test_a_written_argument_that_cannot_be_sent_is_refused(argument):
    with pytest.raises(ParameterError, match="/x: "):
        OscOut(to="127.0.0.1:9000").plug("/x", float, OscOptions(args=[argument]))


@pytest.mark.parametrize("to", ["nowhere", [], ["127.0.0.1:9000", "nowhere"]])
def test_a_place_that_is_none_is_refused(to):
    with pytest.raises(ParameterError, match=r"^to: "):
        OscOut(to=to)


def test_a_layout_that_is_none_is_refused():
    with pytest.raises(ParameterError, match=r'no layout "nmaed".* Did you mean "named"'):
        OscOut(to="127.0.0.1:9000", layout="nmaed")


def test_a_machine_that_nobody_knows_is_a_missing_device():
    sink = OscOut(to="no-such-machine.invalid:9000")
    with pytest.raises(DeviceError, match=r"no-such-machine\.invalid:9000: no machine"):
        sink.open()


# -- when nobody listens -------------------------------------------------------------------------


def test_nobody_listening_is_one_notice_and_nothing_is_lost_later(make, receiver, caplog):
    to = place(receiver)
    host, port = receiver.getsockname()
    receiver.close()
    sink = make(to, ("/a", int))
    for value in range(4):
        sink.send("/a", value, NOW)
        sink.flush(NOW)
    assert [record.getMessage() for record in caplog.records] == [f"nobody listens at {to} (yet)"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
        late.bind((host, port))
        late.settimeout(LIMIT)
        sink.send("/a", 9, NOW)
        sink.flush(NOW)
        assert packet(late.recv(2048)) == [("/a", [9])]
    assert sink.dropped == 0


def test_localhost_and_ipv6(make, receiver):
    sink = make(f"localhost:{receiver.getsockname()[1]}", ("/a", int))
    sink.send("/a", 1, NOW)
    sink.flush(NOW)
    assert packet(receiver.recv(2048)) == [("/a", [1])]
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six:
        try:
            six.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        six.settimeout(LIMIT)
        sink = make(f"[::1]:{six.getsockname()[1]}", ("/a", int))
        sink.send("/a", 2, NOW)
        sink.flush(NOW)
        assert packet(six.recv(2048)) == [("/a", [2])]


# -- over TCP ------------------------------------------------------------------------------------


@pytest.fixture
def server(make_port):
    with socket.create_server(("127.0.0.1", make_port())) as listening:
        listening.settimeout(LIMIT)
        yield listening


@pytest.fixture
def accept():
    """Take a connection; give it, and a stream to read it by."""
    with contextlib.ExitStack() as taken:

        def take(listening):
            connection = taken.enter_context(listening.accept()[0])
            connection.settimeout(LIMIT)
            return connection, taken.enter_context(connection.makefile("rb"))

        yield take


def frame(stream):
    return packet(stream.read(int.from_bytes(stream.read(4), "big")))


def put(sink, value, now=0.0):
    sink.send("/a", value, NOW)
    sink.flush(Ns(int(now * 1000) * MILLISECOND))


def test_tcp_puts_every_packet_behind_its_length(make, server, accept):
    sink = make(place(server), ("/a", int), ("/b", float), protocol="tcp")
    assert sink.lane
    put(sink, 1)
    _, stream = accept(server)
    sink.send("/b", 0.5, NOW)
    put(sink, 2)
    assert frame(stream) == [("/a", [1])]
    assert frame(stream) == [("/b", [0.5]), ("/a", [2])]


def slip_packets(stream, count):
    """Take packets out of a stream as OSC 1.1 has it: each between two END."""
    found = []
    while len(found) < count:
        assert stream.read(1) == slip.END
        body = b""
        while (one := stream.read(1)) != slip.END:
            body += one
        found.append(slip.decode(slip.END + body + slip.END))
    return found


@pytest.mark.parametrize(
    ("to", "framing"), [("{}", "slip"), ("qlab@{}", None), ("qlab@{}", "slip"), ("eos@{}", "slip")]
)
def test_tcp_puts_every_packet_between_two_ends(make, server, accept, to, framing):
    sink = make(to.format(place(server)), ("/a", str), protocol="tcp", framing=framing)
    texts = ["", "plain", "\u06c0\u00db", "ÀÛÜÝ" * 50]  # U+06C0 is db 80, U+00C0 is c3 80
    numbers = [0xC0, 0xDB, 0xDBDC, 0xDBDD, 0xC0C0DBDB - (1 << 32)]
    sink.plug("/n", int, OscOptions())
    for text in texts:
        put(sink, text)
    _, stream = accept(server)
    for number in numbers:
        sink.send("/n", number, NOW)
        sink.flush(NOW)
    heard = [packet(one)[0] for one in slip_packets(stream, len(texts) + len(numbers))]
    assert heard == [("/a", [one]) for one in texts] + [("/n", [one]) for one in numbers]


@pytest.mark.parametrize("to", ["{}", "eos@{}"])
def test_tcp_goes_by_length_where_the_tool_reads_it_so(make, server, accept, to):
    sink = make(to.format(place(server)), ("/a", int), protocol="tcp")
    put(sink, 1)
    _, stream = accept(server)
    assert frame(stream) == [("/a", [1])]


def test_tcp_speaks_to_each_tool_as_it_reads(make, server, accept):
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(LIMIT)
        to = [place(server), "qlab@" + place(other)]
        sink = make(to, ("/a", int), protocol="tcp", bundle=False)
        put(sink, 1)
        assert frame(accept(server)[1]) == [("/a", [1])]
        assert packet(slip_packets(accept(other)[1], 1)[0]) == [("/a", [1])]


def test_framing_without_a_stream_is_refused():
    with pytest.raises(ParameterError, match=r'framing: .*write protocol = "tcp"'):
        OscOut(to="127.0.0.1:9000", framing="slip")


def test_tcp_connects_again_and_waits_longer_every_time(make, server, accept):
    to = place(server)
    host, port = server.getsockname()
    server.close()
    sink = make(to, ("/a", int), protocol="tcp")
    put(sink, 1, now=1.0)
    with socket.create_server((host, port)) as again:
        again.settimeout(LIMIT)
        put(sink, 2, now=1.0 + FIRST / 2)  # not tried yet
        put(sink, 3, now=1.0 + LONGEST)
        _, stream = accept(again)
        assert frame(stream) == [("/a", [3])]
    assert sink.said == [
        Condition("lost", f"{to}: nobody takes a connection; trying again"),
        Condition("running"),
    ]
    assert sink.dropped == 2
    assert [args for _, _, args in sink.sent] == [[3]]


def test_tcp_notices_a_receiver_that_closes_and_loses_nothing(make, server, accept):
    sink = make(place(server), ("/a", int), protocol="tcp")
    put(sink, 1)
    connection, stream = accept(server)
    assert frame(stream) == [("/a", [1])]
    stream.close()
    connection.close()
    put(sink, 2, now=10.0)
    _, stream = accept(server)
    assert frame(stream) == [("/a", [2])]


def test_tcp_reads_away_what_a_receiver_says_back(make, server, accept):
    sink = make(place(server), ("/a", int), protocol="tcp")
    put(sink, 1)
    connection, stream = accept(server)
    connection.sendall(b"thanks" * 1000)
    put(sink, 2)
    assert frame(stream) == [("/a", [1])]
    assert frame(stream) == [("/a", [2])]


def test_tcp_gives_up_a_receiver_that_takes_nothing(make, server, accept):
    sink = make(to := place(server), ("/a", str), protocol="tcp")
    connection = None
    while not sink.said:
        put(sink, "x" * 1_000_000)
        connection = connection or accept(server)[0]
    assert sink.said == [
        Condition("late", f"{to}: takes nothing"),
        Condition("lost", f"{to}: takes nothing; trying again"),
    ]
    assert sink.dropped == 1
    put(sink, "again", now=LONGEST)
    _, stream = accept(server)
    assert frame(stream) == [("/a", ["again"])]


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_it_opens_and_closes_twice(protocol):
    sink = OscOut(to="127.0.0.1:9000", protocol=protocol)
    sink.close()
    for _ in range(2):
        sink.open()
        sink.close()
    sink.close()


def test_a_tcp_receiver_that_stalls_and_takes_up_again_loses_nothing(make, server, accept):
    sink = make(place(server), ("/a", str), protocol="tcp")
    put(sink, "first")
    _, stream = accept(server)
    assert frame(stream) == [("/a", ["first"])]
    late = threading.Event()
    sink.report_to(lambda condition: late.set() if condition.state == "late" else None)
    long = "x" * 20_000_000  # more than the system keeps for a receiver that does not read
    sender = threading.Thread(target=put, args=(sink, long))
    sender.start()
    assert late.wait(LIMIT)
    assert frame(stream) == [("/a", [long])]
    sender.join(LIMIT)
    assert sink.dropped == 0


def test_an_output_is_as_its_worst_receiver(make, server, accept, free_port):
    to = [place(server), f"127.0.0.1:{free_port}"]
    sink = make(to, ("/a", int), protocol="tcp")
    put(sink, 1)
    _, stream = accept(server)
    assert frame(stream) == [("/a", [1])]
    assert [condition.state for condition in sink.said] == ["lost"]
    assert sink.said[0].reason == f"{to[1]}: nobody takes a connection; trying again"
    with socket.create_server(("127.0.0.1", free_port)):
        put(sink, 2, now=LONGEST)
    assert [condition.state for condition in sink.said] == ["lost", "running"]


def test_tcp_comes_back_though_nothing_is_sent(make, server, accept):
    """And it says so, so that it is given what holds: what is said once may be hours old."""
    to = place(server)
    host, port = server.getsockname()
    server.close()
    sink = make(to, ("/a", int), protocol="tcp")
    assert sink.wake() is None
    put(sink, 1, now=1.0)
    due = sink.wake()
    sink.on_wake(due)  # still nobody
    assert sink.wake() > due
    with socket.create_server((host, port)) as again:
        again.settimeout(LIMIT)
        sink.on_wake(sink.wake())
        connection, stream = accept(again)
        assert [condition.state for condition in sink.said] == ["lost", "running"]
        stream.close()
        connection.close()  # and it is begun anew, between two things that are said
        due = sink.wake()
        accepted = threading.Event()
        while not accepted.is_set():  # its end may take a moment to arrive
            sink.on_wake(sink.wake())
            if len(sink.said) > 2:
                accepted.set()
        accept(again)
        assert [condition.state for condition in sink.said] == ["lost", "running"] * 2


def test_one_of_several_receivers_that_is_back_is_reported(make, server, accept, free_port):
    host, port = server.getsockname()
    to = [place(server), f"127.0.0.1:{free_port}"]
    server.close()
    sink = make(to, ("/a", int), protocol="tcp")
    put(sink, 1, now=1.0)
    with socket.create_server((host, port)):
        put(sink, 2, now=LONGEST)
    assert [condition.state for condition in sink.said] == ["lost", "lost", "running", "lost"]
    assert sink.said[-1].reason == f"{to[1]}: nobody takes a connection; trying again"


def test_who_listens_later_is_given_what_holds(make, receiver):
    """The output says that nobody has heard it, until somebody does; then it looks no more."""
    to = place(receiver)
    host, port = receiver.getsockname()
    receiver.close()
    sink = make(to, ("/a", int))
    assert sink.wake() is None
    put(sink, 1)
    for number in range(1, 4):
        assert sink.wake() == number * 1000 * MILLISECOND
        sink.on_wake(sink.wake())
        assert sink.said == [Missed()] * number
        put(sink, 1, now=number)  # as the engine does then
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
        late.bind((host, port))
        late.settimeout(LIMIT)
        sink.on_wake(sink.wake())  # the last one was still refused
        put(sink, 1, now=4.0)
        assert packet(late.recv(2048)) == [("/a", [1])]
        sink.on_wake(sink.wake())
        assert sink.wake() is None
    assert sink.said == [Missed()] * 4


# -- what does not fit -----------------------------------------------------------------------------


def crowd(count):
    return Pose(tuple(person(slot) for slot in range(1, count + 1)), 1.0)


def test_people_that_do_not_fit_into_a_packet_are_told_once(make, receiver, caplog):
    sink = make(place(receiver), ("/poses/arr", Pose, {"layout": "poseosc"}))
    for count in (5, 6, 7, 5, 6):
        sink.send("/poses/arr", crowd(count), NOW)
        sink.flush(NOW)
        assert packet(receiver.recv(4096))[0][1][2] == min(count, 5)
    assert caplog.messages == [
        "/poses/arr: more are seen than the 5 that fit into one packet of PoseOSC's: the others are"
        " left out"
    ]


def test_a_performer_among_several_is_told_once(make, receiver, caplog):
    sink = make(place(receiver), ("/mediapipe/pose", Landmarks, {"layout": "mediapipe"}))
    for _ in range(2):
        sink.send("/mediapipe/pose", crowd(2), NOW)
        sink.flush(NOW)
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("/mediapipe/pose: more than one body is seen")


def test_a_message_longer_than_networks_carry_is_told_with_what_to_do(make, receiver, caplog):
    face = Landmarks(FACE_468, (Instance(1, 1, np.full((468, 4), 0.5, np.float32)),), 1.0)
    sink = make(place(receiver), ("/face", Landmarks))
    for _ in range(2):
        sink.send("/face", face, NOW)
        sink.flush(NOW)
    assert len(receiver.recv(65536)) > 9216
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(
        "/face: a message has more than 1472 bytes, as one of 9376"
    )
    assert 'send less of it ("joints"), or over tcp' in caplog.messages[0]


def test_another_skeleton_in_mid_show_is_told_and_what_fits_goes_on(make, receiver, caplog):
    hand = Landmarks(HAND_21, (Instance(1, 1, np.full((21, 4), 0.5, np.float32)),), 1.0)
    sink = make(place(receiver), ("/", Landmarks, {"layout": "handpose"}))
    for message in (hand, crowd(1), hand):
        sink.send("/", message, NOW)
        sink.flush(NOW)
    assert sink.dropped == 1
    assert caplog.messages == [
        '/: not sent, for the layout of HandPose-OSC takes hands ("hands"), not "coco_17"'
    ]
    said = []
    with contextlib.suppress(TimeoutError):
        receiver.settimeout(0.2)
        while True:
            said += packet(receiver.recv(4096))
    assert [address for address, _ in said].count("/landmarks") == 2


@pytest.mark.parametrize(
    ("tool", "port", "address"),
    [
        ("tuio", 3333, "/tuio/2Dcur"),
        ("vmc", 39539, "/VMC/Ext/Blend/Val"),
        ("vrchat", 9000, "/tracking/trackers"),
    ],
)
def test_a_tool_has_its_port_and_its_layout(tool, port, address):
    sink = OscOut(to=tool)
    assert sink.destination == f"127.0.0.1:{port}"
    carries = Features if tool == "vmc" else Landmarks
    sink.plug(address, carries, None)
    with pytest.raises(ParameterError, match="is no address of"):
        sink.plug("/elsewhere", carries, None)
