"""A colour as three parameters, which cables may drive: those of ``hue_to_rgb``, for one."""

from __future__ import annotations

from typing import Annotated

from engine.core.parameter import Param

Red = Annotated[float, Param("how much red, 0 to 1", 0, 1)]
Green = Annotated[float, Param("how much green, 0 to 1", 0, 1)]
Blue = Annotated[float, Param("how much blue, 0 to 1", 0, 1)]


def bgr(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """Return a colour of parts of 0 to 1 as OpenCV has it: blue, green and red, 0 to 255."""
    blue, green, red = (255.0 * min(max(part, 0.0), 1.0) for part in (blue, green, red))
    return blue, green, red
