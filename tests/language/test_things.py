"""Names of things: the first of several, without what explains it."""

from __future__ import annotations

import pytest

from engine.inference.model_folders import model_folder
from engine.language.things import said


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("kite (bird of prey)", "kite"),
        ("handrail / baluster", "handrail"),
        ("red wolf or maned wolf", "red wolf"),
        ("tights for gymnastics, a one-piece leotard, or a sport jersey", "tights for gymnastics"),
        ("traffic or street sign", "street sign"),
        ("Granny Smith apple", "Granny Smith apple"),
        ("doormat", "doormat"),
        ("(only this)", "(only this)"),
    ],
)
def test_the_first_name_is_said(written: str, expected: str) -> None:
    assert said(written) == expected


def test_every_name_of_the_network_is_a_word_or_some_that_one_would_say() -> None:
    names = (model_folder("efficientnet_lite0") / "names.txt").read_text("utf-8").splitlines()
    spoken = [said(name) for name in names]
    assert all(name and not set("(/,") & set(name) for name in spoken)
    assert len(set(spoken)) >= 997
