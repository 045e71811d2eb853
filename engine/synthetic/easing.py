"""How a drawn body goes from one thing to the next."""

from __future__ import annotations


def minimum_jerk(part: float) -> float:
    """Return the minimum-jerk curve from 0 to 1 (Flash & Hogan 1985)."""
    return part**3 * (10 + part * (6 * part - 15))


def held(seconds: float, hold: float, moving: float) -> tuple[int, float]:
    """Return the number of what is left every ``hold`` seconds, and how far the next is reached.

    Going there takes the share ``moving`` of that time, and 1 is reached.
    """
    key, into = divmod(seconds, hold)
    return int(key), minimum_jerk(min(into / (moving * hold), 1.0))
