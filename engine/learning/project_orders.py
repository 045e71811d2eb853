"""What is done with a project at an order, by the words that Wekinator has for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from engine.learning.examples_file import LONGEST
from engine.learning.project_desk import ProjectDesk
from engine.learning.project_player import Refused

Numbers = Sequence[int]
Texts = Sequence[str]
Does = Callable[[ProjectDesk, Numbers, Texts], str]

WITH_DATA: Final = "WITHDATA"


def obey(desk: ProjectDesk, word: str, numbers: Numbers, texts: Texts) -> str:
    """Do an order, and keep what it changes; return what it came to, in words. Raise Refused."""
    return DOES[word](desk, numbers, texts)


def _start_recording(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    desk.player.start_recording()
    return "records"


def _start_gesture(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    desk.player.start_gesture(numbers[0])
    return f"records gesture {numbers[0]}"


def _stop_recording(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    count = desk.player.stop_recording()
    if count is None:
        return "nothing was being recorded"
    kept = desk.keep()
    return f"kept {count} examples{'' if kept else ', but not on the disk'}"


def _start_running(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    desk.player.start_running()
    desk.keep()
    return "runs"


def _stop_running(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    desk.player.stop_running()
    desk.keep()
    return "runs no more"


def _forget_all(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    count = desk.player.forget_all()
    desk.keep()
    return f"forgot {count} examples"


def _forget(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    count = desk.player.forget(numbers[0])
    desk.keep()
    return f"forgot {count} examples of {numbers[0]}"


def _enable(records: bool, enable: bool, desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    for output in [desk.player.output(number) for number in numbers]:
        if records:
            output.records = enable
        else:
            output.runs = enable
    desk.keep()
    does = "record" if records else "run"
    listed = ", ".join(map(str, numbers))
    return f"{does}s: {listed}" if enable else f"{does}s no more: {listed}"


def _name_inputs(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    desk.player.rename_inputs(_names(texts))
    desk.keep(models=True)
    return f"inputs are {', '.join(texts)}"[:LONGEST]


def _name_outputs(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    desk.name_outputs(_names(texts))
    desk.keep()
    return f"outputs are {', '.join(texts)}"[:LONGEST]


def _select_inputs(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    output, *inputs = numbers
    desk.player.select_inputs(output, inputs)
    desk.keep()
    return f"output {output} looks at inputs {', '.join(map(str, inputs))}, once it learns"


def _load_model(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    name = desk.load_model(numbers[0], texts[0], WITH_DATA in texts[1:])
    desk.keep()
    return f"output {numbers[0]} plays {name}"


def _save_model(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    return f"output {numbers[0]} is kept as {desk.save_model(numbers[0], texts[0])}"


def _run_project(desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    desk.open(texts[0])
    desk.player.start_running()
    desk.keep()
    return f"plays {desk.name}"


def _says(text: str, desk: ProjectDesk, numbers: Numbers, texts: Texts) -> str:
    return text


_NO_WINDOW: Final = "there is no window to hide: it plays on as it is"
DOES: Final[Mapping[str, Does]] = {
    "startRecording": _start_recording,
    "stopRecording": _stop_recording,
    "startDtwRecording": _start_gesture,
    "stopDtwRecording": _stop_recording,
    "cancelTrain": partial(_says, "nothing is being trained: it learns at once"),
    "startRunning": _start_running,
    "stopRunning": _stop_running,
    "deleteAllExamples": _forget_all,
    "deleteExamplesForOutput": _forget,
    "enableModelRecording": partial(_enable, True, True),
    "disableModelRecording": partial(_enable, True, False),
    "enableModelRunning": partial(_enable, False, True),
    "disableModelRunning": partial(_enable, False, False),
    "setInputNames": _name_inputs,
    "setOutputNames": _name_outputs,
    "selectInputsForOutput": _select_inputs,
    "loadModelFromFile": _load_model,
    "saveModelToFile": _save_model,
    "runNewProject": _run_project,
    "enablePerformanceMode": partial(_says, _NO_WINDOW),
    "disablePerformanceMode": partial(_says, _NO_WINDOW),
}
"""All words but "train" and "outputs", which answer more than words."""


def _names(texts: Texts) -> Texts:
    """Return names. Raise Refused where one is none, or comes twice."""
    for name in texts:
        if not (0 < len(name) <= LONGEST and name.isprintable()):
            raise Refused(f"a name has 1 to {LONGEST} letters")
        if texts.count(name) > 1:
            raise Refused(f'"{name}" comes twice')
    return texts
