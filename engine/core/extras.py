"""How an extra is installed: what is large, or not for everybody, and stands in pyproject.toml.

Why only uv's line: it is the one that the README teaches. Nobody has published Sensorium under its
name, so that pip, asked for it with an extra, would bring what a stranger has called so.
"""

from __future__ import annotations


def install_line(extra: str) -> str:
    """Return the line that installs an extra, as it is typed in the folder of Sensorium."""
    return f"uv sync --extra {extra}"


def run_line(extra: str, command: str) -> str:
    """Return the line that runs a command of ours once with an extra."""
    return f"uv run --extra {extra} {command}"
