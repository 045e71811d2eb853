"""Check that an ``on_loss`` can ever take effect: behind a box that holds, nothing is ever lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.core.errors import Problem
from engine.core.node import Node
from engine.patch.on_loss import WORDS
from engine.patch.plan import Into, PlannedBox, Wire

_HOLDS = "hold_on_loss"
_USES = frozenset(f"{word}_on_loss" for word in WORDS)


def never_lost(boxes: Mapping[str, PlannedBox], wires: Iterable[Wire]) -> list[Problem]:
    """Return a problem for each ``on_loss`` behind a box that keeps sending while its input is
    lost.
    """
    feeds = {wire.box: wire.source.box for wire in wires if wire.into is Into.HOT}
    return [
        Problem(_in_words(above), *planned.place, _shown(name), "on_loss")
        for name, planned in boxes.items()
        if planned.use in _USES
        for above in _above(name, feeds)
        if _speaks_on(boxes.get(above))
    ]


def _above(name: str, feeds: Mapping[str, str]) -> Iterator[str]:
    """Yield the boxes upstream of a box over first inlets, each once."""
    seen = {name}
    while (above := feeds.get(name)) is not None and above not in seen:
        seen.add(above)
        yield above
        name = above


def _speaks_on(planned: PlannedBox | None) -> bool:
    if planned is None or planned.use == _HOLDS or not isinstance(planned.box, Node):
        return False
    return planned.box.holds_on_loss is True


def _in_words(above: str) -> str:
    link = above.partition("/")[2]
    by = f' by its "{link}"' if link in ("empty", "on_loss") else ""
    return f'"{_shown(above)}" speaks on{by} for what is lost, so nothing is ever lost here'


def _shown(name: str) -> str:
    """Return the name of the patch's own box that a hidden box belongs to."""
    return name.partition("/")[0].partition(".")[0]
