"""The networks that find people's joints: which one is meant, and of what sort one is."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from engine.core.errors import ModelError
from engine.core.messages import JOINTS
from engine.core.nearest import nearest
from engine.inference.model_folders import built_folder, models
from engine.inference.session import Session

FINDER: Final = "movenet_multipose"
"""The network that finds several people for one that looks closely."""
_ONE: Final = "movenet_lightning"
"""The fastest network for one person."""
_BEST: Final = ("movenet_thunder", _ONE)
"""What "auto" takes, the first that is here."""
_DEEP: Final = ("blazepose_lite", "blazepose_full")
_NAMES: Final = (_ONE, "movenet_thunder", FINDER, *_DEEP)
"""What a patch may name that needs no path, here or to be built."""
_AT_ONCE: Final = 6
"""How many people multipose finds at once."""


class PoseSort(Enum):
    """What a network finds in a picture."""

    ONE = auto()
    SEVERAL = auto()
    DEEP = auto()
    """One person, with depth."""


def pose_network(model: str, people: int) -> str:
    """Return the network that ``model`` means: the most exact that is here for "auto".

    "light" is the fastest for so many people.
    """
    if model == "light":
        return FINDER if 1 < people <= _AT_ONCE else _ONE
    if model == "auto":
        return next(name for name in _BEST if name in models() or built_folder(name).is_dir())
    return model


def check_name(name: str) -> None:
    """Raise ModelError, with those that find joints, for a name that no network has."""
    if name not in {*_NAMES, *models()}:
        known = ("auto", "light", *_NAMES)
        hint = nearest(name, known) or f" There is: {', '.join(known)}."
        raise ModelError(f'there is no model "{name}" that finds joints.{hint}')


def is_ours(name: str) -> bool:
    """Whether a network is one of ours, by its name, so that it is known what it finds."""
    return name in _NAMES


def finds_one(name: str) -> bool:
    """Whether a network of ours, by its name, finds one person, and 17 points."""
    return name in _BEST


def finds_depth(name: str) -> bool:
    """Whether a network of ours, by its name, finds 33 points with depth."""
    return name in _DEEP


def finder_of(sort: PoseSort, people: int) -> str:
    """Return the network that finds people for one of a sort; "" where it finds them itself."""
    if sort is PoseSort.SEVERAL or (sort is PoseSort.ONE and people == 1):
        return ""
    return FINDER if people > 1 else _ONE


def sort_of(session: Session) -> PoseSort | None:
    """Return the sort of an open network, by its shapes; None where it is no such network."""
    given, found = ([each.shape for each in side] for side in (session.inputs, session.outputs))
    side = given[0][1] if len(given[0]) == 4 else 0
    if (given, found) == ([(1, side, side, 3)], [(1, 1, len(JOINTS), 3)]):
        return PoseSort.ONE
    if found == [(1, 6, 56)] and given[0][3:] == (3,):
        return PoseSort.SEVERAL
    if len(found) == 2 and found[0] == (1, 195) and given[0][:2] == (1, 3):
        return PoseSort.DEEP
    return None
