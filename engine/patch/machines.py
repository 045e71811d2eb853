"""The machines of a patch: the table ``[machines]``, and the key ``machine`` of a box.

    [machines]
    left  = "192.168.1.20"                            where it is reached
    right = "auto"                                    found by its name
    back  = { at = "192.168.1.30", fallback = "here", pictures = "raw" }

    [pose]
    machine = "left"

A box without the key plays on the machine that plays the patch, which is called "home". Without the
table any name is a machine, found by that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.core.endpoint import endpoint
from engine.core.errors import ClusterError, Problem, as_written
from engine.core.nearest import either, nearest
from engine.patch.load import MACHINES, Document

MACHINE: Final = "machine"
"""The key of a box that says where it plays."""
HOME: Final = "home"
"""The machine on which ``sensorium play`` was typed."""
AUTO: Final = "auto"
HERE: Final = "here"
LONGEST: Final = 32
"""Characters of the longest name of a machine."""

PICTURES: Final = ("jpeg", "raw", "none")
"""How pictures go to a machine and come from it."""
_KEYS: Final = ("at", "fallback", "pictures")
_NAME: Final = re.compile(rf"[A-Za-z][A-Za-z0-9_-]{{0,{LONGEST - 1}}}")


@dataclass(frozen=True, slots=True)
class MachineSpec:
    """A machine as a patch writes it: ``at`` is its address, "" where it is found by its name.

    ``falls_back``: whether its boxes play at home while it is away. ``pictures`` is one of
    PICTURES.
    """

    name: str
    at: str = ""
    falls_back: bool = False
    pictures: str = PICTURES[0]


def is_machine_name(name: object) -> bool:
    """Whether a machine may have such a name."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


class MachineReader:
    """Reads the machines of a document; what is wrong is in ``problems``."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []
        self._names: dict[str, str] = {}
        self.listed: dict[str, MachineSpec] | None = self._read()
        self._unlisted: dict[str, MachineSpec] = {}

    @property
    def found(self) -> Mapping[str, MachineSpec]:
        """All machines, those that only a box names too."""
        return {**(self.listed or {}), **self._unlisted}

    def of_box(self, box: str, value: object) -> str:
        """Return where a box plays, "" at home or where the value is wrong."""
        wrong = self._wrong(value)
        if wrong:
            self.problems.append(self._document.problem(wrong, box, MACHINE))
            return ""
        name = str(value)
        if name == HOME:
            return ""
        if self.listed is None:
            self._unlisted.setdefault(name, MachineSpec(name))
        return name

    def _wrong(self, value: object) -> str:
        if not is_machine_name(value):
            return f'expected the name of a machine, such as "left", got {as_written(value)}'
        if value == HOME or self.listed is None or value in self.listed:
            return ""
        hint = nearest(str(value), [*self.listed, HOME])
        return f'there is no machine "{value}" in [{MACHINES}].{hint}'

    def _read(self) -> dict[str, MachineSpec] | None:
        table = self._document.tables.get(MACHINES)
        if table is None:
            return None
        if not isinstance(table, dict):
            self._report(f"expected a table of machines, [{MACHINES}], got {as_written(table)}")
            return None
        if "use" in table:
            self._report(
                f"[{MACHINES}] is the table that says which machines there are; "
                "give the box another name"
            )
            return None
        found = {name: self._machine(name, value) for name, value in table.items()}
        return {name: spec for name, spec in found.items() if spec is not None}

    def _machine(self, name: str, value: object) -> MachineSpec | None:
        if not is_machine_name(name):
            self._report(
                f"expected a name of {LONGEST} letters, digits, - and _ at most, a letter first",
                name,
            )
            return None
        if name == HOME:
            self._report(f'"{HOME}" is the machine that plays this patch; it has no entry', name)
            return None
        if isinstance(value, str):
            value = {"at": value}
        if not isinstance(value, dict):
            self._report(
                'expected an address, such as "192.168.1.20", "auto" or a table, '
                f"got {as_written(value)}",
                name,
            )
            return None
        return self._from_table(name, value)

    def _from_table(self, name: str, table: Mapping[str, Any]) -> MachineSpec:
        for key in table:
            if key not in _KEYS:
                there = f" There is: {', '.join(_KEYS)}."
                hint = nearest(key, _KEYS) or there
                self._report(f'a machine has no "{key}".{hint}', name, key)
        at = self._address(table.get("at", AUTO), name)
        fallback = table.get("fallback")
        if fallback not in (None, HERE):
            self._report(f'expected "{HERE}", got {as_written(fallback)}', name, "fallback")
        pictures = table.get("pictures", PICTURES[0])
        if pictures not in PICTURES:
            expected = either([f'"{word}"' for word in PICTURES])
            self._report(f"expected {expected}, got {as_written(pictures)}", name, "pictures")
            pictures = PICTURES[0]
        return MachineSpec(name, at, fallback == HERE, pictures)

    def _address(self, at: object, name: str) -> str:
        """Return the address of a machine, "" where it is found by its name or that is wrong."""
        if at == AUTO:
            return ""
        if not isinstance(at, str):
            self._report(f"expected an address, got {as_written(at)}", name, "at")
            return ""
        try:
            where = endpoint(at)
        except ClusterError as error:
            self._report(str(error), name, "at")
            return ""
        other = self._names.setdefault(where, name)
        if other != name:
            self._report(f'"{other}" is at {at} too; an address has one machine', name, "at")
        return at

    def _report(self, message: str, *path: str) -> None:
        self.problems.append(self._document.problem(message, MACHINES, *path))
