"""Checks one show: whether its devices, ports, receivers, files and networks are there and open.

What can be found out only by opening is opened as the show would, and closed again, each on a
thread of its own: a driver that hangs keeps nobody. Nothing that sends is opened.
"""

from __future__ import annotations

import logging
import shutil
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from engine.core.box_errors import anything_raised
from engine.core.clock import SystemClock, ns
from engine.core.commands import Command, Lost, Notice
from engine.core.context import Context, MemoryState, with_context
from engine.core.errors import tell_error
from engine.core.finding import Finding
from engine.core.messages import Block, Frame, Message, Ns
from engine.core.node import Node
from engine.core.secrets import hide_secrets
from engine.core.sink import Sink
from engine.core.source import Source
from engine.patch.plan import Plan, PlannedBox
from engine.runtime.schedule.state import has_life
from engine.terminal.doctor import PAGE_PORT, port
from engine.terminal.remedy import install
from engine.video.ffmpeg import remedy

PATIENCE: Final = 20.0
"""Seconds that a box may take to open, or its driver does not answer."""

FIRST: Final = 6.0
"""Seconds in which a camera or a microphone gives something."""

LITTLE: Final = 200e6
"""Bytes on the disk that are little."""

_DEVICES: Final = {"camera": ("camera", "dances"), "microphone": ("microphone", "sings")}


def examine_show(plan: Plan) -> list[Finding]:
    """Return what was found, in the order of the patch; it may take seconds."""
    trials = [_Trial(planned, plan) for planned in plan.boxes.values() if not planned.hidden]
    log = logging.getLogger("sensorium")
    before = log.level
    log.setLevel(logging.CRITICAL)  # what boxes log while they are tried is found here anyway
    try:
        for trial in trials:
            trial.begin()
        found = [finding for trial in trials for finding in trial.findings()]
    finally:
        log.setLevel(before)
    return [*found, port("page", PAGE_PORT, socket.SOCK_STREAM), *_disk(plan)]


class _Trial:
    """Looks at one box."""

    def __init__(self, planned: PlannedBox, plan: Plan) -> None:
        self._planned = planned
        self._folder = _folder(plan)
        self._found: list[Finding] = []
        self._thread = threading.Thread(target=self._run, daemon=True, name=planned.name)
        self._ends = Ns(0)

    def begin(self) -> None:
        """Begin; what must be opened on the main thread is."""
        box = self._planned.box
        self._ends = Ns(SystemClock().now() + ns(PATIENCE))
        if isinstance(box, Source) and box.main_thread:
            self._run()
        else:
            self._thread.start()

    def findings(self) -> Iterable[Finding]:
        """Wait for it, and return what was found."""
        if self._thread.ident is not None:
            self._thread.join(max(0.0, (self._ends - SystemClock().now()) / 1e9))
        if self._thread.is_alive():
            said = f"does not open within {PATIENCE:g} s"
            return [Finding(self._planned.name, "missing", said)]
        name = self._planned.name
        return [replace(each, area=name, said=hide_secrets(each.said)) for each in self._found]

    def _run(self) -> None:
        try:
            self._found = [*self._look()]
        except anything_raised() as error:
            said = tell_error(error)
            self._found = [Finding("", "missing", said, _mend(said))]

    def _look(self) -> Iterator[Finding]:
        box = self._planned.box
        found = box.examine()
        if found is not None:
            yield from found
        elif isinstance(box, Sink):
            yield Finding("", "unsure", "what it needs is not looked at, for it sends")
        elif isinstance(box, Source):
            yield self._open_source(box)
        elif isinstance(box, Node) and (box.lane or has_life(box)):
            yield self._open_node(box)

    def _open_node(self, box: Any) -> Finding:
        with_context(box.open, self._context())()
        box.close()
        model = getattr(box, "model", "")
        return Finding("", "ok", f"the network {model} opens" if model else "opens")

    def _open_source(self, box: Source) -> Finding:
        listener = _Listener()
        try:
            with_context(box.open, self._context())(listener)
            came = listener.wait(FIRST) if box.steady else None
        finally:
            box.close()
        if box.steady and came is None:
            why = f": {listener.told}" if listener.told else ""
            return Finding("", "missing", f"opens, and gives nothing within {FIRST:g} s{why}")
        notice = f"; {listener.told}" if listener.told else ""
        return self._stand_in() or Finding("", "ok", f"{_what(box, came)}{notice}")

    def _stand_in(self) -> Finding | None:
        planned = self._planned
        if planned.fallback != "stand_in" or planned.use not in _DEVICES:
            return None
        device, does = _DEVICES[planned.use]
        said = f"no {device} is plugged in: the stand-in {does} instead"
        return Finding("", "none", said, "plug one in, and name it: sensorium devices lists them")

    def _context(self) -> Context:
        return Context(self._planned.name, self._folder, state=MemoryState(self._planned.state))


class _Listener:
    """Hears a source until its first message."""

    def __init__(self) -> None:
        self.told = ""
        self._came: Message = None
        self._event = threading.Event()

    def __call__(self, outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
        """Take a message of the source, on any thread."""
        if isinstance(message, Lost):
            self.told = message.reason
            self._event.set()
        elif isinstance(message, Notice):
            self.told = message.text
        elif not isinstance(message, Command) and self._came is None:
            self._came = message
            self._event.set()

    def wait(self, seconds: float) -> Message:
        """Return the first message; None where none comes in time."""
        self._event.wait(seconds)
        return self._came


def _what(box: Source, came: Message) -> str:
    """Return what a source that is there gives."""
    match came:
        case Frame():
            height, width = came.image.shape[:2]
            return f"gives pictures, {width}x{height}"
        case Block():
            return f"gives sound, {came.rate} Hz"
    file = getattr(box, "file", "")
    if file:
        return f'"{Path(str(file)).name}" can be played'
    listens = getattr(box, "port", "")
    return f"port {listens} is free" if listens else "plays"


def _mend(said: str) -> str:
    """Return the line that mends what went wrong, where that is not in its message."""
    if "PortAudio" in said:
        return install("portaudio")
    if "ffmpeg" in said:
        return remedy()
    if "plugged in" in said or "There is: " in said:
        return "plug it in, or name another; sensorium devices lists what is there"
    if "in use" in said:
        return "end what uses it, perhaps another show, or write another port"
    return ""


def _disk(plan: Plan) -> Iterator[Finding]:
    folder = _folder(plan)
    if folder is None:
        return
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return
    said = f"{free / 1e9:.1f} GB free"
    if free < LITTLE:
        yield Finding("disk", "unsure", f"{said}: little, should you record", "make room")
    else:
        yield Finding("disk", "ok", said)


def _folder(plan: Plan) -> Path | None:
    return plan.texts.file.parent.absolute() if plan.texts and plan.texts.file else None
