"""A page on a free port."""

from __future__ import annotations

import pytest

from engine.web.page import Page


@pytest.fixture
def page(free_port):
    page = Page(port=free_port, patience=0)
    page.open()
    page.wait()
    yield page
    page.close()
