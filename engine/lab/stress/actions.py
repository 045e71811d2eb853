"""Does the faults to a live show: each kills, stops or floods something real, and undoes it."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from random import Random
from typing import Final

import psutil
from pythonosc.osc_message_builder import build_msg

from engine.core.node import Node
from engine.core.parameter import read_parameters
from engine.lab.stress import faults, vitals
from engine.lab.stress.ears import LOCAL
from engine.lab.stress.faults import Choice, Injection
from engine.lab.stress.rig import Rig
from engine.lab.stress.routes import below
from engine.lab.stress.show import ShowProcess
from engine.patch.plan import Into

Undo = Callable[[], object]
PACKETS: Final = 10_000
NONSENSE: Final = 2_000


def choices(stage: Rig) -> list[Choice]:
    """List the faults that can be done on a stage, and to whom."""
    always = (faults.BURST, faults.FUZZ, faults.NO_NUMBERS, faults.HOGS, faults.BROKEN_PATCH)
    found = [(fault, "") for fault in always]
    stops = hasattr(signal, "SIGSTOP")
    for name in stage.cameras:
        found += [(faults.CAMERA_KILLED, name)] + [(faults.CAMERA_STALLS, name)] * stops
    for name in stage.microphones:
        found += [(faults.SINGER_GONE, name)] + [(faults.EAR_KILLED, name)] * vitals.there()
    for name in stage.synths:
        found += [(faults.SYNTH_KILLED, name)] + [(faults.PORT_KILLED, name)] * vitals.there()
    for name in stage.networks:
        found.append((faults.MODEL_KILLED, name))
    if stage.sound:
        found.append((faults.SERVER_KILLED, ""))
    if stage.network:
        found.append((faults.NETWORK_GONE, ""))
    found += [(faults.OSC_CLOSED, name) for name in stage.udp]
    found += [(faults.TCP_STALLS, name) for name in stage.tcp]
    return found + [(faults.STOPPED, "")] * stops


def boxes_hit(stage: Rig, strike: Injection) -> list[str]:
    """List the boxes that a strike takes something from; all devices where it hits the show."""
    if strike.fault == faults.SERVER_KILLED.name:
        return [*stage.microphones, *stage.synths]
    if strike.fault == faults.NETWORK_GONE.name:
        return [*stage.cameras, *stage.udp, *stage.tcp]
    if strike.fault == faults.SINGER_GONE.name:
        return stage.microphones  # all hear the same
    return [strike.target] if strike.target else stage.devices


def do(strike: Injection, stage: Rig, show: ShowProcess) -> Undo:
    """Do a fault; gives what undoes it."""
    return _DEEDS[strike.fault](strike, stage, show)


def _camera_killed(strike: Injection, stage: Rig, _: ShowProcess) -> Undo:
    camera = stage.cameras[strike.target]
    camera.kill()
    return camera.begin


def _camera_stalls(strike: Injection, stage: Rig, _: ShowProcess) -> Undo:
    camera = stage.cameras[strike.target]
    camera.stop()
    return camera.go_on


def _server_killed(_: Injection, stage: Rig, __: ShowProcess) -> Undo:
    assert stage.sound is not None
    stage.sound.kill()
    return stage.sound.begin


def _singer_gone(_: Injection, stage: Rig, __: ShowProcess) -> Undo:
    assert stage.sound is not None
    assert stage.sound.singer is not None
    stage.sound.singer.kill()
    return stage.sound.singer.begin


def _synth_killed(strike: Injection, stage: Rig, _: ShowProcess) -> Undo:
    synth = stage.synths[strike.target]
    synth.kill()
    return synth.begin


def _port_killed(strike: Injection, stage: Rig, show: ShowProcess) -> Undo:
    synth = stage.synths[strike.target]
    return _kill_children(show, vitals.MIDI, f"--port={synth.name}")


def _ear_killed(_: Injection, __: Rig, show: ShowProcess) -> Undo:
    return _kill_children(show, vitals.EAR)


def _model_killed(strike: Injection, _: Rig, show: ShowProcess) -> Undo:
    for process in vitals.named(show.pid, strike.target):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    return _nothing


def _kill_children(show: ShowProcess, *words: str) -> Undo:
    found = [set(vitals.children(show.pid, word)) for word in words]
    for pid in set.intersection(*found):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return _nothing


def _osc_closed(strike: Injection, stage: Rig, _: ShowProcess) -> Undo:
    ear = stage.udp[strike.target]
    ear.close()
    return ear.open


def _tcp_stalls(strike: Injection, stage: Rig, _: ShowProcess) -> Undo:
    ear = stage.tcp[strike.target]
    ear.stall()
    return ear.resume


def _network_gone(_: Injection, stage: Rig, __: ShowProcess) -> Undo:
    assert stage.network is not None
    stage.network.end()
    return stage.network.begin


def _burst(_: Injection, stage: Rig, __: ShowProcess) -> Undo:
    """Set a parameter to what it is, over and over: it changes nothing but how busy the show is."""
    address, value = _some_parameter(stage)
    _send(stage, [build_msg(address, [value]).dgram] * PACKETS)
    return _nothing


def _fuzz(strike: Injection, stage: Rig, _: ShowProcess) -> Undo:
    dice = Random(f"{strike.at}")
    _send(stage, [nonsense(dice) for _ in range(NONSENSE)])
    return _nothing


def _no_numbers(_: Injection, stage: Rig, __: ShowProcess) -> Undo:
    wrong = (math.nan, math.inf, -math.inf)
    addresses = [
        f"/{name}/{parameter}"
        for name, planned in stage.plan.boxes.items()
        if not planned.hidden
        for parameter in read_parameters(type(planned.box))
    ]
    _send(stage, [build_msg(each, [value]).dgram for each in addresses for value in wrong])
    return _nothing


def _hogs(_: Injection, __: Rig, ___: ShowProcess) -> Undo:
    command = [sys.executable, "-c", "while True: pass"]
    hogs = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)]

    def end() -> None:
        for hog in hogs:
            hog.kill()
            hog.wait()

    return end


def _stopped(_: Injection, __: Rig, show: ShowProcess) -> Undo:
    show.send(signal.SIGSTOP)
    return lambda: show.send(signal.SIGCONT)


def _broken_patch(_: Injection, stage: Rig, __: ShowProcess) -> Undo:
    good = stage.patch.read_text(encoding="utf-8")
    stage.patch.write_text(good + "\n[broken\n", encoding="utf-8")
    return lambda: stage.patch.write_text(good, encoding="utf-8")


def _nothing() -> None:
    """Undo what undoes itself."""


def _send(stage: Rig, packets: list[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.connect((LOCAL, stage.port))
        for packet in packets:
            with contextlib.suppress(OSError):  # nobody listens just now, or not so fast
                mouth.send(packet)


def _some_parameter(stage: Rig) -> tuple[str, float]:
    """Find a number that no cable writes; where there is none, one that no box has."""
    cabled = {(wire.box, wire.name) for wire in stage.plan.wires if wire.into is Into.PARAMETER}
    for name, planned in stage.plan.boxes.items():
        if planned.hidden or not isinstance(planned.box, Node):
            continue
        for key, parameter in read_parameters(type(planned.box)).items():
            free = parameter.type is float and not parameter.fixed and (name, key) not in cabled
            if free and below(stage.plan, name) != {name}:
                return f"/{name}/{key}", float(getattr(planned.box, parameter.field))
    return "/no/box", 0.0


def nonsense(dice: Random) -> bytes:
    """Make a packet that is no OSC, or hardly."""
    honest = build_msg(f"/box{dice.randrange(9)}/knob", [dice.random(), "word", 7]).dgram
    kind = dice.randrange(5)
    if kind == 0:
        return dice.randbytes(dice.randrange(1, 300))
    if kind == 1:
        return honest[: dice.randrange(1, len(honest))]
    if kind == 2:
        place = dice.randrange(len(honest))
        return honest[:place] + dice.randbytes(1) + honest[place + 1 :]
    if kind == 3:
        head = b"#bundle\0" + dice.randbytes(8)
        return head + dice.randrange(1 << 31).to_bytes(4, "big") + honest
    return b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\x10" * dice.randrange(1, 40)


_DEEDS: Final[dict[str, Callable[[Injection, Rig, ShowProcess], Undo]]] = {
    faults.CAMERA_KILLED.name: _camera_killed,
    faults.CAMERA_STALLS.name: _camera_stalls,
    faults.SERVER_KILLED.name: _server_killed,
    faults.SINGER_GONE.name: _singer_gone,
    faults.EAR_KILLED.name: _ear_killed,
    faults.SYNTH_KILLED.name: _synth_killed,
    faults.PORT_KILLED.name: _port_killed,
    faults.MODEL_KILLED.name: _model_killed,
    faults.OSC_CLOSED.name: _osc_closed,
    faults.TCP_STALLS.name: _tcp_stalls,
    faults.NETWORK_GONE.name: _network_gone,
    faults.BURST.name: _burst,
    faults.FUZZ.name: _fuzz,
    faults.NO_NUMBERS.name: _no_numbers,
    faults.HOGS.name: _hogs,
    faults.STOPPED.name: _stopped,
    faults.BROKEN_PATCH.name: _broken_patch,
}
