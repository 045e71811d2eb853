"""What is seen, in words: numbers, plurals, places, moods, and templates of a performer's own."""

from __future__ import annotations

import pytest

from engine.dsp.image.detecting import COCO_80
from engine.language.describing import (
    FIELDS,
    Light,
    Template,
    Thing,
    counted,
    described,
    distance,
    listed,
    mood,
    place,
    placed,
    plural,
    several,
)

GREY = Light(("grey",), 0.5, 0.05, 0.0)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["cup"], "a cup"),
        (["apple", "apple"], "two apples"),
        (["cup", "person", "person"], "two people and a cup"),
        (["dog", "umbrella", "bus"], "a dog, an umbrella and a bus"),
        (["person"] * 12, "twelve people"),
        (["person"] * 13, "13 people"),
    ],
)
def test_things_are_counted(names: list[str], said: str) -> None:
    assert counted(names) == said


@pytest.mark.parametrize(
    ("one", "many"),
    [
        *(
            ("person", "people"),
            ("bus", "buses"),
            ("bench", "benches"),
            ("wine glass", "wine glasses"),
        ),
        *(
            ("knife", "knives"),
            ("mouse", "mice"),
            ("sheep", "sheep"),
            ("toothbrush", "toothbrushes"),
        ),
        *(("skis", "pairs of skis"), ("scissors", "pairs of scissors"), ("cow", "cows")),
        *(("remote", "remotes"), ("sandwich", "sandwiches"), ("teddy bear", "teddy bears")),
    ],
)
def test_plurals(one: str, many: str) -> None:
    assert plural(one) == many


def test_every_thing_of_the_network_can_be_said() -> None:
    for name in COCO_80:
        one, two = several(name, 1), several(name, 2)
        assert one.startswith(("a ", "an ")), one
        assert two.startswith("two "), two
        assert one.removeprefix("a ") != two.removeprefix("two ") or name == "sheep"
    assert several("scissors", 1) == "a pair of scissors"


@pytest.mark.parametrize(
    ("parts", "said"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_lists(parts: list[str], said: str) -> None:
    assert listed(parts) == said


@pytest.mark.parametrize(
    ("x", "said"), [(0.0, "left"), (0.5, "middle"), (0.9, "right"), (5.0, "right")]
)
def test_places(x: float, said: str) -> None:
    assert said in place(x)


@pytest.mark.parametrize(("height", "said"), [(0.9, "near"), (0.3, "distance"), (0.05, "far")])
def test_distances(height: float, said: str) -> None:
    assert said in distance(height)


def test_things_of_one_kind_in_one_place_stand_together() -> None:
    seen = [
        Thing("person", 0.1, 0.4, 0.1),
        Thing("cup", 0.5, 0.1, 0.02),
        Thing("person", 0.2, 0.6, 0.3),
        Thing("person", 0.9, 0.3, 0.01),
    ]
    said = "two people on the left, a cup in the middle and a person on the right"
    assert placed(seen) == said
    fields = described(seen, GREY)
    assert fields["thing"] == "person"
    assert (fields["place"], fields["distance"]) == ("on the left", "near")
    assert (fields["is"], fields["count"]) == ("are", "four")


@pytest.mark.parametrize(
    ("light", "said"),
    [
        (Light(("black",), 0.05, 0.02, 0.0), "gloomy"),
        (Light(("blue",), 0.1, 0.4, -0.2), "mysterious"),
        (Light(("brown",), 0.3, 0.2, 0.2), "cosy"),
        (Light(("blue",), 0.3, 0.2, -0.2), "cold"),
        (Light(("yellow",), 0.8, 0.6, 0.3), "cheerful"),
        (Light(("white",), 0.9, 0.02, 0.0), "plain"),
        (Light(("green",), 0.5, 0.2, 0.0), "calm"),
    ],
)
def test_moods_of_light_and_colour(light: Light, said: str) -> None:
    assert mood(light) == said


def test_every_field_can_be_filled() -> None:
    values = described([Thing("cup", 0.5, 0.2, 0.05)], GREY, "saucer")
    assert set(values) == set(FIELDS)
    for name in FIELDS:
        assert Template("{" + name + "}").filled(values)


def test_a_template_is_filled_and_each_sentence_begins_with_a_capital() -> None:
    values = described([Thing("cup", 0.1, 0.2, 0.05)], GREY)
    template = Template("{things} {is} {place}.\n Braces: {{x}}! und das Licht? {light}.")
    assert template.filled(values) == "A cup is on the left. Braces: {x}! Und das Licht? Soft."


def test_a_sentence_of_what_is_not_known_is_left_out() -> None:
    values = described([], Light((), 0.0, 0.0, 0.0))
    assert Template("It is {colour}. I see {things}. I think of {word}.").filled(values) == (
        "I see nothing."
    )
    assert not Template("").filled(values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{thngs}", 'no field "{thngs}".*Did you mean "things"'),
        ("{colors}", 'Did you mean "colours"'),
        ("{}", "no field .*There is: things"),
        ("{0}", "no field"),
        ("{things!r}", "no field"),
        ("{things:>10}", "no field"),
        ("{things.__class__}", "no field"),
        ("{things", "stands alone"),
        ("things}", "stands alone"),
        ("{", "stands alone"),
    ],
)
def test_a_field_that_is_none_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Template(text)
