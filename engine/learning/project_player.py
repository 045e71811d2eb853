"""A project at work: it is shown examples, learns from them, and answers what comes.

Moments are counted, and not timed: who sends twenty inputs at once has shown as much as who sends
them in a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.learning.examples import MOST_EXAMPLES, Examples
from engine.learning.named_numbers import ABSURD, MOST, NamedNumbers
from engine.learning.output_type import OutputType
from engine.learning.project import SHOWN, Project, ProjectOutput
from engine.learning.taught_model import ModelAnswer, TaughtModel
from engine.learning.window_dtw import GestureDistances, WindowDtw

_PACE = 1 / 30
"""Seconds between two moments, as a file of examples wants times."""


class Refused(ValueError):
    """Something that cannot be done now; its text says why."""


@dataclass(frozen=True, slots=True)
class PlayedMoment:
    """The answers to one moment, where running: the ``values`` of the outputs that are taught.

    ``models`` are the answers of those that ran, by the number of the output. ``gestures`` are the
    distances of the output that tells gestures.
    """

    values: tuple[float, ...]
    models: dict[int, ModelAnswer] = field(default_factory=dict)
    gestures: GestureDistances | None = None

    @property
    def unsure(self) -> bool:
        """Whether some model was never shown anything like it."""
        return any(one.distance > 1 for one in self.models.values())


class ProjectPlayer:
    """Shows, teaches and plays a project. ``threshold`` is that of gestures, 0 to find it."""

    def __init__(self, project: Project, threshold: float) -> None:
        self.project = project
        self.models: dict[int, TaughtModel] = {}
        self.stale = True
        """Whether something was shown or forgotten since it learned last."""
        self.recording = ""
        """"" or what is recorded: "examples", or the number of a gesture."""
        self._targets: dict[str, float] = {}
        self._recorded = 0
        self._threshold = threshold
        self._gestures: WindowDtw | None = None
        self.follow_gestures()

    # -- What comes --------------------------------------------------------------------------------

    def take(self, values: Sequence[float]) -> PlayedMoment | None:
        """Take a moment: keep it while recording, or return the answers while running.

        Raise Refused for another number of inputs, and where no more examples fit.
        """
        self.fix_inputs(len(values))
        if not all(abs(value) < ABSURD for value in values):
            raise Refused(
                f"an input is no number, or beyond {ABSURD:g}: the whole moment is left out"
            )
        now = np.array(values, np.float32)
        if self.recording:
            self._record(now)
            return None
        return self._play(now) if self.project.running else None

    def fix_inputs(self, count: int) -> None:
        """Agree on the number of inputs. Raise Refused where it is another one."""
        known = len(self.project.inputs)
        if not known and 1 <= count <= MOST:
            self.project.name_inputs([f"inputs-{number}" for number in range(1, count + 1)])
        elif not count or count != known:
            expected = f"{known} inputs are expected" if known else f"1 to {MOST} inputs"
            raise Refused(f"{expected}, and {count} came")

    def rename_inputs(self, names: Sequence[str]) -> None:
        """Call the inputs by other names, in what was learned too. Raise Refused."""
        self.fix_inputs(len(names))
        new = dict(zip(self.project.inputs, names, strict=True))
        for model in self.models.values():
            model.rename(new)
        self.project.name_inputs(names)

    def select_inputs(self, number: int, inputs: Sequence[int]) -> None:
        """Have an output look at some inputs, by their numbers from 1, when it learns next.

        Raise Refused for an output or an input that there is not.
        """
        output, known = self.output(number), self.project.inputs
        if wrong := [each for each in inputs if not 1 <= each <= len(known)]:
            raise Refused(f"there is no input {wrong[0]}; there are {len(known)}, from 1")
        output.chosen = tuple(known[place - 1] for place in sorted({*inputs}))
        self.stale = True
        self.follow_gestures()

    def set_outputs(self, values: Sequence[float]) -> list[str]:
        """Set what the outputs are taught now; return what is wrong with those left as they were.

        Raise Refused for another number of values.
        """
        outputs = self.project.outputs
        if len(values) != len(outputs):
            raise Refused(f"{len(outputs)} outputs are expected, and {len(values)} came")
        wrong = []
        for output, value in zip(outputs, values, strict=True):
            fault = output.type.fault(value) if np.isfinite(value) else "must be a number"
            if fault and output.type.task != "dtw":
                wrong.append(f"{output.name} {fault}; {value:g} is left out")
            elif not fault:
                output.value = float(value)
        return wrong

    # -- Showing -----------------------------------------------------------------------------------

    def start_recording(self) -> None:
        """Record what comes, for all outputs that record. Raise Refused where there are none."""
        if not self.project.taught:
            raise Refused("it tells gestures alone, and these are recorded by startDtwRecording")
        self._begin("examples")

    def start_gesture(self, number: int) -> None:
        """Record a gesture by its number from 1. Raise Refused where there is none."""
        output = self.project.gesture_output
        if output is None:
            raise Refused('no output tells gestures: one must be written as "dtw 2"')
        if not 1 <= number <= output.type.count:
            raise Refused(f"it has {output.type.count} gestures, 1 to {output.type.count}")
        self._begin(str(number))

    def stop_recording(self) -> int | None:
        """End what is recorded; return how many moments were kept, None where nothing was held."""
        if not self.recording:
            return None
        if self.recording != "examples":
            self.follow_gestures()
        self.recording = ""
        return self._recorded

    def _begin(self, what: str) -> None:
        self.stop_recording()
        self.stop_running()
        self.recording, self._targets, self._recorded = what, {}, 0

    def _record(self, now: NDArray[np.float32]) -> None:
        shown = NamedNumbers(self.project.inputs, now)
        if self.recording == "examples":
            examples, targets = self.project.examples, self._taught_now()
            if not targets:
                raise Refused("no output records: enableModelRecording says which")
            if targets != self._targets or not self._recorded:
                examples.begin(SHOWN, targets)
                self._targets = targets
            self.stale = True
        else:
            examples = self.project.gestures
            if not self._recorded:
                examples.begin(self.recording, {})
        if not examples.add(shown, len(examples.takes[-1].rows) * _PACE):
            examples.drop_empty()
            raise Refused(f"it holds {MOST_EXAMPLES} examples, and no more fit")
        self._recorded += 1

    def _taught_now(self) -> dict[str, float]:
        return {str(number): one.value for number, one in self.project.taught if one.records}

    # -- Learning ----------------------------------------------------------------------------------

    def train(self) -> list[str]:
        """Fit the models of all outputs to what they were shown; return what could not be.

        Raise Refused where nothing was shown.
        """
        self.stop_recording()
        lessons = {n: self.project.lesson(n) for n, _ in self.project.taught}
        if not any(one.count for one in lessons.values()):
            raise Refused("there is nothing to learn from: startRecording comes first")
        if not self.stale:
            return []
        wrong = []
        for number, lesson in lessons.items():
            kind = self.project.outputs[number - 1].type
            if lesson.count and (fault := self.fit(number, lesson, kind)):
                wrong.append(fault)
        self.stale = False
        return wrong

    def fit(self, number: int, lesson: Examples, kind: OutputType) -> str:
        """Fit the model of an output; return what is wrong, or ""."""
        output = self.project.outputs[number - 1]
        try:
            self.models[number] = TaughtModel(kind, lesson)
        except (np.linalg.LinAlgError, ValueError):  # what cannot be solved
            return f"{output.name} could not learn from what it was shown"
        return ""

    def follow_gestures(self) -> None:
        """Look for the gestures that are there now."""
        output = self.project.gesture_output
        lesson = self.project.gesture_lesson()
        count = output.type.count if output else 0
        known = output is not None and lesson.count > 0
        self._gestures = WindowDtw(lesson, count, self._threshold) if known else None

    # -- Forgetting --------------------------------------------------------------------------------

    def forget_all(self) -> int:
        """Forget all examples; return how many moments. What was learned stays."""
        project = self.project
        count = project.examples.count + project.gestures.count
        self.recording, self.stale = "", True
        project.examples.takes, project.gestures.takes = [], []
        self.follow_gestures()
        return count

    def forget(self, number: int) -> int:
        """Forget the examples of an output, or of a gesture where it tells gestures alone.

        Return how many moments. Raise Refused where there is none of that number.
        """
        self.stop_recording()
        project = self.project
        gestures = project.gesture_output
        if gestures is not None and len(project.outputs) == 1:
            if not 1 <= number <= gestures.type.count:
                raise Refused(f"it has {gestures.type.count} gestures, 1 to {gestures.type.count}")
            before = project.gestures.count
            project.gestures.delete(str(number))
        else:
            output = self.output(number)
            if output.type.task != "dtw":
                self.stale = True
                return project.forget(number)
            before = project.gestures.count
            project.gestures.takes = []
        self.follow_gestures()
        return before - project.gestures.count

    # -- Playing -----------------------------------------------------------------------------------

    def start_running(self) -> None:
        """Answer what comes. Raise Refused where nothing was learned."""
        self.stop_recording()
        if not self.models and self._gestures is None:
            raise Refused("nothing was learned: record, and train, before it runs")
        self.project.running = True

    def stop_running(self) -> None:
        """Answer no more."""
        self.project.running = False
        if self._gestures is not None:
            self._gestures.reset()

    def output(self, number: int) -> ProjectOutput:
        """Return an output by its number from 1. Raise Refused where there is none."""
        count = len(self.project.outputs)
        if not 1 <= number <= count:
            raise Refused(f"there is no output {number}; they count from 1 to {count}")
        return self.project.outputs[number - 1]

    def _play(self, now: NDArray[np.float32]) -> PlayedMoment:
        answers: dict[int, ModelAnswer] = {}
        for number, output in self.project.taught:
            model = self.models.get(number)
            if model is None or not output.runs:
                continue
            places = [self.project.inputs.index(name) for name in model.names]
            answer = model.answer(now[places])
            if answer is not None:
                answers[number] = answer
                output.value = answer.value
        gestures = None
        if self._gestures is not None:
            output_ = self.project.gesture_output
            if output_ is not None and output_.runs:
                gestures = self._gestures.take(now[self.project.places(output_)])
        return PlayedMoment(tuple(one.value for _, one in self.project.taught), answers, gestures)
