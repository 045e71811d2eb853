"""A monitor's question and the answer: every packet fits, and nothing that comes back can hurt."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.traffic import Flow, Traffic
from engine.osc.bundle import LIMIT
from engine.osc.parse import packet
from engine.osc.traffic import (
    LENGTH,
    MONITOR,
    NO_PROOF,
    TRAFFIC,
    Answers,
    answer,
    proof,
    question,
)

TEXTS = st.text(max_size=300) | st.sampled_from(['"\\' * 300, "\N{PILE OF POO}" * 200])
FLOWS = st.builds(
    Flow,
    st.booleans(),
    TEXTS,
    TEXTS,
    st.integers(0, 2**40),
    st.none() | st.floats(0, 1e6),
    TEXTS,
    st.floats(0, 1e9),
    TEXTS,
    TEXTS,
    st.booleans(),
)


def put_together(packets: list[bytes]) -> Traffic | None:
    answers, found = Answers(), None
    for each in packets:
        ((address, arguments),) = packet(each)
        assert address == TRAFFIC
        found = answers.take(arguments) or found
    return found


@given(TEXTS, st.lists(FLOWS, max_size=12), st.integers(0, 2**40))
def test_whatever_flows_fits_into_packets_and_comes_out_again(title, flows, left_out) -> None:
    packets = answer(7, Traffic(title, tuple(flows), left_out))
    assert max(map(len, packets)) <= LIMIT
    found = put_together(packets)
    assert found is not None
    assert (len(found.flows), found.left_out) == (len(flows), left_out)
    assert [flow.count for flow in found.flows] == [flow.count for flow in flows]


def test_short_texts_come_out_as_they_were() -> None:
    flow = Flow(False, "desk", "/1/fadér", 3, 1.5, '0.5 "x"', 0.1, "10.0.0.5", "nobody", True)
    traffic = Traffic("Größe", (flow,) * 40)
    assert put_together(answer(1, traffic)) == traffic


def test_packets_in_any_order_are_put_together_and_those_of_another_answer_are_not() -> None:
    flows = tuple(Flow(True, "out", f"/{n}" * 9, n, 1, "0", 0, "peer") for n in range(60))
    first, second = (answer(number, Traffic("t", flows)) for number in (1, 2))
    assert len(first) > 2
    assert put_together([*reversed(first)]) == Traffic("t", flows)
    assert put_together([first[0], *second[1:]]) is None


def test_what_a_stranger_answers_cannot_command_a_terminal() -> None:
    flow = '[true,"o","/\\u001b[2J",1,null,"\\u0007",0,"p","\\n",false]'
    names = ["leaves", "box", "name", "count", "rate", "last", "ago", "peer", "note", "unheard"]
    values = json.loads(flow)
    text = json.dumps(
        {"title": "\x1b]0;", "left_out": 0, "flows": [dict(zip(names, values, strict=True))]}
    )
    found = Answers().take([1, 0, 1, text])
    assert found is not None
    said = "".join((found.title, *(f"{one.name}{one.last}{one.note}" for one in found.flows)))
    assert said.isprintable()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [1, 0, 1],
        [1, 0, 1, "no JSON"],
        [1, 0, 1, "[]"],
        [1, 0, 1, '{"title": 3}'],
        [1, 1, 1, "{}"],
        [1, -1, 1, "{}"],
        [1, 0, 10**9, "{}"],
        ["1", 0, 1, "{}"],
        [1, 0, 1, "[" * 5000],
    ],
)
def test_what_is_no_answer_is_ignored(arguments: list[object]) -> None:
    assert Answers().take(arguments) is None


def test_a_question_is_as_long_as_the_proof_that_answers_it() -> None:
    known = proof(b"secret", ("10.0.0.5", 4000))
    assert len(known) == LENGTH
    assert len(question(known)) == len(question(NO_PROOF))
    assert packet(question(known)) == [(MONITOR, [known])]


@pytest.mark.parametrize("other", [("10.0.0.6", 4000), ("10.0.0.5", 4001)])
def test_a_proof_is_good_for_one_sender_of_one_show(other: tuple[str, int]) -> None:
    mine = proof(b"secret", ("10.0.0.5", 4000))
    assert mine == proof(b"secret", ("10.0.0.5", 4000, 0, 0))
    assert mine != proof(b"secret", other)
    assert mine != proof(b"another", ("10.0.0.5", 4000))
