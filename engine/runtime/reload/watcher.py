"""Watches the files of a set of patches, and reports changes once they have settled.

Editors save in several steps, some by writing another file and renaming it. So folders are watched,
not files, and a change is reported when nothing more has changed for a moment.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.core.errors import describe_error
from engine.core.os_errors import NO_DESCRIPTOR, has_no_descriptor
from engine.patch.load import RIG
from engine.registry import OWN_FOLDER
from engine.runtime.metrics import LOG

RESTS = 50
"""Milliseconds without a change after which a file counts as saved."""

_AGAIN = 1000
"""Milliseconds between two checks of which folders exist."""

logging.getLogger("watchfiles").setLevel(logging.WARNING)
OnChange = Callable[[set[Path]], None]


class FileWatcher:
    """Watches patches, their rigs, nodes beside them, and the files of ``more``, until closed."""

    def __init__(
        self, files: Sequence[Path], on_change: OnChange, more: Callable[[], set[Path]] = set
    ) -> None:
        """``on_change`` is called with files that have changed, on a thread of the watcher."""
        self._named = list(files)
        self._files: set[Path] = set()
        self._on_change = on_change
        self._more = more
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()

    def join(self, timeout: float) -> None:
        """Wait for the end of its thread, at most ``timeout`` seconds."""
        self._thread.join(timeout)

    def _run(self) -> None:
        self._files = {each for file in self._named for each in (file.absolute(), file.resolve())}
        told = False
        while not self._stop.is_set():
            try:
                self._watch(self._folders())
            except Exception as error:
                if not told:
                    told = True
                    why = NO_DESCRIPTOR if has_no_descriptor(error) else describe_error(error)
                    LOG.warning("saved files are not heard of for now: %s", why)
                self._stop.wait(_AGAIN / 1000)
            else:
                told = False

    def _watch(self, folders: set[Path]) -> None:
        """Watch these folders until the set of folders changes."""
        from watchfiles import watch

        begins = True  # finds what was saved before it watched
        for changes in watch(
            *folders,
            watch_filter=None,  # or nothing would be heard while a recording grows beside the patch
            step=RESTS,
            stop_event=self._stop,
            rust_timeout=_AGAIN,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=False,
        ):
            changed = {Path(name) for _, name in changes if self._matters(Path(name))}
            if (changed or begins) and not self._stop.is_set():
                self._on_change(changed)
            begins = False
            if self._folders() != folders:
                return

    def _folders(self) -> set[Path]:
        """Return the existing folders in which there is something to watch."""
        places = {file.parent for file in self._files}
        places |= {place / OWN_FOLDER for place in places}
        places |= {file.absolute().parent for file in self._more()}
        return {place for place in places if place.is_dir()}

    def _matters(self, file: Path) -> bool:
        folders = {patch.parent for patch in self._files}
        if file.parent in folders and (file in self._files or file.name in (RIG, OWN_FOLDER)):
            return True
        own = file.suffix == ".py" and file.parent.name == OWN_FOLDER
        return (own and file.parent.parent in folders) or file in {
            each.absolute() for each in self._more()
        }
