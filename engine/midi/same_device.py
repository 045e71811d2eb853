"""Finds the output of the device that an input belongs to, by their names. In the helper process.

    ALSA      "nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0"         the very same name
    JACK      "system:midi_capture_1"                         "system:midi_playback_1"
              "a2j:nano [20] (capture): nano 1"               "a2j:nano [20] (playback): nano 1"
              "desk:out"                                      "desk:in"
    CoreMIDI  "nanoKONTROL2 SLIDER/KNOB"                      "nanoKONTROL2 CTRL"
    Windows   "nanoKONTROL2 0", "MIDIIN2 (X) 3"               "nanoKONTROL2 1", "MIDIOUT2 (X) 4"

Why so careful: what lights a pad on the desk would play a note on a synthesiser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_DIRECTIONS: Final = frozenset(
    {"capture", "playback", "in", "out", "input", "output", "from", "to", "tx", "rx"}
)
_BRIDGES: Final = frozenset({"a2j", "system", "alsa_midi", "midi through", "midi-bridge"})
"""Clients of JACK that hold the ports of many devices."""
_ALSA_NUMBERS: Final = re.compile(r" \d+:\d+$")
_WINDOWS: Final = re.compile(r"^midi(?:in|out)(\d*)$")
_SHORTEST: Final = 3
"""Letters that the first word of a name must have to tell a device."""


def output_of(port: str, outputs: Sequence[str]) -> int | None:
    """Return the index of the one output of the device that an input belongs to, if there is one.

    The rules go from strict to loose; the first that only one output fits decides.
    """
    for rule in (_whole, _shown, _words, _words_before_a_number, _device):
        told = rule(port)
        found = [index for index, name in enumerate(outputs) if told and rule(name) == told]
        if len(found) == 1:
            return found[0]
    return None


def _whole(name: str) -> object:
    return name


def _shown(name: str) -> object:
    return _ALSA_NUMBERS.sub("", name)


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name, without those that say in which direction it goes."""
    words = re.findall(r"[^\W_]+", _ALSA_NUMBERS.sub("", name).lower())
    plain = (_WINDOWS.sub(r"midi\1", word) for word in words)
    return tuple(word for word in plain if word not in _DIRECTIONS)


def _words_before_a_number(name: str) -> object:
    """Windows appends a number that differs between the directions."""
    *words, last = _words(name) or ("",)
    return tuple(words) if last.isdigit() and ":" not in name else None


def _device(name: str) -> object:
    """Return the client of JACK or ALSA, or else the first word, as CoreMIDI puts the device."""
    client, colon, _ = _ALSA_NUMBERS.sub("", name).lower().partition(":")
    if colon:
        return None if client in _BRIDGES else client
    first = next(iter(_words(name)), "")
    return first if len(first) >= _SHORTEST and first != "midi" else None
