"""The base class of all boxes: parameters, a life cycle, and a reset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, dataclass_transform

from engine.core.messages import Ns

OWN_MODULES: Final = "sensorium_nodes."
"""How the names of modules begin that are a performer's own files."""


@dataclass_transform(kw_only_default=True, eq_default=False)
class Box:
    """The base class of all boxes: it is opened, closed, and can be reset to its initial state."""

    at_once: ClassVar[bool] = True
    """Whether it begins with the show; a film waits for networks and outputs to be there."""

    alone: ClassVar[bool] = False
    """Whether its device is only there for one at a time: another is opened when it is closed."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(kw_only=True, eq=False)(cls)

    @property
    def acts(self) -> bool:
        """Whether it does something beside what it gives, so that it is no dead end of a patch."""
        return False

    def doubts(self) -> Mapping[str, str]:
        """Return by parameter what will not be as it says, though the box plays.

        Told before a show. It may read files; it opens no device and no network.
        """
        return {}

    def close(self) -> None:
        """Release what ``open`` has acquired; once for each ``open``, after the last message."""

    def reset(self) -> None:
        """Return to the initial state: after a gap, a lost input or a failure."""

    def wake(self) -> Ns | None:
        """Return when ``on_wake`` is to be called without input; None for never.

        Asked after every call of ``process``, ``send`` and ``on_wake``. A node on a thread of its
        own is never woken.
        """
        return None
