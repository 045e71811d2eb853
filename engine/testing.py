"""Play a patch without devices and return all that it sends: the basis of every test of a patch.

    from engine.testing import play

    played = play("my_patch.toml", seconds=5)
    assert played.sent("out", "/reach")[-1].args == [1.0]
    assert played.errors == []

It is played in virtual time and is deterministic. Sources must be files, the stand-in or others
that need no device; a camera set to "auto" becomes the stand-in. A script enters commands, each at
its second:

    played = play(text, script=[(1.0, SetParameter("reach", "on", False)), (2.0, Panic())])

``Swap(text)`` in a script replaces the patch at that moment, as when its file is saved;
``Swap(text, 1)`` goes to the second patch of a set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.core.box import Box
from engine.core.clock import ns
from engine.core.commands import Command
from engine.core.sink import Sink
from engine.patch.find import find_patch
from engine.patch.load import Texts, load_texts, read_texts
from engine.patch.plan import Plan
from engine.registry import Registry
from engine.runtime.contexts import in_memory, on_disk
from engine.runtime.dump import sent_line
from engine.runtime.engine import Engine
from engine.runtime.entries import CommandEntry, Entry, SwapPlan
from engine.runtime.offline import Offline
from engine.runtime.opening import open_document


@dataclass(frozen=True)
class Swap:
    """A patch, given as to ``play``, that replaces the one playing.

    ``index`` says which patch of a set it is, where the first one is 0; None: a new version of the
    one that plays, as when its file is saved.
    """

    patch: str | Path
    index: int | None = None


Script = Iterable[tuple[float, Command | Entry | Swap]]
"""What enters, and at which second."""

Prepared = tuple[Texts, Plan]
SCRIPT = "script"
"""The origin of a script's commands."""


@dataclass(frozen=True)
class Sent:
    """One message sent: ``t`` is the second it describes, ``what`` its content as in ``--dump``."""

    t: float
    sink: str
    what: Mapping[str, Any]
    behind_ms: float

    @property
    def address(self) -> str:
        """The OSC address, or the port of a collector."""
        return str(self.what.get("address", ""))

    @property
    def args(self) -> list[Any]:
        """The OSC arguments."""
        return list(self.what.get("args", ()))

    def __str__(self) -> str:
        rest = {key: value for key, value in self.what.items() if key not in ("address", "args")}
        words = [self.address, *map(_short, self.args), *(f"{k}={v}" for k, v in rest.items())]
        return f"{self.t:.4f} {self.sink} {' '.join(word for word in words if word)}"


@dataclass(frozen=True)
class Played:
    """The result of a patch: everything sent, in order, and the ``--stats``."""

    everything: tuple[Sent, ...]
    engine: Engine
    seconds: float

    def sent(self, sink: str, address: str | None = None) -> list[Sent]:
        """Return what one output sent, optionally only to one address."""
        return [
            sent
            for sent in self.everything
            if sent.sink == sink and address in (None, sent.address)
        ]

    def box(self, name: str) -> Any:
        """Return a box of the patch, such as a collector, in its final state."""
        return self.engine.states[name].box

    @property
    def stats(self) -> dict[str, Any]:
        """The numbers of ``--stats``."""
        return self.engine.metrics.stats(self.engine.clock.now())

    @property
    def errors(self) -> list[str]:
        """The errors: "box: message"."""
        return [f"{fault.box}: {fault.text}" for fault in self.engine.metrics.faults]

    def __str__(self) -> str:
        """Return everything sent, one line each: a trace to keep and compare."""
        return "".join(f"{sent}\n" for sent in self.everything)


def play(
    patch: str | Path,
    script: Script = (),
    *,
    seconds: float | None = None,
    costs: Mapping[str, float] | None = None,
    sets: Iterable[str] = (),
    boxes: Mapping[str, type[Box]] | None = None,
    keep_state: bool = False,
) -> Played:
    """Play a patch, given as its file, name or text, in virtual time.

    Without ``seconds`` it plays until its files have ended. ``costs`` are the ms that each model
    takes (0 by default), ``sets`` texts such as "reach.joint=nose". ``boxes`` are classes available
    beside those found by name. With ``keep_state`` the state of boxes is kept beside the patch,
    otherwise only while it plays. Raise PatchError when the patch has problems.
    """
    prepare = partial(_open, sets=sets, boxes=boxes or {})
    _, plan = prepare(patch)
    found = dict(plan.boxes)
    show = Offline(plan, costs, on_disk if keep_state else in_memory(lambda: found))
    sent: list[Sent] = []
    observe = partial(_observe, sent, show.engine)
    observe()
    show.engine.on_plan.append(observe)
    for second, entry in script:
        made = _entry(entry, prepare)
        found |= made.plan.boxes if isinstance(made, SwapPlan) else {}
        show.enter(ns(second), made)
    engine = show.play(None if seconds is None else ns(seconds))
    return Played(tuple(sent), engine, show.clock.now() / 1e9)


def _entry(entry: Command | Entry | Swap, prepare: Callable[[str | Path], Prepared]) -> Entry:
    if isinstance(entry, Swap):
        texts, plan = prepare(entry.patch)
        return SwapPlan(plan.title, texts, plan, entry.index)
    return CommandEntry(SCRIPT, entry) if isinstance(entry, Command) else entry


def _open(patch: str | Path, sets: Iterable[str], boxes: Mapping[str, type[Box]]) -> Prepared:
    if isinstance(patch, str) and "\n" in patch:
        texts, registry = Texts(None, patch), Registry()
    else:
        file = find_patch(str(patch))
        texts, registry = read_texts(file), Registry(file.parent)

    def find(use: str) -> type[Box]:
        return boxes[use] if use in boxes else registry.find(use)

    return texts, open_document(load_texts(texts), find, sets=sets, live=False, with_state=True)


def _observe(sent: list[Sent], engine: Engine) -> None:
    for name, state in engine.states.items():
        if isinstance(state.box, Sink):
            state.box.tap(partial(_record, sent, engine, name))


def _record(
    sent: list[Sent], engine: Engine, sink: str, port: str, what: Mapping[str, Any]
) -> None:
    line = sent_line(engine, sink, port, what)
    sent.append(Sent(line["t"], sink, dict(what), line["behind_ms"]))


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
