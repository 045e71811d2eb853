"""The base class of all boxes: parameters, a life cycle, and a reset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, dataclass_transform

from engine.core.finding import Finding
from engine.core.messages import Ns
from engine.core.skeletons import Skeleton


@dataclass_transform(kw_only_default=True, eq_default=False)
class Box:
    """The base class of all boxes: it is opened, closed, and can be reset to its initial state."""

    at_once: ClassVar[bool] = True
    """Whether it begins with the show; a film waits for networks and outputs to be there."""

    UNITS: ClassVar[Mapping[str, str]] = {}
    """What the numbers of its outlets count, by their names, where an output may want to know."""

    alone: ClassVar[bool] = False
    """Whether its device is only there for one at a time: another is opened when it is closed."""

    gone: ClassVar[Mapping[str, str]] = {}
    """Parameters of older patches that mean nothing any more: what to say instead of each.

    A patch that has one plays, with this as a warning.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(kw_only=True, eq=False)(cls)

    @property
    def acts(self) -> bool:
        """Whether it does something beside what it gives, so that it is no dead end of a patch."""
        return False

    def known_texts(self) -> Mapping[str, Sequence[str]]:
        """Return the texts that parameters may have, or the parts of a table, by its parameter.

        For those whose class takes any text, where this box knows which there are.
        """
        return {}

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return by parameter what will not be as it says, though the box plays.

        Told before a show. ``folder`` is that of the patch. It may read files; it opens no device
        and no network.
        """
        return {}

    def skeletons(self) -> Mapping[str, Skeleton | None]:
        """Return by outlet whose points its landmarks have, where it knows that beforehand.

        None says that it does not, though the type of the outlet does. An outlet without a name is
        called "".
        """
        return {}

    def caption(self) -> str:
        """Return what stands in its box on the page, and beside its shape on a picture; or "".

        Such as who is inside, or how much it was shown. Asked on the thread of the page while the
        box works: it reads, and changes nothing.
        """
        return ""

    def close(self) -> None:
        """Release what ``open`` has acquired; once for each ``open``, after the last message."""

    def examine(self) -> Iterable[Finding] | None:
        """Return whether the devices and receivers that it needs are there, before it is opened.

        ``area`` is filled in by who asks. It must send nothing and wait for seconds at most. None
        means that it is found out by opening and closing the box; what sends is never opened for
        that, and nor is what lights a desk.
        """
        return None

    def reset(self) -> None:
        """Return to the initial state: after a gap, a lost input or a failure."""

    def wake(self) -> Ns | None:
        """Return when ``on_wake`` is to be called without input; None for never.

        Asked after every call of ``process``, ``send`` and ``on_wake``. A node on a thread of its
        own is never woken.
        """
        return None
