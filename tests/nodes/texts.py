"""A tape that says texts, one a second, in the place of a keyboard or a listener."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.clock import ns
from engine.core.messages import Message, Ns, Text
from engine.core.source import Tape
from engine.testing import Played, play

OUT = '\n[out]\nuse = "collector"\n[out.send]\n'


def saying(*texts: str | Text) -> type[Tape]:
    """Return a tape that says these texts."""

    class Says(Tape):
        """Says texts."""

        def outlets(self) -> Mapping[str, type]:
            return {"text": Text}

        def events(self) -> Iterator[tuple[Ns, str, Message]]:
            for index, text in enumerate(texts):
                yield ns(index), "text", text if isinstance(text, Text) else Text(text)

    return Says


def heard(box: str, send: Mapping[str, str], *texts: str | Text) -> Played:
    """Play a box, as a patch writes it, that hears texts; what it sends goes to a collector."""
    ports = "".join(f'"{port}" = "{cable}"\n' for port, cable in send.items())
    patch = f'[typed]\nuse = "says"\n[box]\nfrom = "typed"\n{box}{OUT}{ports}'
    return play(patch, boxes={"says": saying(*texts)})


def came(played: Played, port: str) -> list[Any]:
    """Return what came at a port."""
    return [message for _, name, message in played.box("out").messages if name == port]
