"""Which moment each port of each output last described, for whoever reports what was sent."""

from __future__ import annotations

from collections.abc import Collection

from engine.core.messages import Ns

SentMoments = dict[tuple[str, str], Ns]
"""The moments, by output and port."""


def stamp(
    moments: SentMoments, sink: str, at: Ns, port: str | None = None, waiting: Collection[str] = ()
) -> None:
    """Let what an output sends of its own accord, such as a note's end, describe ``at``.

    It is meant for one port or all (None); the ports ``waiting`` have a message with a moment of
    its own to send yet.
    """
    # As a list: an output on a thread of its own may add ports meanwhile.
    for place in list(moments):
        if place[0] == sink and port in (None, place[1]) and place[1] not in waiting:
            moments[place] = at
