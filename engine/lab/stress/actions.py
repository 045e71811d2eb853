"""Injects faults into a live show: each kills, stops or floods something real, and undoes it."""

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
from engine.lab.stress.faults import Choice, Injection
from engine.lab.stress.network import Network
from engine.lab.stress.parts import SoundPlayer, SoundServer
from engine.lab.stress.receivers import LOCAL
from engine.lab.stress.rig import Rig
from engine.lab.stress.routes import downstream
from engine.lab.stress.show import ShowProcess
from engine.patch.plan import Into

Undo = Callable[[], object]
PACKETS: Final = 10_000
NONSENSE: Final = 2_000


def possible_faults(rig: Rig) -> list[Choice]:
    """Return the faults that can be injected into a rig, each with its target."""
    always = (faults.BURST, faults.FUZZ, faults.NO_NUMBERS, faults.HOGS, faults.BROKEN_PATCH)
    found = [(fault, "") for fault in always]
    stops = hasattr(signal, "SIGSTOP")
    for name in rig.cameras:
        found += [(faults.CAMERA_KILLED, name)] + [(faults.CAMERA_STALLS, name)] * stops
    for name in rig.microphones:
        found += [(faults.SOUND_GONE, name)]
        found += [(faults.CAPTURE_KILLED, name)] * vitals.is_supported()
    for name in rig.synths:
        found += [(faults.SYNTH_KILLED, name)]
        found += [(faults.PORT_KILLED, name)] * vitals.is_supported()
    for name in rig.networks:
        found.append((faults.MODEL_KILLED, name))
    if rig.sound:
        found.append((faults.SERVER_KILLED, ""))
    if rig.network:
        found.append((faults.NETWORK_GONE, ""))
    found += [(faults.OSC_CLOSED, name) for name in rig.udp]
    found += [(faults.TCP_STALLS, name) for name in rig.tcp]
    return found + [(faults.STOPPED, "")] * stops


def affected_boxes(rig: Rig, injection: Injection) -> list[str]:
    """Return the boxes that lose something by an injection; all devices where it hits the show."""
    if injection.fault == faults.SERVER_KILLED.name:
        return [*rig.microphones, *rig.synths]
    if injection.fault == faults.NETWORK_GONE.name:
        return [*rig.cameras, *rig.udp, *rig.tcp]
    if injection.fault == faults.SOUND_GONE.name:
        return rig.microphones  # all hear the same
    return [injection.target] if injection.target else rig.devices


def inject(injection: Injection, rig: Rig, show: ShowProcess) -> Undo:
    """Inject a fault; return the function that undoes it."""
    if injection.fault in _SWITCHES:
        begin, undo = _SWITCHES[injection.fault](rig, injection.target)
        begin()
        return undo
    return _ACTIONS[injection.fault](injection, rig, show)


def _sound(rig: Rig) -> SoundServer:
    assert rig.sound is not None
    return rig.sound


def _player(rig: Rig) -> SoundPlayer:
    player = _sound(rig).singer
    assert player is not None
    return player


def _network(rig: Rig) -> Network:
    assert rig.network is not None
    return rig.network


_SWITCHES: Final[dict[str, Callable[[Rig, str], tuple[Callable[[], object], Undo]]]] = {
    faults.CAMERA_KILLED.name: lambda rig, name: (rig.cameras[name].kill, rig.cameras[name].start),
    faults.CAMERA_STALLS.name: lambda rig, name: (
        rig.cameras[name].suspend,
        rig.cameras[name].resume,
    ),
    faults.SERVER_KILLED.name: lambda rig, _: (_sound(rig).kill, _sound(rig).start),
    faults.SOUND_GONE.name: lambda rig, _: (_player(rig).kill, _player(rig).start),
    faults.SYNTH_KILLED.name: lambda rig, name: (rig.synths[name].kill, rig.synths[name].start),
    faults.OSC_CLOSED.name: lambda rig, name: (rig.udp[name].close, rig.udp[name].open),
    faults.TCP_STALLS.name: lambda rig, name: (rig.tcp[name].stall, rig.tcp[name].resume),
    faults.NETWORK_GONE.name: lambda rig, _: (_network(rig).bring_down, _network(rig).bring_up),
}
"""Faults of a part of the rig that has a method to begin it and one to end it."""


def _port_killed(injection: Injection, rig: Rig, show: ShowProcess) -> Undo:
    synth = rig.synths[injection.target]
    return _kill_children(show, vitals.MIDI, f"--port={synth.name}")


def _capture_killed(_: Injection, __: Rig, show: ShowProcess) -> Undo:
    return _kill_children(show, vitals.CAPTURE)


def _model_killed(injection: Injection, _: Rig, show: ShowProcess) -> Undo:
    for process in vitals.named(show.pid, injection.target):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    return _nothing


def _kill_children(show: ShowProcess, *words: str) -> Undo:
    found = [set(vitals.children(show.pid, word)) for word in words]
    for pid in set.intersection(*found):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return _nothing


def _burst(_: Injection, rig: Rig, __: ShowProcess) -> Undo:
    """Set a parameter to its own value, over and over: only the load changes."""
    address, value = _some_parameter(rig)
    _send(rig, [build_msg(address, [value]).dgram] * PACKETS)
    return _nothing


def _fuzz(injection: Injection, rig: Rig, _: ShowProcess) -> Undo:
    dice = Random(f"{injection.at}")
    _send(rig, [nonsense(dice) for _ in range(NONSENSE)])
    return _nothing


def _no_numbers(_: Injection, rig: Rig, __: ShowProcess) -> Undo:
    wrong = (math.nan, math.inf, -math.inf)
    addresses = [
        f"/{name}/{parameter}"
        for name, planned in rig.plan.boxes.items()
        if not planned.hidden
        for parameter in read_parameters(type(planned.box))
    ]
    _send(rig, [build_msg(each, [value]).dgram for each in addresses for value in wrong])
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


def _broken_patch(_: Injection, rig: Rig, __: ShowProcess) -> Undo:
    good = rig.patch.read_text(encoding="utf-8")
    rig.patch.write_text(good + "\n[broken\n", encoding="utf-8")
    return lambda: rig.patch.write_text(good, encoding="utf-8")


def _nothing() -> None:
    """Do nothing: the fault ends by itself."""


def _send(rig: Rig, packets: list[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect((LOCAL, rig.port))
        for packet in packets:
            with contextlib.suppress(OSError):  # nobody listens just now, or not so fast
                sender.send(packet)


def _some_parameter(rig: Rig) -> tuple[str, float]:
    """Return address and value of a number that no cable writes; else of one that no box has."""
    cabled = {(wire.box, wire.name) for wire in rig.plan.wires if wire.into is Into.PARAMETER}
    for name, planned in rig.plan.boxes.items():
        if planned.hidden or not isinstance(planned.box, Node):
            continue
        for key, parameter in read_parameters(type(planned.box)).items():
            free = parameter.type is float and not parameter.fixed and (name, key) not in cabled
            if free and downstream(rig.plan, name) != {name}:
                return f"/{name}/{key}", float(getattr(planned.box, parameter.field))
    return "/no/box", 0.0


def nonsense(dice: Random) -> bytes:
    """Return a packet that is malformed OSC, or close to valid."""
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


_ACTIONS: Final[dict[str, Callable[[Injection, Rig, ShowProcess], Undo]]] = {
    faults.CAPTURE_KILLED.name: _capture_killed,
    faults.PORT_KILLED.name: _port_killed,
    faults.MODEL_KILLED.name: _model_killed,
    faults.BURST.name: _burst,
    faults.FUZZ.name: _fuzz,
    faults.NO_NUMBERS.name: _no_numbers,
    faults.HOGS.name: _hogs,
    faults.STOPPED.name: _stopped,
    faults.BROKEN_PATCH.name: _broken_patch,
}
