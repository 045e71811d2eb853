"""What the suites share."""

from __future__ import annotations

from .probes import lives, written

__all__ = ["lives", "written"]
