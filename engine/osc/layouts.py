"""Which layout a cable takes: by what it carries, by what it asks for, by its address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.core.errors import ParameterError, nearest
from engine.core.messages import Note, Pitch, Pose, Trigger
from engine.osc.address import holes
from engine.osc.events import NoteLayout, TriggerLayout
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.numbers import number_or_text
from engine.osc.pose_fields import by_joint
from engine.osc.pose_named import Named
from engine.osc.pose_others import PoseOsc, Wekinator
from engine.osc.pose_packed import Packed
from engine.osc.voice import PitchLayout

POSES: Final[dict[str, Callable[[str, OscOptions, Dialect], Layout]]] = {
    "packed": Packed,
    "named": Named,
    "poseosc": PoseOsc,
    "wekinator": Wekinator,
}
"""The layouts of a pose, by the name that a patch gives them."""

CARRIED: Final = (float, int, bool, str, Trigger, Note, Pose, Pitch)
"""What can be sent at all."""


def choose(address: str, carries: type, options: OscOptions, dialect: Dialect) -> Layout:
    """Give the layout of one cable; raises ParameterError where address and options do not fit."""
    if carries is Pose:
        return _pose(address, options, dialect)
    if carries is Pitch:
        return PitchLayout(address, options, dialect)
    if carries is Note:
        return NoteLayout(address, options, dialect)
    if carries is Trigger:
        return TriggerLayout(address, options, dialect)
    return number_or_text(address, carries, options, dialect)


def _pose(address: str, options: OscOptions, dialect: Dialect) -> Layout:
    if options.layout is None and not holes(address).isdisjoint(("joint", "axis")):
        return by_joint(address, options, dialect)
    name = options.layout or dialect.layout
    if not options.layout and name == "packed" and (options.joints or options.confidence):
        name = "named"  # a packed pose has all joints, whoever picks some wants their names
    known_layout(name)
    return POSES[name](address, options, dialect)


def known_layout(name: str) -> None:
    """Make sure that there is such a layout of a pose; raises ParameterError."""
    if name not in POSES:
        known = ", ".join(f'"{layout}"' for layout in POSES)
        raise ParameterError(
            f'there is no layout "{name}"; there is {known}.{nearest(name, POSES)}'
        )
