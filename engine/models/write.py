"""Write lines letter by letter, in the voice of an author."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.context import Context
from engine.core.errors import ModelError
from engine.core.messages import Later, Ns, Text, Trigger
from engine.core.nearest import nearest
from engine.core.parameter import Event, Param
from engine.dsp.chance import seed_of, uniform
from engine.inference.card import CARD
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session
from engine.language.letters import Alphabet, LetterWriter, Manner, read_alphabet
from engine.language.words import clean, plain_text

AUTHORS: Final = ("shakespeare", "poetry", "scripture")
"""Whose voices the network that is here has learned."""
BEFORE: Final = "before"
"""The folder within that of an own network which holds it as it was the last time but one."""
_EMPTY: Final = 5
"""Empty lines, one after another, that are written again before there is none."""
_MOST_TOLD: Final = 20


class WrittenLine(NamedTuple):
    """A line that is done, the line as it grows, and that the last one is done."""

    text: Text | None = None
    interim: Text | None = None
    done: Trigger | None = None


class SoFar(NamedTuple):
    """What stands at a moment: a line so far, and whether it is done."""

    at: Ns
    line: str
    done: bool


class WriteModel(NetworkModel[Text]):
    """Writes: a network that has read an author goes on letter by letter, in that voice.

    A trigger has it write ``lines``, each of which begins the next; a text, such as one that
    somebody typed, is the beginning of the first instead of ``start``. ``text`` is each line when
    it is done, ``interim`` the line as it grows, by a word or a letter at a time, and ``done``
    comes with the last. Without ``pace`` they come as fast as they are written. A newer trigger or
    text calls off what was being written; a trigger to ``stop`` does too, and what stands by then
    is the text. A hand writes and stops by ``go`` and ``stop``, on the page, by OSC or from a pad.

    ``author`` is "shakespeare" (his plays), "poetry" (English poems of all times), "scripture" (the
    King James Bible), or a mix: ``author = { shakespeare = 0.5, scripture = 0.5 }``. It may also be
    a folder beside the patch, which ``sensorium train text`` has made of a text of your own.
    Letters that the network does not know, such as those of another script, stand in the text and
    are not read.

    At ``temperature`` 0 each letter is the likeliest, which soon goes round in circles; 0.5 is
    careful, 1 bold, and beyond words fall apart. It knows how words are spelled and which follow
    each other; what it says means nothing. Slurs are drawn anew unless ``block`` is off. The same
    patch writes the same each time it is played; another ``seed`` writes something else.

    A recurrent network (Cho and others, 2014; Graves, 2013) of our own. Raises ModelError when it
    is missing.
    """

    TASK = "letters"

    interruptible: ClassVar[bool] = True
    calls_off: ClassVar[Collection[str]] = ("go", "stop")

    author: Annotated[
        str | dict[str, float],
        Param("whose voice, weights of several, or a folder that was made of your own text", 0, 1),
    ] = "shakespeare"
    temperature: Annotated[float, Param("0 is what is likeliest, 1 by chance", 0, 2)] = 0.6
    start: Annotated[str, Param("how the first line begins, for a trigger")] = ""
    lines: Annotated[int, Param("how many lines it writes", 1, 50)] = 1
    length: Annotated[
        int, Param("letters after which a line ends with its word", 1, 1000, unit="letters")
    ] = 160
    by: Annotated[Literal["word", "letter"], Param("what comes at a time")] = "word"
    pace: Annotated[float, Param("from one word to the next; 0 is at once", 0, 60, unit="s")] = 0.0
    block: Annotated[bool, Param("whether slurs are drawn anew")] = True
    seed: Annotated[int, Param("another one writes something else")] = 0
    go: Event[Annotated[bool, Param("write, as a trigger has it do")]] = False
    stop: Event[Annotated[bool, Param("write no further")]] = False
    model: ModelName = "write"

    _context: Context = field(default_factory=Context)
    _alphabet: Alphabet = Alphabet("\n", ("",))
    _told: bool = False
    _drawn: tuple[int, int] = (0, 0)
    """The seed that numbers were drawn with, and how many."""
    _plan: list[SoFar] = field(default_factory=list)

    def is_news(self, message: Trigger | Text | str) -> bool:
        """Return whether an input calls off what is being written: all but a text half typed."""
        return isinstance(message, Trigger) or plain_text(message).final

    def known_texts(self) -> Mapping[str, Sequence[str]]:
        """Return the authors of the network, or the folder of one's own."""
        return {"author": AUTHORS if self._of_ours() else (str(self.author),)}

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return what will not be as it says: an author whom no network knows, too."""
        found = dict(super().doubts(folder))
        fault = self._unknown_author(folder)
        return found | ({"author": fault} if fault else {})

    def open(self, context: Context | None = None) -> None:
        """Open the network, and read which letters and authors it knows.

        Of one's own network, where that is damaged, the one before is taken, which is told. Raises
        ModelError as every network does, and for an author whom it does not know.
        """
        self._context = context or Context()
        if fault := self._unknown_author(self._context.folder):
            raise ModelError(f"author: {fault}")
        try:
            super().open(context)
        except ModelError as error:
            before = Path(self._model_in(self._context.folder)) / BEFORE
            if not (before / CARD).is_file():
                raise
            self._open_before(before, error)
        self._told, self._drawn, self._plan = False, (self.seed, 0), []

    def check(self, session: Session) -> None:
        """Raise ModelError where a network takes no letters and a state, or lists no letters."""
        super().check(session)
        self.expect_inputs(session, ("seen", "state"), "a letter and a state")
        card = session.card
        try:
            alphabet = read_alphabet(card.read(card.file("letters")))
        except ValueError as error:
            raise ModelError(f"{card.path(card.file('letters'))}: {error}") from None
        count = len(alphabet.letters) + len(alphabet.authors)
        if session.inputs[0].shape != (1, 1, count):
            raise ModelError(f'the model "{card.name}" knows other letters than it lists')
        self._alphabet = alphabet

    def reset(self) -> None:
        """Forget what was being written; what comes next is another text all the same."""
        self._plan = []

    def process(
        self, begin: Trigger | Text | str = "", *, at: Ns
    ) -> Iterator[WrittenLine | Later[WrittenLine]]:
        """Yield the lines as they grow, each for its moment.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        if not self.is_news(begin):
            return
        self._plan = []
        start = clean(plain_text(self.start if isinstance(begin, Trigger) else begin).text)
        self._tell_unknown(start)
        writer = LetterWriter(self._alphabet, self.read, self._chance)
        for number in range(self.lines):
            at = yield from self._line(writer, start if not number else "", at, number)

    def on_go(self, go: Trigger, *, at: Ns) -> Iterator[WrittenLine | Later[WrittenLine]]:
        """Yield the lines as for a trigger."""
        return self.process(go, at=at)

    def on_stop(self, stop: Trigger, *, at: Ns) -> WrittenLine | None:
        """Write no further; return the line as it stands, if one is being written."""
        plan, self._plan = self._plan, []
        begun = [each for each in plan if each.at <= at]
        if not plan or (len(begun) == len(plan) and plan[-1].done):
            return None
        line = begun[-1].line if begun and not begun[-1].done else ""
        return WrittenLine(text=Text(line, language="en") if line else None, done=Trigger())

    def _line(
        self, writer: LetterWriter, start: str, at: Ns, number: int
    ) -> Generator[WrittenLine | Later[WrittenLine], None, Ns]:
        """Yield one line as it grows; return when the next begins."""
        for _ in range(_EMPTY):
            line, ends = "", at
            for piece in writer.line(start, self._manner()):
                steps = list(piece) if self.by == "letter" and line else [piece]
                for step in steps:
                    line += step
                    yield self._said(line, ends)
                    ends = Ns(ends + ns(self.pace / len(steps)))
            if line.strip():
                break
        last = number == self.lines - 1
        done = WrittenLine(
            text=Text(line.strip(), language="en") if line.strip() else None,
            done=Trigger() if last else None,
        )
        yield self._at(done, ends, line.strip(), done=True)
        return ends

    def _manner(self) -> Manner:
        return Manner(self.temperature, self.length, self.block)

    @property
    def alphabet(self) -> Alphabet:
        """The letters and authors of the network that is open."""
        return self._alphabet

    def read(self, place: int, state: Any) -> tuple[NDArray[np.float32], Any]:
        """Have the network read the letter at a place of the alphabet, and a state, None at first.

        Return a score for each letter that may follow, and the state. Raises ModelError when the
        network fails.
        """
        letter, remembered = self.session().inputs
        seen = np.zeros(letter.filled, np.float32)
        seen[0, 0, place] = 1
        seen[0, 0, len(self._alphabet.letters) :] = self._voice()
        if state is None:
            state = np.zeros(remembered.filled, np.float32)
        scores, state = self.run(seen=seen, state=state)
        return scores[0], state

    def _voice(self) -> NDArray[np.float32]:
        """Return the weights of the authors, with the sum 1."""
        authors = self._alphabet.authors
        weights = self.author if isinstance(self.author, dict) else {self.author: 1.0}
        shares = np.array([max(weights.get(name, 0.0), 0.0) for name in authors], np.float32)
        total = float(shares.sum())
        if total <= 0:  # a folder of one's own, or all weights at 0
            return np.full(len(authors), 1 / len(authors), np.float32)
        return shares / np.float32(total)

    def _chance(self) -> float:
        """Return the next number by chance."""
        seed, index = self._drawn
        if seed != self.seed:
            index = 0
        self._drawn = (self.seed, index + 1)
        return uniform(seed_of(self._context.name) + self.seed, index)

    def _of_ours(self) -> bool:
        """Whether the author is one, or a mix, of the network that is here."""
        names = self.author if isinstance(self.author, dict) else (self.author,)
        return self.model == WriteModel.model and all(name in AUTHORS for name in names)

    def _model_in(self, folder: Path | None) -> str:
        """Return the model; the author may be the folder of one."""
        if isinstance(self.author, str) and self.author not in AUTHORS:
            own = (folder or Path()) / Path(self.author).expanduser()
            if (own / CARD).is_file():
                return str(own)
        return super()._model_in(folder)

    def _unknown_author(self, folder: Path | None) -> str:
        """Return what is wrong with an author who is none of the network's that is here."""
        own = self._model_in(folder) != WriteModel.model
        names = self.author if isinstance(self.author, dict) else (self.author,)
        for name in names:
            if not own and name not in AUTHORS:
                return (
                    f'there is no author "{name}", and no folder of that name that'
                    f" sensorium train text has made.{_near(name)}"
                )
        return ""

    def _open_before(self, before: Path, error: ModelError) -> None:
        """Open what one's own network was before. Raises ModelError where that is damaged too."""
        model, author = self.model, self.author
        self.model, self.author = str(before), AUTHORS[0]
        try:
            super().open(self._context)
        except ModelError:
            raise error from None
        finally:
            self.model, self.author = model, author
        words = "%s: %s; what it was before that is taken"
        self._context.log.warning(words, self._context.name, error)

    def _tell_unknown(self, text: str) -> None:
        """Warn once of letters that the network does not know."""
        unknown = self._alphabet.unknown(text)
        if unknown and not self._told:
            self._told = True
            some = unknown[:_MOST_TOLD]
            words = '%s: the network knows no "%s"; letters that it does not know are not read'
            self._context.log.warning(words, self._context.name, some)

    def _said(self, line: str, moment: Ns) -> WrittenLine | Later[WrittenLine]:
        """Return what a line is so far, for its moment."""
        said = Text(line.rstrip(), final=False, language="en")
        return self._at(WrittenLine(interim=said), moment, line)

    def _at(
        self, said: WrittenLine, moment: Ns, line: str, *, done: bool = False
    ) -> WrittenLine | Later[WrittenLine]:
        self._plan.append(SoFar(moment, line.strip(), done))
        return Later(moment, said) if self.pace > 0 else said


def _near(name: str) -> str:
    return nearest(name, AUTHORS) or f" There is: {', '.join(AUTHORS)}."
