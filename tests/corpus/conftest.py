"""The plain layout, wherever scikit-learn is installed: importing it takes seconds."""

from __future__ import annotations

import pytest

from engine.corpus import layout


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay out without t-SNE."""
    monkeypatch.setattr(layout, "is_tsne_here", lambda: False)
