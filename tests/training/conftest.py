"""One recording of half a minute, for all tests that learn from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .recordings import recorded


@pytest.fixture(scope="session")
def dance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a dancer, 64 by 64 pixels, ten pictures a second."""
    return recorded(tmp_path_factory.mktemp("dance"), seconds=27)
