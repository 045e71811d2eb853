"""A number picks from a list."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

from engine.core.node import Node
from engine.core.parameter import Param


class Choose(Node):
    """Let a number pick from a list: 0 the first entry, 1 the second, and so on.

    Fractions are cut off (1.9 picks the second), and a number beyond the list picks its nearest
    end. To go through a list with a slider, scale it first: ``to = [0, 4]`` for four entries. Gives
    an entry only when it is another than before.
    """

    choices: Annotated[list[str | float], Param("what there is to pick from: texts or numbers")]

    _last: str | float | None = None

    def outlets(self) -> Mapping[str, type]:
        """Return the type of the entries, where all are of one."""
        kinds = {type(choice) for choice in self.choices}
        return {"": kinds.pop()} if len(kinds) == 1 else {}

    def process(self, value: float) -> str | float | None:
        """Return the entry when it is a new one."""
        if not self.choices or math.isnan(value):
            return None
        last = len(self.choices) - 1
        found = self.choices[int(min(max(value, 0), last))]
        if found == self._last or (isinstance(found, float) and not math.isfinite(found)):
            return None
        self._last = found
        return found

    def reset(self) -> None:
        """Forget the last entry: the next number emits one in any case."""
        self._last = None
