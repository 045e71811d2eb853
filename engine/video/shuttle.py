"""Shows a film at any picture, forwards and backwards, as the wheel of a video recorder does.

Films are made to be decoded forwards: most pictures say only how they differ from those before, and
a seek goes to the last whole one and decodes from there. So backwards a stretch is decoded at once,
and its pictures are kept; played back they come from there. Short films, and a place where somebody
scratches, are thus decoded once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.dsp.image.picture import Picture
from engine.video.film import Film

MOST: Final = 256 << 20
"""Bytes of pictures that are kept: 97 of 1280x720."""
_BACK: Final = 8
_NEAR: Final = 50
"""Pictures ahead up to which it is decoded on; what is further is sought."""


class Shuttle:
    """Shows the pictures of a film by their numbers, the first one being 0.

    ``film`` is read on from picture ``next_``. ``count`` is how many it has, as far as is known:
    the last one is found out when it is reached. ``first`` is the first one that may be shown.
    """

    def __init__(self, film: Film, next_: int, most: int = MOST) -> None:
        self.first = 0
        self._film = film
        self._next = next_
        self._most = most
        self._kept: dict[int, Picture] = {}
        self._bytes = 0
        self.count = max(film.length or self._counted(), next_, 1)

    def show(self, number: int, speed: float) -> Picture | None:
        """Return a picture, or the nearest before it that is there; None where none can be read.

        ``speed`` says which pictures will be asked for next: below 0 those before it, and at 2 or
        -2 every second one.
        """
        stride = max(1, int(abs(speed)))
        number = min(max(number, 0), self.count - 1)
        ahead = self._next <= number <= self._next + _NEAR
        found = self._find(number, 1 if ahead else stride)
        if found is None:
            self._fetch(number, stride, backwards=speed < 0 or number < self._next - 1)
            number = min(number, self.count - 1)
            found = self._find(number, stride)
        if found is None and self._kept:
            return self._kept[min(self._kept, key=lambda each: abs(each - number))]
        return found

    def _counted(self) -> int:
        """Return how many pictures there are, by going to the end."""
        while self._film.read(_no_memory, shown=False) is not None:
            self._next += 1
        return self._next

    def _find(self, number: int, stride: int) -> Picture | None:
        """Return a picture that is kept, or one up to a stride before it."""
        for each in range(number, max(number - stride, self.first - 1), -1):
            if each in self._kept:
                return self._kept[each]
        return None

    def _fetch(self, number: int, stride: int, backwards: bool) -> None:
        """Decode a picture, and on the way to it those that will be asked for.

        Where nothing can be read, since a film is shorter than it says or is damaged, it is begun
        ever further before.
        """
        first = self._first(number, stride) if backwards else number
        if not self._next <= first <= self._next + _NEAR:
            self._seek(first)
        back = _BACK
        while True:
            begun = self._next
            for each, picture in self._read_up_to(number, stride):
                self._keep(each, picture, number)
            if self._next > begun or begun == 0:
                return
            self._seek(max(0, min(begun, number) - back))
            back *= _BACK

    def _seek(self, number: int) -> None:
        self._film.seek(number)
        self._next = number

    def _first(self, number: int, stride: int) -> int:
        """Return where to begin so that the stretch up to a picture fills half of the memory."""
        size = next(iter(self._kept.values())).nbytes if self._kept else 0
        room = self._most // (2 * size) if size else 12
        return max(0, number - max(room, 2) * stride + 1)

    def _read_up_to(self, number: int, stride: int) -> Iterator[tuple[int, Picture]]:
        while self._next <= number:
            shown = (number - self._next) % stride == 0
            picture = self._film.read(_no_memory, shown=shown)
            if picture is None:
                self.count = max(self._next, 1)
                return
            if shown:
                yield self._next, picture
            self._next += 1

    def _keep(self, number: int, picture: Picture, wanted: int) -> None:
        """Keep a picture, and let go of those that are furthest from the one that is wanted."""
        if number in self._kept:
            return
        self._kept[number] = picture
        self._bytes += picture.nbytes
        while self._bytes > self._most and len(self._kept) > 1:
            furthest = max(self._kept, key=lambda each: abs(each - wanted))
            self._bytes -= self._kept.pop(furthest).nbytes


def _no_memory() -> None:
    """Let OpenCV make memory for a picture, which is kept."""
