"""What the tests of picture boxes share: pictures, and a patch that they are played through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.core.clock import ns
from engine.core.messages import Frame, Message, Ns, Trigger
from engine.core.source import Tape
from engine.testing import Played, Script, play


def picture(values: Any, width: int = 8, height: int = 6) -> np.ndarray:
    """Return a picture that nobody may write into: of one colour, or of the values given."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = values
    image.flags.writeable = False
    return image


def noise(seed: int, width: int = 8, height: int = 6) -> np.ndarray:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    image.flags.writeable = False
    return image


def pictures(most: int = 12) -> st.SearchStrategy[np.ndarray]:
    """Find pictures of any size up to ``most``, read-only."""
    shapes = st.tuples(st.integers(1, most), st.integers(1, most), st.just(3))
    return shapes.flatmap(lambda shape: arrays.arrays(np.uint8, shape)).map(_locked)


def alike(most: int = 12, count: int = 2) -> st.SearchStrategy[tuple[np.ndarray, ...]]:
    """Find several pictures of one size."""
    shapes = st.tuples(st.integers(1, most), st.integers(1, most), st.just(3))
    return shapes.flatmap(
        lambda shape: st.tuples(*[arrays.arrays(np.uint8, shape).map(_locked)] * count)
    )


def _locked(image: np.ndarray) -> np.ndarray:
    image.flags.writeable = False
    return image


def unchanged(box: Any, *images: np.ndarray, **rest: Any) -> np.ndarray:
    """Return what a box makes of pictures, which it leaves as they are, and nobody writes into."""
    before = [image.copy() for image in images]
    answer = box.process(*(Frame(image, mirrored=True) for image in images), **rest)
    assert all(np.array_equal(image, was) for image, was in zip(images, before, strict=True))
    assert answer.mirrored, "what is known of the picture goes on with it"
    made: np.ndarray = answer.image
    assert made.dtype == np.uint8 and made.shape[2:] == (3,)
    assert not made.flags.writeable and made.flags.c_contiguous
    return made


class Shown(Tape):
    """Show pictures, ten a second, from a moment on."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}
    IMAGES: ClassVar[Mapping[str, list[np.ndarray]]] = {}

    which: str = ""
    start: float = 0.0
    times: int = 1

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        images = self.IMAGES[self.which] * self.times
        for number, image in enumerate(images):
            yield ns(self.start + number / 10), "frame", Frame(image)


class Pressed(Tape):
    """Say triggers at their seconds."""

    OUT: ClassVar[Mapping[str, type]] = {"pressed": Trigger}

    at: list[float]

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for second in self.at:
            yield ns(second), "pressed", Trigger()


def played(patch: str, script: Script = (), **images: list[np.ndarray]) -> Played:
    """Play a patch, whose boxes ``shown`` show ``images`` by name."""
    boxes = {"shown": type("Shown", (Shown,), {"IMAGES": images}), "pressed": Pressed}
    return play(patch, script, boxes=boxes)


def seen(show: Played, collector: str = "c") -> list[np.ndarray]:
    """Return the pictures that came to a collector."""
    assert show.errors == []
    return [frame.image for frame in show.box(collector).of("in")]
