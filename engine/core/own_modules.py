"""How a performer's own boxes are told from the engine's: by the names of their modules."""

from __future__ import annotations

from typing import Final

OWN_MODULES: Final = "sensorium_nodes."
"""How the names of modules begin that are a performer's own files."""
