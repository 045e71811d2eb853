"""What every model box promises, asked of every file in engine/models: alone, offline and live."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, get_args

import numpy as np
import pytest

import engine.models
from engine.core.box import Box
from engine.core.clock import ns
from engine.core.errors import ModelError
from engine.core.messages import Block, Frame, Message, Ns
from engine.core.parameter import read_parameters
from engine.core.signature import read_signature
from engine.core.source import Tape
from engine.inference.network import NetworkModel
from engine.registry import Registry
from engine.runtime.engine import Engine
from engine.runtime.schedule.call import caller, events
from engine.testing import play
from tests.runtime import live_shows

NAMES = sorted(
    file.stem for file in Path(engine.models.__path__[0]).rglob("*.py") if file.stem != "__init__"
)
RATE = 16000
LIMIT = 60.0


def picture(number: int) -> Frame:
    image = np.full((48, 64, 3), 90 + number, np.uint8)
    image.flags.writeable = False
    return Frame(image)


def sound(number: int) -> Block:
    moments = np.arange(number * 4096, (number + 1) * 4096) / RATE
    return Block((0.3 * np.sin(2 * np.pi * 220 * moments)).astype(np.float32), RATE, number * 4096)


EXAMPLES: dict[Any, Any] = {Frame: picture, Block: sound}


class Examples(Tape):
    """Send pictures and sound, ten of each a second."""

    OUT: ClassVar[Mapping[str, type]] = {"picture": Frame, "sound": Block}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number in range(5):
            yield ns(0.1 + number / 10), "picture", picture(number)
            yield ns(0.1 + number / 10), "sound", sound(number)


def box(name: str) -> type[NetworkModel[Any]]:
    found = Registry().find(name)
    assert issubclass(found, NetworkModel)
    return found


def examples(cls: type[NetworkModel[Any]]) -> list[Any]:
    (kind,) = read_signature(cls).inlets[0].accepts
    return [EXAMPLES[kind](number) for number in range(3)]


def patch(name: str) -> str:
    (kind,) = read_signature(box(name)).inlets[0].accepts
    outlet = next(outlet for outlet, carried in Examples.OUT.items() if carried is kind)
    return f"""
[from]
use = "examples"
[asked]
use = "{name}"
from = "from.{outlet}"
[out]
use = "collector"
from = "asked"
"""


def answers(made: NetworkModel[Any], messages: list[Any]) -> list[Any]:
    call = caller(made)
    return [
        event
        for number, message in enumerate(messages)
        for event in events(call([message], Ns(number)))
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_holds_one_documented_box_named_as_it_is(name: str) -> None:
    cls = box(name)
    assert inspect.getdoc(cls), "its docstring is its help text"
    assert inspect.getmodule(cls).__doc__
    assert cls.__name__ == "".join(word.title() for word in name.split("_")) + "Model"


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_what_it_does(name: str) -> None:
    parameters = read_parameters(box(name)).values()
    assert [each.name for each in parameters if not each.param.help] == []
    assert {"model", "provider"} <= {each.name for each in parameters if each.fixed}


@pytest.mark.parametrize("name", NAMES)
def test_defaults_fit_their_own_parameters(name: str) -> None:
    for each in read_parameters(box(name)).values():
        assert not each.required
        assert each.from_wire(each.default) == each.default


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_with_what_its_base_says(name: str) -> None:
    cls = box(name)
    (base,) = cls.__orig_bases__  # type: ignore[attr-defined]
    assert get_args(base) == (read_signature(cls).outlets[""],)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_in_a_process_of_its_own(name: str) -> None:
    assert box(name).own_process
    assert box(name).lane


@pytest.mark.parametrize("name", NAMES)
def test_it_meets_the_card_of_the_model_that_it_asks(name: str) -> None:
    made = box(name)()
    made.open()
    assert made.card.task == made.TASK
    assert made.card.name == made.model
    assert made.session().provider == "cpu"


@pytest.mark.parametrize("name", NAMES)
def test_a_model_for_another_task_is_refused_by_name(name: str) -> None:
    for other in NAMES:
        model = box(other)().model
        if other != name:
            with pytest.raises(ModelError, match=f'the model "{model}" is for {other}, not for'):
                box(name)(model=model).open()


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_and_closes_twice_and_begins_anew(name: str) -> None:
    cls, told = box(name), []
    for _ in range(2):
        made = cls()
        made.close()
        for _ in range(2):
            made.open()
            made.reset()
            told.append(answers(made, examples(cls)))
            made.close()
            made.close()
            with pytest.raises(ModelError, match=f'the model "{made.model}" is not open'):
                answers(made, examples(cls))
    assert all(told)
    assert repr(told[0]) == repr(told[2])


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_offline(name: str) -> None:
    show = play(patch(name), boxes={"examples": Examples})
    assert show.errors == []
    assert show.box("out").of("in")


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_live_from_a_process_of_its_own(name: str) -> None:
    own: dict[str, type[Box]] = {"examples": Examples}

    def answered(engine: Engine) -> bool:
        return bool(engine.metrics.lanes["asked"].runs)

    show = live_shows.live(patch(name), own)
    ended = live_shows.play(show, answered, LIMIT)
    assert [fault.message for fault in ended.metrics.faults] == []
