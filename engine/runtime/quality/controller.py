"""Keep the deadline of a patch: degrade boxes when output is late, and restore them.

It judges windows of one second by the 90th percentile latency of the worst output, from the moment
described to the entry by which a message left. Beside the times that lanes report, nothing else is
considered: the same entries cause the same steps, live, offline and in a replay, and none need be
recorded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns
from engine.patch.plan import Deadline
from engine.runtime.metrics import LOG, RouteMetrics
from engine.runtime.quality.degradation import Degradations
from engine.runtime.quality.hysteresis import Decision, Hysteresis, percentile_90
from engine.runtime.quality.quality import Quality
from engine.runtime.schedule.services import Services

QUALITY = "deadline"
WINDOW = SECOND


class QualityController:
    """Keeps the deadline of the current plan; does nothing where there is none."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._behind: dict[int, list[int]] = defaultdict(list)
        self._due: Ns | None = None
        self._deadline: Deadline | None = None

    def install(self, deadline: Deadline | None, staying: Collection[str] = ()) -> None:
        """Adopt a deadline before its plan is installed; ``staying`` are the boxes kept.

        Where the deadline and all boxes it may degrade stay the same, its state is kept.
        """
        old = self._deadline
        if old and old == deadline and all(degradable.box in staying for degradable in old.order):
            return
        self.restore_all()
        self._behind.clear()
        self._deadline = deadline
        self._quality = self._services.metrics.quality
        if deadline is not None:
            self._quality = Quality.after(self._quality, deadline.within)
            self._degradations = Degradations(self._services, deadline)
            self._hysteresis = Hysteresis(deadline.within)
        self._services.metrics.quality = self._quality if deadline else None

    def is_degraded(self, box: str, parameter: str) -> bool:
        """Whether a parameter of a box is degraded now."""
        return self._deadline is not None and self._degradations.is_degraded(box, parameter)

    def sent(self, route: RouteMetrics, behind: int) -> None:
        """Record the latency (ns) of a message that left by an output."""
        if self._deadline is None:
            return
        self._behind[id(route)].append(behind)
        if self._due is None:
            self._due = Ns(self._services.now + WINDOW)
            self._services.wakes.ask(QUALITY, self)

    def wake(self) -> Ns | None:
        """Return when the window ends; None while nothing is sent."""
        return self._due

    def on_wake(self, at: Ns) -> None:
        """Close a window and act on it."""
        behind, self._behind = self._behind, defaultdict(list)
        self._due = Ns(at + WINDOW) if behind else None
        self._services.wakes.ask(QUALITY, self)
        if not behind:
            return
        worst = max(map(percentile_90, behind.values()))
        for description in self._degradations.drop_overridden():
            self._record_step(description)
        match self._hysteresis.judge(worst, at):
            case Decision.DEGRADE:
                self._degrade(worst, at)
            case Decision.RESTORE:
                self._restore(at)

    def restore_all(self) -> None:
        """Restore everything at once."""
        if self._deadline is not None:
            self._degradations.drop_overridden()
            while description := self._degradations.restore():
                self._record_step(description)

    def _degrade(self, worst: int, at: Ns) -> None:
        self._hysteresis.degraded(at)
        if description := self._degradations.degrade():
            self._record_step(description, f"gives way, {worst / MILLISECOND:.0f} ms behind: ")
        else:
            self._services.tell(QUALITY, "everything has given way, and it is still too late")

    def _restore(self, at: Ns) -> None:
        if description := self._degradations.restore():
            self._hysteresis.restored(at)
            self._record_step(description)

    def _record_step(self, description: str, why: str = "") -> None:
        """Record and log a step."""
        assert self._quality is not None
        at = Ns(self._services.now - self._services.metrics.started)
        self._quality.record(
            at, description, self._degradations.degraded, self._degradations.quality
        )
        LOG.info("%s%s", why, description)
