"""Find receivers that several outputs tell what only one may: such as who is there, by TUIO.

Why not counted for all outputs together: outputs come and go while a patch is edited, one may wait
on a thread of its own, and a replay shall send the same bytes again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.core.box_errors import anything_raised
from engine.core.errors import Problem, tell_error
from engine.core.sink import Sink
from engine.patch.plan import PlannedBox


def told_twice(boxes: Mapping[str, PlannedBox]) -> Iterator[Problem]:
    """Yield a warning for each receiver of an output that another one before it has as well."""
    first: dict[str, str] = {}
    for name, planned in boxes.items():
        if not isinstance(planned.box, Sink):
            continue
        place = planned.places.get("to", planned.place)
        try:
            receivers = {*planned.box.told_alone()}
        except anything_raised() as error:  # a performer's own box may raise anything
            yield Problem(tell_error(error), *planned.place, name)
            continue
        for receiver in sorted(receivers):
            other = first.setdefault(receiver, name)
            if other != name:
                text = (
                    f'"{other}" tells {receiver} as well, which takes the frames of one for late '
                    "ones of the other: put their cables into one output"
                )
                yield Problem(text, *place, name, "to")
