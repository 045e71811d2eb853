"""How long a test waits for what has to come."""

from __future__ import annotations

from typing import Final

LIMIT: Final = 120
"""Seconds after which something that has not come never will.

It only ends what hangs, and costs nothing where all is well: so it is far longer than the slowest
machine takes, and no test has a shorter one of its own."""
