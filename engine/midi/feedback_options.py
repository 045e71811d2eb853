"""What ``feedback`` of ``midi_in`` says: true, or { on = 127, off = 0, port = "nano" }."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.core.errors import ParameterError, as_written
from engine.core.nearest import nearest
from engine.midi.lights import Colours

_KEYS: Final = ("on", "off", "port")


@dataclass(frozen=True)
class FeedbackOptions:
    """The colours of pads, and a part of the name of the output; None for that of the input."""

    colours: Colours
    port: str | None


def read_options(written: bool | Mapping[str, object]) -> FeedbackOptions | None:
    """Return the options, None for no feedback. Raise ParameterError, which names the key."""
    if isinstance(written, bool):
        return FeedbackOptions(Colours(), None) if written else None
    for key in written:
        if key not in _KEYS:
            there = f" There is: {', '.join(_KEYS)}."
            raise ParameterError(
                f"feedback.{key}: means nothing here.{nearest(key, _KEYS) or there}"
            )
    port = written.get("port")
    if port is not None and not (isinstance(port, str) and port):
        raise ParameterError(
            f"feedback.port: expected a part of the name of a port, got {as_written(port)}"
        )
    on, off = (_velocity(key, written.get(key, getattr(Colours, key))) for key in ("on", "off"))
    return FeedbackOptions(Colours(on, off), port)


def _velocity(key: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 127:
        raise ParameterError(
            f"feedback.{key}: expected a whole number from 0 to 127, got {as_written(value)}"
        )
    return value
