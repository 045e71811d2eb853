"""A text as a picture."""

from __future__ import annotations

import numpy as np

from engine.dsp.image.text_picture import text_picture


def test_a_longer_text_makes_a_higher_picture_and_an_empty_one_a_dark_one() -> None:
    none, one, many = (text_picture(text) for text in ("", "the sea", "the sea\n" * 5 + "W" * 200))
    assert {each.shape[1:] for each in (none, one, many)} == {(960, 3)}
    assert len(none) <= len(one) < len(many)
    assert np.ptp(none) == 0
    assert one.max() > 200
    assert one.min() < 30
