"""What every model box promises of its networks, asked of every file in engine/models.

What it promises as any box does: ``tests/conformance``.
"""

from __future__ import annotations

from typing import Any, get_args

import pytest

from engine.core.errors import ModelError
from engine.core.parameter import read_parameters
from engine.core.signature import read_signature
from engine.inference.network import NetworkModel
from tests.conformance import boxes

every_model = pytest.mark.parametrize("name", boxes.MODELS)


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
    (base,) = cls.__orig_bases__  # type: ignore[attr-defined]
    assert get_args(base) == (read_signature(cls).outlets[""],)


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
    for other in map(box, boxes.MODELS):
        model = other().model
        if other.TASK != box(name).TASK:
            with pytest.raises(ModelError, match=f'the model "{model}" is for {other.TASK}, not'):
                box(name)(model=model).open()
