"""Messages between machines of one room: how late, how many, what is lost, how soon they return.

The machines are network namespaces, joined by a relay that delays each packet by 1 ms and more, and
loses some (as root on Linux; elsewhere all is this machine's loopback, and what needs a bad network
is left out). Each sends 30 poses and 10 notes a second to home. All have one clock, shifted where
that is said, so that every error of a moment is known.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from contextlib import nullcontext, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

import psutil

from engine.cluster.key import make_key, write_key
from engine.core.clock import MILLISECOND, SECOND
from engine.core.kinds import Kind
from engine.core.messages import Ns
from engine.lab.bench.report import COUNT, Goal, Row, ratio
from engine.lab.bench.rig.cpu_time import cpu_seconds
from engine.lab.bench.rig.crew import CLOCK, HOME, Crew, crew, until
from engine.lab.stranger import RUBBISH

POSE: Final = os.urandom(850)
PICTURE: Final = os.urandom(640 * 480 * 3)
HOUR: Final = 3600 * SECOND
SIZES: Final = (1, 2, 4, 8)
BAD: Final = {"delay": 0.001, "jitter": 0.02, "loss": 0.02}
GOOD: Final = {"delay": 0.001, "jitter": 0.0, "loss": 0.0}
_ALL: Final[Goal] = ("<=", 0.0)
_TURNS: Final = 4
_MESSAGES: Final = 40
"""A second, of one machine."""


class ShiftedClock:
    """The clock of this machine, shifted, and so many millionths fast."""

    def __init__(self, shift: int, ppm: int) -> None:
        self.shift = shift
        self._ppm = ppm
        self._begins = CLOCK.now()

    def now(self) -> Ns:
        """Return what it shows now."""
        return self.of(CLOCK.now())

    def of(self, moment: int) -> Ns:
        """Return what it shows at a moment of this machine's clock."""
        return Ns(moment + self.shift + (moment - self._begins) * self._ppm // 1_000_000)


def run(
    short: bool,
    sizes: tuple[int, ...] = SIZES,
    seconds: float | None = None,
    trips: int | None = None,
    times: int | None = None,
) -> list[Row]:
    """Measure for five minutes; short, for two. ``times`` is how often the link is cut."""
    seconds = seconds or (4.0 if short else 20.0)
    with crew(1) as two:
        rows = round_trips(two, trips or (20 if short else 200))
        rows += strangers(two, seconds)
        if two.network is not None:
            rows += bad_network(two, seconds)
            rows += cuts(two, times or (3 if short else 12))
    rows += clocks(seconds)
    return rows + growth(sizes, seconds)


def round_trips(two: Crew, count: int) -> list[Row]:
    """Send to a machine that sends it back, in turn with bare sockets that do the same."""
    echo = two.members["m1"]
    echo.on_heard = lambda one: echo.link.send(HOME, one.topic, one.content, one.keep, one.at)
    rows = []
    with Echo(two) as bare:
        for case, content in (("pose, 850 bytes", POSE), ("picture, 640x480", PICTURE)):
            pairs = [
                (_there_and_back(two, content), bare.there_and_back(content)) for _ in range(count)
            ]
            ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
            rows += ratio(f"there and back, {case}", "ours / bare TCP", [ours / theirs])
            rows.append(Row(f"there and back, {case}", "ours, p50", ours * 1000, "ms"))
            rows.append(Row(f"there and back, {case}", "bare TCP, p50", theirs * 1000, "ms"))
    echo.on_heard = None
    return rows


def strangers(two: Crew, seconds: float) -> list[Row]:
    """Have somebody knock 20 times a second while poses and notes cross, in turn with nobody."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other.key"
        write_key(make_key(), other)
        for case, what in (
            ("a stranger without the key", ""),
            ("a stranger with another key", str(other)),
            ("a stranger with rubbish", RUBBISH),
        ):
            with Stranger(two, what) as stranger:
                rows += _knocked_at(two, stranger, case, seconds / _TURNS)
    return rows


def _knocked_at(two: Crew, stranger: Stranger, case: str, seconds: float) -> list[Row]:
    home = two.members[HOME]
    carrier = psutil.Process(home.link.carrier)
    before = home.link.counts()["refused"]
    ratios, busy = [], {False: 0.0, True: 0.0}
    for _ in range(_TURNS):
        delay = {}
        for knocks in (False, True):
            stranger.knock(knocks)
            begins = _cpu(carrier)
            delay[knocks] = _delays(two, seconds)
            busy[knocks] += _cpu(carrier) - begins
        ratios.append(delay[True] / delay[False])
    refused = home.link.counts()["refused"] - before
    whole = seconds * _TURNS / 100
    return [
        Row(case, "refused", refused, COUNT, (">=", 1.0)),
        Row(case, "let in", len(home.link.machines()) - 1, COUNT, _ALL),
        *ratio(case, "delay of poses / without", ratios, ("<=", 1.25)),
        Row(case, "processor of the process that listens", busy[True] / whole, "%"),
        Row(case, "the same, without", busy[False] / whole, "%"),
    ]


def bad_network(two: Crew, seconds: float) -> list[Row]:
    """Lose 2 % of all packets, and delay each by up to 20 ms more."""
    case = "2 % loss, 20 ms jitter"
    two.set(**BAD)
    home = two.members[HOME]
    threading.Event().wait(1)  # what is under way from before arrives
    home.arrived.clear()
    sent = _play(two, ["m1"], seconds)
    notes = round(sent / 4)
    with suppress(TimeoutError):
        until(lambda: len(_of(two, "notes")) >= notes)
    late = sorted((when - (one.at or 0)) / MILLISECOND for when, one in home.arrived)
    two.set(**GOOD)
    got = [int.from_bytes(content) for content in _of(two, "notes")]
    poses = len(_of(two, "pose"))
    return [
        Row(case, "notes lost, doubled or out of order", _wrong(got, notes), COUNT, _ALL),
        Row(case, "poses that were dropped", sent - notes - poses, COUNT),
        Row(case, "delay, p50", late[len(late) // 2], "ms"),
        Row(case, "delay, p99", late[len(late) * 99 // 100], "ms"),
    ]


def cuts(two: Crew, count: int) -> list[Row]:
    """Cut the link again and again, for up to four seconds."""
    random = Random(21)
    home, far = two.members[HOME], two.members["m1"]
    noticed, returned, wrong = [], [], 0
    for turn in range(count):
        topic = f"notes {turn}"
        two.set(cut=True)
        noticed.append(until(lambda: not home.is_here("m1")))
        for number in range(20):
            far.link.send(HOME, topic, number.to_bytes(4, "big"), Kind.LOSSLESS)
        threading.Event().wait(random.uniform(0, 3))
        two.set(cut=False)
        returned.append(until(partial(_all_there, two, topic, 20)))
        wrong += _wrong([int.from_bytes(one) for one in _of(two, topic)], 20)
    case = "cuts of the link"
    return [
        Row(case, "notes lost, doubled or out of order", wrong, COUNT, _ALL),
        Row(case, "noticed within", max(noticed), "s", ("<=", 1.0)),
        Row(case, "all there again after, p50", statistics.median(returned), "s"),
        Row(case, "all there again within", max(returned), "s", ("<=", 3.0)),
    ]


def clocks(seconds: float) -> list[Row]:
    """Have a machine whose clock is an hour off and 50 ppm fast, on a network that jitters."""
    rows = []
    for ppm in (-50, 50):
        clock = ShiftedClock(HOUR, ppm)
        with crew(1, {"m1": clock}) as two:
            two.set(**{**BAD, "loss": 0.0})
            threading.Event().wait(3)
            case = f"clock an hour ahead, {ppm:+} ppm, 20 ms jitter"
            errors = _errors(two, clock, seconds)
            rows.append(Row(case, "error of moments, p50", statistics.median(errors), "ms"))
            rows.append(Row(case, "error of moments at most", max(errors), "ms", ("<=", 1.0)))
            clock.shift -= 2 * HOUR
            threading.Event().wait(2)
            jumped = max(_errors(two, clock, seconds))
            metric = "error at most, from 2 s after a jump of two hours on"
            rows.append(Row(case, metric, jumped, "ms", ("<=", 1.0)))
    return rows


def growth(sizes: tuple[int, ...], seconds: float) -> list[Row]:
    """Count what each machine sends and gets, and the processor time of all."""
    rows, messages, sizes_of = [], {}, {}
    for size in sizes:
        names = [f"m{number}" for number in range(1, size + 1)]
        with crew(size) as many:
            threading.Event().wait(2)  # clocks are compared quickly at first
            before, cpu = _counted(many), cpu_seconds()
            packets = many.network.counts() if many.network else {}
            _play(many, names, seconds)
            after, cpu = _counted(many), cpu_seconds() - cpu
            wire = many.network.counts() if many.network else {}
        for_each = size * seconds
        messages[size] = (after[0] - before[0]) / for_each
        sizes_of[size] = (after[1] - before[1]) / for_each
        ip = sum(wire[pair][1] - packets[pair][1] for pair in packets) / for_each
        case = f"{size} machine{'s' * (size > 1)} and home"
        rows += [
            Row(case, "packets a machine", messages[size], "/s"),
            Row(case, "bytes a machine", sizes_of[size] / 1000, "kB/s"),
            Row(case, "bytes a machine, as IP with TLS", ip / 1000, "kB/s"),
            Row(case, "processor time a machine, home's share too", 100 * cpu / for_each, "%"),
        ]
    least, most = min(sizes), max(sizes)
    for metric, of in (("packets", messages), ("bytes", sizes_of)):
        case = f"{metric} a machine"
        rows += ratio(case, f"{most} machines / {least}", [of[most] / of[least]], ("<=", 1.15))
    return rows


class Stranger:
    """A program that knocks at home from the network of a machine; see ``engine.lab.stranger``."""

    def __init__(self, two: Crew, what: str) -> None:
        host = two.network.address[HOME] if two.network else "127.0.0.1"
        words = [host, str(two.members[HOME].link.port), what]
        with two.network.inside("m1") if two.network else nullcontext():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "engine.lab.stranger", *words],
                stdin=subprocess.PIPE,
                text=True,
                bufsize=1,
            )

    def __enter__(self) -> Stranger:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def knock(self, knocks: bool) -> None:
        """Have it knock, or rest."""
        assert self._process.stdin is not None
        self._process.stdin.write("knock\n" if knocks else "rest\n")


class Echo:
    """A bare socket between home and a machine that sends back what it gets."""

    def __init__(self, two: Crew) -> None:
        self._two = two
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Echo:
        network = self._two.network
        if network is None:
            self._server = socket.create_server(("127.0.0.1", 0))
            self._socket = socket.create_connection(self._server.getsockname())
        else:
            with network.inside("m1"):
                self._server = socket.create_server((network.address["m1"], 9000))
            self._thread.start()
            with network.inside(HOME):
                self._socket = socket.create_connection((network.address["m1"], 9000))
        if not self._thread.is_alive():
            self._thread.start()
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._thread.join()
        self._server.close()

    def there_and_back(self, content: bytes) -> float:
        """Return the seconds that content takes there and back."""
        begins = CLOCK.now()
        self._socket.sendall(len(content).to_bytes(4, "big") + content)
        _exactly(self._socket, len(content))
        return (CLOCK.now() - begins) / SECOND

    def _run(self) -> None:
        peer, _ = self._server.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with peer:
            while head := _exactly(peer, 4):
                peer.sendall(_exactly(peer, int.from_bytes(head, "big")))


def _exactly(connection: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size and (part := connection.recv(min(size, 1 << 20))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _there_and_back(two: Crew, content: bytes) -> float:
    home = two.members[HOME]
    back = threading.Event()
    home.on_heard = lambda _: back.set()
    begins = CLOCK.now()
    home.link.send("m1", "echo", content, Kind.LATEST, begins)
    back.wait(2.0)
    home.on_heard = None
    return (CLOCK.now() - begins) / SECOND


def _play(many: Crew, names: list[str], seconds: float) -> int:
    """Let machines send poses and notes to home; return how many messages each sent."""
    begins = CLOCK.now()
    pause = threading.Event()
    count = round(seconds * _MESSAGES)
    notes = 0
    for number in range(count):
        due = begins + number * SECOND // _MESSAGES
        pause.wait(max(due - CLOCK.now(), 0) / SECOND)
        is_note = number % 4 == 3
        for name in names:
            link, now = many.members[name].link, CLOCK.now()
            if is_note:
                link.send(HOME, "notes", notes.to_bytes(4, "big"), Kind.LOSSLESS, now)
            else:
                link.send(HOME, "pose", POSE, Kind.LATEST, now)
        notes += is_note
    return count


def _delays(two: Crew, seconds: float) -> float:
    """Return the median delay of poses, in s."""
    home = two.members[HOME]
    home.arrived.clear()
    _play(two, ["m1"], seconds)
    return statistics.median(
        (when - (one.at or 0)) / SECOND for when, one in home.arrived if one.topic == "pose"
    )


def _errors(two: Crew, clock: ShiftedClock, seconds: float) -> list[float]:
    """Return how far moments are off that a machine told by its own clock, in ms."""
    home, link = two.members[HOME], two.members["m1"].link
    home.arrived.clear()
    for _ in range(round(seconds * 30)):
        now = CLOCK.now()
        link.send(HOME, "true", now.to_bytes(8, "big"), Kind.LATEST, clock.of(now))
        threading.Event().wait(1 / 30)
    return [
        abs((one.at or 0) - int.from_bytes(one.content)) / MILLISECOND for _, one in home.arrived
    ]


def _cpu(process: psutil.Process) -> float:
    taken = process.cpu_times()
    return float(taken.user + taken.system)


def _all_there(two: Crew, topic: str, count: int) -> bool:
    home, far = two.members[HOME], two.members["m1"]
    return home.is_here("m1") and far.is_here(HOME) and len(_of(two, topic)) >= count


def _of(two: Crew, topic: str) -> list[bytes]:
    return [one.content for _, one in list(two.members[HOME].arrived) if one.topic == topic]


def _wrong(numbers: list[int], count: int) -> int:
    """Return how many of 0, 1, 2 ... are missing, doubled or not in order."""
    missing = count - len(set(numbers) & set(range(count)))
    doubled = len(numbers) - len(set(numbers))
    turned = sum(b < a for a, b in pairwise(numbers))
    return missing + doubled + turned


def _counted(many: Crew) -> tuple[int, int]:
    """Return how many packets and bytes went between home and all machines, both ways."""
    packets = size = 0
    for machine in many.members[HOME].link.machines().values():
        packets += machine.counts["sent"] + machine.counts["received"]
        size += machine.counts["sent_bytes"] + machine.counts["received_bytes"]
    return packets, size
