"""Chooses the layout of a cable by its type, its options and its address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from engine.core.errors import ParameterError
from engine.core.kinds import KINDS, members
from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import (
    Chord,
    Detections,
    Features,
    Note,
    OscMessage,
    Pitch,
    Text,
    Trigger,
)
from engine.core.nearest import nearest
from engine.core.skeletons import Skeleton
from engine.osc.address import holes
from engine.osc.chord import ChordLayout
from engine.osc.events import NoteLayout, TriggerLayout
from engine.osc.foreign.base import Foreign
from engine.osc.foreign.faceosc import FaceOsc
from engine.osc.foreign.handpose import HandPose
from engine.osc.foreign.mediapipe import MediaPipe
from engine.osc.foreign.poseosc import PoseOsc, PoseOscAddresses, VisionOsc
from engine.osc.foreign.stage import Adm, Eos
from engine.osc.foreign.tuio import Tuio, TuioDetections
from engine.osc.foreign.tuio2 import Tuio2, Tuio2Detections
from engine.osc.foreign.vmc import Vmc, VmcBlendShapes, VmcExpression
from engine.osc.foreign.vrchat import VrChat
from engine.osc.found import DetectionsLayout, FeaturesLayout, TextLayout
from engine.osc.landmarks import AnySkeleton
from engine.osc.landmarks_fields import by_joint
from engine.osc.landmarks_named import Named
from engine.osc.landmarks_packed import Packed
from engine.osc.landmarks_wekinator import Wekinator
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.numbers import number_or_text
from engine.osc.one_of import OneOfLayout
from engine.osc.parts import PartsLayout, consists_of_parts
from engine.osc.voice import PitchLayout
from engine.osc.whole import WholeLayout

VERSION: Final = 1
"""Counted up when an address or argument that was sent before is no more, or is another.

``tests/osc/layouts.lock`` holds all of them."""

FOREIGN: Final[dict[str, type[Foreign]]] = {
    "poseosc": PoseOsc,
    "poseosc_addr": PoseOscAddresses,
    "visionosc": VisionOsc,
    "mediapipe": MediaPipe,
    "handpose": HandPose,
    "faceosc": FaceOsc,
    "tuio": Tuio,
    "tuio2": Tuio2,
    "vmc": Vmc,
    "vrchat": VrChat,
    "adm": Adm,
    "eos": Eos,
}
"""The layouts of other tools, by the name that a patch gives them."""

LANDMARKS: Final[dict[str, Callable[[str, OscOptions, Dialect, Skeleton], Layout]]] = {
    "packed": Packed,
    "named": Named,
    "wekinator": Wekinator,
    **FOREIGN,
}
"""The layouts of landmarks, such as a pose, by the name that a patch gives them."""

_OTHERS: Final[dict[type, dict[str, Callable[[str, OscOptions, Dialect], Layout]]]] = {
    float: {"vmc": VmcExpression},
    Features: {"vmc": VmcBlendShapes},
    Detections: {"tuio": TuioDetections, "tuio2": Tuio2Detections},
}
"""The layouts of other tools for what is no landmarks, by the same names."""

_OF: Final[dict[type, Callable[[str, OscOptions, Dialect], Layout]]] = {
    Trigger: TriggerLayout,
    Note: NoteLayout,
    Pitch: PitchLayout,
    Chord: ChordLayout,
    Text: TextLayout,
    Features: FeaturesLayout,
    Detections: DetectionsLayout,
    OscMessage: WholeLayout,
}
_SINGLE: Final = (float, int, bool, str)


def sendable() -> tuple[type, ...]:
    """Return the types that can be sent: those with a layout, and those made only of parts."""
    known = (*_SINGLE, Pose, Landmarks, *_OF)
    return (*known, *(one for one in KINDS if one not in known and consists_of_parts(one)))


def choose(address: str, carries: type, options: OscOptions, dialect: Dialect) -> Layout:
    """Return the layout of a cable; raise ParameterError when address and options do not fit."""
    kinds = [one for one in members(carries) if one in sendable()]
    if len(kinds) > 1:
        return OneOfLayout({one: choose(address, one, options, dialect) for one in kinds})
    if isinstance(carries, type) and issubclass(carries, Landmarks):
        return _landmarks(address, carries, options, dialect)
    # A plain number goes as it is, whatever the receiver's layout, unless its cable names one.
    name = options.layout or (dialect.layout if carries in _OF else "")
    make = _OTHERS.get(carries, {}).get(name) or _OF.get(carries)
    if make is not None:
        return make(address, options, dialect)
    if carries not in _SINGLE and consists_of_parts(carries):
        return PartsLayout(address, carries, options, dialect)
    return number_or_text(address, carries, options, dialect)


def check_second(carries: type, options: OscOptions, dialect: Dialect) -> None:
    """Raise ParameterError for a second cable into an address at which a tool is told all by one.

    What one says of who is there, the other would take back: a crowd that comes and goes.
    """
    tool = FOREIGN.get(options.layout or dialect.layout)
    kinds = [one for one in members(carries) if isinstance(one, type)]
    people = any(issubclass(one, Landmarks | Detections) for one in kinds)
    if tool is not None and people:
        raise ParameterError(
            f"{tool.TOOL} is told by one cable who is there; for another one write another address,"
            ' or an output of its own, and for several parts of one body "joints"'
        )


def _landmarks(
    address: str, carries: type[Landmarks], options: OscOptions, dialect: Dialect
) -> Layout:
    make = partial(_of_landmarks, address, options, dialect)
    return AnySkeleton(make, options) if carries.SKELETON is None else make(carries.SKELETON)


def _of_landmarks(
    address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
) -> Layout:
    if options.layout is None and not holes(address).isdisjoint(("joint", "axis")):
        return by_joint(address, options, dialect, skeleton)
    name = options.layout or dialect.layout
    if not options.layout and name == "packed" and (options.joints or options.confidence):
        name = "named"  # a packed pose always has all joints
    known_layout(name)
    return LANDMARKS[name](address, options, dialect, skeleton)


def known_layout(name: str) -> None:
    """Raise ParameterError when landmarks have no such layout."""
    if name not in LANDMARKS:
        known = ", ".join(f'"{layout}"' for layout in LANDMARKS)
        raise ParameterError(
            f'there is no layout "{name}"; there is {known}.{nearest(name, LANDMARKS)}'
        )
