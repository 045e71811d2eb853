"""Where one picture of a patch lies on another: what was found in a part is seen on the whole.

What is said of places in a picture counts from its left bottom, 0, to its right top, 1. A box that
cuts a part out of its picture (``Node.cut``) moves all that is said behind it.
"""

from __future__ import annotations

from typing import Any, Final

from engine.core.kinds import picture_of
from engine.core.node import WHOLE, Node, Rectangle
from engine.patch.plan import Into, Wire
from engine.runtime.engine import Engine

_LEAST: Final = 1e-6


class Framing:
    """The pictures of a playing patch, and what lies where on them; reads slots, writes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._slots = engine.slots
        self._boxes = {name: planned.box for name, planned in engine.plan.boxes.items()}
        self._wires = {wire.box: wire for wire in engine.plan.wires if wire.into is Into.HOT}

    def way(self, box: str) -> tuple[Wire, ...]:
        """Return the cables that lead to a box by first inlets, from it back to its source."""
        found: list[Wire] = []
        while (wire := self._wires.get(box)) is not None and wire not in found:
            found.append(wire)
            box = wire.source.box
        return tuple(found)

    def is_seen_through(self, picture: str, box: str) -> bool:
        """Whether what a box says is of what the picture of another one shows."""
        return picture in (box, *(wire.source.box for wire in self.way(box)))

    def placed(self, box: str, picture: str) -> Rectangle | None:
        """Return where on the picture of one box that lies which another one speaks of.

        None where that is not known yet: before the first picture, or where a part has no size.
        """
        inner, outer = self._of_source(box), self._of_source(picture)
        if inner is None or outer is None or min(outer[2:]) < _LEAST:
            return None
        left, bottom, width, height = outer
        return (
            (inner[0] - left) / width,
            (inner[1] - bottom) / height,
            inner[2] / width,
            inner[3] / height,
        )

    def _of_source(self, box: str) -> Rectangle | None:
        """Return which part of the first picture is behind a box."""
        part = WHOLE
        for wire in reversed(self.way(box)):
            node = self._boxes[wire.box]
            if not isinstance(node, Node) or type(node).cut is Node.cut:
                continue
            size = size_of(self._slots[wire.source].value)
            if size is None:
                return None
            left, bottom, width, height = node.cut(*size)
            part = (
                part[0] + left * part[2],
                part[1] + bottom * part[3],
                width * part[2],
                height * part[3],
            )
        return part


def size_of(message: Any) -> tuple[int, int] | None:
    """Return the columns and rows of what a message shows; None where that is nothing."""
    try:
        image = picture_of(message)
    except Exception:
        return None
    return None if image is None else (image.shape[1], image.shape[0])
