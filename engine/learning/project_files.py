"""The files of projects and models in the state folder of a box: by name, and never by path.

``NAME.json`` is a project, with those beside it of ``kept_files``; ``NAME.1.model.json`` is what
its first output has learned, and ``NAME.model.json`` a model that was saved by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from engine.core.context import State
from engine.core.text import plain
from engine.learning.examples import Examples
from engine.learning.examples_file import BadExamples
from engine.learning.kept_files import KeptFiles, file_of
from engine.learning.output_type import OutputType
from engine.learning.project import (
    Project,
    read_model,
    read_project,
    write_model,
    write_project,
)
from engine.learning.project_player import Refused

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_ENDINGS: Final = (".wekproj", ".xml", ".csv", ".json")
_MODEL: Final = ".model.json"
_MOST: Final = 200
"""Files in the folder."""
_SHOWN: Final = 60
_ROWS: Final = 5000


def check_name(written: str) -> str:
    """Return a name without Wekinator's ending. Raise Refused for a path."""
    name = written
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    if _NAME.fullmatch(name):
        return name
    raise Refused(
        f'"{plain(written, _SHOWN)}" is no name: expected up to 40 letters without accents, digits,'
        ' "_" and "-"; it lies in the state folder of the box, and no path is taken'
    )


class ProjectFiles:
    """Reads and writes projects; ``tell`` is told in words what is broken."""

    def __init__(self, state: State, tell: Callable[[str], None]) -> None:
        self._state = state
        self._tell = tell
        self._files = KeptFiles(state, read_project, tell)

    def names(self) -> list[str]:
        """Return the names of the projects."""
        return [name[:-5] for name in self._state.names() if re.fullmatch(r"[^.]+\.json", name)]

    def models(self) -> list[str]:
        """Return the names of the models that were saved by themselves."""
        found = [name for name in self._state.names() if name.endswith(_MODEL)]
        return [name.removesuffix(_MODEL) for name in found if name.count(".") == 2]

    def read(self, name: str) -> Project | None:
        """Return a project, the one before where it is broken, which is told; None for neither."""
        project, wrong = self._files.read(name)
        if wrong:
            self._tell(wrong)
        return project

    def write(self, name: str, project: Project) -> bool:
        """Keep a project, and before that the file of before beside it; return whether it is safe.

        Raise Refused where there are too many files.
        """
        self._check_room(file_of(name))
        return self._files.write(name, write_project(project))

    def adopt(self, name: str) -> None:
        """Count what lies under a name as known: somebody has asked to write in its place."""
        self._files.adopt(name)

    def disown(self, name: str) -> None:
        """Count what lies under a name as unknown, so that it is put aside, and not overwritten."""
        self._files.disown(name)

    def read_model(self, name: str, number: int = 0) -> tuple[OutputType, Examples] | None:
        """Return what an output of a project has learned, or a model that was saved; None if none.

        A broken file is told, and is none.
        """
        file = self._model(name, number)
        data = self._state.read(file)
        if data is None:
            return None
        try:
            return read_model(data)
        except BadExamples as error:
            self._tell(f"{file}: {error}; it is left aside")
            return None

    def write_model(self, name: str, output: OutputType, lesson: Examples, number: int = 0) -> bool:
        """Keep what an output has learned; raise Refused where there are too many files."""
        file = self._model(name, number)
        self._check_room(file)
        return self._state.write(file, write_model(output, lesson))

    def read_rows(self, name: str, width: int) -> list[tuple[float, ...]]:
        """Return the rows of a table of commas, each of ``width`` numbers. Raise Refused."""
        data = self._state.read(f"{name}.csv")
        if data is None:
            raise Refused(f"there is no {name}.csv in the state folder of the box")
        rows = []
        for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
            if not line.strip():
                continue
            try:
                row = tuple(float(cell) for cell in line.split(","))
            except ValueError:
                raise Refused(f"{name}.csv, line {number}: it holds what is no number") from None
            if width and len(row) != width:
                raise Refused(f"{name}.csv, line {number}: {width} numbers are expected")
            rows.append(row)
            if len(rows) > _ROWS:
                raise Refused(f"{name}.csv has more than {_ROWS} lines")
        return rows

    def write_rows(self, name: str, rows: Sequence[Sequence[float]]) -> bool:
        """Keep rows as a table of commas."""
        text = "".join(",".join(f"{value:.9g}" for value in row) + "\n" for row in rows)
        return self._state.write(f"{name}.csv", text.encode())

    def _model(self, name: str, number: int) -> str:
        return f"{name}.{number}{_MODEL}" if number else f"{name}{_MODEL}"

    def _check_room(self, file: str) -> None:
        known = self._state.names()
        if file not in known and len(known) >= _MOST:
            raise Refused(f"it keeps {_MOST} files, and no more: take a name that is there")
