"""Replaces the devices of a patch by real processes, without changing the patch.

The show plays a copy of the patch in a folder of its own, with links to everything that lies beside
the patch; ``--set`` options name the replaced devices.
"""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine.core.node import Node
from engine.core.sink import Sink
from engine.core.source import Source
from engine.lab.bench.rig.footage import film
from engine.lab.bench.rig.jack import PROGRAMS, server_name
from engine.lab.stress import vitals
from engine.lab.stress.network import Network, own_network
from engine.lab.stress.parts import SINGER, CameraServer, SoundServer, Synth
from engine.lab.stress.receivers import (
    LOCAL,
    RouteFinder,
    StatusReceiver,
    TcpReceiver,
    UdpReceiver,
    free_port,
)
from engine.lab.stress.routes import affected_routes, output_routes
from engine.patch.plan import Plan, PlannedBox
from engine.runtime.opening import check_patch
from engine.runtime.patch_warnings import CONTROL
from engine.runtime.workers.worker import runs_out_of_process

FILM_S = 5.0


@dataclass
class Rig:
    """A patch and the processes around it; ``unreplaced`` lists what was not replaced, and why."""

    patch: Path
    plan: Plan
    status: StatusReceiver
    port: int
    sets: list[str] = field(default_factory=list)
    unreplaced: list[str] = field(default_factory=list)
    cameras: dict[str, CameraServer] = field(default_factory=dict)
    microphones: list[str] = field(default_factory=list)
    synths: dict[str, Synth] = field(default_factory=dict)
    sound: SoundServer | None = None
    network: Network | None = None
    udp: dict[str, UdpReceiver] = field(default_factory=dict)
    tcp: dict[str, TcpReceiver] = field(default_factory=dict)
    heard: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def devices(self) -> list[str]:
        """The boxes whose state tells whether the show has come up."""
        boxes = self.plan.boxes.items()
        return [
            name
            for name, planned in boxes
            if isinstance(planned.box, Source | Sink)
            or (isinstance(planned.box, Node) and planned.box.lane)
        ]

    @property
    def networks(self) -> list[str]:
        """The boxes in processes of their own that can be identified and feed a route."""
        boxes = self.plan.boxes.items()
        outside = [name for name, planned in boxes if runs_out_of_process(planned.box)]
        return [
            name for name in outside if affected_routes(self.plan, name)
        ] * vitals.is_supported()

    def note(self, way: str, at: float) -> None:
        """Note that a route sent something; messages within 1 ms count as one."""
        times = self.heard[way]
        if not times or at - times[-1] > 0.001:
            times.append(at)

    def set_parameter(self, box: str, key: str, value: object) -> None:
        """Play the show with another value of a parameter."""
        self.sets += ["--set", f"{box}.{key}={value}"]


@contextmanager
def set_up_rig(patch: Path, folder: Path) -> Iterator[Rig]:
    """Set up a rig in a folder with every part that this machine has. Raise PatchError."""
    plan = check_patch(patch)
    with ExitStack() as stack:
        network = stack.enter_context(own_network())
        status = StatusReceiver()
        stack.callback(status.close)
        control, copy = _copied(patch, plan, folder)
        rig = Rig(copy, plan, status, free_port(), network=network)
        rig.set_parameter(control, "port", rig.port)
        rig.set_parameter(control, "replies", status.port)
        _add_receivers(rig, stack)
        _add_cameras(rig, stack)
        _add_sound(rig, stack)
        yield rig


def _copied(patch: Path, plan: Plan, folder: Path) -> tuple[str, Path]:
    """Copy a patch; return the name of its remote control (added where missing) and the copy."""
    for beside in patch.resolve().parent.iterdir():
        if beside.name != patch.name:
            (folder / beside.name).symlink_to(beside)
    copy = folder / patch.name
    shutil.copyfile(patch, copy)
    named = [name for name, planned in plan.boxes.items() if planned.use == CONTROL]
    if named:
        return named[0], copy
    name = "control" if "control" not in plan.boxes else CONTROL
    with copy.open("a", encoding="utf-8") as file:
        file.write(f'\n[{name}]\nuse = "{CONTROL}"\n')
    return name, copy


def _using(rig: Rig, use: str) -> list[PlannedBox]:
    return [planned for planned in rig.plan.boxes.values() if planned.use == use]


def _add_receivers(rig: Rig, stack: ExitStack) -> None:
    """Add a receiver for every OSC output."""
    for planned in _using(rig, "osc_out"):
        ways = RouteFinder(output_routes(rig.plan, planned.name))
        receiver: UdpReceiver | TcpReceiver
        if getattr(planned.box, "protocol", "udp") == "tcp":
            receiver = rig.tcp[planned.name] = TcpReceiver(ways, rig.note)
        else:
            receiver = rig.udp[planned.name] = UdpReceiver(ways, rig.note)
        stack.callback(receiver.close)
        rig.set_parameter(planned.name, "to", f"{LOCAL}:{receiver.port}")


def _add_cameras(rig: Rig, stack: ExitStack) -> None:
    cameras = _using(rig, "camera")
    if not cameras:
        return
    if shutil.which("ffmpeg") is None:
        rig.unreplaced += [f"{each.name}: no ffmpeg to be a camera" for each in cameras]
        return
    footage = stack.enter_context(film(FILM_S))
    for each in cameras:
        camera = rig.cameras[each.name] = CameraServer(footage)
        camera.start()
        stack.callback(camera.kill)
        rig.set_parameter(each.name, "device", camera.address)


def _add_sound(rig: Rig, stack: ExitStack) -> None:
    """Start a sound server, in which microphones hear a program and synths hear notes."""
    microphones, synths = _using(rig, "microphone"), _using(rig, "midi_out")
    rig.unreplaced += [f"{each.name}: nobody turns it" for each in _using(rig, "midi_in")]
    if not microphones and not synths:
        return
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        why = f"no {missing[0]} to be a sound server"
        rig.unreplaced += [f"{each.name}: {why}" for each in (*microphones, *synths)]
        return
    name = stack.enter_context(server_name())
    for each in microphones:
        rig.microphones.append(each.name)
        rig.set_parameter(each.name, "device", SINGER)
        rig.set_parameter(each.name, "channel", 1)
    for each in synths:
        synth = rig.synths[each.name] = Synth(each.name)
        rig.set_parameter(each.name, "system", "jack")
        rig.set_parameter(each.name, "port", synth.name)
    sound = SoundServer(name, list(rig.synths.values()), sings=bool(microphones))
    rig.sound = sound
    stack.callback(sound.stop)
    sound.start()
    time.sleep(0.2)  # PortAudio lists a program a moment after its port is there
