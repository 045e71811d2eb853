"""Everything that can go goes, and comes back without a hand: killed and started anew, in one show.

Each round kills what others wrote (ffmpeg, GStreamer, jackd, FluidSynth) with SIGKILL, or closes it
(JACK's own tools), waits until the show says that it is lost, starts it again after a pause, and
waits until the show hears or reaches it again. SENSORIUM_ROUNDS=20 does it so many times; each
prints the longest time that it took from the return of the other to the first message.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from engine.core.box import Box
from engine.core.clock import SystemClock
from engine.core.source import Emit, Source
from engine.lab.bench.rig.jack import ports, until
from engine.patch.load import parse
from engine.registry import Registry
from engine.runtime.engine import Engine
from engine.runtime.live import Live
from engine.runtime.opening import open_document
from tests.limits import LIMIT

ROUNDS = range(int(os.environ.get("SENSORIUM_ROUNDS", "2")))
CLIP = Path(__file__).parents[1] / "media" / "jump.mp4"
FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15")
QUIET = subprocess.DEVNULL


class Show:
    """A patch that plays on a thread of its own while the world around it changes."""

    def __init__(self, text: str) -> None:
        registry = Registry()
        find: Callable[[str], type[Box]] = lambda use: (  # noqa: E731
            Shout if use == "shout" else registry.find(use)
        )
        self._news = threading.Condition()
        self.live = Live(open_document(parse(text), find, live=False))
        self.live.after_entry = self._look
        self._thread = threading.Thread(target=lambda: asyncio.run(self._play()))
        self._thread.start()

    async def _play(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.live.play()

    def _look(self) -> None:
        with self._news:
            self._news.notify_all()

    @property
    def engine(self) -> Engine:
        return self.live.engine

    def state(self, box: str) -> str:
        return self.engine.metrics.state(box)

    def until(self, true: Callable[[], bool], otherwise: str) -> None:
        """Wait until something is true of the show."""
        with self._news:
            ok = self._news.wait_for(true, LIMIT)
        faults = [f"{fault.box}: {fault.text}" for fault in self.engine.metrics.faults]
        assert ok, f"{otherwise}; {self.engine.metrics.states()}; {faults}"

    def heard(self, box: str) -> int:
        return self.engine.metrics.sources[box].messages

    def hears_more(self, box: str, more: int = 5) -> None:
        """Wait for some messages of a source that runs."""
        before = self.heard(box)
        self.until(
            lambda: self.heard(box) >= before + more and self.state(box) == "running",
            f"nothing more of {box}",
        )

    def loses(self, box: str) -> None:
        self.until(lambda: self.state(box) == "lost", f"{box} is not lost")

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self.live.stop)
        self._thread.join(LIMIT)
        assert not self._thread.is_alive()


@contextlib.contextmanager
def playing(text: str) -> Iterator[Show]:
    """Play a patch; see that it leaves no thread, process or file behind."""
    threads, files = set(threading.enumerate()), opened()
    show = Show(text)
    try:
        yield show
    finally:
        show.close()
    for thread in set(threading.enumerate()) - threads:
        thread.join(LIMIT)
        assert not thread.is_alive(), thread.name
    assert opened() <= files + 2
    assert not children()


def opened() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def children() -> list[str]:
    found = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(os.getpid())],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in found.stdout.splitlines() if "engine." in line]


class Peer:
    """Another program, killed and started again."""

    END: ClassVar[signal.Signals] = signal.SIGKILL

    def __init__(self, *command: str) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdin=QUIET, stdout=QUIET, stderr=QUIET)

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(self.END)
            self._process.wait(LIMIT)
            self._process = None

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Client(Peer):
    """A program of a JACK server, closed and started again.

    Why not killed: a server whose client disappears in the midst of a cycle may never call those
    behind it again ("JackEngine::XRun: client = seq was not finished, state = Triggered", then
    "ProcessGraphAsyncMaster: Process error" for ever), which nobody else can mend.
    """

    END = signal.SIGINT


def pause(number: int) -> None:
    """Stay away for a while: not at all, for a moment, or so long that the pauses have grown."""
    threading.Event().wait((0.0, 0.5, 3.0, 9.0)[number % 4])


def report(what: str, took: list[float]) -> None:
    """Say how long it took; shown by ``pytest -rP``, and written where a file is asked for."""
    longest, middle = max(took), sorted(took)[len(took) // 2]
    line = f"{what}: {len(took)} times, back within {longest:.2f} s at most, median {middle:.2f} s"
    print(line)
    if file := os.environ.get("SENSORIUM_ROUNDS_FILE"):
        with Path(file).open("a") as out:
            print(line, file=out)


def goes_and_comes(
    show: Show, box: str, peer: Peer, what: str, here: Callable[[], bool] | None = None
) -> None:
    """Kill a peer and start it again, several times; ``here`` tells when it is back."""
    took: list[float] = []
    show.hears_more(box)
    for number in ROUNDS:
        peer.kill()
        show.loses(box)
        pause(number)
        peer.start()
        if here is not None:
            until(here, f"{what} does not start", LIMIT)
        begun = time.monotonic()
        show.hears_more(box, 2)
        took.append(time.monotonic() - begun)
    assert show.engine.metrics.sources[box].restarts >= len(took)
    report(what, took)


# -- Cameras ---------------------------------------------------------------------------------------


@pytest.mark.peer("ffmpeg", "ffmpeg")
@pytest.mark.parametrize("way", ["mjpeg", "udp", "rtsp"])
def test_a_camera_in_the_network(way: str, free_port: int) -> None:
    address = f"{'http' if way == 'mjpeg' else way}://127.0.0.1:{free_port}"
    clip = ("-re", "-stream_loop", "-1", "-i", str(CLIP), "-vf", "scale=320:180", "-an")
    sends = ("ffmpeg", "-nostdin", "-v", "error", *clip)
    if way == "mjpeg":
        address += "/cam.mjpg"
        command = (*sends, "-c:v", "mjpeg", "-q:v", "5", "-f", "mpjpeg", "-listen", "1", address)
    elif way == "udp":
        command = (*sends, *H264, "-f", "mpegts", f"{address}?pkt_size=1316")
    else:
        address += "/cam"
        need_rtsp()
        command = ("/usr/bin/python3", str(Path(__file__).with_name("rtsp.py")), str(free_port))
    patch = f'[cam]\nuse="camera"\ndevice="{address}"\n[c]\nuse="collector"\nfrom="cam"\n'
    with Peer(*command) as peer, playing(patch) as show:
        goes_and_comes(show, "cam", peer, way)


def need_rtsp() -> None:
    """Skip without GStreamer's server, and say how to install it."""
    script = "import gi; gi.require_version('GstRtspServer', '1.0')"
    done = subprocess.run(["/usr/bin/python3", "-c", script], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no RTSP server: apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi")


# -- Sound and MIDI through JACK -------------------------------------------------------------------


@pytest.fixture
def _server(monkeypatch: pytest.MonkeyPatch) -> str:
    name = "sensorium-back"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    return name


def jackd(name: str) -> Peer:
    """Begin a server that bears it when many come and go on a busy machine.

    Without -S one that is late holds up nobody; and with long cycles it gives those who come and go
    time enough: one that takes longer than four of them to be let go may leave the others uncalled
    for ever ("JackEngine::ClientCloseAux wait error").
    """
    return Peer(*("jackd", "-n", name, "-R", "-P70"), *("-d", "dummy", "-r", "48000", "-p", "1024"))


def serve(server: Peer) -> None:
    """Wait until a server serves; one that stands still while it starts is started again."""
    for _ in range(5):
        with contextlib.suppress(TimeoutError):
            return until(lambda: "system:capture_1" in ports(), "jackd does not start", LIMIT / 5)
        server.kill()
        server.start()
    pytest.fail("jackd does not start")


@pytest.mark.peer("jackd", "jackd2 libportaudio2")
def test_a_sound_and_midi_server(_server: str) -> None:
    patch = (
        '[mic]\nuse="microphone"\ndevice="system"\n[loud]\nuse="loudness"\nfrom="mic"\n'
        '[keys]\nuse="midi_in"\nsystem="jack"\n[c]\nuse="collector"\nfrom="loud"\n'
        '[synth]\nuse="midi_out"\nsystem="jack"\nname="ours"\n[synth.send]\ncc20="loud"\n'
        'notes="keys"\n'
    )
    took: list[float] = []
    with jackd(_server) as server:
        serve(server)
        with playing(patch) as show:
            show.hears_more("mic")
            for number in ROUNDS:
                server.kill()
                for box in ("mic", "keys", "synth"):
                    show.loses(box)
                pause(number)
                server.start()
                serve(server)
                begun = time.monotonic()
                show.hears_more("mic", 2)
                for box in ("keys", "synth"):
                    show.until(lambda box=box: show.state(box) == "running", f"{box} is not back")
                took.append(time.monotonic() - begun)
                until(lambda: {"ours:ours", "Sensorium:Sensorium"} <= set(ports()), "no ports")
            report("jackd, sound and MIDI", took)


@pytest.mark.peer("jackd", "jackd2 libportaudio2")
@pytest.mark.peer("fluidsynth", "fluidsynth fluid-soundfont-gm")
def test_a_program_that_is_listened_to(_server: str) -> None:
    options = ("-o", "audio.jack.autoconnect=0", "-o", "audio.jack.id=singer")
    command = ("fluidsynth", "-a", "jack", "-i", "-s", "-n", *options)
    patch = (
        '[mic]\nuse="microphone"\ndevice="singer"\n[loud]\nuse="loudness"\nfrom="mic"\n'
        '[c]\nuse="collector"\nfrom="loud"\n'
    )
    with jackd(_server) as server:
        serve(server)
        with (
            Peer(*command, "-o", f"audio.jack.server={_server}", FONT) as singer,
            playing(patch) as show,
        ):
            here = lambda: any(port.startswith("singer:") for port in ports())  # noqa: E731
            goes_and_comes(show, "mic", singer, "a JACK program", here)


@pytest.mark.peer("jackd", "jackd2")
def test_midi_ports_that_vanish_and_return(_server: str) -> None:
    patch = (
        '[beat]\nuse="every"\ntime="50 ms"\n[synth]\nuse="midi_out"\nsystem="jack"\nport="dump"\n'
        '[synth.send]\nnote36="beat"\n[keys]\nuse="midi_in"\nsystem="jack"\nport="seq"\n'
        '[c]\nuse="collector"\nfrom="keys"\n'
    )
    sequence = ("jack_midiseq", "seq", "24000", "0", "60", "8000")
    took: list[float] = []
    with jackd(_server) as server:
        serve(server)
        with (
            Peer("jack_midi_dump", "dump") as dump,
            Peer(*sequence) as seq,
            playing(patch) as show,
        ):
            show.hears_more("keys", 2)
            for number in ROUNDS:
                for peer in (dump, seq):
                    peer.kill()
                for box in ("keys", "synth"):
                    show.loses(box)
                pause(number)
                for peer in (dump, seq):
                    peer.start()
                until(
                    lambda: sum(p.startswith(("dump:", "seq:")) for p in ports()) == 2, "no peers"
                )
                begun = time.monotonic()
                show.hears_more("keys", 2)
                before = show.engine.metrics.routes["synth/note36"].messages
                show.until(
                    lambda before=before: (
                        show.engine.metrics.routes["synth/note36"].messages > before + 2
                    ),
                    "nothing leaves",
                )
                took.append(time.monotonic() - begun)
            report("MIDI peers, in and out", took)


@pytest.mark.peer("jackd", "jackd2 libportaudio2")
def test_a_process_that_listens_and_stands_still(_server: str) -> None:
    """Stopped by SIGSTOP, it says nothing and is not gone: only its silence shows it."""
    patch = (
        '[mic]\nuse="microphone"\ndevice="system"\n[loud]\nuse="loudness"\nfrom="mic"\n'
        '[c]\nuse="collector"\nfrom="loud"\n'
    )
    took: list[float] = []
    with jackd(_server) as server:
        serve(server)
        with playing(patch) as show:
            for _ in ROUNDS:
                show.hears_more("mic")
                listener = show.engine.states["mic"].box._listener  # type: ignore[attr-defined]
                os.kill(listener._process.pid, signal.SIGSTOP)
                show.loses("mic")
                begun = time.monotonic()
                show.hears_more("mic", 2)
                took.append(time.monotonic() - begun)
            assert any("gives nothing any more" in f.text for f in show.engine.metrics.faults)
            report("a process that listens and stands still", took)


# -- A receiver by TCP -----------------------------------------------------------------------------

READER = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    while True:
        connection = server.accept()[0]
        while connection.recv(1 << 20):
            pass
"""


class Shout(Source):
    """Say more than the system keeps for a receiver that does not read."""

    OUT: ClassVar[Mapping[str, type]] = {"text": str}

    def open(self, emit: Emit) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(emit, self._stop))
        self._thread.start()

    def close(self) -> None:
        if hasattr(self, "_thread"):
            self._stop.set()
            self._thread.join()

    def _run(self, emit: Emit, stop: threading.Event) -> None:
        while not stop.wait(0.02):
            emit("text", "x" * 500_000, SystemClock().now())


def test_a_receiver_by_tcp_that_stalls_or_dies(free_port: int) -> None:
    patch = (
        '[shout]\nuse="shout"\n[beat]\nuse="every"\ntime="5 ms"\n'
        f'[out]\nuse="osc_out"\nprotocol="tcp"\nto="127.0.0.1:{free_port}"\n'
        '[out.send]\n"/text"="shout"\n[c]\nuse="collector"\nfrom="beat"\n'
    )
    took: list[float] = []
    with Peer(sys.executable, "-c", READER, str(free_port)) as reader, playing(patch) as show:
        route = show.engine.metrics.routes["out/text"]
        beats = show.engine.metrics.routes["c/in"]
        for number in ROUNDS:
            sent = route.messages
            show.until(
                lambda sent=sent: route.messages > sent + 5 and show.state("out") == "running",
                "nothing leaves",
            )
            reader.signal(signal.SIGSTOP)
            show.until(lambda: show.state("out") == "late", "it is not late")
            before = beats.messages
            show.loses("out")
            assert beats.messages > before + 50  # the rest of the show plays on
            if number % 2:
                reader.kill()
                reader.start()
            else:
                reader.signal(signal.SIGCONT)
            begun = time.monotonic()
            show.until(lambda: show.state("out") == "running", "it is not connected again")
            took.append(time.monotonic() - begun)
        report("a TCP receiver", took)
