"""What has been told, for all tests of providers."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from engine.inference import session


@pytest.fixture
def notices(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[int, str]]]:
    """Return what gives the notices so far, what other tests had told once among them."""
    session._tell.cache_clear()
    caplog.set_level(logging.INFO, "sensorium")
    return lambda: [(each.levelno, each.getMessage()) for each in caplog.records]
