"""Learn poses, knobs and gestures from examples that a performer shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np

from engine.core.clock import SECOND
from engine.core.context import Context
from engine.core.errors import ParameterError
from engine.core.messages import Features, Keyword, Message, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Event, Fixed, Param
from engine.dsp.landmarks.body import SEEN
from engine.dsp.landmarks.people import Sure, Who
from engine.language.words import clean
from engine.learning.examples import UNSURE
from engine.learning.examples_file import LONGEST, version_fault
from engine.learning.learner import LearningManner, learned
from engine.learning.lesson import Lesson
from engine.learning.named_numbers import NamedNumbers, Said, moment
from engine.learning.notebook import FULL, Notebook, Outcome, ShownMoment
from engine.learning.steady import Settling
from engine.learning.versions import Versions
from engine.learning.weights import LessonWeights


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

    ``weigh`` says how much numbers count, by their names or how these begin, such as
    "body.left_wrist", ``weigh_classes`` how much each class does; 0 leaves it out. That counts from
    the next learning on.

    Examples are data in the state folder beside the patch, a file for each ``version``, written at
    each letting go. ``save`` keeps them under another name, ``load`` takes those of another one.

    Nearest neighbours by a measure from the spread within classes, with a reject option (Dubuisson
    and Masson 1993), kernel ridge regression, SPRING (Sakurai and others, 2007). With ``model =
    "network"`` a small network of scikit-learn (the extra "learn") says the class or the knobs,
    while the examples say whether it may be known; it is fitted in a process of its own, for a
    second or two in which this box says nothing.
    """

    lane: ClassVar[bool] = True
    own_process: ClassVar[bool] = True
    patience: ClassVar[float | None] = 90.0

    task: Fixed[Annotated[Literal["classify", "regress", "gesture"], Param("what it learns")]] = (
        "classify"
    )
    model: Fixed[
        Annotated[
            Literal["examples", "network"],
            Param("what says the class or the knobs: the examples themselves, or a small network"),
        ]
    ] = "examples"
    version: Fixed[
        Annotated[str, Param("the name of the examples that it begins with", fault=version_fault)]
    ] = "examples"
    knobs: Annotated[
        dict[str, float], Param("the knobs that are taught, as they stand while it is recorded")
    ] = field(default_factory=dict)
    weigh: Annotated[
        dict[str, float], Param("how much numbers count, by how their names begin; 1 if not here")
    ] = field(default_factory=dict)
    weigh_classes: Annotated[
        dict[str, float], Param("how much each class counts; 1 if not here")
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

    _notebook: Notebook = field(default_factory=Notebook)
    _lesson: Lesson = field(default_factory=Lesson)
    _settling: Settling = field(default_factory=Settling)
    _label: str = ""
    _wrong: str = ""
    """What was wrong with the file that it began with."""
    _has_told: bool = False
    """Whether it has said how the teaching stands, since it began or was reset."""
    _left_out: int = 0
    """How many numbers beyond the most it has told of."""

    def __post_init__(self) -> None:
        if self.task == "gesture" and self.model == "network":
            raise ParameterError('model: a gesture is told by its examples: model = "examples"')

    def open(self, context: Context) -> None:
        """Read the examples of the version, and learn from them."""
        self._notebook = Notebook(Versions(context.state, context.name or "learn"))
        self._has_told, self._wrong = False, self._notebook.open(self.version)
        self._learn()

    def close(self) -> None:
        """Keep what was being recorded."""
        self._notebook.close()

    def reset(self) -> None:
        """Forget what was seen before a gap, and nothing that was taught."""
        self._has_told = False
        self._forget()

    def process(
        self,
        value: Said,
        *,
        a: Said | None = None,
        b: Said | None = None,
        c: Said | None = None,
        d: Said | None = None,
        e: Said | None = None,
        f: Said | None = None,
        at: Ns,
    ) -> Iterator[Taught]:
        """Yield what it is that comes."""
        inlets = (("value", value), ("a", a), ("b", b), ("c", c), ("d", d), ("e", e), ("f", f))
        said = [(name, one) for name, one in inlets if one is not None]
        now = moment(said, self.person, self.confidence)
        yield from self._standing_once()
        yield from self._told_of_more(now)
        if self._notebook.is_held:  # what is shown fires nothing
            yield from self._show(now, at)
        else:
            answer = self._answer(now, at)
            yield answer
            if answer.gesture is not None:  # on for that one message
                yield Taught(gesture=Keyword("", answer.gesture.words))

    def on_record(self, record: str) -> Iterator[Taught]:
        """Begin a take of a name, or end it with an empty one."""
        yield from self._standing_once()
        label = clean(record)[:LONGEST]
        if label and self.task == "regress" and not self.knobs:
            yield Taught(notice="it has no knobs to learn: write knobs = { NAME = 0.5 }")
            return
        knobs = self.knobs if self.task == "regress" else {}
        for outcome in self._notebook.record(label, knobs):
            yield self._came_to(outcome)

    def on_train(self, train: Trigger) -> Taught:
        """Learn from all examples."""
        self._notebook.close()
        if not self._notebook.examples.takes:
            return Taught(notice="there is nothing to learn from: hold record first")
        self._learn()
        return self._standing("learned")

    def on_undo(self, undo: Trigger) -> Taught:
        """Take the last take back."""
        return self._came_to(self._notebook.undo())

    def on_delete(self, delete: str) -> Taught:
        """Forget all takes of a name."""
        return self._came_to(self._notebook.delete(clean(delete)[:LONGEST]))

    def on_clear(self, clear: Trigger) -> Taught:
        """Forget all takes."""
        return self._came_to(self._notebook.clear())

    def on_save(self, save: str) -> Taught:
        """Keep the examples under another name, and go on with that."""
        return self._came_to(self._notebook.save(save))

    def on_load(self, load: str) -> Taught:
        """Take the examples of another name, and learn from them."""
        outcome = self._notebook.load(load)
        if outcome.changed:
            self._learn()
            return self._standing(outcome.notice)
        return Taught(notice=outcome.notice)

    def manner(self) -> LearningManner:
        """Return how it learns, as it is set now."""
        weights = LessonWeights(self.weigh, self.weigh_classes)
        return LearningManner(self.task, self.reach, weights, by_network=self.model == "network")

    def caption(self) -> str:
        """Return how much was shown of what."""
        counts = self._notebook.examples.counts()
        return " · ".join(f"{name} {count}" for name, count in counts.items())

    def at_rest(self, outlet: str, said: Message) -> Message:
        """Return that it is sure of nothing."""
        match outlet:
            case "label" if self.task == "classify":
                return UNSURE
            case "unsure":
                return True
            case "confidence":
                return 0.0
            case "sureness" if said.values.any():
                return Features(said.names, np.zeros_like(said.values))
        return None

    # -- Learning ----------------------------------------------------------------------------------

    def _show(self, now: NamedNumbers, at: Ns) -> Iterator[Taught]:
        shown = self._notebook.show(now, at)
        if shown is ShownMoment.KEPT:
            yield Taught(examples=self._notebook.examples.count)
        elif shown is ShownMoment.FULL:
            yield Taught(notice=FULL)

    def _came_to(self, outcome: Outcome) -> Taught:
        """Return what an order came to, and how it stands where the examples became others."""
        if not outcome.changed:
            return Taught(notice=outcome.notice)
        if self.by_itself:
            self._learn()
        return self._standing(outcome.notice)

    def _learn(self) -> None:
        notebook = self._notebook
        self._lesson = learned(notebook.examples, self.manner(), notebook.versions)
        self._forget()

    def _forget(self) -> None:
        self._label, self._settling = "", Settling()
        self._lesson.reset()

    def _standing_once(self) -> Iterator[Taught]:
        """Yield how the teaching stands before anything else, but not in the midst of a take."""
        if not self._has_told and not self._notebook.is_held:
            self._has_told, wrong, self._wrong = True, self._wrong, ""
            yield self._standing(wrong)

    def _told_of_more(self, now: NamedNumbers) -> Iterator[Taught]:
        """Yield that more numbers come than are learned from, where that is news."""
        if now.left_out > self._left_out:
            self._left_out = now.left_out
            yield Taught(
                notice=f"{len(now.names) + now.left_out} numbers come, and {len(now.names)} are the"
                f" most: the last {now.left_out} are left out"
            )

    def _standing(self, notice: str) -> Taught:
        examples, score = self._notebook.examples, self._lesson.score
        counts = examples.counts()
        return Taught(
            counts=_features(counts),
            examples=examples.count,
            score=score if math.isfinite(score) else None,
            report=self._lesson.report,
            notice=notice or None,
        )

    # -- Playing -----------------------------------------------------------------------------------

    def _answer(self, now: NamedNumbers, at: Ns) -> Taught:
        self._lesson.set_reach(self.reach)
        self._settling.move_to(at, self.settle)
        if self.task == "regress":
            return self._reckoned(now)
        if self.task == "gesture":
            return self._spotted(now, at)
        return self._classified(now)

    def _classified(self, now: NamedNumbers) -> Taught:
        found = self._lesson.classified(now)
        settled = self._settling.told(found)
        label = settled.label or UNSURE
        is_news, self._label = label != self._label, label
        return Taught(
            label if is_news else None,
            confidence=settled.confidence,
            unsure=not settled.label,
            sureness=_features(settled.shares) if settled.shares else None,
            nearest=found.take if found else None,
        )

    def _reckoned(self, now: NamedNumbers) -> Taught:
        found = self._lesson.reckoned(now)
        if found is None or found.distance > 1:
            return Taught(confidence=0.0, unsure=True)
        return Taught(
            confidence=1.0 - found.distance / 2,
            unsure=False,
            knobs=_features(self._settling.turned(found.knobs)),
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
            gesture=Keyword(seen.label, self._notebook.examples.labels),
            progress=1.0,
            speed=seen.speed,
            confidence=max(0.0, 1.0 - seen.distance),
            unsure=False,
        )


def _features(numbers: Mapping[str, float]) -> Features:
    return Features(tuple(numbers), np.array([*numbers.values()], np.float32))
