"""Parameters by name, including parts of a table: "look.ink" is a part of "look".

    Look = Literal["ink", "mosaic"]
    look: Annotated[Look | dict[Look, float], Param("what to paint like", 0, 1)] = "ink"

A part is a parameter of its own: a cable may drive it (``look.ink = { from = "knob" }``), and it
can be set by its address (``/style/look/ink 0.5``). Where text is accepted too, "ink" is short for
the table { ink = 1 }, so that setting a part adds to it.

Why a part is merged by its caller and the table set as a whole: values waiting for a busy box are
coalesced by parameter, so parts set apart from their table could overtake it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.core.errors import ParameterError
from engine.core.parameter import Parameter


def find_parameter(parameters: Mapping[str, Parameter], name: str) -> Parameter | None:
    """Return a parameter, or a part of one, by its name; None when there is none."""
    whole, dot, key = name.partition(".")
    parameter = parameters.get(whole)
    if parameter is None or not dot:
        return parameter
    try:
        return parameter.part(key)
    except ParameterError:
        return None


def parameter_names(parameters: Mapping[str, Parameter]) -> Iterable[str]:
    """Yield the names of all parameters and of their known parts."""
    for parameter in parameters.values():
        yield parameter.name
        yield from (part.name for part in parameter.parts())


def with_part(whole: object, key: str, value: object) -> dict[str, Any]:
    """Return a table with one part set; ``whole`` is a table, or a name that stands for one."""
    if isinstance(whole, Mapping):
        return {**whole, key: value}
    return {whole: 1.0, key: value} if isinstance(whole, str) and whole != key else {key: value}


def part_of(whole: object, key: str) -> Any:
    """Return one part of a table, 0 where it is not there; a name alone stands for a table."""
    if isinstance(whole, Mapping):
        return whole.get(key, 0.0)
    return 1.0 if whole == key else 0.0


def overlaps(name: str, other: str) -> bool:
    """Whether two parameters overlap: setting one sets the other, or a part of it."""
    return name == other or name.startswith(f"{other}.") or other.startswith(f"{name}.")
