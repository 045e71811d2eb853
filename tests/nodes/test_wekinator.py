"""The box wekinator: what a client of Wekinator may say, right and wrong; nothing ends it."""

from __future__ import annotations

import logging
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.context import Context, MemoryState
from engine.core.messages import OscMessage
from engine.learning.examples import MOST_EXAMPLES
from engine.nodes.wekinator import Answered, WekinatorNode
from engine.osc.wekinator_words import CONTROL, DONE, WORDS
from engine.testing import play

Argument = float | int | str | bool


class Client:
    """Somebody who speaks to a box."""

    def __init__(self, *outputs: str, state: MemoryState | None = None, **parameters: object):
        self.state = state or MemoryState()
        self.box = WekinatorNode(outputs=list(outputs), **parameters)
        self.box.open(Context("wek", state=self.state))

    def say(self, address: str, *arguments: Argument) -> list[Answered]:
        return [*self.box.process(OscMessage(address, arguments))]

    def tell(self, word: str, *arguments: Argument) -> str:
        """Give an order; return what it came to."""
        return next((s.notice for s in self.say(CONTROL + word, *arguments) if s.notice), "")

    def ask(self, *values: Argument) -> list[OscMessage]:
        """Return what answers an input."""
        return [s.answers for s in self.say("/wek/inputs", *values) if s.answers is not None]

    def show(self, values: list[float], *outputs: float, times: int = 5) -> None:
        self.tell("outputs", *outputs)
        self.tell("startRecording")
        for time in range(times):
            self.ask(*(value + 0.01 * time for value in values))
        self.tell("stopRecording")

    def again(self, *outputs: str, **parameters: object) -> Client:
        """Return another box with a copy of the state."""
        files = {name: self.state.read(name) or b"" for name in self.state.names()}
        return Client(*outputs, state=MemoryState(files), **parameters)


def taught() -> Client:
    client = Client("classify 3 shares", "regress")
    for place in (1.0, 2.0, 3.0):
        client.show([place, place], place, place / 4)
    assert client.tell("train") == "learned"
    assert client.tell("startRunning") == "runs"
    return client


def outputs(client: Client, *values: float) -> tuple[object, ...]:
    return client.ask(*values)[0].arguments


def test_a_class_and_a_number_are_answered_with_one_message_and_the_shares_with_another() -> None:
    values, shares = taught().ask(2.02, 2.02)
    assert values.address == "/wek/outputs"
    assert values.arguments == pytest.approx((2.0, 0.5), abs=0.01)
    assert shares.address == "/outputs-1"
    assert sum(map(float, shares.arguments)) == pytest.approx(1)
    assert np.argmax(shares.arguments) == 1


def test_the_patch_hears_the_same() -> None:
    client = taught()
    said = client.say("/wek/inputs", 3.0, 3.0)[-1]
    assert said.outputs is not None and said.outputs.names == ("outputs-1", "outputs-2")
    assert said.outputs.values.tolist() == pytest.approx([3.0, 0.75], abs=0.01)
    assert (said.number, said.unsure) == (3, False)
    assert client.say("/wek/inputs", 30.0, -30.0)[-1].unsure is True
    assert client.box.caption() == "15 examples · running"


def test_train_is_answered_once_it_has_learned_and_not_where_there_is_nothing() -> None:
    client = Client("regress")
    assert client.tell("train") == "there is nothing to learn from: startRecording comes first"
    client.show([0.0], 0.0)
    client.show([1.0], 1.0)
    for _ in range(2):  # the second time there is nothing new, and it is answered all the same
        assert [s.answers for s in client.say(CONTROL + "train")][-1] == OscMessage(DONE)


def test_nothing_is_answered_while_it_records_or_does_not_run() -> None:
    client = taught()
    client.tell("startRecording")
    assert client.ask(1.0, 1.0) == []
    client.tell("stopRecording")
    assert client.ask(1.0, 1.0) == [], "recording ends running, as in Wekinator"
    client.tell("startRunning")
    assert len(client.ask(1.0, 1.0)) == 2
    client.tell("stopRunning")
    assert client.ask(1.0, 1.0) == []


def test_an_output_that_does_not_run_gives_what_it_was_set_to() -> None:
    client = taught()
    client.tell("disableModelRunning", 2.0)
    client.tell("outputs", 1.0, 0.9)
    assert outputs(client, 3.0, 3.0) == (3.0, 0.9)
    client.tell("enableModelRunning", 1, 2)
    assert outputs(client, 3.0, 3.0)[1] == pytest.approx(0.75, abs=0.01)


def test_an_output_that_does_not_record_is_not_taught() -> None:
    client = Client("regress", "regress")
    client.tell("disableModelRecording", 2)
    for place in (0.0, 1.0):
        client.show([place], place, place)
    client.tell("train")
    client.tell("startRunning")
    client.tell("outputs", 0.0, 0.3)
    assert outputs(client, 1.0) == pytest.approx((1.0, 0.3), abs=0.02)
    client.tell("disableModelRecording", 1)
    client.tell("startRecording")
    assert "no output records" in str(client.say("/wek/inputs", 1.0)[0].notice)


def test_outputs_that_change_while_it_records_teach_each_what_it_was() -> None:
    client = Client("classify 2")
    client.tell("startRecording")
    for label in (1, 2) * 6:
        client.tell("outputs", float(label))
        client.ask(float(label))
    client.tell("stopRecording")
    client.tell("train")
    client.tell("startRunning")
    assert [outputs(client, value) for value in (1.0, 2.0)] == [(1.0,), (2.0,)]


def test_an_output_looks_at_the_inputs_that_it_is_told_once_it_learns() -> None:
    client = Client("classify 2")
    for label in (1.0, 2.0):
        client.show([label, 5.0 * label], label)
    client.tell("train")
    client.tell("startRunning")
    assert client.tell("selectInputsForOutput", 1, 2, 2).startswith("output 1 looks at inputs 2")
    assert outputs(client, 1.0, 10.0) == (2.0,)
    client.tell("train")
    assert outputs(client, 99.0, 10.0) == (2.0,), "the first one no longer counts"
    assert client.say("/wek/inputs", 99.0, 10.0)[-1].unsure is False


def test_a_range_is_kept_to() -> None:
    client = Client("regress 0 1")
    assert "is a number from 0 to 1; 7 is left out" in client.tell("outputs", 7.0)
    for place in (0.0, 1.0):
        client.show([place], place)
    client.tell("train")
    client.tell("startRunning")
    assert all(0 <= float(str(outputs(client, x / 10)[0])) <= 1 for x in range(-5, 16))


def test_gestures_say_how_far_each_is_and_which_has_been_made() -> None:
    client = Client("dtw 2")
    turn = np.linspace(0, 1, 24)
    ways = {1: np.sin(np.pi * turn), 2: np.abs(2 * turn - 1)}
    for number, way in ways.items():
        for _ in range(2):
            client.tell("startDtwRecording", number)
            for pair in zip(turn, way, strict=True):
                client.ask(*map(float, pair))
            assert client.tell("stopDtwRecording", number) == "kept 24 examples"
    client.tell("startRunning")
    for number, way in ways.items():
        said = [s for pair in zip(turn, way, strict=True) for s in client.say("/wek/inputs", *pair)]
        answers = [s.answers for s in said if s.answers]
        made = [one for one in answers if not one.arguments]
        assert made == [OscMessage(f"/output_{number}")]
        assert answers[answers.index(made[0]) + 1].address == "/wek/outputs"
        words = [s.gesture.word for s in said if s.gesture is not None]
        assert words == [f"output_{number}", ""]
        far = [one.arguments for one in answers if one.arguments][-1]
        assert far.index(min(far)) == number - 1
    assert client.tell("startDtwRecording", 3) == "it has 2 gestures, 1 to 2"
    assert "startDtwRecording" in client.tell("startRecording")
    assert client.tell("deleteExamplesForOutput", 1) == "forgot 48 examples of 1"


def test_gestures_beside_other_outputs_have_an_address_of_their_own() -> None:
    client = Client("regress", "dtw 1")
    client.tell("setOutputNames", "knob", "wave")
    for place in (0.0, 1.0):
        client.show([place], place, 0.0)
    client.tell("startDtwRecording", 1)
    for step in range(12):
        client.ask(step / 12)
    client.tell("stopDtwRecording")
    client.tell("train")
    client.tell("startRunning")
    said = [one for step in range(12) for one in client.ask(step / 12)]
    assert {one.address for one in said} == {"/wek/outputs", "/wave", "/wave_1"}


def test_models_are_saved_and_loaded_by_name() -> None:
    client = taught()
    assert client.tell("saveModelToFile", 1, "hue.xml") == "output 1 is kept as hue"
    assert client.tell("loadModelFromFile", 2, "hue") == (
        'hue is "classify 3 shares", and outputs-2 is "regress"'
    )
    other = client.again("classify 2", project="other")
    assert other.tell("loadModelFromFile", 1, "hue", "WITHDATA") == "output 1 plays hue"
    other.tell("startRunning")
    assert outputs(other, 3.0, 3.0) == (3.0,)
    assert other.tell("train") == "learned", "what it was taught came along"
    assert outputs(other, 3.0, 3.0) == (3.0,)
    assert outputs(other.again("classify 2", project="other"), 3.0, 3.0) == (3.0,)


def test_a_model_of_fewer_classes_leaves_out_examples_of_the_others() -> None:
    few = Client("classify 2")
    for place in (1.0, 2.0):
        few.show([place, place], place)
    few.tell("train")
    few.tell("saveModelToFile", 1, "few")
    client = taught()
    client.state.write("few.model.json", few.state.read("few.model.json") or b"")
    assert client.tell("loadModelFromFile", 1, "few", "WITHDATA") == "output 1 plays few"
    assert client.tell("train") == "learned"
    assert outputs(client, 3.0, 3.0)[0] == 2.0
    again = client.again("classify 3 shares", "regress")
    assert again.ask(1.0, 1.0) == client.ask(1.0, 1.0)


def test_a_project_under_a_name_that_is_there_keeps_the_one_before() -> None:
    client = taught()
    client.box.on_save("monday")
    other = Client("regress", state=client.state, project="other")
    before = client.state.read("monday.json")
    other.show([1.0], 1.0)
    other.box.on_save("monday")
    assert client.state.read("monday.before.json") == before


def test_a_model_without_its_data_plays_and_is_no_lesson() -> None:
    client = taught()
    client.tell("saveModelToFile", 1, "hue")
    other = client.again("classify 3", project="other")
    assert other.tell("loadModelFromFile", 1, "hue", "WITHOUTDATA") == "output 1 plays hue"
    assert "there is nothing to learn from" in other.tell("train")
    assert "there is no model huge; there is hue" in other.tell("loadModelFromFile", 1, "huge")


def test_names_are_kept_over_a_restart_and_what_it_knows_goes_by_them() -> None:
    client = taught()
    assert client.tell("setInputNames", "x", "y") == "inputs are x, y"
    assert client.tell("setOutputNames", "hue", "size") == "outputs are hue, size"
    before = [client.ask(place, place) for place in (1.0, 2.4, 3.0)]
    assert before[0][1].address == "/hue"
    again = client.again("classify 3 shares", "regress")
    assert [again.ask(place, place) for place in (1.0, 2.4, 3.0)] == before


def test_what_was_shown_after_it_had_learned_changes_nothing_over_a_restart() -> None:
    client = taught()
    client.show([1.0, 1.0], 3.0, 0.0)
    client.tell("startRunning")
    before = client.ask(1.01, 1.01)
    again = client.again("classify 3 shares", "regress")
    assert again.ask(1.01, 1.01) == before


def test_projects_by_name() -> None:
    client = taught()
    assert client.box.on_save("monday").notice == "kept as monday"
    client.tell("deleteAllExamples")
    assert client.tell("runNewProject", "project.wekproj", "KEEPCURRENTRUNNING") == "plays project"
    assert client.box.caption() == "15 examples · running"
    assert client.box.on_load("monday").notice == "plays monday"
    assert client.box.caption() == "0 examples · running"
    assert client.tell("runNewProject", "tuesday") == (
        "there is no project tuesday; there is monday, project"
    )
    assert "no path is taken" in str(client.box.on_save("../x").notice)


def test_another_number_of_classes_in_the_patch_leaves_out_what_no_longer_fits(
    caplog: pytest.LogCaptureFixture,
) -> None:
    again = taught().again("classify 2", "regress", "regress")
    assert "5 examples are of outputs that are other ones now" in caplog.text
    assert again.tell("train") == "learned"
    again.tell("startRunning")
    assert len(outputs(again, 1.0, 1.0)) == 3


def test_another_number_of_inputs_in_the_patch_begins_anew_and_keeps_the_file(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = taught()
    before = client.state.read("project.json")
    again = client.again("classify 3", "regress", inputs=3)
    assert "project has 2 inputs, and 3 are written" in caplog.text
    assert again.box.caption() == "0 examples · waits"
    for place in (1.0, 2.0):
        again.show([place, place, place], place, 1.0)
    assert again.state.read("project.aside.json") == before


def test_a_project_over_another_has_none_of_its_models() -> None:
    client = taught()
    client.box.on_save("monday")
    other = client.again("classify 3", "regress", project="other")
    other.show([1.0, 1.0], 1.0, 0.0)
    other.tell("deleteExamplesForOutput", 2)
    assert other.tell("train") == "learned"
    other.tell("startRunning")
    other.box.on_save("monday")
    assert "monday.2.model.json" in other.state.names(), "it lies there from before"
    other.box.on_load("monday")
    other.tell("outputs", 1.0, 0.125)
    assert outputs(other, 3.0, 3.0)[1] == 0.125, "what it was set to: it has learned nothing"
    assert other.tell("runNewProject", "project") == "plays project"


def test_what_a_file_could_not_hold_is_taught_to_nobody() -> None:
    client = Client("regress")
    assert "outputs-1 is a number from -1e+09 to 1e+09" in client.tell("outputs", 1e10)
    client.tell("startRecording")
    assert client.say("/wek/inputs", 1e10)[-1].refused == 2
    assert client.tell("stopRecording") == "kept 0 examples"


WRONG = [
    ("/wek/inputs", (1.0,), "2 inputs are expected, and 1 came"),
    ("/wek/inputs", (1.0, "x"), "an input brought a text, not a number"),
    ("/wek/inputs", (1.0, float("nan")), "an input is no number"),
    ("/wek/inputs", (1.0, 1e300), "an input is no number"),
    (CONTROL + "outputs", (1.0,), "2 outputs are expected, and 1 came"),
    (CONTROL + "outputs", (4.0, 0.0), "outputs-1 is one of 3 classes, 1 to 3; 4 is left out"),
    (CONTROL + "outputs", ("a", 0.0), "it brought 'a', not a number"),
    (CONTROL + "tran", (), 'no control word of Wekinator. Did you mean "train"?'),
    (CONTROL + "enableModelRunning", (), "0 arguments came"),
    (CONTROL + "enableModelRunning", (1, 9), "there is no output 9; they count from 1 to 2"),
    (CONTROL + "enableModelRunning", (0,), "there is no output 0"),
    (CONTROL + "enableModelRunning", (1.5,), "it brought 1.5"),
    (CONTROL + "startDtwRecording", (1,), 'no output tells gestures: one must be written as "dtw'),
    (CONTROL + "setInputNames", ("a",), "2 inputs are expected, and 1 came"),
    (CONTROL + "setInputNames", ("a", "a"), '"a" comes twice'),
    (CONTROL + "setInputNames", (1, 2), "it brought '1', not a text"),
    (CONTROL + "setOutputNames", ("a", "b", "c"), "2 outputs are expected, and 3 names came"),
    (CONTROL + "selectInputsForOutput", (1,), "an output, and at least one input"),
    (CONTROL + "selectInputsForOutput", (1, 3), "there is no input 3; there are 2"),
    (CONTROL + "deleteExamplesForOutput", (3,), "there is no output 3"),
    (CONTROL + "saveModelToFile", (1, "../x"), "no path is taken"),
    (CONTROL + "saveModelToFile", (1, "/etc/passwd"), "no path is taken"),
    (CONTROL + "loadModelFromFile", (1, "/etc/passwd"), "no path is taken"),
    (CONTROL + "loadModelFromFile", (1, "m", "DATA"), 'WITHDATA or WITHOUTDATA; "DATA" is none.'),
    (CONTROL + "runNewProject", ("../../x.wekproj",), "no path is taken"),
    ("/wek/inputs/bundle", ("/tmp/rows.csv",), "no path is taken"),
    ("/wek/inputs/bundle", ("rows.csv",), "there is no rows.csv in the state folder"),
]


@pytest.mark.parametrize(("address", "arguments", "why"), WRONG)
def test_what_is_wrong_is_told_and_counted_and_changes_nothing(
    address: str, arguments: tuple[Argument, ...], why: str
) -> None:
    client = taught()
    before, files = client.ask(2.4, 2.4), dict(client.state._files)
    said = client.say(address, *arguments)
    assert [one.refused for one in said] == [1]
    assert why in str(said[0].notice)
    assert client.ask(2.4, 2.4) == before
    assert dict(client.state._files) == files


def test_what_is_wrong_again_and_again_is_counted_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = taught()
    with caplog.at_level(logging.WARNING):
        said = [client.say("/wek/inputs", 1.0)[0] for _ in range(1000)]
    assert said[-1].refused == 1000
    assert [one.notice is not None for one in said] == [True] + [False] * 999
    assert caplog.text.count("2 inputs are expected") == 1


def test_it_holds_so_many_examples_and_no_more() -> None:
    client = Client("regress")
    client.tell("startRecording")
    for number in range(MOST_EXAMPLES):
        client.ask(float(number))
    said = client.say("/wek/inputs", 1.0)
    assert f"it holds {MOST_EXAMPLES} examples" in str(said[0].notice)
    assert client.tell("stopRecording") == f"kept {MOST_EXAMPLES} examples"


def test_a_full_disk_is_told_and_it_plays_on(caplog: pytest.LogCaptureFixture) -> None:
    class Full(MemoryState):
        def write(self, name: str, data: bytes) -> bool:
            return False

    client = Client("regress", state=Full())
    for place in (0.0, 1.0):
        client.show([place], place)
    assert client.tell("train") == "learned" and client.tell("startRunning") == "runs"
    assert outputs(client, 1.0) == pytest.approx((1.0,), abs=0.02)
    assert "project could not be kept; it plays on with what it knows" in caplog.text
    assert client.tell("saveModelToFile", 1, "m") == "m could not be kept"
    assert client.box.on_save("monday").notice == "monday could not be kept"
    client.tell("startRecording")
    client.ask(1.0)
    assert client.tell("stopRecording") == "kept 1 examples, but not on the disk"


def test_rows_of_a_table_are_shown_and_played() -> None:
    client = taught()
    client.state.write("rows.csv", b"1,1\n2,2\n\n3,3\n")
    said = client.say("/wek/inputs/bundle", "rows.csv")
    assert [one.bundles for one in said] == [OscMessage("/wek/outputs/bundle", ("wekOutputs.csv",))]
    table = (client.state.read("wekOutputs.csv") or b"").decode().split()
    assert [row.split(",")[0] for row in table] == ["1", "2", "3"]
    client.tell("startRecording")
    assert client.say("/wek/inputs/bundle", "rows")[0].notice == "took 3 rows of rows.csv"
    assert client.tell("stopRecording") == "kept 3 examples"
    for broken, why in ((b"1\n", "line 1: 2 numbers"), (b"1,2\na,b\n", "line 2: it holds")):
        client.state.write("rows.csv", broken)
        assert why in str(client.say("/wek/inputs/bundle", "rows.csv")[0].notice)


def test_buttons_of_the_page_do_what_those_of_wekinator_do() -> None:
    client = Client("regress")
    for word in ("startRecording", "stopRecording", "train", "startRunning"):
        [*client.box.on_order(word)]
        if word == "startRecording":
            client.ask(1.0)
    assert client.box.caption() == "1 examples · running"
    (said,) = client.box.on_order("word")
    assert said.refused == 1, "a cable of texts may bring anything"


def test_a_patch_with_wrong_outputs_is_refused(tmp_path) -> None:
    patch = tmp_path / "p.toml"
    patch.write_text('[in]\nuse = "wekinator_in"\n[w]\nuse = "wekinator"\nfrom = "in"\n')
    assert play(patch, seconds=0.1).errors == []
    patch.write_text(patch.read_text() + 'outputs = ["clasify 3"]\n')
    with pytest.raises(Exception, match=r'Did you mean "classify"'):
        play(patch, seconds=0.1)


def test_all_that_is_random_is_always_the_same() -> None:
    one, other = taught(), taught()
    places = np.linspace(0, 4, 9).tolist()
    assert [one.ask(x, x) for x in places] == [other.ask(x, x) for x in places]
    assert any(a != b for a, b in pairwise([one.ask(x, x) for x in places]))


ARGUMENTS = st.one_of(
    st.floats(width=32),
    st.integers(-2, 4),
    st.sampled_from(["m", "project", "../x", "/etc/passwd", "", "WITHDATA", "x" * 99]),
    st.booleans(),
)
MESSAGES = st.tuples(
    st.sampled_from(
        [*(CONTROL + word for word in WORDS), *["/wek/inputs"] * 20, "/wek/inputs/bundle"]
    ),
    st.lists(ARGUMENTS, max_size=3),
)


@pytest.mark.parametrize("outputs", [("classify 2 shares", "regress"), ("dtw 2",)])
@given(said=st.lists(MESSAGES, min_size=5, max_size=40))
@settings(max_examples=30)
def test_whatever_is_said_is_answered_or_refused(
    outputs: tuple[str, ...], said: list[tuple[str, list[Argument]]]
) -> None:
    client = Client(*outputs)
    for address, arguments in said:
        for one in client.say(address, *arguments):
            assert one.answers is None or all(np.isfinite(one.answers.arguments))
    assert all("/" not in name and not name.startswith(".") for name in client.state.names())
    client.box.close()
    client.again(*outputs)
