"""Find what leads nowhere: boxes whose results nobody takes, and patches from which nothing leaves.

A way through a patch ends in a box that acts: an output, a desk whose knobs set parameters, a box
of a performer's own that opens something. A picture is an end as well, since the page shows it;
that of a camera, which is what came in, is no reason to play a patch.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from engine.core.errors import Problem
from engine.core.kinds import is_picture, members
from engine.core.node import Node
from engine.core.signature import read_signature
from engine.core.sink import Sink
from engine.core.source import Source
from engine.patch.plan import PlannedBox, Wire, group_of

Gives = Callable[[str], Iterable[Any]]
"""Returns the types that a box gives."""

_NOWHERE = "goes nowhere: no cable takes what it gives"
_NOTHING_LEAVES = (
    "nothing leaves this patch: no output, such as osc_out or midi_out, takes what this gives"
)


def dead_ends(
    boxes: Mapping[str, PlannedBox], wires: Iterable[Wire], gives: Gives
) -> Iterator[Problem]:
    """Yield a warning for each box from which no way leads on, where it ends in none that acts.

    Of a patch from which nothing leaves at all, yield that alone.
    """
    shown = [planned for planned in boxes.values() if not planned.hidden]
    ends = _ends(shown, wires, {group_of(p.name) for p in shown if _is_end(p, gives)})
    if any(_leaves(planned, gives) for planned in shown):
        yield from (Problem(_NOWHERE, *boxes[name].place, name) for name in ends)
    else:
        last = next((p.name for p in reversed(shown) if not p.box.acts), shown[-1].name)
        name = ends[0] if ends else group_of(last)
        yield Problem(_NOTHING_LEAVES, *boxes[name].place, name)


def _ends(shown: list[PlannedBox], wires: Iterable[Wire], acting: set[str]) -> list[str]:
    """Return the boxes at which ways end that lead to none of some boxes, one for each loop."""
    readers: dict[str, set[str]] = defaultdict(set)
    feeders: dict[str, set[str]] = defaultdict(set)
    for wire in wires:
        start, end = group_of(wire.source.box), group_of(wire.box)
        if start != end:
            readers[start].add(end)
            feeders[end].add(start)
    good = _upstream(acting, feeders)
    names = dict.fromkeys(group_of(planned.name) for planned in shown)
    lost = [name for name in names if name not in good]
    ends = [name for name in lost if not readers[name]]
    told = _upstream(ends, feeders)
    for name in lost:
        if name not in told:  # a loop that nobody outside reads
            ends.append(name)
            told |= _upstream([name], feeders)
    return [name for name in names if name in ends]


def _upstream(names: Iterable[str], feeders: Mapping[str, set[str]]) -> set[str]:
    """Return some boxes, and all that leads to them."""
    found = set(names)
    ahead = deque(found)
    while ahead:
        new = feeders.get(ahead.popleft(), set()) - found
        found |= new
        ahead.extend(new)
    return found


def _is_end(planned: PlannedBox, gives: Gives) -> bool:
    return _acts(planned) or _makes_picture(planned, gives)


def _leaves(planned: PlannedBox, gives: Gives) -> bool:
    """Whether something leaves the patch at a box, be it a picture that was made of another."""
    box = planned.box
    if isinstance(box, Source):
        return bool(box.shows())
    return isinstance(box, Sink) or _is_end(planned, gives)


def _makes_picture(planned: PlannedBox, gives: Gives) -> bool:
    return any(
        isinstance(one, type) and is_picture(one)
        for carried in gives(planned.name)
        for one in members(carried)
    )


def _acts(planned: PlannedBox) -> bool:
    """Whether a box does something beside what it gives, as far as anybody can know."""
    box, cls = planned.box, type(planned.box)
    if box.acts or not isinstance(box, Node):
        return box.acts
    if not read_signature(cls).outlets and not box.outlets():
        return True
    return any(_is_own(getattr(cls, name)) for name in ("open", "close"))


def _is_own(method: object) -> bool:
    """Whether a method was written by a performer, who may do anything there."""
    return not getattr(method, "__module__", "").startswith("engine.")
