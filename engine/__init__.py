"""Sensorium: eyes, ears and a voice for a performer's computer.

What an author of boxes needs is imported from here, and stays here whatever moves inside:

    from engine import Node, Param

Why by name, when first asked for: the process that owns a MIDI port imports this package too, and
must start in a moment. Nor is ``typing`` loaded here, which takes longer than all else before
``engine.__main__`` may say what Ctrl-C does.

Importing it also keeps ONNX Runtime silent: what is called here runs in every process of ours, and
before any box of a performer's can import that library.
"""

from __future__ import annotations

import importlib
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from engine.core.clock import ns
    from engine.core.commands import Lost, Notice, Panic, SetParameter
    from engine.core.context import Context
    from engine.core.errors import DeviceError, ModelError, ParameterError, UnknownName
    from engine.core.finding import Finding
    from engine.core.kinds import Kind, kind
    from engine.core.landmarks import JOINTS, Instance, Landmarks, Person, Pose
    from engine.core.messages import (
        After,
        Beat,
        Block,
        Chord,
        Detection,
        Detections,
        Features,
        Frame,
        Keyword,
        Later,
        Mask,
        Message,
        Mouth,
        Note,
        Ns,
        OscMessage,
        Pitch,
        Text,
        Trigger,
        Word,
    )
    from engine.core.node import Model, Node
    from engine.core.parameter import Event, Fixed, Param
    from engine.core.sink import Sink
    from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FACE_468, HAND_21, Skeleton
    from engine.core.source import AddReader, Emit, Source, Tape
    from engine.core.traffic import Heard
    from engine.inference.network import ModelName, NetworkModel
    from engine.inference.session import Session
    from engine.inference.vector import write_vector

__all__ = [
    "BLAZEPOSE_33",
    "COCO_17",
    "FACE_468",
    "HAND_21",
    "JOINTS",
    "AddReader",
    "After",
    "Beat",
    "Block",
    "Chord",
    "Context",
    "Detection",
    "Detections",
    "DeviceError",
    "Emit",
    "Event",
    "Features",
    "Finding",
    "Fixed",
    "Frame",
    "Heard",
    "Instance",
    "Keyword",
    "Kind",
    "Landmarks",
    "Later",
    "Lost",
    "Mask",
    "Message",
    "Model",
    "ModelError",
    "ModelName",
    "Mouth",
    "NetworkModel",
    "Node",
    "Note",
    "Notice",
    "Ns",
    "OscMessage",
    "Panic",
    "Param",
    "ParameterError",
    "Person",
    "Pitch",
    "Pose",
    "Session",
    "SetParameter",
    "Sink",
    "Skeleton",
    "Source",
    "Tape",
    "Text",
    "Trigger",
    "UnknownName",
    "Word",
    "kind",
    "ns",
    "write_vector",
]

_HOMES: Final = {
    "engine.core.clock": ("ns",),
    "engine.core.commands": ("Lost", "Notice", "Panic", "SetParameter"),
    "engine.core.context": ("Context",),
    "engine.core.errors": ("DeviceError", "ModelError", "ParameterError", "UnknownName"),
    "engine.core.finding": ("Finding",),
    "engine.core.kinds": ("Kind", "kind"),
    "engine.core.landmarks": ("JOINTS", "Instance", "Landmarks", "Person", "Pose"),
    "engine.core.messages": (
        "After",
        "Beat",
        "Block",
        "Chord",
        "Detection",
        "Detections",
        "Features",
        "Frame",
        "Keyword",
        "Later",
        "Mask",
        "Message",
        "Mouth",
        "Note",
        "Ns",
        "OscMessage",
        "Pitch",
        "Text",
        "Trigger",
        "Word",
    ),
    "engine.core.node": ("Model", "Node"),
    "engine.core.parameter": ("Event", "Fixed", "Param"),
    "engine.core.sink": ("Sink",),
    "engine.core.skeletons": ("BLAZEPOSE_33", "COCO_17", "FACE_468", "HAND_21", "Skeleton"),
    "engine.core.source": ("AddReader", "Emit", "Source", "Tape"),
    "engine.core.traffic": ("Heard",),
    "engine.inference.network": ("ModelName", "NetworkModel"),
    "engine.inference.session": ("Session",),
    "engine.inference.vector": ("write_vector",),
}
_HOME: Final = {name: home for home, names in _HOMES.items() for name in names}

# Or it keeps a lasting number for this machine below the user's home, and tells its maker what is
# run. It is read when the library is imported, once; children inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def __getattr__(name: str) -> object:
    """Return a public name from the module that defines it; raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
