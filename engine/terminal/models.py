"""Lists the models: what each is for, its licence, and whether its files are whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.core.errors import ModelError
from engine.inference.card import Card, read_card
from engine.inference.model_folders import models


@dataclass(frozen=True)
class StoredFile:
    """One file of a model; ``wrong`` says what is the matter with it, if anything."""

    name: str
    role: str
    megabytes: float = 0.0
    wrong: str = ""


@dataclass(frozen=True)
class StoredModel:
    """One model on the disk; ``fault`` is what is the matter with its card, if anything."""

    name: str
    task: str = ""
    licence: str = ""
    summary: str = ""
    precisions: tuple[str, ...] = ()
    files: tuple[StoredFile, ...] = ()
    fault: str = ""

    @property
    def megabytes(self) -> float:
        """The size of all files."""
        return sum(file.megabytes for file in self.files)

    @property
    def wrong(self) -> str:
        """What is the matter with the model, if anything: its card, or a file of it."""
        return self.fault or "; ".join(file.wrong for file in self.files if file.wrong)


def stored_models() -> list[StoredModel]:
    """Look at every model that came with Sensorium."""
    return [look_at(folder) for folder in models().values()]


def look_at(folder: Path) -> StoredModel:
    """Read the card of a model, and hold every file to it."""
    try:
        card = read_card(folder)
    except ModelError as error:
        return StoredModel(folder.name, fault=str(error))
    return StoredModel(
        card.name,
        card.task,
        card.licence or "not said",
        card.summary,
        card.precisions,
        _files(card),
    )


def _files(card: Card) -> tuple[StoredFile, ...]:
    files = []
    for file in card.files:
        try:
            files.append(StoredFile(file.name, file.role, card.check(file) / 1e6))
        except ModelError as error:
            files.append(StoredFile(file.name, file.role, wrong=str(error)))
    return tuple(files)


def model_list() -> RenderableType:
    """List the models in a table, each with its files."""
    table = Table(box=None, pad_edge=False)
    table.add_column("model", no_wrap=True)
    for column in ("for", "licence", "precision", "MB", "files", ""):
        table.add_column(column)
    for model in stored_models():
        table.add_row(
            model.name,
            model.task,
            model.licence,
            ", ".join(model.precisions),
            f"{model.megabytes:.1f}",
            _state(model),
            Text(model.summary, "dim"),
        )
    return table


def _state(model: StoredModel) -> Text:
    """Return what is wrong with a model, or else how many files it has."""
    if model.wrong:
        return Text(model.wrong, style="bold red")
    return Text(f"{len(model.files)} ok", style="green")
