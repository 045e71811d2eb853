"""The networks that are there: what each is for, whose it is, and whether it is still the same."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.core.errors import ModelError


@dataclass(frozen=True)
class Stored:
    """One model as it lies on the disk; ``wrong`` says what is the matter with it, if anything."""

    name: str
    task: str = ""
    licence: str = ""
    summary: str = ""
    megabytes: float = 0.0
    wrong: str = ""


def stored_models() -> list[Stored]:
    """Look at every model that came with Sensorium."""
    from engine.inference.session import models

    return [look_at(folder) for folder in models().values()]


def look_at(folder: Path) -> Stored:
    """Read the card of a model, and hold the file to it."""
    from engine.inference.session import read_card

    try:
        card = read_card(folder)
        table = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
        data = (folder / "model.onnx").read_bytes()
    except ModelError as error:
        return Stored(folder.name, wrong=str(error))
    except OSError as error:
        return Stored(folder.name, wrong=f"{folder / 'model.onnx'}: {error.strerror}")
    same = hashlib.sha256(data).hexdigest() == card.sha256
    return Stored(
        card.name,
        card.task,
        str(table.get("licence", {}).get("weights", "not said")),
        str(table.get("summary", "")),
        len(data) / 1e6,
        "" if same else f"the file is not the one of its card: run {folder / 'export.py'}",
    )


def model_list() -> RenderableType:
    """List the models in a table."""
    table = Table("model", "for", "licence", "MB", "file", "", box=None, pad_edge=False)
    for each in stored_models():
        state = Text(each.wrong, style="bold red") if each.wrong else Text("ok", style="green")
        size = f"{each.megabytes:.1f}"
        table.add_row(each.name, each.task, each.licence, size, state, Text(each.summary, "dim"))
    return table
