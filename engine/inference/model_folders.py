"""Where models lie: those that came along, those that are built on this machine, and others."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.core.errors import ModelError
from engine.core.extras import run_line
from engine.core.files import installed_folder
from engine.core.nearest import nearest
from engine.inference.card import CARD, read_card
from engine.system.state_folder import user_folder


def models() -> dict[str, Path]:
    """Return the models that came with Sensorium: folders by name, in alphabetical order."""
    cards = sorted(installed_folder("models").glob(f"*/{CARD}"))
    return {card.parent.name: card.parent for card in cards}


def networks() -> list[str]:
    """Return the names of those that compute: not of models that are data alone."""
    return [name for name, folder in models().items() if read_card(folder).networks]


CONVERTED: Final = ("movenet_thunder", "blazepose_full", "hands_full")
"""Models too large to come along, which are made as those that did were, by the same scripts."""
BUILDABLE: Final = ("eyes", "kokoro", "speech", *CONVERTED)
"""Models that are no part of the installation: "sensorium models build" makes them, once."""


def built_folder(name: str) -> Path:
    """Return where a model that is built on this machine lies, or will lie."""
    return user_folder() / "models" / name


def model_folder(name: str) -> Path:
    """Return the folder of a model, by its name or a path. Raises ModelError if there is none."""
    known = models()
    if name in known:
        return known[name]
    if name in BUILDABLE:
        if (built_folder(name) / CARD).is_file():
            return built_folder(name)
        build = f"sensorium models build {name}"
        line = build if name in CONVERTED else run_line(name, build)
        raise ModelError(f'the model "{name}" is to be built once: {line}')
    path = Path(name).expanduser()
    if (path / CARD).is_file():
        return path
    hint = nearest(name, known) or f" There is: {', '.join(known) or 'none'}."
    raise ModelError(f'there is no model "{name}".{hint}')
