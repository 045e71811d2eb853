"""Zones, lines and floors as they lie on the pictures of the page, and who is inside.

What is a shape is said by the parameter (``Param.shape``); a hand that draws one sets it as any
other parameter is set.
"""

from __future__ import annotations

from typing import Any, Final, cast

from msgspec import Struct
from msgspec.structs import replace

from engine.core.describe import shown_value
from engine.core.kinds import is_picture
from engine.core.label import CALLED, LABEL
from engine.core.node import Rectangle
from engine.core.parameter import Parameter, Shape
from engine.core.source import Remote
from engine.runtime.engine import Engine
from engine.runtime.schedule.state import BoxState
from engine.web.framing import Framing, size_of
from engine.web.values import caption_of

_DIGITS: Final = 5
"""Of where a shape lies on a picture: less than a pixel, so that nothing trembles."""


class Metres(Struct, frozen=True):
    """The floor behind which places are metres: its corners in the picture, its width and depth."""

    box: str
    corners: object
    size: object


class DrawnShape(Struct, frozen=True):
    """One shape: ``places`` is the value of its parameter, ``on`` where it lies by the picture.

    That is left, bottom, width and height of what the box looks at, in parts of the picture. Of
    several areas each is a shape of its own, a polygon by its ``index``; the last one is still to
    be drawn and has no places. ``key`` tells each from all others.
    """

    key: str
    box: str
    label: str
    parameter: str
    kind: Shape
    places: object
    caption: str
    metres: Metres | None
    on: dict[str, Rectangle]
    index: int | None = None


class Shapes:
    """The shapes of a playing patch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._framing = Framing(engine)
        found = {
            name: [each for each in state.parameters.values() if each.param.shape]
            for name, state in engine.states.items()
            if not state.hidden and not isinstance(state.box, Remote)
        }
        self._found = {name: shapes for name, shapes in found.items() if shapes}
        self._floors = {name: self._floor_of(name) for name in self._found}
        self._pictures = {
            name: [
                outlet
                for outlet in engine.slots
                if outlet.box != name and self._framing.is_seen_through(outlet.box, name)
            ]
            for name in self._found
        }

    def read(self) -> dict[str, Any]:
        """Return the shapes as they are now, and the sizes of the pictures that they lie on."""
        sizes = {
            outlet: size_of(self._engine.slots[outlet].value)
            for outlets in self._pictures.values()
            for outlet in outlets
            if is_picture(type(self._engine.slots[outlet].value))
        }
        return {
            "shapes": [
                shape
                for name in self._found
                for shape in self._read(name, {str(outlet): outlet.box for outlet in sizes})
            ],
            "sizes": {str(outlet): size for outlet, size in sizes.items()},
        }

    def _read(self, name: str, pictures: dict[str, str]) -> list[DrawnShape]:
        """Return the shape of a box, or all of its areas."""
        state = self._engine.states[name]
        mine = {str(outlet) for outlet in self._pictures[name]}
        on = {
            picture: placed
            for picture, box in pictures.items()
            if picture in mine and (placed := self._framing.placed(name, box)) is not None
        }
        parameter = self._drawn(state)
        floor = self._floors[name]
        shape = DrawnShape(
            name,
            name,
            self._label(state),
            parameter.name,
            cast(Shape, parameter.param.shape),
            shown_value(parameter, state.value(parameter)),
            caption_of(state),
            self._metres(floor) if floor else None,
            {picture: _rounded(placed) for picture, placed in on.items()},
        )
        return _areas(shape) if shape.kind == "areas" else [shape]

    def _label(self, state: BoxState) -> str:
        """Return what a box is called: what a hand calls it now, or what the patch does."""
        called = state.parameters.get(LABEL)
        if called is not None and called.param is CALLED:
            return str(state.value(called)) or state.name
        return self._engine.plan.boxes[state.name].label or state.name

    def _drawn(self, state: BoxState) -> Parameter:
        """Return which of its shapes a box goes by: a rectangle, where there is one."""
        shapes = self._found[state.name]
        said = [one for one in shapes if one.param.shape == "rectangle" and state.value(one)]
        return (said or [one for one in shapes if one.param.shape != "rectangle"] or shapes)[0]

    def _floor_of(self, name: str) -> str:
        """Return the floor behind which a box speaks of metres; "" for none."""
        for wire in self._framing.way(name):
            shapes = self._found.get(wire.source.box, ())
            if any(each.param.shape == "floor" for each in shapes):
                return wire.source.box
        return ""

    def _metres(self, name: str) -> Metres:
        state = self._engine.states[name]
        corners = next(each for each in self._found[name] if each.param.shape == "floor")
        size = state.parameters["size"]
        return Metres(
            name,
            shown_value(corners, state.value(corners)),
            shown_value(size, state.value(size)),
        )


def _areas(shape: DrawnShape) -> list[DrawnShape]:
    """Return each of several areas, and the one that is still to be drawn."""
    every = [*cast("list[list[list[float]]]", shape.places), []]
    return [
        replace(
            shape,
            key=f"{shape.box} {shape.parameter} {index}",
            label=f"{shape.label}: {shape.parameter} {index + 1}",
            kind="polygon",
            places=places,
            index=index,
        )
        for index, places in enumerate(every)
    ]


def _rounded(placed: Rectangle) -> Rectangle:
    left, bottom, width, height = (round(each, _DIGITS) for each in placed)
    return left, bottom, width, height
