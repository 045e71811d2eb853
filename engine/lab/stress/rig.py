"""Puts real parts in the place of what a patch plays with, and leaves the patch as it is.

The show plays a copy of the patch in a folder of its own, in which everything that lies beside the
patch is linked; where its devices are is said by ``--set``.
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
from engine.lab.stress.ears import LOCAL, StatusEar, TcpEar, UdpEar, Ways, free_port
from engine.lab.stress.network import Network, own_network
from engine.lab.stress.parts import SINGER, CameraServer, SoundServer, Synth
from engine.lab.stress.routes import concerned, ways_out
from engine.patch.plan import Plan, PlannedBox
from engine.runtime.opening import CONTROL, check_patch
from engine.runtime.workers.worker import runs_out_of_process

FILM_S = 5.0


@dataclass
class Rig:
    """A patch and the real parts around it; ``left`` says what stays as it is, and why."""

    patch: Path
    plan: Plan
    status: StatusEar
    port: int
    sets: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    cameras: dict[str, CameraServer] = field(default_factory=dict)
    microphones: list[str] = field(default_factory=list)
    synths: dict[str, Synth] = field(default_factory=dict)
    sound: SoundServer | None = None
    network: Network | None = None
    udp: dict[str, UdpEar] = field(default_factory=dict)
    tcp: dict[str, TcpEar] = field(default_factory=dict)
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
        """The boxes in processes of their own, that can be told apart and lead to a way out."""
        boxes = self.plan.boxes.items()
        outside = [name for name, planned in boxes if runs_out_of_process(planned.box)]
        return [name for name in outside if concerned(self.plan, name)] * vitals.there()

    def told(self, way: str, at: float) -> None:
        """Note that a way out said something; what comes in one moment is one."""
        times = self.heard[way]
        if not times or at - times[-1] > 0.001:
            times.append(at)

    def place(self, box: str, key: str, value: object) -> None:
        """Have the show play with another value."""
        self.sets += ["--set", f"{box}.{key}={value}"]


@contextmanager
def stage(patch: Path, folder: Path) -> Iterator[Rig]:
    """Set a stage in a folder, with all that can be had here; raises PatchError."""
    plan = check_patch(patch)
    with ExitStack() as stack:
        network = stack.enter_context(own_network())
        status = StatusEar()
        stack.callback(status.close)
        control, copy = _copied(patch, plan, folder)
        here = Rig(copy, plan, status, free_port(), network=network)
        here.place(control, "port", here.port)
        here.place(control, "replies", status.port)
        _place_ears(here, stack)
        _place_cameras(here, stack)
        _place_sound(here, stack)
        yield here


def _copied(patch: Path, plan: Plan, folder: Path) -> tuple[str, Path]:
    """Copy a patch; gives the name of its remote control, which is added where it has none."""
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


def _using(here: Rig, use: str) -> list[PlannedBox]:
    return [planned for planned in here.plan.boxes.values() if planned.use == use]


def _place_ears(here: Rig, stack: ExitStack) -> None:
    """Give every OSC output a receiver of its own."""
    for planned in _using(here, "osc_out"):
        ways = Ways(ways_out(here.plan, planned.name))
        ear: UdpEar | TcpEar
        if getattr(planned.box, "protocol", "udp") == "tcp":
            ear = here.tcp[planned.name] = TcpEar(ways, here.told)
        else:
            ear = here.udp[planned.name] = UdpEar(ways, here.told)
        stack.callback(ear.close)
        here.place(planned.name, "to", f"{LOCAL}:{ear.port}")


def _place_cameras(here: Rig, stack: ExitStack) -> None:
    cameras = _using(here, "camera")
    if not cameras:
        return
    if shutil.which("ffmpeg") is None:
        here.left += [f"{each.name}: no ffmpeg to be a camera" for each in cameras]
        return
    footage = stack.enter_context(film(FILM_S))
    for each in cameras:
        camera = here.cameras[each.name] = CameraServer(footage)
        camera.begin()
        stack.callback(camera.kill)
        here.place(each.name, "device", camera.address)


def _place_sound(here: Rig, stack: ExitStack) -> None:
    """Run a sound server, in which microphones hear a program and synths hear notes."""
    microphones, synths = _using(here, "microphone"), _using(here, "midi_out")
    here.left += [f"{each.name}: nobody turns it" for each in _using(here, "midi_in")]
    if not microphones and not synths:
        return
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        why = f"no {missing[0]} to be a sound server"
        here.left += [f"{each.name}: {why}" for each in (*microphones, *synths)]
        return
    name = stack.enter_context(server_name())
    for each in microphones:
        here.microphones.append(each.name)
        here.place(each.name, "device", SINGER)
        here.place(each.name, "channel", 1)
    for each in synths:
        synth = here.synths[each.name] = Synth(each.name)
        here.place(each.name, "system", "jack")
        here.place(each.name, "port", synth.name)
    sound = SoundServer(name, list(here.synths.values()), sings=bool(microphones))
    here.sound = sound
    stack.callback(sound.end)
    sound.begin()
    time.sleep(0.2)  # PortAudio lists a program a moment after its port is there
