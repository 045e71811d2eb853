"""What goes wrong in training, in words for a performer."""

from __future__ import annotations

from engine.core.errors import SensoriumError


class TrainingError(SensoriumError):
    """A recording that cannot be learned from, or a network that cannot be written."""
