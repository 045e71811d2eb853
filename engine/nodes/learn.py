"""Learn poses, knobs and gestures from examples that a performer shows."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

import numpy as np

from engine.core.clock import SECOND
from engine.core.context import Context
from engine.core.errors import ParameterError
from engine.core.landmarks import Landmarks
from engine.core.messages import Features, Keyword, Ns, Pitch, Trigger
from engine.core.node import Node
from engine.core.parameter import Event, Fixed, Param
from engine.dsp.landmarks.body import SEEN
from engine.dsp.landmarks.people import Sure, Who
from engine.language.words import clean
from engine.learning.examples import MOST_CLASSES, MOST_EXAMPLES, Examples
from engine.learning.examples_file import (
    LONGEST,
    BadExamples,
    file_of,
    read_examples,
    spare_of,
    version_fault,
    write_examples,
)
from engine.learning.lesson import Lesson
from engine.learning.named_numbers import NamedNumbers, moment

_log = logging.getLogger("sensorium")

UNSURE: Final = "unsure"
"""What it calls that of which it was shown nothing alike; no class is called so."""
_SURER: Final = 0.1
"""How much more of the share another class must have before it takes over."""
_HALF: Final = 0.5
_MOST_FILES: Final = 100

Shown = Landmarks | Features | Pitch | float


class Taught(NamedTuple):
    """What it is, how sure that is, and how the teaching stands."""

    label: str | None = None
    confidence: float | None = None
    unsure: bool | None = None
    sureness: Features | None = None
    knobs: Features | None = None
    gesture: Keyword | None = None
    progress: float | None = None
    speed: float | None = None
    nearest: int | None = None
    counts: Features | None = None
    examples: int | None = None
    score: float | None = None
    report: str | None = None
    notice: str | None = None


class Learn(Node):
    """Learns from examples: hold ``record``, show it, let go, and it plays with what it was shown.

    What comes may be a body, a hand, a face, ``Features``, a pitch or a number; ``a`` to ``f`` take
    more of them beside the first. Numbers are matched by name, whatever their order: those of a
    body by its joints, those of features by their own names, a plain number by its inlet. A body is
    seen from its own trunk, in its own size, so it does not matter where somebody stands.

    ``task`` is "classify" (which pose, sound or thing it is: ``label``), "regress" (a place between
    those that were shown moves ``knobs``), or "gesture" (a way that was gone: ``gesture``).

    ``record`` is the name of what is shown, for as long as it is held; "" lets go. To regress any
    name does, and ``knobs`` are taught as they stand. ``undo`` takes the last take back, ``delete``
    those of a name, ``clear`` all; ``train`` learns anew, as letting go does while ``by_itself`` is
    on. ``label`` is "unsure" for what is like nothing that was shown; ``reach`` says how far from
    the examples something may be, 0 to 1 of the way to the other classes.

    ``confidence``, ``sureness`` (a number for each class) and ``unsure`` say how sure it is now;
    ``nearest`` is the number of the take that is most alike. A gesture has ``progress``, 0 to 1,
    and ``speed``, 1 as it was shown. ``counts`` and ``examples`` say how much was shown, ``score``
    the share that is right of what is left out in turn, ``report`` what is taken for what, and
    ``notice`` what the last order came to.

    Examples are data in the state folder beside the patch, a file for each ``version``, written at
    each letting go. ``save`` keeps them under another name, ``load`` takes those of another one.

    Nearest neighbours by a measure from the spread within classes, with a reject option (Dubuisson
    and Masson 1993), kernel ridge regression, SPRING (Sakurai and others, 2007).
    """

    lane: ClassVar[bool] = True
    patience: ClassVar[float | None] = 30.0

    task: Fixed[Annotated[Literal["classify", "regress", "gesture"], Param("what it learns")]] = (
        "classify"
    )
    version: Fixed[
        Annotated[str, Param("the name of the examples that it begins with", fault=version_fault)]
    ] = "examples"
    knobs: Annotated[
        dict[str, float], Param("the knobs that are taught, as they stand while it is recorded")
    ] = field(default_factory=dict)
    reach: Annotated[float, Param("how far from the examples something is still known", 0, 1)] = 0.2
    settle: Annotated[float, Param("how long it takes to change its mind", 0, 10, unit="s")] = 0.1
    by_itself: Annotated[bool, Param("whether it learns as soon as record is let go")] = True
    person: Who = 0
    confidence: Sure = SEEN
    record: Event[Annotated[str, Param("the name of what is shown now; empty ends it")]] = ""
    train: Event[Annotated[bool, Param("learn from all examples")]] = False
    undo: Event[Annotated[bool, Param("take the last take back")]] = False
    delete: Event[Annotated[str, Param("forget all takes of a name")]] = ""
    clear: Event[Annotated[bool, Param("forget all takes")]] = False
    save: Event[Annotated[str, Param("keep the examples under another name")]] = ""
    load: Event[Annotated[str, Param("take the examples of another name")]] = ""

    _context: Context = Context()
    _version: str = ""
    _safe: bytes | None = None
    """The file as it was read or written last."""
    _examples: Examples = field(default_factory=Examples)
    _lesson: Lesson = field(default_factory=Lesson)
    _recording: bool = False
    _began: Ns | None = None
    _full: bool = False
    _label: str = ""
    _shares: Mapping[str, float] = field(default_factory=dict)
    _known: float = 0.0
    _turned: dict[str, float] = field(default_factory=dict)
    _at: Ns | None = None

    def open(self, context: Context) -> None:
        """Read the examples of the version, and learn from them."""
        self._context = context
        self._read(self.version)
        self._learn()

    def close(self) -> None:
        """Keep what was being recorded."""
        if self._recording:
            self._stop()

    def reset(self) -> None:
        """Forget what was seen before a gap, and nothing that was taught."""
        self._label, self._shares, self._known, self._turned, self._at = "", {}, 0.0, {}, None
        self._lesson.reset()

    def process(
        self,
        value: Shown,
        *,
        a: Shown | None = None,
        b: Shown | None = None,
        c: Shown | None = None,
        d: Shown | None = None,
        e: Shown | None = None,
        f: Shown | None = None,
        at: Ns,
    ) -> Iterator[Taught]:
        """Yield what it is that comes."""
        inlets = (("value", value), ("a", a), ("b", b), ("c", c), ("d", d), ("e", e), ("f", f))
        said = [(name, one) for name, one in inlets if one is not None]
        now = moment(said, self.person, self.confidence)
        if self._recording:  # what is shown fires nothing
            yield from self._show(now, at)
        else:
            answer = self._answer(now, at)
            yield answer
            if answer.gesture is not None:  # on for that one message
                yield Taught(gesture=Keyword("", answer.gesture.words))

    def on_record(self, record: str) -> Iterator[Taught]:
        """Begin a take of a name, or end it with an empty one."""
        ended = self._recording and self._stop()
        label = clean(record)[:LONGEST]
        known = self._examples.labels
        if label.lower() == UNSURE:
            yield self._says(f'"{UNSURE}" is what it calls what it does not know: another name')
        elif label and label not in known and len(known) >= MOST_CLASSES:
            yield self._says(f"it has {MOST_CLASSES} names, and no more fit")
        elif label and self.task == "regress" and not self.knobs:
            yield self._says("it has no knobs to learn: write knobs = { NAME = 0.5 }")
        elif label:
            self._examples.begin(label, self.knobs if self.task == "regress" else {})
            self._recording, self._began, self._full = True, None, False
            yield self._says(f"shows {label}")
        elif ended:
            take = self._examples.takes[-1]
            yield self._changed(f"kept {len(take.rows)} of {take.label}")
        elif ended is False and not record:
            yield self._says("nothing was seen, and nothing is kept")

    def on_train(self, train: Trigger) -> Taught:
        """Learn from all examples."""
        if self._recording:
            self._stop()
        if not self._examples.takes:
            return self._says("there is nothing to learn from: hold record first")
        self._learn()
        return self._standing("learned")

    def on_undo(self, undo: Trigger) -> Taught:
        """Take the last take back."""
        if self._recording:
            self._stop()
        take = self._examples.undo()
        if take is None:
            return self._says("there is nothing to take back")
        return self._changed(f"took {len(take.rows)} of {take.label} back")

    def on_delete(self, delete: str) -> Taught:
        """Forget all takes of a name."""
        if self._recording:
            self._stop()
        label = clean(delete)[:LONGEST]
        count = self._examples.delete(label)
        if not count:
            known = ", ".join(self._examples.labels) or "nothing"
            return self._says(f'there is no "{label}"; it knows {known}')
        return self._changed(f"forgot {count} takes of {label}")

    def on_clear(self, clear: Trigger) -> Taught:
        """Forget all takes."""
        self._recording = False
        self._examples = Examples()
        return self._changed("forgot all")

    def on_save(self, save: str) -> Taught:
        """Keep the examples under another name, and go on with that."""
        if fault := version_fault(save):
            return self._says(fault)
        known = self._context.state.names()
        if file_of(save) not in known and len(known) >= _MOST_FILES:
            return self._says(f"it keeps {_MOST_FILES} files, and no more: take one that is there")
        self._version, self._safe = save, self._context.state.read(file_of(save))
        return self._says(f"kept as {save}" if self._keep() else f"{save} could not be kept")

    def on_load(self, load: str) -> Taught:
        """Take the examples of another name."""
        if fault := version_fault(load):
            return self._says(fault)
        if self._context.state.read(file_of(load)) is None:
            known = [name[:-5] for name in self._context.state.names() if _is_version(name)]
            return self._says(f"there is no {load}; there is {', '.join(known) or 'nothing'}")
        if self._recording:
            self._stop()
        told = self._read(load)
        self._learn()
        return self._standing(told or f"took {load}")

    def caption(self) -> str:
        """Return how much was shown of what."""
        return " · ".join(f"{name} {count}" for name, count in self._examples.counts().items())

    # -- Showing -----------------------------------------------------------------------------------

    def _show(self, now: NamedNumbers, at: Ns) -> Iterator[Taught]:
        """Add a moment to the take that is held; nobody in the picture is no example."""
        if not now.is_known:
            return
        self._began = at if self._began is None else self._began
        if self._examples.add(now, (at - self._began) / SECOND):
            yield Taught(examples=self._examples.count)
        elif not self._full:
            self._full = True
            yield self._says(f"it holds {MOST_EXAMPLES} examples, and no more fit")

    def _stop(self) -> bool:
        """End a take; return whether anything was seen in it."""
        self._recording = False
        count = len(self._examples.takes)
        self._examples.drop_empty()
        if len(self._examples.takes) < count:
            return False
        self._keep()
        if self.by_itself:
            self._learn()
        return True

    def _changed(self, notice: str) -> Taught:
        """Return how it stands after the examples have become others."""
        self._keep()
        if self.by_itself:
            self._learn()
        return self._standing(notice)

    def _learn(self) -> None:
        try:
            self._lesson = Lesson.of(self.task, self._examples, self.reach)
        except (np.linalg.LinAlgError, ValueError) as error:  # what cannot be solved
            _log.error("%s: could not learn: %s", self._context.name or "learn", error)
        self.reset()

    def _standing(self, notice: str) -> Taught:
        """Return how the teaching stands."""
        counts = self._examples.counts()
        score = self._lesson.score
        return Taught(
            counts=Features(tuple(counts), np.array([*counts.values()], np.float32)),
            examples=self._examples.count,
            score=score if math.isfinite(score) else None,
            report=self._lesson.report,
            notice=notice,
        )

    def _says(self, notice: str) -> Taught:
        return Taught(notice=notice)

    # -- Playing -----------------------------------------------------------------------------------

    def _answer(self, now: NamedNumbers, at: Ns) -> Taught:
        past = math.inf if self._at is None else max(0.0, (at - self._at) / SECOND)
        self._at = at
        follow = 1.0 if past == math.inf or self.settle == 0 else -math.expm1(-past / self.settle)
        if self.task == "regress":
            return self._reckoned(now, follow)
        if self.task == "gesture":
            return self._spotted(now, at)
        return self._classified(now, follow)

    def _classified(self, now: NamedNumbers, follow: float) -> Taught:
        guess = self._lesson.classified(now)
        known = guess is not None and guess.distance <= 1
        self._known += follow * (known - self._known)
        if guess is not None:
            before = self._shares
            self._shares = {
                name: (was := before.get(name, share)) + follow * (share - was)
                for name, share in guess.shares.items()
            }
        if not self._shares:
            return Taught(self._renamed(UNSURE), confidence=0.0, unsure=True)
        best = max(self._shares, key=lambda name: self._shares[name])
        held = self._label
        if held in self._shares and self._shares[best] < self._shares[held] + _SURER:
            best = held
        unsure = self._known < _HALF
        names = tuple(self._shares)
        shares = np.array([self._shares[name] for name in names], np.float32)
        return Taught(
            self._renamed(UNSURE if unsure else best),
            confidence=self._shares[best] * self._known,
            unsure=unsure,
            sureness=Features(names, np.float32(self._known) * shares),
            nearest=guess.take if guess else None,
        )

    def _renamed(self, label: str) -> str | None:
        """Return a name when it is another one than before."""
        if label == self._label:
            return None
        self._label = label
        return label

    def _reckoned(self, now: NamedNumbers, follow: float) -> Taught:
        found = self._lesson.reckoned(now)
        if found is None or found.distance > 1:
            return Taught(confidence=0.0, unsure=True)
        self._turned = {
            name: (was := self._turned.get(name, value)) + follow * (value - was)
            for name, value in found.knobs.items()
        }
        return Taught(
            confidence=1.0 - found.distance / 2,
            unsure=False,
            knobs=Features(tuple(self._turned), np.array([*self._turned.values()], np.float32)),
        )

    def _spotted(self, now: NamedNumbers, at: Ns) -> Taught:
        seen, course = self._lesson.spotted(now, at / SECOND)
        if seen is None:
            return Taught(
                confidence=course.nearness if course else 0.0,
                unsure=course is None,
                progress=course.progress if course else 0.0,
                speed=course.speed if course else 0.0,
            )
        return Taught(
            label=seen.label,
            gesture=Keyword(seen.label, self._examples.labels),
            progress=1.0,
            speed=seen.speed,
            confidence=max(0.0, 1.0 - seen.distance),
            unsure=False,
        )

    # -- Keeping -----------------------------------------------------------------------------------

    def _read(self, version: str) -> str:
        """Take the examples of a version; return what is wrong with its file, or ""."""
        if fault := version_fault(version):
            raise ParameterError(f"version: {fault}")
        self._version, self._examples, self._safe = version, Examples(), None
        told = ""
        for file in (file_of(version), spare_of(version)):
            data = self._context.state.read(file)
            if data is None:
                continue
            try:
                self._examples = read_examples(data)
            except BadExamples as error:
                told = f"{file}: {error}; it plays with what was kept before"
                _log.error("%s: %s", self._context.name or "learn", told)
                continue
            self._safe = data
            break
        return told

    def _keep(self) -> bool:
        """Write the examples, and before that the file of before beside them."""
        data = write_examples(self._examples)
        if data == self._safe:
            return True
        state = self._context.state
        if self._safe is not None:
            state.write(spare_of(self._version), self._safe)
        kept = state.write(file_of(self._version), data)
        if kept:
            self._safe = data
        return kept


def _is_version(name: str) -> bool:
    return name.endswith(".json") and not name.endswith(".before.json")
