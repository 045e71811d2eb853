"""Find the class of a box by its file name: "pose" is engine/models/pose.py.

Boxes of the engine may lie in sub-folders by subject; the name stays that of the file.

Why no list: adding a box is adding one file. A performer's own boxes lie in ``nodes/`` beside the
patch and come first; installed packages add theirs through the entry-point group
``sensorium.nodes``. A file is imported when a patch first uses it, so that a missing library or
driver affects only its user.

A patch names a file, never a path: nothing is loaded from anywhere else. A link in ``nodes/`` is
followed, since whoever can create a link there can create a file there.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import logging
import re
import stat
import sys
from collections.abc import Collection, Mapping
from functools import cached_property, lru_cache
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from engine.core.box import Box
from engine.core.box_errors import anything_raised
from engine.core.errors import UnknownName, UnreadableFile, describe_error
from engine.core.files import read_file
from engine.core.nearest import either
from engine.core.node import Node
from engine.core.own_modules import OWN_MODULES
from engine.core.signature import read_signature
from engine.core.source import Source
from engine.moved import parse_updated

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

FOLDERS = ("sources", "models", "nodes", "sinks")
OWN = "your own"
INSTALLED = "installed"
OWN_FOLDER = "nodes"
"""Folder of a performer's own boxes, beside the patch."""
_HASH = "__sha256__"
"""The attribute of a performer's module that holds the hash of its text."""
_VERSIONS = count(1)
_ENGINE = Path(__file__).parent
_LOG = logging.getLogger("sensorium")
_NOT_BOXES = {"__init__"}
_MOST_MEANT = 3
"""Boxes that are named as having an output; where more have it, its name says nothing."""
_FIELD = re.compile(r'^    (\w+): |"(\w+)": ', re.MULTILINE)
_LARGEST = 4_000_000
"""Bytes of the largest file of a box."""


class BrokenBox(ImportError):
    """A box file that fails to import, or that defines no box or several."""


class Registry:
    """The boxes that a patch may use; ``folder`` is that of the patch.

    It knows the files that are there when it is first asked; which they are is looked up once.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._own_folder = folder / OWN_FOLDER if folder else None
        self._found: dict[str, type[Box]] = {}

    def find(self, use: str) -> type[Box]:
        """Return the class of a box. Raise UnknownName or BrokenBox."""
        if use not in self._found:
            self._found[use] = self._load(use)
        return self._found[use]

    def names(self) -> list[str]:
        """Return the names of all boxes, a performer's own first."""
        return list(dict.fromkeys(name for names in self.by_folder().values() for name in names))

    def by_folder(self) -> dict[str, list[str]]:
        """Return the names of all boxes by origin: OWN, FOLDERS, INSTALLED."""
        found = {OWN: sorted(self._own)}
        found |= {folder: sorted(_engine_files(_ENGINE / folder)) for folder in FOLDERS}
        found[INSTALLED] = sorted(point.name for point in _installed())
        return {folder: names for folder, names in found.items() if names}

    @cached_property
    def _own(self) -> dict[str, Path]:
        return own_boxes(self._own_folder) if self._own_folder else {}

    def _load(self, use: str) -> type[Box]:
        if file := self._own.get(use):
            text = _read(file)
            _warn_if_writable(file)
            return _only_box(_import_text(file, text))
        for folder in FOLDERS:
            if file := _engine_files(_ENGINE / folder).get(use):
                module = file.relative_to(_ENGINE.parent).with_suffix("")
                return _only_box(_import(".".join(module.parts)))
        for point in (each for each in _installed() if each.name == use):
            try:
                loaded = point.load()
            except anything_raised() as error:
                raise BrokenBox(f"{point.value} does not load: {_why(error)}") from error
            return _only_box(loaded) if isinstance(loaded, ModuleType) else loaded
        raise UnknownName(
            "kind of box", use, self.names(), '"sensorium nodes" lists all.', self._as_output(use)
        )

    def _as_output(self, name: str) -> str:
        """Return which boxes have an output of a name, such as "clap", in words; or ""."""
        boxes = [use for use in _fields().get(name, ()) if name in self._outputs(use)]
        if not 0 < len(boxes) <= _MOST_MEANT:
            return ""
        given = either([f'"{use}"' for use in boxes])
        return f'It is an output of {given}: a cable takes it from there, as "NAME.{name}".'

    def _outputs(self, use: str) -> Collection[str]:
        """Return the names of the outputs of a box as its class has them; none where it fails."""
        try:
            cls = self.find(use)
            if issubclass(cls, Source):
                return cls.OUT
            return read_signature(cls).outlets if issubclass(cls, Node) else ()
        except anything_raised():
            return ()


@lru_cache(maxsize=1)
def _fields() -> Mapping[str, Collection[str]]:
    """Return in which boxes' files a name stands as a field or a key, so that it may be an output.

    Why by their texts: to import them all takes seconds.
    """
    found: dict[str, set[str]] = {}
    for folder in FOLDERS:
        for use, file in _engine_files(_ENGINE / folder).items():
            for field, key in _FIELD.findall(file.read_text("utf-8")):
                found.setdefault(field or key, set()).add(use)
    return {name: sorted(boxes) for name, boxes in found.items()}


def own_boxes(folder: Path) -> dict[str, Path]:
    """Return the files of a performer's own boxes in a folder, by the name of the box."""
    return _files(folder, "*.py")


def load_own(file: Path, sha256: str) -> type[Box] | None:
    """Return the box of a performer's file, None if its text has another hash; raise BrokenBox.

    Nothing of a file with another hash is run.
    """
    text = _read(file)
    if hashlib.sha256(text).hexdigest() != sha256:
        return None
    _warn_if_writable(file)
    return _only_box(_import_text(file, text))


def own_hash(box: type[Box]) -> str | None:
    """Return the SHA-256 of the text that a performer's box was made of; None for other boxes."""
    module = sys.modules.get(box.__module__)
    return getattr(module, _HASH, None)


def _warn_if_writable(file: Path) -> None:
    """Warn when the code to be loaded is world-writable."""
    for place in (file.parent, file):
        if sys.platform != "win32" and place.stat().st_mode & stat.S_IWOTH:
            _LOG.warning("everybody on this machine can change %s: chmod o-w mends it", place)


@lru_cache
def _engine_files(folder: Path) -> dict[str, Path]:
    return _files(folder, "**/*.py")


@lru_cache
def _installed() -> tuple[EntryPoint, ...]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and rarely needed

    return tuple(entry_points(group="sensorium.nodes"))


def _files(folder: Path, pattern: str) -> dict[str, Path]:
    """Return the box files of a folder by name."""
    found = sorted(folder.glob(pattern))
    return {file.stem: file for file in found if file.stem not in _NOT_BOXES}


def _why(error: BaseException) -> str:
    """Return why a file does not load, as its author needs it."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno or 1}: {error.msg}"
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and not missing.startswith(OWN_MODULES.rstrip(".")):
        return f'it needs the package "{missing}", which is not installed'
    return describe_error(error)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except anything_raised() as error:
        raise BrokenBox(f"{name} does not load: {_why(error)}") from error


def _read(file: Path) -> bytes:
    try:
        return read_file(file, _LARGEST)
    except UnreadableFile as error:
        raise BrokenBox(f"{file} {error}") from None


@lru_cache(maxsize=256)
def _import_text(file: Path, text: bytes) -> ModuleType:
    """Import the text of a performer's file, once per text, under a unique module name.

    A changed file gives another module, and instances of the old one live on. Why from the text:
    Python's bytecode cache misses a change within the same second.
    """
    name = f"{OWN_MODULES}v{next(_VERSIONS)}.{file.stem}"
    module = ModuleType(name)
    module.__file__ = str(file)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        exec(compile(parse_updated(text, str(file)), str(file), "exec"), vars(module))
    except anything_raised() as error:
        del sys.modules[name]
        raise BrokenBox(f"{file} does not load: {_why(error)}") from error
    setattr(module, _HASH, hashlib.sha256(text).hexdigest())
    return module


def _only_box(module: ModuleType) -> type[Box]:
    found = [
        member
        for member in vars(module).values()
        if inspect.isclass(member)
        and issubclass(member, Box)
        and member.__module__ == module.__name__
    ]
    boxes = [box for box in found if not inspect.isabstract(box)]
    if len(boxes) == 1:
        return boxes[0]
    if not boxes and found:
        half = found[-1]
        missing = ", ".join(sorted(getattr(half, "__abstractmethods__", ())))
        raise BrokenBox(f"{module.__file__}: {half.__name__} lacks what it must have: {missing}")
    names = ", ".join(box.__name__ for box in boxes) or "none"
    raise BrokenBox(f"{module.__file__} must hold exactly one box, found {names}")
