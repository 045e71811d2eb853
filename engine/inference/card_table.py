"""Reads a table of a card key by key, so that every error says where and what was expected.

Why no schema library: a card is written by hand, and the words of its errors (file, key, what was
expected, the nearest name) are worth more than the hundred lines they take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.core.errors import ModelError, as_written
from engine.core.nearest import nearest


class CardTable:
    """One table of a card; ``where`` is what an error about it begins with.

    Every method that reads a key raises ModelError where the key is missing and has no default, and
    where its value is not what was expected.
    """

    def __init__(self, where: str, values: Mapping[str, Any]) -> None:
        self.where = where
        self.values = values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text."""
        value = self._get(key, default)
        return value if isinstance(value, str) else self._refuse(key, "a text", value)

    def one_of(self, key: str, choices: Iterable[str], default: str | None = None) -> str:
        """Return a text that is one of some."""
        return self._choice(key, self.text(key, default), tuple(choices))

    def one_or_more(
        self, key: str, choices: tuple[str, ...], default: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return a list of one or more of some texts."""
        values = self._get(key, list(default))
        if not isinstance(values, list) or not values:
            self._refuse(key, "a list of texts", values)
        return tuple(self._choice(key, value, choices) for value in values)

    def number(self, key: str) -> float:
        """Return a number, 0 or more."""
        value = self._get(key)
        good = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        return float(value) if good else self._refuse(key, "a number, 0 or more", value)

    def range(self, key: str) -> tuple[float, float]:
        """Return the ends of a range; one number is the upper one, and the lower is then 0."""
        match self._get(key):
            case int() | float() as high if not isinstance(high, bool) and high >= 0:
                return 0.0, float(high)
            case [int() | float() as low, int() | float() as high] if low <= high:
                return float(low), float(high)
            case value:
                refused: tuple[float, float] = self._refuse(
                    key, "a number, 0 or more, or two such as [60, 1500]", value
                )
                return refused

    def sizes(self, key: str, *, names: bool, default: list[int] | None = None) -> tuple[Any, ...]:
        """Return a shape; ``names`` says whether a size may be a name, for any number."""
        value = self._get(key, default)
        allowed = (int, str) if names else (int,)
        if not isinstance(value, list) or not all(type(size) in allowed for size in value):
            words = "a list of sizes (numbers, or names where any number will do)"
            self._refuse(key, words if names else "a list of whole numbers", value)
        return tuple(value)

    def table(self, key: str, default: dict[str, Any] | None = None) -> CardTable:
        """Return a table within this one."""
        value = self._get(key, default)
        if not isinstance(value, dict):
            self._refuse(key, f"a table, [{key}]", value)
        return CardTable(f"{self.where}: [{key}]", value)

    def tables(self, key: str) -> list[CardTable]:
        """Return the tables of a list; none where the key is missing."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self._refuse(key, f"tables, each begun by [[{key}]]", value)
        return [
            CardTable(f"{self.where}: [[{key}]] number {number}", each)
            for number, each in enumerate(value, 1)
        ]

    def refuse(self, message: str) -> ModelError:
        """Return the error that says what is wrong with this table."""
        return ModelError(f"{self.where}: {message}")

    def _choice(self, key: str, value: object, choices: tuple[str, ...]) -> str:
        if isinstance(value, str) and value in choices:
            return value
        hint = nearest(value, choices) if isinstance(value, str) else ""
        refused: str = self._refuse(key, f"one of {', '.join(choices)}", value, hint)
        return refused

    def _get(self, key: str, default: Any = None) -> Any:
        value = self.values.get(key, default)
        if value is None:
            raise self.refuse(f"{key} is missing.{nearest(key, self.values)}".rstrip("."))
        return value

    def _refuse(self, key: str, expected: str, value: object, hint: str = "") -> Any:
        dot = f".{hint}" if hint else ""
        raise self.refuse(f"{key}: expected {expected}, got {as_written(value)}{dot}")
