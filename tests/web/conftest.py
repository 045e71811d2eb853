"""A page on a free port."""

from __future__ import annotations

import pytest

import engine.web.server  # noqa: F401  the page imports it on its loop, where a test sees that
from engine.web.page import Page


@pytest.fixture
def page(free_port):
    page = Page(port=free_port, patience=0)
    page.open()
    page.wait()
    yield page
    page.close()
