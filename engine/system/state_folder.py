"""The files in which a box keeps its state, beside the patch or in the user's state folder.

Each is written whole or not at all (``whole_file``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from engine.core.context import check_file_name
from engine.core.errors import UnreadableFile
from engine.core.files import open_file
from engine.core.os_errors import os_reason
from engine.system.whole_file import clear_left, write_whole

_SUFFIX = ".state"


def state_places(patch: Path, box: str) -> tuple[Path, Path]:
    """Return the folder for the state of a box, and the one for where that cannot be written.

    The first is ``NAME.state/BOX`` beside the patch ``NAME.toml``; the second lies in the user's
    state folder, by the path of the patch.
    """
    patch = patch.absolute()
    name = quote(box, safe=" ")
    digest = sha256(os.fsencode(patch)).hexdigest()[:16]
    return patch.with_suffix(_SUFFIX) / name, user_folder() / f"{patch.stem}-{digest}" / name


def user_folder() -> Path:
    """Return where programs of this user keep their state (XDG base directories on Linux)."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "Sensorium" / "state"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Sensorium" / "state"
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "sensorium"


class StateFolder:
    """The state of one box on the disk; used on the threads of that box.

    ``report`` is told in words what cannot be kept; ``written`` is called with the name and content
    of every file that was.
    """

    def __init__(
        self,
        places: tuple[Path, Path],
        report: Callable[[str], None],
        written: Callable[[str, bytes], None],
    ) -> None:
        self.places = places
        self.report = report
        self._written = written
        self._told_of_spare = False
        self._is_clear = False

    def read(self, name: str) -> bytes | None:
        """Return a file, the newer one of both places; None where there is none."""
        check_file_name(name)
        self._clear_once()
        found: list[tuple[int, bytes]] = []
        for place in self.places:
            with suppress(OSError, UnreadableFile), open_file(place / name) as file:
                found.append((os.fstat(file.fileno()).st_mtime_ns, file.read()))
        return max(found)[1] if found else None

    def write(self, name: str, data: bytes) -> bool:
        """Keep a file in place of the one before; return whether it is safe."""
        check_file_name(name)
        self._clear_once()
        problem: OSError | None = None
        for place in self.places:
            try:
                place.mkdir(parents=True, exist_ok=True)
                write_whole({place / name: data})
            except OSError as error:
                problem = problem or error
            else:
                self._tell_of_spare(place)
                self._written(name, bytes(data))
                return True
        assert problem is not None
        self.report(f'"{name}" cannot be kept: {os_reason(problem)}')
        return False

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""
        found: set[str] = set()
        for place in self.places:
            with suppress(OSError):
                found |= {file.name for file in place.iterdir() if _is_state(file)}
        return sorted(found)

    def size(self, name: str) -> int:
        """Return the bytes of a file, of the larger one of both places; 0 where there is none."""
        check_file_name(name)
        found = [0]
        for place in self.places:
            with suppress(OSError):
                found.append((place / name).stat().st_size)
        return max(found)

    def note(self, name: str, data: bytes) -> None:
        """Take what the box has kept in a process of its own."""
        self._written(name, data)

    def _clear_once(self) -> None:
        """Remove what was left half written by a show that was killed."""
        if not self._is_clear:
            self._is_clear = True
            for place in self.places:
                clear_left(place)

    def _tell_of_spare(self, place: Path) -> None:
        if place == self.places[1] and not self._told_of_spare:
            self._told_of_spare = True
            self.report(f"{self.places[0]} cannot be written; its state is kept in {place}")


def _is_state(file: Path) -> bool:
    try:
        check_file_name(file.name)
    except ValueError:
        return False
    return file.is_file()
