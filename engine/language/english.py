"""Whether a text is English, as far as boxes that know nothing else must know.

Small words give a language away: they are the most frequent ones, and few languages share them.
"""

from __future__ import annotations

from typing import Final

from engine.core.messages import Text
from engine.language.words import word_set, words

SMALL_WORDS: Final = word_set(
    """
    the of and to in is it that was for with as his he be by on not this are but from or have an
    they which one you were her all she there would their we him been has when who will no more
    if out so up said what its about than into them can only other my your i'm don't it's our do
    am does did i'll i've i'd you're he's she's we're they're that's there's let's shall may
    might must should could these those here where how why then very just ours yours mine myself
    yourself
    """
)
"""Words that hold a sentence together, and say nothing."""
_FOREIGN: Final = word_set(
    """
    der das und ist nicht ein eine mit auf dem den ich wir sie für von zu sich auch wird sind
    le les et est une des dans que qui pas pour sur avec ce il elle nous vous au du je
    el los las del es una por con para como pero más muy yo
    gli di che non è per sono della nel mi ti si
    os não um uma em
    het een niet van en ik je zijn maar
    och att är det som jag inte på av
    nie się jest że
    """
)
_LEAST: Final = 2
"""So many words of another language, at least, are no chance: there is a song "Que será"."""


def is_foreign(text: Text) -> bool:
    """Whether a text is not English: by its language, else by more small words of others."""
    if text.language:
        return text.language.lower().split("-")[0] != "en"
    found = words(text.text)
    foreign = sum(word in _FOREIGN for word in found)
    return foreign >= _LEAST and foreign > sum(word in SMALL_WORDS for word in found)
