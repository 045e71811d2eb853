"""Wekinator's control words, and whole messages on a cable."""

from __future__ import annotations

import pytest
from pythonosc.osc_message_builder import build_msg

from engine.core.errors import ParameterError
from engine.core.messages import Ns, OscMessage
from engine.osc.bundle import messages
from engine.osc.layout import Dialect, OscOptions
from engine.osc.layouts import choose
from engine.osc.wekinator_words import CONTROL, WORDS, NoOrder, WekinatorOrder, read_order


@pytest.mark.parametrize(
    ("word", "arguments", "numbers", "texts"),
    [
        ("startRecording", [], (), ()),
        ("startRecording", [1.0], (), ()),
        ("stopDtwRecording", [2], (), ()),
        ("startDtwRecording", [2], (2,), ()),
        ("startDtwRecording", [2.0], (2,), ()),
        ("enableModelRunning", [1, 3.0], (1, 3), ()),
        ("selectInputsForOutput", [1, 2, 4], (1, 2, 4), ()),
        ("setInputNames", ["a", "b"], (), ("a", "b")),
        ("loadModelFromFile", [1, "m"], (1,), ("m",)),
        ("loadModelFromFile", [1, "m", "WITHDATA"], (1,), ("m", "WITHDATA")),
        ("saveModelToFile", [1, "m"], (1,), ("m",)),
        ("runNewProject", ["p", "CLOSECURRENT"], (), ("p", "CLOSECURRENT")),
        ("outputs", [0.5, 2], (0.5, 2), ()),
    ],
)
def test_an_order_is_read(
    word: str, arguments: list[object], numbers: tuple[float, ...], texts: tuple[str, ...]
) -> None:
    assert read_order(CONTROL + word, arguments) == WekinatorOrder(word, numbers, texts)


@pytest.mark.parametrize(
    ("address", "arguments", "why"),
    [
        (CONTROL + "startDtwRecording", [], "expects a whole number; 0 arguments came"),
        (CONTROL + "startDtwRecording", ["one"], "it brought 'one', not a number"),
        (CONTROL + "startDtwRecording", [True], "it brought 'True', not a number"),
        (CONTROL + "startDtwRecording", [1e9], "it brought 1e+09"),
        (CONTROL + "startDtwRecording", [b""], "it brought a blob, not a number"),
        (CONTROL + "outputs", [float("inf")], "which is no number"),
        (CONTROL + "setOutputNames", [], "0 arguments came"),
        (CONTROL + "saveModelToFile", ["m", 1], "it brought 'm', not a number"),
        (CONTROL + "saveModelToFile", [1, 2], "it brought '2', not a text"),
        (CONTROL + "runNewProject", ["p", "CLOSE"], '"CLOSE" is none'),
        (CONTROL + "startrecording", [], 'Did you mean "startRecording"?'),
        (CONTROL, [], "is no control word of Wekinator"),
        ("/wekinator/control", [], "is no control word of Wekinator"),
        ("/x" * 200, [], "is no control word of Wekinator"),
    ],
)
def test_what_is_no_order_is_told(address: str, arguments: list[object], why: str) -> None:
    with pytest.raises(NoOrder) as told:
        read_order(address, arguments)
    assert why in str(told.value) and len(str(told.value)) < 400


def test_every_word_of_the_documentation_is_known() -> None:
    documented = (
        "outputs startRecording stopRecording startDtwRecording stopDtwRecording train cancelTrain"
        " startRunning stopRunning deleteAllExamples deleteExamplesForOutput enableModelRecording"
        " disableModelRecording enableModelRunning disableModelRunning setInputNames"
        " setOutputNames selectInputsForOutput loadModelFromFile saveModelToFile runNewProject"
        " enablePerformanceMode disablePerformanceMode"
    )
    assert set(WORDS) == set(documented.split())


@pytest.mark.parametrize(
    ("key", "message", "address"),
    [
        ("/", OscMessage("/wek/outputs", (0.5, 1.0)), "/wek/outputs"),
        ("/", OscMessage("/output_1"), "/output_1"),
        ("/a/", OscMessage("/b", (1, "two", 0.25)), "/a/b"),
        ("/", OscMessage("/a name*", ("x",)), "/a name_"),
    ],
)
def test_a_whole_message_leaves_as_it_is(key: str, message: OscMessage, address: str) -> None:
    layout = choose(key, OscMessage, OscOptions(), Dialect())
    (sent,) = [one for piece in layout.encode(message, Ns(0)) for one in messages(piece)]
    assert sent == build_msg(address, [*message.arguments]).dgram


def test_a_message_without_an_address_or_with_no_number_is_refused() -> None:
    layout = choose("/", OscMessage, OscOptions(), Dialect())
    for wrong in (OscMessage("x"), OscMessage("/" * 300), OscMessage("/x", (float("nan"),))):
        with pytest.raises(ValueError, match="no"):
            layout.encode(wrong, Ns(0))
    with pytest.raises(ParameterError, match="means nothing"):
        choose("/", OscMessage, OscOptions(args=[1]), Dialect())
