"""The whole chain of ``patches/spoken_room.toml``: a voice is heard, answered, and read back.

espeak-ng speaks into a real JACK server, the show hears it there, tells by OSC what it heard, and
answers by a loudspeaker there, which an ear notes; ``speech`` reads that back. Needs the extra and
``sensorium models build speech``: ``.ci/night`` sees to both.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import soxr
from pythonosc.osc_packet import OscPacket

from engine.core.errors import ModelError
from engine.core.files import installed_folder
from engine.core.messages import Block
from engine.lab.bench.rig import espeak
from engine.lab.bench.rig.jack import RATE, is_gone, server, until
from engine.lab.bench.rig.wire_ear import wire_ear
from engine.language.words import words
from engine.models.speech import SpeechModel
from tests.conftest import need

SAID = "the sea is calm tonight"
BEFORE = 0.5
LISTENS = 25.0
GOAL = 1.0
SENSORIUM = [sys.executable, "-c", "from engine.cli import main; main()"]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="its sound server runs on Linux"),
    pytest.mark.skipif(not os.environ.get("SENSORIUM_NIGHT"), reason="played by .ci/night"),
]


class Receiver(threading.Thread):
    """Notes each OSC message that comes: when, its address and its arguments."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.heard: list[tuple[int, str, list[object]]] = []

    def run(self) -> None:
        """Listen until the process ends."""
        while True:
            data = self.socket.recv(1 << 16)
            now = time.monotonic_ns()
            for each in OscPacket(data).messages:
                self.heard.append((now, each.message.address, list(each.message.params)))

    def of(self, address: str) -> list[tuple[int, object]]:
        """Return what came to an address, with its moment."""
        return [(at, args[0]) for at, where, args in [*self.heard] if where == address]


def test_a_voice_is_heard_felt_answered_and_read_back(tmp_path):
    for program, package in (("jackd", "jackd2"), ("espeak-ng", "espeak-ng")):
        need(program, package)
    ear = SpeechModel(every=0.0)
    try:
        ear.open()
    except ModelError as error:
        pytest.skip(str(error))
    voice = 0.5 * espeak.spoken(SAID, "en-gb", RATE)
    quiet = np.zeros(round(BEFORE * RATE), np.float32)
    sound = np.concatenate((quiet, voice.astype(np.float32)))
    last = np.flatnonzero(np.abs(sound) > 0.01)[-1]
    receiver = Receiver()
    receiver.start()
    port = receiver.socket.getsockname()[1]
    text = (installed_folder("patches") / "spoken_room.toml").read_text(encoding="utf-8")
    patch = tmp_path / "room.toml"
    patch.write_text(text.replace("127.0.0.1:10000", f"127.0.0.1:{port}"), encoding="utf-8")
    sets = ["--set", "mic.device=room", "--set", "loudspeaker.device=room"]
    sets += ["--set", "ear.words=['sea']"]  # as whoever plays in such a room would say
    with server(), wire_ear(tmp_path, LISTENS, sound, "room") as room:
        show = subprocess.Popen([*SENSORIUM, "play", str(patch), "--quiet", "--no-page", *sets])
        try:
            until(lambda: _is_joined("room:out"), "the show does not listen")
            time.sleep(3.0)  # its networks are warm
            room.begin()
            until(lambda: len(receiver.of("/answer")) == 2, "nothing is answered")
            until(lambda: [v for _, v in receiver.of("/speaks")][-2:] == [1, 0], "it goes on")
            time.sleep(1.0)  # the second line follows the first without a pause
            until(lambda: receiver.of("/speaks")[-1][1] == 0, "it goes on")
            heard = room.heard(now=True)
        finally:
            show.terminate()
            show.wait()
        until(lambda: is_gone("Sensorium sound:out_1"), "its loudspeaker does not go")
    ended = heard.begun + int(last) * 1_000_000_000 // heard.rate
    (said_at, said), *more = receiver.of("/heard")
    late = {
        name: (receiver.of(name)[0][0] - ended) / 1e9
        for name in ("/heard", "/mood", "/near/water", "/answer", "/speaks")
        if receiver.of(name)
    }
    late["/speaks"] = (next(at for at, on in receiver.of("/speaks") if on) - ended) / 1e9
    answer = " ".join(str(line) for _, line in receiver.of("/answer"))
    mono = heard.sound[0]
    start = int((said_at - heard.begun) / 1e9 * heard.rate)
    back = words(" ".join(_read(ear, mono[start:], heard.rate)))
    print({name: round(each, 2) for name, each in late.items()}, f"[{GOAL} s from the end]")
    print(f"heard: {said!r}; answered: {answer!r}; read back: {' '.join(back)!r}")
    assert not more
    assert words(str(said)) == words(SAID)
    assert max(float(v) for _, v in receiver.of("/near/water")) > 0.5
    assert np.abs(mono[start:]).max() > 0.05
    assert back
    assert len({*back} & {*words(answer)}) >= 1


def _is_joined(port: str) -> bool:
    done = subprocess.run(["jack_lsp", "-c", port], capture_output=True, text=True, check=False)
    return any(line.startswith(" ") for line in done.stdout.splitlines())


def _read(ear: SpeechModel, sound: np.ndarray, rate: int) -> list[str]:
    """Return what the network reads of a sound."""
    samples = soxr.resample(sound, rate, 16000)
    samples = np.concatenate((samples, np.zeros(24000, np.float32))).astype(np.float32)
    blocks = (Block(samples[at : at + 512], 16000, at) for at in range(0, len(samples), 512))
    said = (each for block in blocks for each in ear.process(block))
    return [each.text.text for each in said if each.text is not None]
