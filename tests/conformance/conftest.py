"""What the suites share."""

from __future__ import annotations

from .probes import lives

__all__ = ["lives"]
