"""Judges whether a show survived a storm: one verdict a goal, from observations alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from engine.lab.stress.faults import SETTLE
from engine.lab.stress.numbers import STEADY, Span, flows_again, in_spans, longest_gap, slope
from engine.lab.stress.observed import InjectionRecord, Observation

RECOVERY_S = 6.0
GAP_S = 1.0
NOTE_S = 10.0
"""How long a note may sound, where none was longer in calm."""
LEAK_MB_HOUR = 1.0
DELAY_RATIO = 1.1
SHORT_S = 240.0
"""A storm shorter than this has too little calm to tell 1.1 from 1: its limit is twice that."""
LONG_S = 1500.0
"""Memory is judged in shows at least this long: before that a show is still growing to its size."""
FINDS_SIZE, FINDS_SIZE_STRUCK = 1 / 6, 1 / 2
"""The part of a show in which it may grow: in a storm each fault must have come a few times."""
_RATE = 1.0
_PAUSE_S = 2.0


@dataclass(frozen=True)
class Verdict:
    """One goal: what was measured, and its upper limit; without ``most`` it is no goal."""

    what: str
    value: float
    unit: str
    most: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.most is None or self.value <= self.most


def judge(seen: Observation, calm: Sequence[Observation]) -> list[Verdict]:
    """Return the verdicts on a show; ``calm`` are shows of the same rig without faults."""
    baseline = Baseline(calm or [seen])
    return [
        *_alive(seen),
        *_notes(seen, baseline),
        *_recoveries(seen, baseline),
        _gaps(seen, baseline),
        *_delays(seen, calm),
        *_drops(seen),
        *_vitals(seen),
    ]


class Baseline:
    """The routes in calm: which send all the time, how often, and how long notes last."""

    def __init__(self, calm: Sequence[Observation]) -> None:
        self.rates: dict[str, float] = {}
        self.gap = 0.0
        for route in calm[0].routes:
            rates = [len(one.routes.get(route, ())) / (one.ended - one.began) for one in calm]
            gaps = [longest_gap(one.routes.get(route, ()), *_weather(one, route)) for one in calm]
            if min(rates) >= _RATE and max(gaps) <= _PAUSE_S:
                self.rates[route] = min(rates)
                self.gap = max(self.gap, *gaps)
        notes = [note for one in calm for note in one.notes]
        self.note = max((n.ended - n.begun for n in notes if n.ended is not None), default=0.0)

    def within(self, route: str) -> float:
        """Return in how many seconds a route sends enough to count as flowing."""
        return max(1.0, 1.5 * STEADY / self.rates[route])


def recovery(injected: InjectionRecord, seen: Observation, baseline: Baseline) -> float | None:
    """Return how many seconds after the end of a fault everything affected had recovered.

    Judged by the routes that it feeds; where none of them sends all the time, by the state of the
    box. ``inf`` where it never recovered; None where nothing tells.
    """
    routes = [route for route in injected.routes if route in baseline.rates]
    if not routes:
        return _up_again(injected, seen)
    moments = [
        flows_again(seen.routes.get(route, ()), injected.over, baseline.within(route))
        for route in routes
    ]
    return max((inf if at is None else at) - injected.over for at in moments)


def _up_again(injected: InjectionRecord, seen: Observation) -> float | None:
    """Return the recovery time by the states that the show reported of the boxes."""
    until = injected.over + 2 * SETTLE
    last: dict[str, tuple[float, str]] = {}
    for at, box, state in seen.states:
        if box in injected.boxes and at <= until and last.get(box, (0.0, ""))[1] != state:
            last[box] = at, state
    if any(state not in ("running", "ended") for _, state in last.values()):
        return inf
    return max((max(0.0, at - injected.over) for at, _ in last.values()), default=None)


def _alive(seen: Observation) -> list[Verdict]:
    status = -1 if seen.exit is None else seen.exit
    return [
        Verdict("ends of the show before its time", int(seen.died), "times", 0),
        Verdict("exit status", abs(status), "", 0, "" if status >= 0 else "ended by a signal"),
        Verdict(
            "mistakes of the engine itself",
            len(seen.internal_errors),
            "times",
            0,
            "; ".join(dict.fromkeys(seen.internal_errors[:3])),
        ),
    ]


def _notes(seen: Observation, baseline: Baseline) -> list[Verdict]:
    if not seen.notes:
        return [Verdict("notes heard", 0, "notes")]
    limit = max(NOTE_S, 3 * baseline.note)
    stuck = [n for n in seen.notes if n.ended is None]
    long = [n for n in seen.notes if n.ended is not None and n.ended - n.begun > limit]
    return [
        Verdict("notes heard", len(seen.notes), "notes"),
        Verdict("notes that sound after the end", len(stuck), "notes", 0),
        Verdict(f"notes that sounded longer than {limit:.0f} s", len(long), "notes", 0),
    ]


def _recoveries(seen: Observation, baseline: Baseline) -> Iterable[Verdict]:
    for fault in dict.fromkeys(injected.injection.fault for injected in seen.injected):
        every = [recovery(s, seen, baseline) for s in seen.injected if s.injection.fault == fault]
        measured = [after for after in every if after is not None]
        times = f"{len(every)} times" if len(every) > 1 else "once"
        if measured:
            yield Verdict(f"recovery: {fault}", max(measured), "s", RECOVERY_S, times)
        else:
            yield Verdict(f"recovery: {fault}", 0, "s", None, f"{times}; nothing tells it")


def _gaps(seen: Observation, baseline: Baseline) -> Verdict:
    longest, name = 0.0, ""
    for route in baseline.rates:
        gap = longest_gap(seen.routes.get(route, ()), *_weather(seen, route))
        if gap > longest:
            longest, name = gap, route
    most = max(GAP_S, 2 * baseline.gap)
    return Verdict("longest gap without a fault of its own", longest, "s", most, name)


def _weather(seen: Observation, route: str) -> tuple[Span, list[Span]]:
    """Return the span of a show, and the spans in which faults affect a route."""
    faults = [(s.began, s.over + SETTLE) for s in seen.injected if route in s.routes]
    return (seen.began, seen.ended), faults


def _delays(seen: Observation, calm: Sequence[Observation]) -> Iterable[Verdict]:
    now = in_spans(seen.delays, calm_spans(seen))
    if now:
        yield Verdict("delay in calm stretches, p50", statistics.median(now), "ms")
        yield Verdict("delay in calm stretches, most", max(now), "ms")
    before = [ms for one in calm for ms in in_spans(one.delays, calm_spans(one))]
    if now and before and statistics.median(before) > 0:
        short = seen.ended - seen.began < SHORT_S
        ratio = statistics.median(now) / statistics.median(before)
        note = "twice the goal, for so short a storm" if short else ""
        yield Verdict(
            "delay in calm stretches over a calm show",
            ratio,
            "x",
            DELAY_RATIO * (2 if short else 1),
            note,
        )


def calm_spans(seen: Observation) -> list[Span]:
    """Return the spans of a show in which no fault was active or still felt."""
    edges = [(seen.began, seen.began)]
    edges += [(s.began, s.over + SETTLE + 1.0) for s in seen.injected]
    edges.append((seen.ended, seen.ended))
    return [(a_end, b_begin) for (_, a_end), (b_begin, _) in pairwise(edges) if a_end < b_begin]


def _drops(seen: Observation) -> Iterable[Verdict]:
    for kind in ("sources", "lanes"):
        boxes = seen.stats.get(kind, {})
        dropped = {name: box.get("dropped", 0) for name, box in boxes.items()}
        if boxes:
            worst = max(dropped, key=lambda name: dropped[name])
            note = f"most: {worst}" if dropped[worst] else ""
            yield Verdict(f"dropped by {kind}", sum(dropped.values()), "messages", None, note)


def _vitals(seen: Observation) -> Iterable[Verdict]:
    part = FINDS_SIZE_STRUCK if seen.injected else FINDS_SIZE
    late = [v for v in seen.vitals if v.at >= seen.began + (seen.ended - seen.began) * part]
    spans = calm_spans(seen)
    calm = [v for v in late if any(a <= v.at <= b for a, b in spans)]
    if len(calm) < 2:
        return
    leak = 3600 * slope([(v.at, v.memory) for v in calm])
    bar = LEAK_MB_HOUR if seen.ended - seen.began >= LONG_S else None
    note = "" if bar else f"no goal for less than {LONG_S / 60:.0f} minutes"
    yield Verdict("memory at the end", calm[-1].memory, "MB")
    since = "half" if seen.injected else "sixth"
    yield Verdict(f"memory, after the first {since}", leak, "MB an hour", bar, note)
    yield Verdict("more open files", _growth([v.files for v in calm]), "files", 0)
    yield Verdict("more threads", _growth([v.threads for v in calm]), "threads", 0)


def _growth(counts: Sequence[int]) -> float:
    """Return how much the median of the last tenth exceeds that of the first."""
    tenth = max(1, len(counts) // 10)
    return statistics.median(counts[-tenth:]) - statistics.median(counts[:tenth])
