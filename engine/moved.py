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
    ("engine.core.node", "Box"): "engine.core.box",
    ("engine.core.node", "Emit"): "engine.core.source",
    ("engine.core.node", "Remote"): "engine.core.source",
    ("engine.core.node", "Sink"): "engine.core.sink",
    ("engine.core.node", "Source"): "engine.core.source",
    ("engine.core.node", "Tape"): "engine.core.source",
    ("engine.models.session", "Card"): "engine.inference.card",
    ("engine.models.session", "Tensor"): "engine.inference.card",
    ("engine.models.session", "library"): "engine.inference.backends",
    ("engine.models.session", "model_folder"): "engine.inference.card",
    ("engine.models.session", "models"): "engine.inference.card",
    ("engine.models.session", "read_card"): "engine.inference.card",
    ("engine.core.messages", "KINDS"): "engine.core.kinds",
    ("engine.core.messages", "Kind"): "engine.core.kinds",
    ("engine.core.plain", "Unrecordable"): ("engine.core.codec", "NotEncodable"),
    ("engine.core.plain", "from_plain"): ("engine.core.codec", "decode"),
    ("engine.core.plain", "raw"): ("engine.core.codec", "encode_numpy"),
    ("engine.core.plain", "to_plain"): ("engine.core.codec", "encode"),
    ("engine.dsp.draw", "draw_person"): ("engine.dsp.image.draw", "draw_instance"),
    ("engine.dsp.draw", "draw_pose"): ("engine.dsp.image.draw", "draw_landmarks"),
    ("engine.core.share", "share"): ("engine.core.files", "installed_folder"),
    ("engine.core.readable", "readable"): ("engine.core.files", "find_readable"),
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
