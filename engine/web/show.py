"""A playing patch as its page sees it: what is told, how often, and what comes back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from engine.core.clock import MILLISECOND, SECOND
from engine.core.commands import Teach
from engine.core.kinds import summary_of
from engine.core.messages import Ns
from engine.patch.plan import Outlet
from engine.runtime.engine import Engine
from engine.web.asks import Ask, FindRange, TeachOne, command
from engine.web.drawing import draw
from engine.web.health import HealthView
from engine.web.knobs import Knobs
from engine.web.pictures import Picture
from engine.web.ranging import SECONDS, Ranging, paste
from engine.web.values import Entry, Values

BY = "page"
_JSON = msgspec.json.Encoder()

Tell = Callable[[str, bytes], None]
"""Takes news for every page: their kind, and their text."""


class ShowView:
    """One engine that plays; used on the page's loop only."""

    def __init__(self, engine: Engine, before: ShowView | None = None) -> None:
        """``before`` is what was shown of it until another plan took over."""
        self.engine = engine
        self._drawing = draw(engine.plan)
        self._values = Values(engine)
        self._knobs = Knobs(engine)
        self._health = HealthView(engine)
        self._pictures: dict[str, Picture] = {}
        self._stand: object = None
        self._ranging: Ranging | None = None
        self._until = Ns(0)
        self._teacher: object = before._teacher if before else None

    def patch(self) -> bytes:
        """Say what plays: boxes, cables, knobs; and which patches there are to go to."""
        return message(
            "patch",
            patch=self._drawing,
            knobs=self._knobs.all,
            playlist=self.engine.playlist,
            playing=self.engine.playing,
        )

    def knobs(self) -> bytes:
        """Say where all knobs stand."""
        return message("knobs", stand=self._knobs.stand())

    def health(self) -> bytes:
        """Say how it goes."""
        return message("health", **msgspec.structs.asdict(self._health.glance()))

    def values(self) -> bytes:
        """Say what every box and cable says now."""
        now = self.engine.clock.now()
        return message(
            "values",
            now=round((now - self.engine.metrics.started) / MILLISECOND, 1),
            boxes=self._values.boxes(),
            cables=self._cables(now),
            pictures=self._values.pictures(),
            teaching=self.engine.learn_sweep.route,
            private=not self.engine.privacy.pictures_may_leave,
            always_private=self.engine.privacy.always,
        )

    def _cables(self, now: Ns) -> list[Entry]:
        """Give what arrives at the end of each cable; where one is taught, what is sent instead."""
        entries = self._values.cables()
        teacher = self.engine.learn_sweep
        if teacher.said is not None:
            at = round((now - self.engine.metrics.started) / MILLISECOND, 1)
            for index, cable in enumerate(self._drawing.cables):
                if cable.route and cable.route == teacher.route:
                    entries[index] = summary_of(teacher.said), at
        return entries

    def tell_knobs(self, tell: Tell) -> None:
        """Tell where the knobs stand, if any has moved."""
        stand = self._knobs.stand()
        if stand != self._stand:
            self._stand = stand
            tell("knobs", message("knobs", stand=stand))

    def ask(self, ask: Ask, who: object) -> None:
        """Do what a page asks; raises ValueError with the reason where that cannot be."""
        if isinstance(ask, FindRange):
            self._find_range(ask.cable)
            return
        self.engine.ask(BY, command(ask, self.engine))
        if isinstance(ask, TeachOne):
            self._teacher = who if ask.route else None

    def gone(self, who: object) -> None:
        """Note that a page went away: the show does not stay silent because a phone fell asleep."""
        if who is self._teacher:
            self._teacher = None
            self.engine.ask(BY, Teach(""))

    def picture(self, name: str) -> Picture | None:
        """Give the picture of an outlet by its name; None where it shows none."""
        if name not in self._pictures:
            found: dict[str, Outlet] = {str(outlet): outlet for outlet in self.engine.slots}
            if name not in found or not self._values.is_picture(found[name]):
                return None
            self._pictures[name] = Picture(self.engine, found[name])
        return self._pictures[name]

    def look_for_range(self, tell: Tell) -> None:
        """Take one more reading of the cable whose range is looked for."""
        ranging = self._ranging
        if ranging is None:
            return
        ranging.add(self._values.before(ranging.cable))
        left = (self._until - self.engine.clock.now()) / SECOND
        if left <= 0:
            self._ranging = None
        tell("range", message("range", **self._range(ranging, max(0.0, left))))

    def _find_range(self, cable: int) -> None:
        if cable < 0:
            self._ranging = None
            return
        cables = self._drawing.cables
        if cable >= len(cables) or not cables[cable].number:
            raise ValueError("there is no such cable that carries a number")
        self._ranging = Ranging(cable)
        self._until = Ns(self.engine.clock.now() + round(SECONDS * SECOND))

    def _range(self, ranging: Ranging, left: float) -> dict[str, Any]:
        cable = self._drawing.cables[ranging.cable]
        found = ranging.found()
        state = self.engine.states.get(cable.scale)
        scale = state.box if state else None
        to, curve = getattr(scale, "to", None), getattr(scale, "curve", "")
        return {
            "cable": ranging.cable,
            "left": math.ceil(left),
            "found": found,
            "scale": cable.scale,
            "paste": paste(cable.origin, found, to, curve) if found else "",
        }


def message(kind: str, **content: object) -> bytes:
    """Write news as JSON."""
    return _JSON.encode({"kind": kind, **content})
