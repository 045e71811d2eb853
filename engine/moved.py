"""Old import paths in a performer's own files, led to where things are now, with a notice.

Why only there: a file in ``nodes/`` was written once for a show and must play on after an update;
everything of ours is changed together with what moved.
"""

from __future__ import annotations

import ast
import logging
from typing import Final

_LOG: Final = logging.getLogger("sensorium")

MODULES: Final = {
    "engine.core.plain": "engine.core.codec",
    "engine.core.readable": "engine.core.files",
    "engine.core.share": "engine.core.files",
    "engine.core.priority": "engine.system.priority",
    "engine.dsp.auto_range": "engine.dsp.audio.auto_range",
    "engine.dsp.body": "engine.dsp.landmarks.body",
    "engine.dsp.brightness": "engine.dsp.audio.brightness",
    "engine.dsp.draw": "engine.dsp.image.draw",
    "engine.dsp.flux": "engine.dsp.audio.flux",
    "engine.dsp.hops": "engine.dsp.audio.hops",
    "engine.dsp.jpeg": "engine.dsp.image.jpeg",
    "engine.dsp.level": "engine.dsp.audio.level",
    "engine.dsp.melody": "engine.dsp.audio.melody",
    "engine.dsp.painting": "engine.dsp.image.painting",
    "engine.dsp.parts": "engine.dsp.landmarks.parts",
    "engine.dsp.people": "engine.dsp.landmarks.people",
    "engine.dsp.picture": "engine.dsp.image.picture",
    "engine.dsp.region": "engine.dsp.image.region",
    "engine.dsp.resample": "engine.dsp.audio.resample",
    "engine.dsp.rfft": "engine.dsp.audio.rfft",
    "engine.dsp.scales": "engine.dsp.audio.scales",
    "engine.dsp.spectrum": "engine.dsp.audio.spectrum",
    "engine.models.session": "engine.inference.session",
    "engine.runtime.rehearsal": "engine.testing",
}
"""Modules that moved whole, by their old name."""

NAMES: Final[dict[tuple[str, str], str | tuple[str, str]]] = {
    ("engine.core.errors", "nearest"): "engine.core.nearest",
    ("engine.core.messages", "KINDS"): "engine.core.kinds",
    ("engine.core.messages", "Kind"): "engine.core.kinds",
    ("engine.core.node", "Box"): "engine.core.box",
    ("engine.core.node", "Emit"): "engine.core.source",
    ("engine.core.node", "Remote"): "engine.core.source",
    ("engine.core.node", "Sink"): "engine.core.sink",
    ("engine.core.node", "Source"): "engine.core.source",
    ("engine.core.node", "Tape"): "engine.core.source",
    ("engine.core.node", "Watch"): ("engine.core.source", "AddReader"),
    ("engine.core.plain", "Unrecordable"): ("engine.core.codec", "NotEncodable"),
    ("engine.core.plain", "from_plain"): ("engine.core.codec", "decode"),
    ("engine.core.plain", "raw"): ("engine.core.codec", "encode_numpy"),
    ("engine.core.plain", "to_plain"): ("engine.core.codec", "encode"),
    ("engine.core.priority", "come_forward"): ("engine.system.priority", "set_realtime_priority"),
    ("engine.core.priority", "go_back"): ("engine.system.priority", "restore_priority"),
    ("engine.core.priority", "stand_back"): ("engine.system.priority", "lower_priority"),
    ("engine.core.readable", "readable"): ("engine.core.files", "find_readable"),
    ("engine.core.share", "share"): ("engine.core.files", "installed_folder"),
    ("engine.dsp.body", "Energy"): ("engine.dsp.landmarks.body", "EnergyMeter"),
    ("engine.dsp.draw", "draw_person"): ("engine.dsp.image.draw", "draw_instance"),
    ("engine.dsp.draw", "draw_pose"): ("engine.dsp.image.draw", "draw_landmarks"),
    ("engine.dsp.hops", "passed"): ("engine.dsp.audio.hops", "hops_within"),
    ("engine.dsp.image.painting", "downscale"): ("engine.dsp.image.scaling", "scaled"),
    ("engine.dsp.image.painting", "upscale"): ("engine.dsp.image.scaling", "scaled"),
    ("engine.dsp.jpeg", "fitted"): ("engine.dsp.image.jpeg", "downscaled"),
    ("engine.dsp.level", "of_power"): ("engine.dsp.audio.level", "power_to_db"),
    ("engine.dsp.level", "shown"): ("engine.dsp.audio.level", "db_to_unit"),
    ("engine.dsp.painting", "enlarged"): ("engine.dsp.image.scaling", "scaled"),
    ("engine.dsp.painting", "fitting"): ("engine.dsp.image.painting", "working_size"),
    ("engine.dsp.painting", "mixed"): ("engine.dsp.image.painting", "blend"),
    ("engine.dsp.painting", "recoloured"): ("engine.dsp.image.painting", "transfer_colour"),
    ("engine.dsp.painting", "shrunk"): ("engine.dsp.image.scaling", "scaled"),
    ("engine.dsp.picture", "framed"): ("engine.dsp.image.picture", "make_frame"),
    ("engine.dsp.picture", "hush_opencv"): ("engine.dsp.image.picture", "silence_opencv"),
    ("engine.dsp.region", "cut"): ("engine.dsp.image.region", "crop_square"),
    ("engine.dsp.region", "follow"): ("engine.dsp.image.region", "next_region"),
    ("engine.dsp.region", "whole"): ("engine.dsp.image.region", "whole_picture"),
    ("engine.dsp.resample", "at_rate"): ("engine.dsp.audio.resample", "resample"),
    ("engine.dsp.scales", "scale_named"): ("engine.dsp.audio.scales", "parse_scale"),
    ("engine.dsp.scales", "to_scale"): ("engine.dsp.audio.scales", "quantise"),
    ("engine.dsp.spectrum", "leaning"): ("engine.dsp.audio.spectrum", "asymmetric_window"),
    ("engine.models.pitch", "PitchModel"): ("engine.nodes.pitch", "PitchNode"),
    ("engine.inference.card", "model_folder"): "engine.inference.model_folders",
    ("engine.inference.card", "models"): "engine.inference.model_folders",
    ("engine.models.session", "Card"): "engine.inference.card",
    ("engine.models.session", "Tensor"): "engine.inference.card",
    ("engine.models.session", "library"): "engine.inference.onnx_runtime",
    ("engine.models.session", "model_folder"): "engine.inference.model_folders",
    ("engine.models.session", "models"): "engine.inference.model_folders",
    ("engine.models.session", "read_card"): "engine.inference.card",
}
"""Names that left their module, by it and their old name: the module, and a new name if any."""


class _Imports(ast.NodeTransformer):
    """Lead the imports of one file to where things are; ``notices`` says what it led."""

    def __init__(self) -> None:
        self.notices: list[str] = []

    def visit_ImportFrom(self, node: ast.ImportFrom) -> list[ast.stmt] | ast.stmt:
        """Split an import by the modules that its names live in now."""
        if node.level or not node.module:
            return node
        led: list[ast.stmt] = []
        for alias in node.names:
            module, name = _home(node.module, alias.name)
            if (module, name) != (node.module, alias.name):
                self.notices.append(
                    f"line {node.lineno}: {alias.name} of {node.module} is now {name} of {module}"
                )
            one = ast.alias(name, alias.asname or (alias.name if name != alias.name else None))
            led.append(ast.copy_location(ast.ImportFrom(module, [one], 0), node))
        return led

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        """Bind a module that moved to the name that the file knows it by, where it gives one."""
        for alias in node.names:
            new = MODULES.get(alias.name)
            if new is not None and alias.asname:
                self.notices.append(f"line {node.lineno}: {alias.name} is now {new}")
                alias.name = new
        return node


def _home(module: str, name: str) -> tuple[str, str]:
    """Return the module and the name by which something is imported now."""
    found = NAMES.get((module, name))
    if isinstance(found, tuple):
        return found
    return found or MODULES.get(module, module), name


def parse_updated(text: bytes, file: str) -> ast.Module:
    """Return the syntax tree of a performer's file, its old imports led to where things are now.

    Each is told once, with its line. Raises SyntaxError.
    """
    imports = _Imports()
    tree: ast.Module = imports.visit(ast.parse(text, file))
    for notice in imports.notices:
        _LOG.warning("%s, %s; this still works", file, notice)
    return ast.fix_missing_locations(tree)
