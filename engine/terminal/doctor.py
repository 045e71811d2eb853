"""Checks the installation: a line an area, and for what is missing the line that mends it."""

from __future__ import annotations

import platform
import socket
import sys
from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from engine.core.errors import ModelError
from engine.core.finding import Finding
from engine.inference.onnx_runtime import library
from engine.system.priority import may_set_realtime_priority
from engine.terminal.devices import Plugged, cameras, midi_outputs, sound_inputs
from engine.terminal.models import stored_models
from engine.video.ffmpeg import installed, remedy

CONTROL_PORT = 9700
PAGE_PORT = 9780
_LOCAL = "127.0.0.1"
_OLDEST = (3, 11)
_NEWEST_ON_INTEL_MACS = (3, 13)
"""The last Python for which an onnxruntime was built that runs on an Intel Mac."""


def findings() -> Iterator[Finding]:
    """Yield the finding of every area."""
    yield python(sys.version_info[:3], sys.platform, platform.machine())
    yield _plugged("camera", cameras())
    yield _films()
    yield _plugged("sound", sound_inputs())
    yield _plugged("MIDI", midi_outputs())
    yield from _models()
    yield port("OSC control", CONTROL_PORT, socket.SOCK_DGRAM)
    yield port("page", PAGE_PORT, socket.SOCK_STREAM)
    yield Finding("display", "ok", "not needed")
    if sys.platform == "linux":
        yield _priority()


STYLES = {"ok": "green", "none": "yellow", "unsure": "yellow", "missing": "bold red"}


def report(found: Iterable[Finding]) -> RenderableType:
    """Return findings as a table, with what mends them."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    mends: dict[str, None] = {}  # each line once
    for finding in found:
        state = Text(finding.state, style=STYLES[finding.state])
        table.add_row(Text(finding.area), state, Text(finding.said, overflow="fold"))
        if finding.mend:
            mends[f"{finding.area}: {finding.mend}"] = None
    title = [Text("\nWhat mends it:", style="bold")] if mends else []
    return Group(table, *title, *map(Text, mends))


def python(version: tuple[int, int, int], system: str, machine: str) -> Finding:
    """Check a Python version; ``system`` as in ``sys.platform``, ``machine`` as in ``platform``."""
    here = ".".join(map(str, version))
    intel_mac = system == "darwin" and machine == "x86_64"
    last = _NEWEST_ON_INTEL_MACS if intel_mac else version[:2]
    if _OLDEST <= version[:2] <= last:
        return Finding("Python", "ok", here)
    wanted = "an Intel Mac needs 3.11, 3.12 or 3.13" if intel_mac else "3.11 or later is needed"
    why = (
        ": the last onnxruntime for it knows no newer one"
        if intel_mac and version[:2] > last
        else ""
    )
    return Finding("Python", "missing", f"{here}, and {wanted}{why}", "uv python pin 3.13")


def _plugged(area: str, plugged: Plugged) -> Finding:
    if plugged.mend or plugged.missing.startswith(("cannot", "PortAudio", "the MIDI")):
        return Finding(area, "missing", plugged.missing, plugged.mend)
    if plugged.missing:
        return Finding(area, "none", plugged.missing)
    return Finding(area, "ok", ", ".join(name for name, _ in plugged.names))


def _films() -> Finding:
    if installed("ffmpeg") and installed("ffprobe"):
        return Finding("films", "ok", "ffmpeg reads what OpenCV and libsndfile cannot")
    missing = "no interlaced film or stream, no AV1, no m4a"
    said = f"without ffmpeg: {missing}, and less is noticed of damage"
    return Finding("films", "none", said, remedy())


def _models() -> Iterator[Finding]:
    try:
        library()
    except ModelError as error:
        yield Finding("models", "missing", f"{error}", "uv sync --reinstall-package onnxruntime")
        return
    models = stored_models()
    wrong = [model for model in models if model.wrong]
    for model in wrong:
        yield Finding(f"model {model.name}", "missing", model.wrong)
    if not wrong:
        yield Finding("models", "ok", ", ".join(model.name for model in models))


def _priority() -> Finding:
    if may_set_realtime_priority():
        return Finding("priority", "ok", "sound goes first")
    said = "not allowed, so a busy machine keeps sound waiting for some milliseconds"
    audio = "echo '@audio - rtprio 95' | sudo tee /etc/security/limits.d/audio.conf"
    return Finding("priority", "none", said, f"{audio}; sudo usermod -aG audio $USER; log in again")


def port(area: str, port: int, kind: socket.SocketKind) -> Finding:
    """Check whether a port of this machine is free; ``kind`` is SOCK_DGRAM or SOCK_STREAM."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM and sys.platform != "win32":
            # Without it a port whose last connection ended a minute ago counts as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOCAL, port))
        except OSError:
            said = f"port {port} is in use; the next free one is taken when you play"
            return Finding(area, "none", said)
    return Finding(area, "ok", f"port {port} is free")
