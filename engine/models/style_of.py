"""Paint each picture like pictures of one's own, or like a mix of several."""

from __future__ import annotations

import json
import logging
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import field
from hashlib import sha256
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.context import Context, MemoryState, State
from engine.core.errors import DeviceError, ModelError, ParameterError, UnreadableFile
from engine.core.files import installed_folder, read_file
from engine.core.nearest import nearest
from engine.core.parameter import FILE, Fixed, Param
from engine.dsp.image.painting import Picture, Planes, middle_square, to_planes
from engine.inference.network import ModelName
from engine.inference.painter import LEAST, Look, Painter, Shares
from engine.inference.session import Session
from engine.video.still import MOST_BYTES, decode_still

_log = logging.getLogger("sensorium")

_MOST: Final = 64
"""The most pictures of a box."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_OURS: Final = ("swirls", "shards", "reeds")
_KEPT: Final = "styles.json"
"""The file of the box's state in which styles are kept, by the hash of picture and network."""

Style = NDArray[np.float32]
"""What a network reads of a picture, shape (n,)."""


class StyleOfModel(Painter):
    """Paints pictures like pictures of your own, which can be mixed and glide into each other.

    ``pictures`` is a list of files, each a look of the name of its file (``"My waves.jpg"`` is
    ``My_waves``), or a table that gives them names: ``{ storm = "IMG_2032.jpg" }``. ``mixes`` are
    looks as well, made of those: ``{ dusk = { storm = 0.7, sand = 0.3 } }``. ``look``, ``outside``
    and all else are as in ``style``; without a ``look`` it is the first picture. To try it, leave
    out ``pictures``: then there are three paintings of ours, swirls, shards and reeds.

    Of a picture its square middle is read: colours, contrast and texture, not what it shows.
    Drawings, paintings and patterns with a texture of their own work best. What was read is kept in
    the state of the box, so the next show begins sooner. A picture that cannot be read is told;
    its look shows the picture that came in.

    The networks are those of Ghiasi, Lee, Kudlur, Dumoulin and Shlens, "Exploring the structure of
    a real-time, arbitrary neural artistic stylization network", 2017.

    Raises ModelError where none of the pictures can be read.
    """

    TASK = "style of a picture"
    ROLES = ("paint",)
    ON_CPU = ("read",)

    pictures: Fixed[
        Annotated[
            list[str] | dict[str, str],
            Param(
                "what to paint like: a list of files, or a table of names and files; without any,"
                " three paintings of ours",
                unit=FILE,
            ),
        ]
    ] = field(default_factory=list)
    mixes: Fixed[
        Annotated[
            dict[str, dict[str, float]], Param("looks that are mixes of pictures, by name", 0, 1)
        ]
    ] = field(default_factory=dict)
    look: Annotated[
        str | dict[str, float],
        Param("which picture to paint like, or weights of several; else the first", 0, 1),
    ] = ""
    outside: Annotated[
        str | dict[str, float],
        Param("how to paint what is black in the mask; without a look, not at all", 0, 1),
    ] = field(default_factory=dict)
    model: ModelName = "arbitrary_style"

    _files: dict[str, str] = field(default_factory=dict)
    _styles: Sequence[Style] = ()
    _broken: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._files = _by_name(self.pictures)
        self._check_mixes()
        self.look = self.look or next(iter(self._files))
        for key in ("look", "outside"):
            self._check_look(key, getattr(self, key))

    def known_texts(self) -> Mapping[str, Sequence[str]]:
        """Return the names of the looks, which are those of its pictures and mixes."""
        return dict.fromkeys(("look", "outside"), (*self._files, *self.mixes))

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return which parameters will not be as they say: pictures that cannot be read, too."""
        found = dict(super().doubts(folder))
        broken = [why for file in self._files.values() if (why := _why_unread(folder, file))]
        return found | ({"pictures": "; ".join(broken)} if broken else {})

    def check(self, session: Session) -> None:
        """Raise ModelError where the networks do not read a square and paint in what it gives."""
        super().check(session)
        takes = {"paint": ["image", "style"], "read": ["picture"]}
        if session.role in takes:
            self.expect_inputs(session, takes[session.role], "a picture and a style")

    def open(self, context: Context | None = None) -> None:
        """Open the networks, and read the style of every picture.

        Raises ModelError as every network does, and where none of the pictures can be read.
        """
        super().open(context)
        state: State = context.state if context else MemoryState()
        folder = context.folder if context else None
        kept = _kept_styles(state, self._length)
        used: dict[str, Style] = {}
        styles: list[Style] = []
        broken: dict[str, str] = {}
        for look, file in self._files.items():
            try:
                name, style = self._read_style(_content(folder, file), kept)
            except DeviceError as error:
                broken[look] = f'"{file}" {error}'
                styles.append(np.zeros(self._length, np.float32))
            else:
                used[name] = style
                styles.append(style)
        if not used:
            raise ModelError(f"none of the pictures can be read: {next(iter(broken.values()))}")
        for look, why in broken.items():
            _log.warning('%s; the look "%s" shows the picture that comes in', why, look)
        if not used.keys() <= kept.keys():
            texts = {name: [float(number) for number in style] for name, style in used.items()}
            state.write(_KEPT, json.dumps(texts).encode())
        self._styles, self._broken = styles, frozenset(broken)

    def looks(self) -> Sequence[str]:
        """Return the names of the pictures, in the order in which a patch gives them."""
        return tuple(self._files)

    def wanted(self) -> tuple[Look, Look]:
        """Return the pictures that are wanted inside of the mask, and outside of it."""
        return self._pictures_of(self.look), self._pictures_of(self.outside)

    def paint(self, planes: Planes, shares: Shares) -> Planes:
        """Return a painting, planes of the same size."""
        style = np.einsum("l,ln->n", shares, np.stack(self._styles))
        (painting,) = self.run("paint", image=planes, style=style)
        return painting

    @property
    def _length(self) -> int:
        """Of how many numbers a style consists."""
        (size,) = self.session("read").outputs[0].filled
        return int(size)

    def _read_style(self, data: bytes, kept: Mapping[str, Style]) -> tuple[str, Style]:
        """Return the hash of a picture and its style. Raise DeviceError where it is none."""
        name = sha256(self.card.network("read").sha256.encode() + data).hexdigest()
        if name in kept:
            return name, kept[name]
        side = self.session("read").inputs[0].filled[-1]
        (style,) = self.run("read", picture=to_planes(middle_square(_picture(data), side)))
        return name, style

    def _pictures_of(self, look: Look) -> dict[str, float]:
        """Return the weights of the pictures that make a look; a broken one has none."""
        weights = {look: 1.0} if isinstance(look, str) else look
        found: dict[str, float] = {}
        for name, weight in weights.items():
            whole = max(sum(self.mixes.get(name, {}).values()), 1.0)
            for picture, part in self.mixes.get(name, {name: 1.0}).items():
                if picture in self._broken:
                    continue
                found[picture] = found.get(picture, 0.0) + max(weight, 0.0) * part / whole
        return found

    def _check_mixes(self) -> None:
        """Raise ParameterError for a mix of what is no picture, or with the name of one."""
        for name, parts in self.mixes.items():
            _check_name("mixes", name)
            if name in self._files:
                raise ParameterError(f'mixes: "{name}" is the name of a picture')
            if not any(parts.values()):
                raise ParameterError(f'mixes: "{name}" has no weight over 0')
            for part in parts:
                if part not in self._files:
                    raise ParameterError(
                        f'mixes: "{name}" has no picture "{part}".{_near(part, self._files)}'
                    )

    def _check_look(self, key: str, look: Look) -> None:
        """Raise ParameterError for a look that is none of this box."""
        known = self.known_texts()[key]
        for name in [look] if isinstance(look, str) else look:
            if name not in known:
                raise ParameterError(f'{key}: there is no look "{name}".{_near(name, known)}')


def _near(name: str, known: Any) -> str:
    return nearest(name, known) or f" There is: {', '.join(known)}."


def _by_name(pictures: list[str] | dict[str, str]) -> dict[str, str]:
    """Return the files of pictures by the names of their looks.

    Raises ParameterError where there are too many, or two of one name.
    """
    if not pictures:
        folder = installed_folder("models") / "arbitrary_style" / "paintings"
        return {name: str(folder / f"{name}.jpg") for name in _OURS}
    if len(pictures) > _MOST:
        raise ParameterError(f"pictures: expected {_MOST} files at most, got {len(pictures)}")
    if isinstance(pictures, dict):
        for name in pictures:
            _check_name("pictures", name)
        return dict(pictures)
    found: dict[str, str] = {}
    for file in pictures:
        name = _name_of(file)
        if name in found:
            raise ParameterError(
                f'pictures: "{found[name]}" and "{file}" would both be the look "{name}"; '
                "give them names by a table such as { waves = "
                f'"{file}" }}'
            )
        found[name] = file
    return found


def _name_of(file: str) -> str:
    """Return the name of the look of a file; letters without their accents."""
    stem = PureWindowsPath(file).stem  # it splits at both kinds of strokes
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_")
    if not name:
        raise ParameterError(
            f'pictures: the name of "{file}" has no letters from a to z; give it another by a '
            f'table such as {{ waves = "{file}" }}'
        )
    return name


def _check_name(key: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ParameterError(
            f'{key}: "{name}" cannot be the name of a look: letters from a to z, digits, "_" and'
            ' "-"'
        )


def _content(folder: Path | None, file: str) -> bytes:
    """Return the content of a file, which lies beside the patch or where its name says.

    Raises DeviceError, whose words go on from the name of the file.
    """
    path = Path(file).expanduser()
    beside = folder / path if folder else path
    try:
        return read_file(beside if beside.exists() else path, MOST_BYTES)
    except UnreadableFile as error:
        raise DeviceError(str(error)) from None


def _picture(data: bytes) -> Picture:
    """Return a picture to be read. Raises DeviceError where it is none, or has next to no area."""
    picture = decode_still(data)
    height, width = picture.shape[:2]
    if min(height, width) < LEAST:
        raise DeviceError(f"has {width}x{height} pixels: a style needs {LEAST}x{LEAST} at least")
    return picture


def _why_unread(folder: Path | None, file: str) -> str:
    """Return why the style of a picture cannot be read, or an empty string."""
    try:
        _picture(_content(folder, file))
    except DeviceError as error:
        return f'"{file}" {error}'
    return ""


def _kept_styles(state: State, length: int) -> dict[str, Style]:
    """Return the styles that are kept; what is no style among them is left out."""
    try:
        kept = json.loads(state.read(_KEPT) or b"{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {
        name: np.array(numbers, np.float32)
        for name, numbers in kept.items()
        if isinstance(numbers, list)
        and len(numbers) == length
        and all(isinstance(n, int | float) and math.isfinite(n) and abs(n) < 1e6 for n in numbers)
    }
