"""Learn and answer as Wekinator does, for programs that were written for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

import numpy as np

from engine.core.context import Context, MemoryState
from engine.core.messages import Features, Keyword, OscMessage
from engine.core.node import Node
from engine.core.parameter import Event, Fixed, Param
from engine.learning.examples_file import LONGEST, version_fault
from engine.learning.named_numbers import MOST
from engine.learning.output_type import outputs_fault, parse_output
from engine.learning.project import ProjectOutput
from engine.learning.project_desk import ProjectDesk
from engine.learning.project_files import check_name
from engine.learning.project_orders import obey
from engine.learning.project_player import PlayedMoment, Refused
from engine.osc.wekinator_words import (
    BUNDLE,
    CONTROL,
    DONE,
    OUTPUTS,
    NoOrder,
    WekinatorOrder,
    read_order,
)

_TOLD: Final = 100
"""Different complaints that are logged; all are counted."""
_RESULTS: Final = "wekOutputs"

Buttons = Literal[
    "startRecording",
    "stopRecording",
    "train",
    "startRunning",
    "stopRunning",
    "deleteAllExamples",
]


def _address_fault(address: str) -> str:
    if address.startswith("/") and len(address) > 1:
        return ""
    return f'an OSC address begins with "/", got "{address[:LONGEST]}"'


class Answered(NamedTuple):
    """What it answers, and how the teaching stands."""

    answers: OscMessage | None = None
    bundles: OscMessage | None = None
    outputs: Features | None = None
    number: int | None = None
    gesture: Keyword | None = None
    unsure: bool | None = None
    recording: bool | None = None
    running: bool | None = None
    examples: int | None = None
    refused: int | None = None
    notice: str | None = None


class WekinatorNode(Node):
    """Learns and answers as Wekinator 2 does: what ``wekinator_in`` hears, ``osc_out`` answers.

    ``outputs`` are what is learned, each a text: "regress" (a number), "regress 0 127" (never
    beyond), "classify 3" (the number of a class), "classify 3 shares" (and ``/NAME`` with how much
    each class it may be), "dtw 2" (gestures; one output at most). ``inputs`` is how many numbers
    come, 0 as many as the first message has.

    ``answers`` are whole messages, for ``"/" = "wekinator"`` of an ``osc_out``: ``/wek/outputs``
    for each input while it runs, ``/output_1`` when a gesture begins to match, and
    ``/wekinator/status/done-training``. ``bundles`` answer ``/wek/inputs/bundle``.

    The same within the patch: ``outputs`` by name, ``number`` the class of the first output that
    has classes, ``gesture`` a switch by the name of the gesture, ``unsure`` while what comes is
    like nothing that was shown. ``recording``, ``running`` and ``examples`` say how it stands,
    ``refused`` how many messages could not be obeyed, ``notice`` what the last one came to.

    Projects and models are data in the state folder beside the patch, by name and never by path;
    ``project`` is the one that it begins with. ``threshold`` is the distance below which a gesture
    matches, 0 to find it in the examples. ``order`` does what a button of Wekinator does.

    Nearest neighbours and kernel ridge regression as in ``learn``; dynamic time warping over the
    last moments (Sakoe and Chiba 1978).
    """

    lane: ClassVar[bool] = True
    own_process: ClassVar[bool] = True
    patience: ClassVar[float | None] = 60.0

    outputs: Fixed[Annotated[list[str], Param("what is learned", fault=outputs_fault)]] = field(
        default_factory=lambda: ["regress"] * 5
    )
    inputs: Fixed[
        Annotated[int, Param("how many numbers come; 0 as many as the first message has", 0, MOST)]
    ] = 0
    project: Fixed[
        Annotated[str, Param("the name of the project it begins with", fault=version_fault)]
    ] = "project"
    address: Fixed[Annotated[str, Param("the address of its answers", fault=_address_fault)]] = (
        OUTPUTS
    )
    threshold: Fixed[
        Annotated[float, Param("how near a gesture must be; 0 finds it in the examples", 0, 1e9)]
    ] = 0.0
    order: Event[Annotated[Buttons, Param("does what a button of Wekinator does")]] = "train"
    save: Event[Annotated[str, Param("keep the project under another name")]] = ""
    load: Event[Annotated[str, Param("go on with the project of another name")]] = ""

    _context: Context = Context()
    _desk: ProjectDesk = field(default_factory=lambda: ProjectDesk(MemoryState(), 0.0, _unheard))
    _refused: int = 0
    _told: set[str] = field(default_factory=set)
    _said: str = ""

    def open(self, context: Context) -> None:
        """Read the project, and fit its models again."""
        self._context = context
        self._desk = ProjectDesk(context.state, self.threshold, self._log)
        types = [parse_output(one) for one in self.outputs]
        self._desk.begin(self.project, types, self.inputs)

    def close(self) -> None:
        """Keep what was being recorded."""
        if self._desk.player.stop_recording():
            self._desk.keep()

    def reset(self) -> None:
        """Forget what was seen before a gap, and nothing that was taught."""
        self._desk.player.follow_gestures()

    def process(self, message: OscMessage) -> Iterator[Answered]:
        """Yield the answers to an input or an order."""
        try:
            if message.address.startswith(CONTROL):
                yield from self._obey(read_order(message.address, message.arguments))
            elif message.address.endswith(BUNDLE):
                yield from self._bundle(message.arguments)
            else:
                yield from self._moment(message.arguments)
        except (Refused, NoOrder) as error:
            yield self._refuse(str(error))

    def on_order(self, order: str) -> Iterator[Answered]:
        """Do what a button of Wekinator does."""
        try:
            yield from self._obey(read_order(CONTROL + order, ()))
        except (Refused, NoOrder) as error:
            yield self._refuse(str(error))

    def on_save(self, save: str) -> Answered:
        """Keep the project under another name, and go on with that."""
        try:
            self._desk.save_as(save)
        except Refused as error:
            return self._refuse(str(error))
        return self._standing(f"kept as {self._desk.name}")

    def on_load(self, load: str) -> Answered:
        """Go on with the project of another name."""
        try:
            self._desk.open(load)
        except Refused as error:
            return self._refuse(str(error))
        return self._standing(f"plays {self._desk.name}")

    def caption(self) -> str:
        """Return how much was shown, and whether it runs."""
        project = self._desk.player.project
        count = project.examples.count + project.gestures.count
        state = (
            "recording"
            if self._desk.player.recording
            else "running"
            if project.running
            else "waits"
        )
        return f"{count} examples · {state}"

    # -- Inputs ------------------------------------------------------------------------------------

    def _moment(self, arguments: Sequence[object]) -> Iterator[Answered]:
        values = [float(one) for one in arguments if isinstance(one, int | float)]
        if len(values) != len(arguments):
            raise Refused("an input brought a text, not a number")
        played = self._desk.player.take(values)
        if played is not None:
            yield from self._answer(played)
        elif self._desk.player.recording:
            project = self._desk.player.project
            yield Answered(examples=project.examples.count + project.gestures.count)

    def _answer(self, played: PlayedMoment) -> Iterator[Answered]:
        """Yield what Wekinator sends, in its order, and the same for the patch."""
        project = self._desk.player.project
        gestures, taught = project.gesture_output, project.taught
        if taught:
            yield Answered(OscMessage(self.address, played.values))
        for number, output in taught:
            if output.type.shares and number in played.models:
                yield Answered(OscMessage(f"/{output.name}", played.models[number].shares))
        if gestures is not None and played.gestures is not None:
            if matched := played.gestures.matched:
                words = _gestures_of(gestures)
                yield Answered(
                    OscMessage(f"/{words[matched - 1]}"),
                    gesture=Keyword(words[matched - 1], words),
                )
                yield Answered(gesture=Keyword("", words))
            address = f"/{gestures.name}" if taught else self.address
            yield Answered(OscMessage(address, played.gestures.distances))
        classes = [one.value for _, one in taught if one.type.task == "classify"]
        names = tuple(one.name for _, one in taught)
        yield Answered(
            outputs=Features(names, np.array(played.values, np.float32)) if taught else None,
            number=int(classes[0]) if classes else None,
            unsure=played.unsure if played.models else None,
        )

    def _bundle(self, arguments: Sequence[object]) -> Iterator[Answered]:
        """Show or play the rows of a table in the state folder, as if they came one by one."""
        name = check_name(str(arguments[0]) if arguments else "")
        player = self._desk.player
        rows = self._desk.files.read_rows(name, len(player.project.inputs))
        results = [played for row in rows if (played := player.take(row)) is not None]
        if not results:
            yield self._standing(f"took {len(rows)} rows of {name}.csv")
            return
        table = [one.values or (one.gestures.distances if one.gestures else ()) for one in results]
        if self._desk.files.write_rows(_RESULTS, [row for row in table if row]):
            yield Answered(bundles=OscMessage(self.address + BUNDLE, (f"{_RESULTS}.csv",)))

    # -- Orders ------------------------------------------------------------------------------------

    def _obey(self, order: WekinatorOrder) -> Iterator[Answered]:
        if order.word == "train":
            yield from self._train()
        elif order.word == "outputs":
            wrong = self._desk.player.set_outputs(order.numbers)
            if wrong:
                raise Refused("; ".join(wrong))
        else:
            said = obey(self._desk, order.word, order.integers, order.texts)
            yield self._standing(said)

    def _train(self) -> Iterator[Answered]:
        player = self._desk.player
        stale = player.stale
        wrong = player.train()
        if stale:
            self._desk.keep(models=True)
        yield self._standing("; ".join(wrong) or "learned")
        yield Answered(OscMessage(DONE))

    # -- Telling -----------------------------------------------------------------------------------

    def _standing(self, notice: str) -> Answered:
        project = self._desk.player.project
        self._said = notice
        return Answered(
            recording=bool(self._desk.player.recording),
            running=project.running,
            examples=project.examples.count + project.gestures.count,
            notice=notice,
        )

    def _refuse(self, why: str) -> Answered:
        """Count what could not be obeyed; tell it where it is news."""
        self._refused += 1
        self._log(why)
        news, self._said = why != self._said, why
        return Answered(refused=self._refused, notice=why if news else None)

    def _log(self, text: str) -> None:
        if text not in self._told and len(self._told) < _TOLD:
            self._told.add(text)
            self._context.log.warning("%s: %s", self._context.name or "wekinator", text)


def _unheard(text: str) -> None:
    """Take a complaint before the box is open."""


def _gestures_of(output: ProjectOutput) -> tuple[str, ...]:
    return tuple(f"{output.name}_{number}" for number in range(1, output.type.count + 1))
