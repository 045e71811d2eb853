"""Put what is seen into words: things, where they are, colours and light, by templates."""

from __future__ import annotations

from typing import Annotated, ClassVar, NamedTuple

from engine.core.clock import ns
from engine.core.errors import ParameterError
from engine.core.messages import Detections, Frame, Ns, Text
from engine.core.node import Node
from engine.core.parameter import Fixed, Param
from engine.dsp.image.colour_names import look
from engine.dsp.image.masking import in_colour
from engine.language.describing import Light, Template, Thing, described

_UNSEEN = Light((), 0.0, 0.0, 0.0)
_OF_THE_PICTURE = frozenset({"colours", "colour", "light", "mood"})


class Described(NamedTuple):
    """The sentence, the thing that takes most room, the colour, and the mood of the light."""

    text: Text
    thing: str
    colour: str
    mood: str


class Describe(Node):
    """Puts what ``objects`` finds into sentences, by templates: this is no captioning.

    It says what was found, how many, where and how near, and with a cable of the ``picture`` its
    colours, its light and a mood that follows from them by rule. It does not know what happens
    there, and names nothing but what ``objects`` names.

    ``sentence`` and ``nothing``, for where nothing is found, are yours to write, in any language as
    far as the words around the fields go. Fields are {things} {where} {count} {thing} {place}
    {distance} {is} {colours} {colour} {light} {mood} and {word}, which is the text that a cable
    brings to ``word``, such as a neighbour of ``describe.thing`` in word space. A sentence that has
    a field of which nothing is known, as of colours without a ``picture``, is left out. A brace
    that is meant is written twice.

    A sentence is told when it is another one, has been so for ``steady``, and the last one is
    ``every`` seconds ago; the first at once. ``thing``, ``colour`` and ``mood`` come with it.
    """

    lane: ClassVar[bool] = True

    sentence: Fixed[
        Annotated[str, Param("what is said of what is seen, with fields in braces")]
    ] = "I see {where}. The light is {light}, with much {colours}: {mood}."
    nothing: Fixed[Annotated[str, Param("what is said where nothing is found; empty: nothing")]] = (
        "I see nothing that I know. The light is {light}, with much {colours}: {mood}."
    )
    word: Annotated[str, Param("what stands for {word}")] = ""
    every: Annotated[float, Param("the least time between two sentences", 0, 3600, unit="s")] = 3.0
    steady: Annotated[float, Param("how long it must be so before it is said", 0, 60, unit="s")] = (
        0.5
    )

    _said: str = ""
    _said_at: Ns = Ns(0)
    _next: str = ""
    _since: Ns = Ns(0)
    _spoke: bool = False

    def __post_init__(self) -> None:
        self._of_things = _template("sentence", self.sentence)
        self._of_nothing = _template("nothing", self.nothing)

    def reset(self) -> None:
        """Forget what was said: the next sentence comes at once."""
        self._said = self._next = ""
        self._spoke = False

    def process(
        self, objects: Detections, picture: Frame | None = None, *, at: Ns
    ) -> Described | None:
        """Return the sentence where it is a new one, and time for it."""
        template = self._of_things if objects.seen else self._of_nothing
        light = _UNSEEN
        if picture is not None:
            light = Light(*look(in_colour(picture.image)))
        values = described([_thing(one.label, one.box) for one in objects.seen], light, self.word)
        if picture is None:  # never a guess of what was not looked at
            values.update(dict.fromkeys(_OF_THE_PICTURE, ""))
        text = template.filled(values)
        if not self._is_due(text, at):
            return None
        self._said, self._said_at, self._spoke = text, at, True
        return Described(
            Text(text, language="en"), values["thing"], values["colour"], values["mood"]
        )

    def _is_due(self, text: str, at: Ns) -> bool:
        """Whether a sentence is to be said now."""
        if text != self._next:
            self._next, self._since = text, at
        if not text or text == self._said:
            return False
        if not self._spoke:
            return True
        return at - self._since >= ns(self.steady) and at - self._said_at >= ns(self.every)


def _template(key: str, text: str) -> Template:
    try:
        return Template(text)
    except ValueError as error:
        raise ParameterError(f"{key}: {error}") from None


def _thing(name: str, box: tuple[float, float, float, float]) -> Thing:
    x, _, width, height = box
    return Thing(name, x, height, width * height)
