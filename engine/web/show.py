"""The page's view of a playing engine: its news, and the handling of requests."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from engine.core.clock import MILLISECOND, SECOND
from engine.core.commands import SetParameter, Teach
from engine.core.kinds import summary_of
from engine.core.messages import Ns
from engine.patch.plan import Outlet
from engine.runtime.engine import Engine
from engine.runtime.saver import Saver
from engine.web.client import Client, news
from engine.web.drawing import draw
from engine.web.health import HealthView
from engine.web.holds import Held, Holds
from engine.web.knobs import Knobs
from engine.web.lessons import Lessons
from engine.web.maps import Maps
from engine.web.pictures import HeldPictures, Picture
from engine.web.pins import Pins
from engine.web.range_finder import SECONDS, RangeFinder, cable_text
from engine.web.requests import (
    HoldRequest,
    LearnRequest,
    MonitorRequest,
    PageRequest,
    PinRequest,
    RangeRequest,
    to_command,
)
from engine.web.shapes import Shapes
from engine.web.sound_levels import SoundLevels
from engine.web.values import Entry, Values

BY = "page"

Send = Callable[[str, bytes], None]
"""Sends news of a kind to every page."""


class ShowView:
    """The view of one engine; used on the page's loop only."""

    def __init__(self, engine: Engine, previous: ShowView | None = None) -> None:
        """``previous`` is the view of the same engine with its previous plan."""
        self.engine = engine
        self._drawing = draw(engine.plan)
        self._values = Values(engine)
        self._knobs = Knobs(engine)
        self._health = HealthView(engine)
        self._shapes = Shapes(engine)
        self._sent_shapes: object = None
        self._lessons: Lessons = Lessons(engine, previous._lessons if previous else None)
        self._sent_lessons: object = None
        self._sent_shown: object = None
        self.maps = Maps(engine)
        self._sent_maps: object = None
        self._holds: Holds = previous._holds if previous else Holds(self._let_go, self._seconds)
        self._sounds: SoundLevels = previous._sounds if previous else SoundLevels(engine)
        self._held: HeldPictures = previous._held if previous else HeldPictures()
        self._pins: Pins = previous._pins if previous else Pins()
        self._pictures: dict[tuple[str, bool], Picture] = {}
        self._sent_knobs: object = None
        self._range_finder: RangeFinder | None = None
        self._until = Ns(0)
        self._learner: object = previous._learner if previous else None
        self.saver: Saver = previous.saver if previous else Saver(engine)
        self.monitors: set[object] = previous.monitors if previous else set()
        """The pages that show what comes in and what leaves."""

    def patch(self) -> bytes:
        """Return the news of what plays: boxes, cables, knobs, and the playlist."""
        return news(
            "patch",
            patch=self._drawing,
            knobs=self._knobs.all,
            playlist=self.engine.playlist,
            playing=self.engine.playing,
            pins=self._pins.of(self.engine.plan.title),
        )

    def pins(self) -> bytes:
        """Return the news of which knobs are pinned."""
        title = self.engine.plan.title
        return news("pins", title=title, pins=self._pins.of(title))

    def knobs(self) -> bytes:
        """Return the news of the values of all knobs."""
        return news("knobs", **self._stand())

    def _stand(self) -> dict[str, Any]:
        """Return where the knobs stand, and how much was turned, also where no knob shows it."""
        turned, cabled = self.saver.turned()
        return {"stand": self._knobs.values(), "turned": turned, "cabled": cabled}

    def health(self) -> bytes:
        """Return the news of metrics and faults."""
        return news("health", **msgspec.structs.asdict(self._health.snapshot()))

    def traffic(self) -> bytes:
        """Return the news of what comes in and what leaves; it is counted from now on."""
        traffic = self.engine.monitor.read()
        return news("traffic", flows=traffic.flows, left_out=traffic.left_out)

    def values(self) -> bytes:
        """Return the news of the values of all boxes and cables."""
        now = self.engine.clock.now()
        master = self.engine.picture_master
        return news(
            "values",
            now=round((now - self.engine.metrics.started) / MILLISECOND, 1),
            boxes=self._values.boxes(),
            captions=self._values.captions(),
            cables=self._cables(now),
            pictures=self._values.pictures(),
            texts=self._values.texts(),
            sounds=self._sounds.read(),
            teaching=self.engine.learn_sweep.route,
            testing=self.engine.learn_sweep.tests,
            private=not self.engine.privacy.pictures_may_leave,
            always_private=self.engine.privacy.always,
            blackout=master.blackout,
            frozen=master.frozen,
            master=master.level,
        )

    def _cables(self, now: Ns) -> list[Entry]:
        """Return the values at the ends of cables; at one that is swept for learning, the sweep."""
        entries = self._values.cables()
        sweep = self.engine.learn_sweep
        if sweep.last_sent is not None:
            at = round((now - self.engine.metrics.started) / MILLISECOND, 1)
            for index, cable in enumerate(self._drawing.cables):
                if cable.route and cable.route == sweep.route:
                    entries[index] = summary_of(sweep.last_sent), at
        return entries

    def send_knobs(self, send: Send) -> None:
        """Send the values of the knobs, if any has changed."""
        stand = self._stand()
        if stand != self._sent_knobs:
            self._sent_knobs = stand
            send("knobs", news("knobs", **stand))

    def shapes(self) -> bytes:
        """Return the news of zones, lines and floors, and of who is inside."""
        return news("shapes", **self._shapes.read())

    def send_shapes(self, send: Send) -> None:
        """Send the shapes, if any has changed, or who is inside."""
        shapes = self._shapes.read()
        if shapes != self._sent_shapes:
            self._sent_shapes = shapes
            send("shapes", news("shapes", **shapes))

    def lessons(self) -> bytes:
        """Return the news of what boxes have learned, and how sure they are now."""
        return news("lessons", lessons=self._lessons.read())

    def examples(self) -> bytes:
        """Return the news of what they were shown."""
        return news("examples", shown=self._lessons.shown())

    def map_news(self) -> bytes:
        """Return the news of where hands are on maps, and of what is nearest."""
        return news("maps", maps=self.maps.read())

    def send_maps(self, send: Send) -> None:
        """Send where hands are on maps, if that has changed."""
        maps = self.maps.read()
        if maps != self._sent_maps:
            self._sent_maps = maps
            send("maps", news("maps", maps=maps))

    def send_lessons(self, send: Send) -> None:
        """Watch what is taught; send what has changed of it. End what no page holds any more."""
        self._holds.look()
        self._lessons.watch()
        lessons, shown = self._lessons.read(), self._lessons.shown()
        if lessons != self._sent_lessons:
            self._sent_lessons = lessons
            send("lessons", news("lessons", lessons=lessons))
        if shown != self._sent_shown:
            self._sent_shown = shown
            send("examples", news("examples", shown=shown))

    def handle(self, request: PageRequest, client: Client, send: Send) -> None:
        """Handle a request of a page; ``send`` what it means for all of them.

        Raise ValueError with the reason where it is impossible.
        """
        if isinstance(request, PinRequest):
            known = {f"{knob.box}/{knob.name}" for knob in self._knobs.all}
            self._pins.pin(self.engine.plan.title, [n for n in request.knobs if n in known])
            send("pins", self.pins())
            return
        if isinstance(request, RangeRequest):
            self._find_range(request.cable)
            return
        if isinstance(request, HoldRequest):
            self._hold(request, client)
            return
        if isinstance(request, MonitorRequest):
            (self.monitors.add if request.on else self.monitors.discard)(client)
            return
        self.engine.ask(BY, to_command(request, self.engine))
        if isinstance(request, LearnRequest):
            self._learner = client if request.route else None

    def client_left(self, client: Client) -> None:
        """End what a page began that has left: a sweep would keep the show silent."""
        self.monitors.discard(client)
        self._holds.client_left(client)
        if client is self._learner:
            self._learner = None
            self.engine.ask(BY, Teach(""))

    def _hold(self, request: HoldRequest, client: Client) -> None:
        held = request.box, request.parameter
        if request.again:
            self._holds.renew(held, client)
        elif request.value:
            self.engine.ask(BY, to_command(request, self.engine))
            self._holds.begin(held, client)
        else:
            self._holds.end(held, client)

    def _seconds(self) -> float:
        return self.engine.clock.now() / SECOND

    def _let_go(self, held: Held) -> bool:
        """Let go what was held; return False where its box is off, and has to be told later."""
        state = self.engine.states.get(held[0])
        if state is not None and state.on:
            self.engine.ask(BY, SetParameter(*held, ""))
        return state is None or state.on

    def picture(self, name: str, bare: bool = False) -> Picture | None:
        """Return the picture stream of an outlet by its name; None where it has no picture.

        ``bare`` is without the skeletons that were found in it.
        """
        if (name, bare) not in self._pictures:
            found: dict[str, Outlet] = {str(outlet): outlet for outlet in self.engine.slots}
            if name not in found or not self._values.is_picture(found[name]):
                return None
            self._pictures[name, bare] = Picture(self.engine, found[name], self._held, bare)
        return self._pictures[name, bare]

    def main_picture(self) -> str:
        """Return the outlet whose picture is shown where none is named; "" where there is none."""
        return next(reversed(self._values.pictures()), "")

    def read_range(self, send: Send) -> None:
        """Add a reading of the cable whose range is being found, and send the range so far."""
        finder = self._range_finder
        if finder is None:
            return
        finder.add(self._values.before(finder.cable))
        left = (self._until - self.engine.clock.now()) / SECOND
        if left <= 0:
            self._range_finder = None
        send("range", news("range", **self._range(finder, max(0.0, left))))

    def _find_range(self, cable: int) -> None:
        if cable < 0:
            self._range_finder = None
            return
        cables = self._drawing.cables
        if cable >= len(cables) or not cables[cable].number:
            raise ValueError("there is no such cable that carries a number")
        self._range_finder = RangeFinder(cable)
        self._until = Ns(self.engine.clock.now() + round(SECONDS * SECOND))

    def _range(self, finder: RangeFinder, left: float) -> dict[str, Any]:
        cable = self._drawing.cables[finder.cable]
        found = finder.range()
        state = self.engine.states.get(cable.scale)
        scale = state.box if state else None
        to, curve = getattr(scale, "to", None), getattr(scale, "curve", "")
        return {
            "cable": finder.cable,
            "left": math.ceil(left),
            "found": found,
            "scale": cable.scale,
            "paste": cable_text(cable.origin, found, to, curve) if found else "",
        }
