"""What is saved in the patch, as news for the page: a draft to look at, and what came of it."""

from __future__ import annotations

from typing import Any, Final

from engine.core.secrets import hide_secrets
from engine.core.text import plain
from engine.runtime.saver import Draft, FileDraft

_LONGEST: Final = 300
"""The most characters of a line that are shown."""


def draft_news(draft: Draft) -> dict[str, Any]:
    """Return what would be saved, line by line, and what could not be, with the reason."""
    return {
        "key": draft.key,
        "count": len(draft.names),
        "files": [_file(each) for each in draft.files],
        "left": [{"name": name, "why": why} for name, why in draft.left],
    }


def _file(draft: FileDraft) -> dict[str, Any]:
    return {
        "name": draft.file.name,
        "folder": str(draft.file.parent),
        "new": draft.before is None,
        "note": draft.note,
        "changes": [
            {
                "line": change.line,
                "table": _shown(change.table),
                "old": [*map(_shown, change.old)],
                "new": [*map(_shown, change.new)],
            }
            for change in draft.changes
        ],
    }


def _shown(line: str) -> str:
    return plain(hide_secrets(line), _LONGEST, keep="\t")
