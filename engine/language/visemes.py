"""The shape of a mouth for each sound of a language, as the International Phonetic Alphabet has it.

Shapes are the fifteen that MPEG-4 (ISO/IEC 14496-2) and the faces of games know. How long each
sound lasts beside the others of its word is a rule of thumb: vowels longer than consonants, long
ones longer still.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from engine.core.messages import Mouth

REST: Final = Mouth(0.0, 0.5, "rest")

_SHAPES: Final = {
    "rest": REST,
    "pp": Mouth(0.0, 0.5, "pp"),
    "ff": Mouth(0.1, 0.6, "ff"),
    "th": Mouth(0.2, 0.5, "th"),
    "dd": Mouth(0.2, 0.5, "dd"),
    "kk": Mouth(0.25, 0.5, "kk"),
    "ch": Mouth(0.2, 0.25, "ch"),
    "ss": Mouth(0.1, 0.75, "ss"),
    "nn": Mouth(0.2, 0.5, "nn"),
    "rr": Mouth(0.25, 0.3, "rr"),
    "aa": Mouth(1.0, 0.55, "aa"),
    "ee": Mouth(0.5, 0.8, "ee"),
    "ih": Mouth(0.35, 0.9, "ih"),
    "oh": Mouth(0.65, 0.2, "oh"),
    "ou": Mouth(0.3, 0.0, "ou"),
}
_LETTERS: Final = {
    "pp": "pbmɓʙ",
    "ff": "fvɱɸβʋ",
    "th": "θð",
    "dd": "tdlɬɮɭʈɖɫʎɗǀǃǁ",
    "kk": "kgɡqɢxɣχʁħʕhɦʔŋɴɰʟ",
    "ch": "ʃʒɕʑʂʐçʝʤʧcɟ",
    "ss": "szʦʣ",
    "nn": "nɲɳ",
    "rr": "rɹɾʀɻɽɺ",
    "aa": "aɑɐæɶʌ",
    "ee": "eɛəɜɘɚɝœøɵɞ",
    "ih": "iɪɨj",
    "oh": "oɔɒɤ",
    "ou": "uʊwyʏʉɯɥʍ",
}
_BY_LETTER: Final = {letter: name for name, letters in _LETTERS.items() for letter in letters}
VOWELS: Final = frozenset("".join(_LETTERS[name] for name in ("aa", "ee", "oh")) + "iɪɨuʊyʏʉɯ")
_LONG: Final = "ːˑ"


class TimedMouth(NamedTuple):
    """A shape, from a moment in seconds on."""

    at: float
    mouth: Mouth


def mouths(ipa: str, begin: float, end: float) -> Iterator[TimedMouth]:
    """Yield the shapes of a word between two moments; letters that are no sounds are left out."""
    sounds: list[tuple[str, float]] = []
    for letter in ipa:
        if letter in _LONG and sounds:
            sounds[-1] = (sounds[-1][0], sounds[-1][1] * 1.6)
        elif letter in _BY_LETTER:
            sounds.append((_BY_LETTER[letter], 1.5 if letter in VOWELS else 0.8))
    whole = sum(weight for _, weight in sounds)
    at = begin
    before = ""
    for name, weight in sounds:
        if name != before:
            yield TimedMouth(at, _SHAPES[name])
        before = name
        at += (end - begin) * weight / whole
