"""Puts in what plays in place of a source here: a camera given a file becomes a video file."""

from __future__ import annotations

from engine.core.node import Source
from engine.core.parameter import read_parameters
from engine.patch.build import Find
from engine.patch.plan import Plan
from engine.runtime.trace import LOG


def substitute(plan: Plan, find: Find, *, live: bool) -> None:
    """Ask every source whether another plays in its place, and exchange those that say so."""
    for planned in plan.boxes.values():
        if not isinstance(planned.box, Source):
            continue
        if (instead := planned.box.instead(live)) is None:
            continue
        use, values = instead
        cls = find(use)
        fields = {p.field for p in read_parameters(cls).values()}
        planned.exchange(cls(**{key: value for key, value in values.items() if key in fields}))
        LOG.info("%s: the box %s plays here instead of %s", planned.name, use, planned.use)
