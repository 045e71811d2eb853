"""What the class of every box says: help, parameters that fit, inlets and outlets of kinds."""

from __future__ import annotations

import inspect
from typing import TypeVar

import pytest

from engine.core.event_inlets import check_value_inlets, read_event_inlets
from engine.core.kinds import (
    KINDS,
    Kind,
    example_of,
    in_word,
    message_types,
    nobody_in,
    policy_for,
    summary_of,
)
from engine.core.node import Node
from engine.core.parameter import read_parameters
from engine.core.signature import read_signature
from engine.core.sink import Sink
from engine.core.source import Source
from engine.inference.network import NetworkModel
from engine.runtime.schedule.finite import is_finite

from . import boxes

every_box = pytest.mark.parametrize("name", boxes.NAMES)
every_node = pytest.mark.parametrize("name", [*boxes.MODELS, *boxes.NODES])


def test_no_two_files_have_a_name() -> None:
    assert len(set(boxes.NAMES)) == len(boxes.NAMES)


@every_box
def test_a_file_holds_one_documented_box_named_as_it_is(name: str) -> None:
    cls = boxes.find(name)
    assert inspect.getdoc(cls), "its docstring is its help text"
    assert inspect.getmodule(cls).__doc__  # type: ignore[union-attr]
    named = "".join(word.title() for word in name.split("_"))
    kind = "Source" if issubclass(cls, Source) else "Node"
    allowed = {f"{named}Model"} if issubclass(cls, NetworkModel) else {named, f"{named}{kind}"}
    assert cls.__name__ in allowed


@every_box
def test_every_parameter_says_what_it_does(name: str) -> None:
    parameters = read_parameters(boxes.find(name)).values()
    assert [each.name for each in parameters if not each.param.help] == []


@every_box
def test_defaults_fit_their_own_parameters(name: str) -> None:
    for each in read_parameters(boxes.find(name)).values():
        if not each.required and each.default is not None and not callable(each.default):
            assert each.from_wire(each.default) == each.default, each.name
    assert boxes.fresh(name)


@every_node
def test_inlets_and_outlets_are_of_kinds_that_are_registered(name: str) -> None:
    cls = boxes.find_node(name)
    check_value_inlets(cls)
    signature = read_signature(cls)
    inlets = [*signature.inlets, *read_event_inlets(cls).values()]
    assert all(boxes.accepted(inlet) for inlet in inlets)
    taken = {one for inlet in inlets for one in inlet.accepts if isinstance(one, TypeVar)}
    for carried in signature.outlets.values():
        assert boxes.kinds_of([carried]) and (not isinstance(carried, TypeVar) or carried in taken)


@every_node
def test_what_is_so_at_rest_is_what_its_outlet_says_and_is_said_once(name: str) -> None:
    node, signature = boxes.fresh(name), read_signature(boxes.find_node(name))
    for outlet in signature.fields or ("",):
        for kind in boxes.kinds_of([signature.outlets[outlet]]):
            rest = node.at_rest(outlet, example_of(kind))
            if rest is not None:
                assert type(rest) is kind and is_finite(rest), outlet
                again = node.at_rest(outlet, rest)
                assert again is None or again == rest, outlet


@pytest.mark.parametrize("name", boxes.SOURCES)
def test_the_outlets_of_a_source_are_of_kinds_that_are_registered(name: str) -> None:
    source = boxes.fresh(name)
    assert isinstance(source, Source)
    assert all(carried in KINDS for carried in source.outlets().values())


@pytest.mark.parametrize("name", boxes.SINKS)
def test_what_an_output_takes_is_registered(name: str) -> None:
    sink = boxes.fresh(name)
    assert isinstance(sink, Sink)
    assert set(sink.accepts(PORTS.get(name, "in"))) <= {*KINDS, object}


PORTS = {"midi_out": "notes", "osc_out": "/in"}


@pytest.mark.parametrize("name", boxes.MODELS)
def test_a_network_runs_in_a_process_of_its_own(name: str) -> None:
    cls = boxes.find_node(name)
    assert issubclass(cls, NetworkModel) and cls.own_process and cls.lane


def test_every_node_is_a_node() -> None:
    wrong = [name for name in boxes.NODES if not issubclass(boxes.find(name), Node)]
    assert wrong == []


def test_every_kind_has_an_example_with_which_all_that_is_registered_works() -> None:
    ours = {"engine", "builtins"}  # other tests register their own in this process
    for one in message_types():
        if one.cls.__module__.partition(".")[0] not in ours:
            continue
        example = example_of(one.cls)
        assert type(example) is one.cls, "each kind of the engine has an example"
        assert is_finite(example) and boxes.broken([example]) == []
        nobody = nobody_in(example)
        assert nobody is None or (type(nobody) is one.cls and nobody_in(nobody) is None)
        assert in_word(one.cls) == one.words
        assert summary_of(example) is not None
        assert isinstance(policy_for(example), Kind)
