"""A performer's file that imports by an old path plays on, with a notice."""

from __future__ import annotations

import importlib
import logging
from pathlib import Path

import pytest

from engine.moved import MODULES, NAMES, parse_updated
from engine.registry import Registry

OLD = '''"""A box of last year."""
from engine.core.node import Node, Source
from engine.core.parameter import Param
from engine.dsp.level import of_power as loudness
import engine.dsp.scales as scales

class Loud(Node):
    """How loud a power is."""

    def process(self, power: float) -> float:
        return loudness(power)
'''


@pytest.mark.parametrize("new", sorted({*MODULES.values()}))
def test_every_module_is_where_the_table_leads(new: str) -> None:
    importlib.import_module(new)


@pytest.mark.parametrize("old", sorted(NAMES), ids=".".join)
def test_every_name_is_where_the_table_leads(old: tuple[str, str]) -> None:
    found = NAMES[old]
    module, name = found if isinstance(found, tuple) else (found, old[1])
    assert hasattr(importlib.import_module(module), name)


def test_a_file_of_last_year_plays_on_and_is_told_what_to_write(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "loud.py").write_text(OLD)
    with caplog.at_level(logging.WARNING, "sensorium"):
        loud = Registry(tmp_path).find("loud")
    assert loud().process(1.0) == 0.0  # type: ignore[attr-defined]
    told = [record.getMessage().partition(", ")[2] for record in caplog.records]
    assert told == [
        "line 2: Source of engine.core.node is now Source of engine.core.source; this still works",
        "line 4: of_power of engine.dsp.level is now power_to_db of engine.dsp.audio.level; "
        "this still works",
        "line 5: engine.dsp.scales is now engine.dsp.audio.scales; this still works",
    ]


def test_what_did_not_move_is_left_as_it_is() -> None:
    text = b"from engine import Node\nimport numpy as np\n"
    assert [type(node).__name__ for node in parse_updated(text, "mine.py").body] == [
        "ImportFrom",
        "Import",
    ]
