"""The card of a model: which files it is made of, and what its networks take and return.

A model is a folder with a ``card.toml``. One network, in ``model.onnx``, is written short:

    name   = "movenet_lightning"
    task   = "pose"
    sha256 = "c012a73b..."

A model of several files lists them, each with its role. A file that ends in ``.onnx`` is a network;
the first is the one that runs where no role is named. The role "data" is what a network stores
outside its own file (one that stores data in a file that is not listed is refused), "test vector"
is what another provider than the CPU is held to (see ``vector``); all other roles are the box's own
words, such as "tokenizer" or "vocabulary". A model may be data alone, such as a table of words: it
lists no network, and needs no [parity].

    [[files]]
    name   = "encoder.onnx"
    role   = "encoder"
    sha256 = "6385e8c2..."

    [[files]]
    name   = "words.txt"
    role   = "vocabulary"
    sha256 = "9056b281..."

    [[inputs]]              # may be left out; a network is held to the tensors that are listed
    of     = "encoder"      # the first network, unless it says so
    name   = "sound"
    shape  = [1, "samples"]
    dtype  = "float32"

What a network can do of what a box may be asked for is said by the names of its parameters:

    [limits]
    people = 1              # so many, at most
    lowest = [60, 1500]     # from, to

In which arithmetic it may compute is said with what was measured, float32 where nothing is said:

    [precision]
    arithmetic = ["float32", "bfloat16"]
    bfloat16   = 0.1        # the tolerance of the test vector in it, where it is another
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Final

from engine.core.errors import ModelError, UnreadableFile, as_written
from engine.core.files import open_file, read_file
from engine.core.nearest import nearest
from engine.core.os_errors import os_reason
from engine.core.toml_errors import explain
from engine.inference.card_table import CardTable

CARD: Final = "card.toml"
NETWORK: Final = "network"
"""The role of the one file of a short card."""
DATA: Final = "data"
"""The role of what a network stores outside its own file; several files may have it."""
VECTOR: Final = "test vector"

DTYPES: Final = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "string"),
)
FLOAT32: Final = "float32"
BFLOAT16: Final = "bfloat16"
PRECISIONS: Final = (FLOAT32, BFLOAT16, "float16", "int8")

_LARGEST_CARD: Final = 1 << 20
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Tensor:
    """One input or output of a network.

    A dimension of ``shape`` is a number, or a name where any number will do; ``dtype`` is NumPy's
    name; ``example`` is a shape that the network is certain to take.
    """

    name: str
    shape: tuple[int | str, ...]
    dtype: str
    meaning: str = ""
    colours: str = ""
    example: tuple[int, ...] = ()

    @property
    def filled(self) -> tuple[int, ...]:
        """The shape to warm up with: the example, or the shape with 1 for every name."""
        return self.example or tuple(size if isinstance(size, int) else 1 for size in self.shape)

    def fits(self, shape: tuple[int | str, ...]) -> bool:
        """Whether every fixed size is equal in another shape; a named one may be anything there."""
        return len(self.shape) == len(shape) and all(
            isinstance(size, str) or size == real
            for size, real in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True)
class CardFile:
    """One file of a model; ``sha256`` in lower-case hexadecimal digits.

    ``inputs`` and ``outputs`` are empty where the card lists none for this network.
    """

    name: str
    role: str
    sha256: str
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()

    @property
    def is_network(self) -> bool:
        """Whether it is a network, rather than something that goes with one."""
        return self.name.endswith(".onnx")


@dataclass(frozen=True)
class Card:
    """What the ``card.toml`` in ``folder`` says.

    ``tolerances`` are the kinds of arithmetic that it was measured to bear, with the largest
    difference of any number in any output that parity allows in each. ``limits`` is what it can do,
    from and to, by the parameters of the boxes that ask it.
    """

    name: str
    task: str
    folder: Path
    files: tuple[CardFile, ...]
    tolerances: Mapping[str, float]
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    summary: str = ""
    licence: str = ""

    @property
    def tolerance(self) -> float:
        """The tolerance in float32, or in the first arithmetic that is listed."""
        return self.tolerances.get(FLOAT32, next(iter(self.tolerances.values())))

    @property
    def precisions(self) -> tuple[str, ...]:
        """The kinds of arithmetic that it was measured to bear."""
        return tuple(self.tolerances)

    @property
    def networks(self) -> tuple[CardFile, ...]:
        """The networks, in the order of the card; none of a model that is data alone."""
        return tuple(file for file in self.files if file.is_network)

    def network(self, role: str) -> CardFile:
        """Return the network with a role. Raises ModelError where the card lists none."""
        return self._with_role(role, self.networks, "network")

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The inputs of the first network, as listed."""
        return self.networks[0].inputs if self.networks else ()

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """The outputs of the first network, as listed."""
        return self.networks[0].outputs if self.networks else ()

    @property
    def vector(self) -> CardFile | None:
        """The file of the test vector, if there is one."""
        return next((file for file in self.files if file.role == VECTOR), None)

    @property
    def digest(self) -> str:
        """One SHA-256 for all that decides what the model answers.

        That of the network's file where nothing else does, as recordings have named it from the
        beginning; the test vector decides nothing.
        """
        parts = [file for file in self.files if file.role != VECTOR]
        if len(parts) == 1:
            return parts[0].sha256
        lines = sorted(f"{file.name} {file.sha256}\n" for file in parts)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def file(self, role: str) -> CardFile:
        """Return the file with a role. Raises ModelError where the card lists none."""
        return self._with_role(role, self.files, "file")

    def _with_role(self, role: str, files: tuple[CardFile, ...], what: str) -> CardFile:
        for file in files:
            if file.role == role:
                return file
        roles = list(dict.fromkeys(file.role for file in files))
        hint = nearest(role, roles) or f" There is: {', '.join(roles)}."
        raise ModelError(f'{self.folder / CARD}: no {what} has the role "{role}".{hint}')

    def path(self, file: CardFile) -> Path:
        """Return where a file of this card lies."""
        return self.folder / file.name

    def read(self, file: CardFile) -> bytes:
        """Read a file; what was checked is what is returned.

        Raises ModelError where it cannot be read, or is not the file that the card describes.
        """
        path = self.path(file)
        with self._open(path) as opened:
            data = opened.read()
        self._compare(path, file, hashlib.sha256(data).hexdigest())
        return data

    def check(self, file: CardFile) -> int:
        """Hold a file to its hash without keeping it in memory; return its size in bytes.

        Raises ModelError as ``read`` does.
        """
        path = self.path(file)
        with self._open(path) as opened:
            self._compare(path, file, hashlib.file_digest(opened, "sha256").hexdigest())
            return opened.tell()

    @contextmanager
    def _open(self, path: Path) -> Iterator[BufferedReader]:
        """Open a file of the card. Raises ModelError, also for what fails until it is closed.

        A link is followed, wherever it leads: what it leads to is held to the hash.
        """
        try:
            with open_file(path) as opened:
                yield opened
        except UnreadableFile as error:
            raise ModelError(f"{path} {error}") from None
        except OSError as error:
            raise ModelError(f"{path}: {os_reason(error)}") from None

    def _compare(self, path: Path, file: CardFile, found: str) -> None:
        if found != file.sha256:
            raise ModelError(
                f"{path} is not the file its card describes: its SHA-256 is {found}, the card says "
                f"{file.sha256}. Fetch it again, or run export.py beside it."
            )


def read_card(folder: Path) -> Card:
    """Read the ``card.toml`` of a folder.

    Raises ModelError where it cannot be read, lacks something, or says what does not fit; the
    message names the file, the key, what was expected, and the nearest name.
    """
    path = folder / CARD
    try:
        text = str(read_file(path, _LARGEST_CARD), "utf-8").replace("\r\n", "\n")
        table = tomllib.loads(text)
    except UnreadableFile as error:
        raise ModelError(f"{path} {error}") from None
    except RecursionError:
        raise ModelError(f"{path}: lists or tables lie too deep in one another") from None
    except UnicodeDecodeError:
        raise ModelError(f"{path}: is not UTF-8 text: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ModelError(str(explain(str(error), text, path))) from None
    except ValueError:
        raise ModelError(f"{path}: a number in it has too many digits") from None
    card = CardTable(str(path), table)
    name, task = card.text("name"), card.text("task")
    files = _with_tensors(card, _files(card))
    computes = any(file.is_network for file in files)
    return Card(
        name,
        task,
        folder,
        files,
        _tolerances(card) if computes else {},
        _limits(card.table("limits", {})),
        summary=card.text("summary", ""),
        licence=card.table("licence", {}).text("weights", ""),
    )


def _tolerances(card: CardTable) -> dict[str, float]:
    """Return the tolerance in each arithmetic that the card lists."""
    tolerance = card.table("parity").number("tolerance")
    precision = card.table("precision", {})
    arithmetics = precision.one_or_more("arithmetic", PRECISIONS, (FLOAT32,))
    for each in PRECISIONS:
        if each in precision.values and each not in arithmetics:
            raise precision.refuse(f'{each}: has a tolerance, and "{each}" is not in arithmetic')
    return {
        each: precision.number(each) if each in precision.values else tolerance
        for each in arithmetics
    }


def _limits(card: CardTable) -> dict[str, tuple[float, float]]:
    return {key: card.range(key) for key in card.values}


def _files(card: CardTable) -> list[CardFile]:
    """Read which files there are: those listed, or the one of a short card."""
    listed = card.tables("files")
    if not listed:
        return [CardFile("model.onnx", NETWORK, _sha256(card))]
    if "sha256" in card.values:
        raise card.refuse("sha256 belongs into [[files]] where these are listed")
    files: list[CardFile] = []
    for table in listed:
        file = CardFile(_file_name(table), table.text("role"), _sha256(table))
        if any(file.name == other.name for other in files):
            raise table.refuse(f'name: "{file.name}" is listed twice')
        if file.role != DATA and any(file.role == other.role for other in files):
            raise table.refuse(f'role: another file has the role "{file.role}"')
        files.append(file)
    return files


def _file_name(table: CardTable) -> str:
    name = table.text("name")
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or PurePosixPath(name).is_absolute() or "\\" in name:
        raise table.refuse(
            f"name: expected a file within the folder of the card, got {as_written(name)}"
        )
    return name


def _sha256(table: CardTable) -> str:
    text = table.text("sha256")
    if not _SHA256.fullmatch(text):
        raise table.refuse(
            f"sha256: expected 64 hexadecimal digits, 0 to 9 and a to f, got {as_written(text)}"
        )
    return text


def _with_tensors(card: CardTable, files: list[CardFile]) -> tuple[CardFile, ...]:
    """Return for each network the tensors that are listed for it."""
    roles = [file.role for file in files if file.is_network]
    for side in ("inputs", "outputs"):
        if card.tables(side) and not roles:
            raise card.refuse(f"[[{side}]]: of no network: none of the files ends in .onnx")
    sides = [
        [(table.one_of("of", roles, roles[0]), _tensor(table)) for table in card.tables(side)]
        for side in ("inputs", "outputs")
    ]
    return tuple(
        CardFile(
            file.name,
            file.role,
            file.sha256,
            *(tuple(tensor for of, tensor in side if of == file.role) for side in sides),
        )
        for file in files
    )


def _tensor(table: CardTable) -> Tensor:
    return Tensor(
        name=table.text("name"),
        shape=table.sizes("shape", names=True),
        dtype=table.one_of("dtype", DTYPES),
        meaning=table.text("meaning", ""),
        colours=table.text("colours", ""),
        example=table.sizes("example", names=False, default=[]),
    )
