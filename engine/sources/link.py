"""The beats of an Ableton Link session, by a program that the user installs.

Why a program of its own: the library of Link is under the GPL, so nothing of it is part of this
package or loaded into it. Why it is found by one name: a patch may come from a stranger, and must
not say what is run here. What the two say to one another is in docs/link.md.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import IO, Annotated, ClassVar, Final

from engine.core.clock import SystemClock
from engine.core.commands import Lost, Notice
from engine.core.errors import DeviceError
from engine.core.finding import Finding
from engine.core.messages import Beat, Message, Ns, Trigger
from engine.core.parameter import Param
from engine.core.source import Emit, Source

PROGRAM: Final = "sensorium-link"
REMEDY: Final = f'install a program "{PROGRAM}" as docs/link.md shows: it is 40 lines and aalink'
_LONGEST: Final = 200
_PATIENCE_S: Final = 2.0
_MOST_BEATS: Final = 64


class Link(Source):
    """Follow an Ableton Link session: its tempo and bars, shared by Live and many other programs.

    ``beat`` is a message at each beat, with its place in the bar, for the box ``tempo``:
    ``beat = { from = "link" }``. ``tempo`` is in beats a minute, ``peers`` how many others there
    are, ``start`` and ``stop`` are triggers where the session shares them. ``bpm`` sets the tempo
    of the session, for all.

    It needs a program ``sensorium-link``, which you install yourself: docs/link.md shows one. It
    is begun with the show and ends with it; where it ends before, it is begun again.
    """

    alone: ClassVar[bool] = True
    OUT: ClassVar[Mapping[str, type]] = {
        "beat": Beat,
        "tempo": float,
        "peers": int,
        "start": Trigger,
        "stop": Trigger,
    }

    bpm: Annotated[
        float | None, Param("sets the tempo of the session; not said, it is left alone", 20, 999)
    ] = None

    def __post_init__(self) -> None:
        self._clock = SystemClock()
        self._process: subprocess.Popen[bytes] | None = None
        self._set: float | None = None
        self._malformed = 0

    @property
    def malformed(self) -> int:
        """How many lines said nothing that is known."""
        return self._malformed

    def examine(self) -> Iterable[Finding]:
        """Return whether the program is there; it is not begun."""
        if shutil.which(PROGRAM):
            return [Finding("Link", "ok", f"{PROGRAM} is installed")]
        return [Finding("Link", "missing", f"there is no program {PROGRAM}", REMEDY)]

    def open(self, emit: Emit) -> None:
        """Begin the program. Raise DeviceError where there is none, or it does not begin."""
        path = shutil.which(PROGRAM)
        if path is None:
            raise DeviceError(f"there is no program {PROGRAM}: {REMEDY}")
        try:
            process = subprocess.Popen(
                [path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C does not reach it, and it goes with a killed show
            )
        except OSError as error:
            raise DeviceError(f"{path} does not begin: {error.strerror or error}") from None
        self._process, self._set = process, None
        threading.Thread(target=self._listen, args=(process, emit), daemon=True).start()

    def close(self) -> None:
        """End the program: by the end of its input, or at last by force."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def hear(self, line: str) -> Iterator[tuple[str, Message]]:
        """Yield what a line of the program says; raise ValueError where that is nothing."""
        match line.split():
            case ["beat", number, beats, bpm]:
                count, of, tempo = int(number), int(beats), float(bpm)
                if not (1 <= of <= _MOST_BEATS and math.isfinite(tempo) and tempo > 0):
                    raise ValueError(line)
                yield "tempo", tempo
                yield "beat", Beat(count % of + 1, of, tempo, 1.0)
            case ["peers", number]:
                yield "peers", min(max(int(number), 0), 2**31 - 1)
            case ["playing", "1"]:
                yield "start", Trigger()
            case ["playing", "0"]:
                yield "stop", Trigger()
            case _:
                raise ValueError(line)

    def _listen(self, process: subprocess.Popen[bytes], emit: Emit) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdout as lines:
            while line := lines.readline(_LONGEST):
                at = Ns(self._clock.now())
                self._take(line, at, emit)
                self._say_tempo(process.stdin)
        if self._process is process:
            emit("", Lost(f"{PROGRAM} has ended"), Ns(0))

    def _take(self, line: bytes, at: Ns, emit: Emit) -> None:
        try:
            for outlet, message in self.hear(line.decode("ascii")):
                emit(outlet, message, at)
        except ValueError:  # a UnicodeDecodeError too
            self._malformed += 1
            if self._malformed == 1:
                shown = line.decode("ascii", "replace").strip()[:40]
                emit("", Notice(f'{PROGRAM} said "{shown}", which means nothing here'), Ns(0))

    def _say_tempo(self, to: IO[bytes]) -> None:
        wanted = self.bpm
        if wanted == self._set or wanted is None or not math.isfinite(wanted):
            return
        self._set = wanted
        with suppress(OSError, ValueError):  # it ends, which its output tells
            to.write(b"bpm %.3f\n" % wanted)
            to.flush()
