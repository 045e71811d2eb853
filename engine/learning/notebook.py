"""The notebook of a box that learns: what it is shown, take by take, and the file that holds it.

Every order is answered in words, and by whether the examples have become others.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from engine.core.clock import SECOND
from engine.core.errors import ParameterError
from engine.core.messages import Ns
from engine.learning.examples import MOST_CLASSES, MOST_EXAMPLES, UNSURE, Examples
from engine.learning.examples_file import version_fault
from engine.learning.named_numbers import NamedNumbers
from engine.learning.versions import MOST, Versions

FULL: Final = f"it holds {MOST_EXAMPLES} examples, and no more fit"
_NOTHING_HELD: Final = "nothing was being recorded"
_NOTHING_SEEN: Final = "nothing was seen, and nothing is kept"


class ShownMoment(Enum):
    """What became of a moment that was shown; FULL is said once a take."""

    KEPT = "kept"
    NOTHING = "nothing"
    FULL = "full"


class Outcome(NamedTuple):
    """What an order came to."""

    notice: str
    changed: bool = False


class Notebook:
    """The examples of a version, and the take that is held, which is the last one of them."""

    def __init__(self, versions: Versions | None = None) -> None:
        self.examples = Examples()
        self.versions = versions or Versions()
        self.is_held = False
        self._began: Ns | None = None
        self._is_full = False
        self._refused = ""
        """Why nothing is held though record is: it stays to be read when that is let go."""

    def open(self, version: str) -> str:
        """Take the examples of a version; return what is wrong with its file, or "".

        Raise ParameterError for what is no name of a version.
        """
        if fault := version_fault(version):
            raise ParameterError(f"version: {fault}")
        self.examples, wrong = self.versions.read(version)
        return wrong

    def close(self) -> None:
        """Keep what was seen in the take that is held."""
        self._end()

    def record(self, label: str, knobs: Mapping[str, float]) -> list[Outcome]:
        """End the take that is held, and begin one of a name with its knobs, of "" none."""
        was_held, refused = self.is_held, self._refused
        ended, self._refused = self._end(), ""
        if not label:
            nothing = _NOTHING_SEEN if was_held else refused or _NOTHING_HELD
            return [ended or Outcome(nothing)]
        outcomes = [ended] if ended else []
        if fault := self._fault(label):
            self._refused = fault
            return [*outcomes, Outcome(fault)]
        self.examples.begin(label, knobs)
        self.is_held, self._began, self._is_full = True, None, False
        return [*outcomes, Outcome(f"shows {label}")]

    def show(self, now: NamedNumbers, at: Ns) -> ShownMoment:
        """Add a moment to the take that is held; nobody in the picture is no example."""
        if not now.is_known or self._is_full:
            return ShownMoment.NOTHING
        self._began = at if self._began is None else self._began
        if self.examples.add(now, (at - self._began) / SECOND):
            return ShownMoment.KEPT
        self._is_full = True
        return ShownMoment.FULL

    def undo(self) -> Outcome:
        """Take the last take back, that which is held too."""
        self._end()
        take = self.examples.undo()
        if take is None:
            return Outcome("there is nothing to take back")
        return self._changed(f"took {len(take.rows)} of {take.label} back")

    def delete(self, label: str) -> Outcome:
        """Forget all takes of a name."""
        self._end()
        count = self.examples.delete(label)
        if not count:
            known = ", ".join(self.examples.labels) or "nothing"
            return Outcome(f'there is no "{label}"; it knows {known}')
        return self._changed(f"forgot {count} takes of {label}")

    def clear(self) -> Outcome:
        """Forget all takes."""
        self.is_held, self.examples = False, Examples()
        return self._changed("forgot all")

    def save(self, version: str) -> Outcome:
        """Keep the examples under another name, and go on with that."""
        if fault := version_fault(version):
            return Outcome(fault)
        self._end()
        if version not in self.versions.names() and self.versions.is_full:
            return Outcome(f"it keeps {MOST} files, and no more: take one that is there")
        kept = self.versions.keep_as(version, self.examples)
        return Outcome(f"kept as {version}" if kept else f"{version} could not be kept")

    def load(self, version: str) -> Outcome:
        """Take the examples of another name."""
        if fault := version_fault(version):
            return Outcome(fault)
        known = self.versions.names()
        if version not in known:
            return Outcome(f"there is no {version}; there is {', '.join(known) or 'nothing'}")
        self._end()
        return Outcome(self.open(version) or f"took {version}", changed=True)

    def _fault(self, label: str) -> str:
        """Return why nothing can be shown under a name, or ""."""
        known = self.examples.labels
        if label.lower() == UNSURE:
            return f'"{UNSURE}" is what it calls what it does not know: another name'
        if label not in known and len(known) >= MOST_CLASSES:
            return f"it has {MOST_CLASSES} names, and no more fit"
        return ""

    def _end(self) -> Outcome | None:
        """End the take that is held; return None where there is none, or nothing was seen."""
        if not self.is_held:
            return None
        self.is_held = False
        take = self.examples.takes[-1]
        self.examples.drop_empty()
        return self._changed(f"kept {len(take.rows)} of {take.label}") if len(take.rows) else None

    def _changed(self, notice: str) -> Outcome:
        """Write the examples, and return what they have become."""
        kept = self.versions.keep(self.examples)
        return Outcome(notice if kept else f"{notice}, but could not be written", changed=True)
