"""What every model box promises of its networks, asked of every file in engine/models.

What it promises as any box does: ``tests/conformance``.
"""

from __future__ import annotations

from typing import Any, get_args, get_origin

import pytest

from engine.core.errors import ModelError
from engine.core.parameter import read_parameters
from engine.core.signature import read_signature
from engine.inference.network import NetworkModel
from tests.by_night import few
from tests.conformance import boxes

NAMES = [name for name in boxes.MODELS if issubclass(boxes.find(name), NetworkModel)]
"""Those with one network of their own; others hold tables of words, or have a program speak."""
every_model = pytest.mark.parametrize("name", NAMES)


def box(name: str) -> type[NetworkModel[Any]]:
    found = boxes.find(name)
    assert issubclass(found, NetworkModel)
    return found


@every_model
def test_its_model_and_provider_need_a_new_instance(name: str) -> None:
    parameters = read_parameters(box(name)).values()
    assert {"model", "provider"} <= {each.name for each in parameters if each.fixed}
    assert [each.name for each in parameters if each.required] == []


@every_model
def test_it_answers_with_what_its_base_says(name: str) -> None:
    cls = box(name)
    bases = [base for each in cls.__mro__ for base in vars(each).get("__orig_bases__", ())]
    said = next(get_args(base) for base in bases if get_origin(base) is NetworkModel)
    assert said == (read_signature(cls).outlets[""],)


@every_model
def test_it_meets_the_card_of_the_model_that_it_asks(name: str) -> None:
    made = box(name)()
    made.open()
    assert made.card.task == made.TASK
    assert made.card.name == made.model
    assert made.session().provider == "cpu"
    made.close()
    with pytest.raises(ModelError, match=f'the model "{made.model}" is not open'):
        made.session()


@every_model
def test_a_model_for_another_task_is_refused_by_name(name: str) -> None:
    others = [other for other in map(box, NAMES) if other.TASK != box(name).TASK]
    for other in few(others, 2):
        model = other().model
        with pytest.raises(ModelError, match=f'the model "{model}" is for {other.TASK}, not'):
            box(name)(model=model).open()
