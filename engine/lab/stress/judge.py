"""Says whether a show came through: one verdict a goal, from what was seen and nothing else."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from engine.lab.stress.faults import SETTLE
from engine.lab.stress.numbers import STEADY, Span, flows_again, in_spans, longest_gap, slope
from engine.lab.stress.observed import Observed, Struck

RECOVERY_S = 6.0
GAP_S = 1.0
NOTE_S = 10.0
"""How long a note may sound, where none was longer in calm."""
LEAK_MB_HOUR = 1.0
DELAY_RATIO = 1.1
SHORT_S = 240.0
"""A storm shorter than this has too little calm to tell 1.1 from 1: its ratio may be twice that."""
LONG_S = 1500.0
"""Memory is judged from here on: before that a show is still finding its size."""
FINDS_SIZE, FINDS_SIZE_STRUCK = 1 / 6, 1 / 2
"""The part of a show in which it may do so: in a storm each fault must have come a few times."""
_RATE = 1.0
_PAUSE_S = 2.0


@dataclass(frozen=True)
class Verdict:
    """One goal: what was measured, and at most how much it may be; no ``most`` is no goal."""

    what: str
    value: float
    unit: str
    most: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.most is None or self.value <= self.most


def judge(seen: Observed, calm: Sequence[Observed]) -> list[Verdict]:
    """Judge a show; ``calm`` are shows of the same rig without a fault, before and after it."""
    usual = Usual(calm or [seen])
    return [
        *_alive(seen),
        *_notes(seen, usual),
        *_recoveries(seen, usual),
        _gaps(seen, usual),
        *_delays(seen, calm),
        *_drops(seen),
        *_vitals(seen),
    ]


class Usual:
    """How the ways out are in calm: which speak all the time, how often, how long notes last."""

    def __init__(self, calm: Sequence[Observed]) -> None:
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
        """Give in how many seconds a way out says enough to be called flowing."""
        return max(1.0, 1.5 * STEADY / self.rates[route])


def recovery(struck: Struck, seen: Observed, usual: Usual) -> float | None:
    """Give how many seconds after the end of a fault all it concerns was itself again.

    By the ways out that it feeds; where none of them speaks all the time, by the state of the box.
    None where that never came.
    """
    routes = [route for route in struck.routes if route in usual.rates]
    if not routes:
        return _up_again(struck, seen)
    moments = [
        flows_again(seen.routes.get(route, ()), struck.over, usual.within(route))
        for route in routes
    ]
    return max((inf if at is None else at) - struck.over for at in moments)


def _up_again(struck: Struck, seen: Observed) -> float | None:
    """Look at what the show said of the boxes until the fault was to be settled."""
    until = struck.over + 2 * SETTLE
    last: dict[str, tuple[float, str]] = {}
    for at, box, state in seen.states:
        if box in struck.boxes and at <= until and last.get(box, (0.0, ""))[1] != state:
            last[box] = at, state
    if any(state not in ("running", "ended") for _, state in last.values()):
        return inf
    return max((max(0.0, at - struck.over) for at, _ in last.values()), default=None)


def _alive(seen: Observed) -> list[Verdict]:
    status = -1 if seen.exit is None else seen.exit
    return [
        Verdict("ends of the show before its time", int(seen.died), "times", 0),
        Verdict("exit status", abs(status), "", 0, "" if status >= 0 else "ended by a signal"),
        Verdict(
            "mistakes of the engine itself",
            len(seen.complaints),
            "times",
            0,
            "; ".join(dict.fromkeys(seen.complaints[:3])),
        ),
    ]


def _notes(seen: Observed, usual: Usual) -> list[Verdict]:
    if not seen.notes:
        return [Verdict("notes heard", 0, "notes")]
    limit = max(NOTE_S, 3 * usual.note)
    stuck = [n for n in seen.notes if n.ended is None]
    long = [n for n in seen.notes if n.ended is not None and n.ended - n.begun > limit]
    return [
        Verdict("notes heard", len(seen.notes), "notes"),
        Verdict("notes that sound after the end", len(stuck), "notes", 0),
        Verdict(f"notes that sounded longer than {limit:.0f} s", len(long), "notes", 0),
    ]


def _recoveries(seen: Observed, usual: Usual) -> Iterable[Verdict]:
    for fault in dict.fromkeys(struck.strike.fault for struck in seen.struck):
        every = [recovery(s, seen, usual) for s in seen.struck if s.strike.fault == fault]
        told = [after for after in every if after is not None]
        times = f"{len(every)} times" if len(every) > 1 else "once"
        if told:
            yield Verdict(f"recovery: {fault}", max(told), "s", RECOVERY_S, times)
        else:
            yield Verdict(f"recovery: {fault}", 0, "s", None, f"{times}; nothing tells it")


def _gaps(seen: Observed, usual: Usual) -> Verdict:
    longest, name = 0.0, ""
    for route in usual.rates:
        gap = longest_gap(seen.routes.get(route, ()), *_weather(seen, route))
        if gap > longest:
            longest, name = gap, route
    most = max(GAP_S, 2 * usual.gap)
    return Verdict("longest gap without a fault of its own", longest, "s", most, name)


def _weather(seen: Observed, route: str) -> tuple[Span, list[Span]]:
    """Give the whole of a show, and where faults concern a way out."""
    faults = [(s.began, s.over + SETTLE) for s in seen.struck if route in s.routes]
    return (seen.began, seen.ended), faults


def _delays(seen: Observed, calm: Sequence[Observed]) -> Iterable[Verdict]:
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


def calm_spans(seen: Observed) -> list[Span]:
    """Give the stretches of a show in which no fault was, or was still felt."""
    edges = [(seen.began, seen.began)]
    edges += [(s.began, s.over + SETTLE + 1.0) for s in seen.struck]
    edges.append((seen.ended, seen.ended))
    return [(a_end, b_begin) for (_, a_end), (b_begin, _) in pairwise(edges) if a_end < b_begin]


def _drops(seen: Observed) -> Iterable[Verdict]:
    for kind in ("sources", "lanes"):
        boxes = seen.stats.get(kind, {})
        dropped = {name: box.get("dropped", 0) for name, box in boxes.items()}
        if boxes:
            worst = max(dropped, key=lambda name: dropped[name])
            note = f"most: {worst}" if dropped[worst] else ""
            yield Verdict(f"dropped by {kind}", sum(dropped.values()), "messages", None, note)


def _vitals(seen: Observed) -> Iterable[Verdict]:
    part = FINDS_SIZE_STRUCK if seen.struck else FINDS_SIZE
    late = [v for v in seen.vitals if v.at >= seen.began + (seen.ended - seen.began) * part]
    spans = calm_spans(seen)
    calm = [v for v in late if any(a <= v.at <= b for a, b in spans)]
    if len(calm) < 2:
        return
    leak = 3600 * slope([(v.at, v.memory) for v in calm])
    bar = LEAK_MB_HOUR if seen.ended - seen.began >= LONG_S else None
    note = "" if bar else f"no goal for less than {LONG_S / 60:.0f} minutes"
    yield Verdict("memory at the end", calm[-1].memory, "MB")
    since = "half" if seen.struck else "sixth"
    yield Verdict(f"memory, after the first {since}", leak, "MB an hour", bar, note)
    yield Verdict("more open files", _growth([v.files for v in calm]), "files", 0)
    yield Verdict("more threads", _growth([v.threads for v in calm]), "threads", 0)


def _growth(counts: Sequence[int]) -> float:
    """Give how much more the last tenth is than the first, by their medians."""
    tenth = max(1, len(counts) // 10)
    return statistics.median(counts[-tenth:]) - statistics.median(counts[:tenth])
