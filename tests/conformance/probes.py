"""A probe patch for every kind of message: it goes through each inlet of each box that takes it."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_origin

import pytest

from engine.core.box import Box
from engine.core.clock import ns
from engine.core.event_inlets import read_event_inlets
from engine.core.kinds import message_types, named
from engine.core.messages import Message, Ns
from engine.core.parameter import Fixed, Param, read_parameters
from engine.core.signature import Inlet, read_signature
from engine.core.source import Tape
from engine.osc.layouts import sendable
from tests.limits import LIMIT

from . import boxes

STEP = 0.1

LIVED = '''
"""What writes down when a box is opened and closed."""
from engine.core.context import Context, with_context

LIVES = {lives!r}


def say(name, word):
    with open(LIVES, "a") as file:
        file.write(f"{{name}} {{word}}\\n")


class Lived:
    """Writes down its life."""

    def open(self, context: Context) -> None:
        with_context(super().open, context)()
        self._probed = context.name
        say(self._probed, "open")

    def close(self) -> None:
        say(self._probed, "close")
        super().close()
'''
BOX = '''
"""A shipped box that writes down its life."""
from engine.core.node import Model
from engine.registry import Registry

from {lived} import Lived

BOX = Registry().find({name!r})


class Here(Lived, BOX):
    pass


class Apart(Lived, BOX, Model):
    own_process = True
'''


class Examples(Tape):
    """Say a series of one kind, and before it one of each other."""

    kind: Fixed[Annotated[str, Param("the kind")]]

    def outlets(self) -> Mapping[str, type]:
        return {one.name: one.cls for one in message_types() if one.example is not None}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for name, cls in self.outlets().items():
            if name != self.kind:
                yield Ns(0), name, boxes.series(cls)[0]
        for index, message in enumerate(boxes.series(named(self.kind).cls)):
            yield ns(STEP * (index + 1)), self.kind, message


class Prompted(Examples):
    """Say each of the series when it is prompted, and end when it is prompted once more.

    A busy machine would replace what waits, or end before whoever opens late has heard anything.
    """

    prompts: ClassVar[threading.Semaphore]

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for event in super().events():
            if event[1] == self.kind:
                self.prompts.acquire(timeout=LIMIT)
            yield event
        self.prompts.acquire(timeout=LIMIT)


@dataclass(frozen=True)
class Probe:
    """One box that is asked by a kind through one of its inlets."""

    box: str
    inlet: str
    kind: str

    @property
    def name(self) -> str:
        """Its name in the patch."""
        return f"{self.box}_{self.inlet}"

    @property
    def outlets(self) -> list[str]:
        """What leads out of it, as a cable names it."""
        signature = read_signature(boxes.find_node(self.box))
        return [f"{self.name}.{outlet}" if outlet else self.name for outlet in signature.outlets]

    def table(self) -> str:
        """Write its table of a patch."""
        cls = boxes.find_node(self.box)
        hot, *cold = read_signature(cls).inlets
        lines = {"use": self.box, **boxes.needed(self.box), "from": self._cable(hot)}
        needs = boxes.fresh(self.box).needs()
        for inlet in [*cold, *read_event_inlets(cls).values()]:
            if inlet.name == self.inlet or inlet.waits or inlet.name in needs:
                lines[inlet.name] = {"from": self._cable(inlet)}
        return f"\n[{self.name}]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in lines.items())

    def _cable(self, inlet: Inlet) -> str:
        kind = self.kind if inlet.name == self.inlet else kind_name(boxes.accepted(inlet)[0])
        return f"from.{kind}"


def kind_name(cls: type) -> str:
    """Return the name of a kind."""
    return next(one.name for one in message_types() if one.cls is cls)


def toml(value: Any) -> str:
    """Write a value of a patch."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value)


def probes(kind: str) -> list[Probe]:
    """Return every box and inlet that takes a kind."""
    cls = named(kind).cls
    found = []
    for box in [*boxes.MODELS, *boxes.NODES]:
        node = boxes.find_node(box)
        inlets = [*read_signature(node).inlets, *read_event_inlets(node).values()]
        # An event that is a parameter too may refuse words that say nothing to it.
        strict = {
            name
            for name, each in read_parameters(node).items()
            if each.event and (each.param.fault or get_origin(each.type) is Literal)
        }
        found += [
            Probe(box, each.name, kind)
            for each in inlets
            if cls in boxes.accepted(each) and each.name not in strict
        ]
    return found


def patch(kind: str, port: int, examples: str = "examples") -> str:
    """Write the probe patch of a kind; what can be sent goes to a port too."""
    asked = probes(kind)
    spoken = f"from.{kind}"
    text = f'[from]\nuse = "{examples}"\nkind = "{kind}"\n' + "".join(p.table() for p in asked)
    ports = {outlet: outlet for probe in asked for outlet in probe.outlets} | {"spoken": spoken}
    text += '\n[out]\nuse = "collector"\n[out.send]\n'
    text += "".join(f'"{name}" = "{outlet}"\n' for name, outlet in ports.items())
    if named(kind).cls in sendable():
        text += f'\n[osc]\nuse = "osc_out"\nto = "127.0.0.1:{port}"\n'
        text += f'[osc.send]\n"/k" = "{spoken}"\n'
    return text


MODULE = "box_that_writes_down_its_life"


@dataclass(frozen=True)
class Lives:
    """The shipped boxes as they write down their lives, here and in processes of their own."""

    file: Path

    def boxes(self, apart: bool) -> dict[str, type[Box]]:
        """Return them by name, beside what says the examples."""
        kind = "Apart" if apart else "Here"
        own = {
            name: getattr(importlib.import_module(f"{MODULE}_{name}"), kind)
            for name in [*boxes.MODELS, *boxes.NODES]
        }
        return {**own, "examples": Examples, "prompted": Prompted}

    def of(self, name: str) -> list[str]:
        """Return what a box of a patch wrote down."""
        lines = self.file.read_text().splitlines()
        return [line.split()[1] for line in lines if line.split()[0] == name]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """Write each box into a file of its own: more a process of its own need not read."""
    folder = tmp_path_factory.mktemp("boxes")
    lives = Lives(folder / "lives")
    (folder / f"{MODULE}.py").write_text(LIVED.format(lives=str(lives.file)))
    for name in [*boxes.MODELS, *boxes.NODES]:
        (folder / f"{MODULE}_{name}.py").write_text(BOX.format(lived=MODULE, name=name))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield lives


@pytest.fixture
def lives(written: Lives) -> Lives:
    """Give the boxes, of which none has lived yet."""
    written.file.write_text("")
    return written
