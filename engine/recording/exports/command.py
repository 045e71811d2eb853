"""The command ``sensorium export``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.core.errors import UnwritableFile
from engine.recording.exports.bvh import as_motion
from engine.recording.exports.table import as_table
from engine.recording.exports.takes import Stream, Take, read_stream
from engine.recording.reader import Recording
from engine.runtime.metrics import LOG
from engine.system.output_file import describe_refusal
from engine.system.whole_file import write_whole

_MODE = 0o644


def export(
    recording: Path,
    bvh: Path | None,
    csv: Path | None,
    *,
    box: str | None = None,
    rate: float | None = None,
    stature: float = 1.7,
    force: bool = False,
) -> list[Path]:
    """Write everyone in a recording as BVH, as CSV, or both; return the files.

    All files are written or none. Raise UnwritableFile where one is there and not ``force``d, or
    cannot be written; NothingToExport, NoBody, TooManyPeople, RecordingError or OSError.
    """
    read = Recording(recording)
    try:
        stream = read_stream(read, box)
    finally:  # also where nobody is found: they may have been in what is missing
        if read.cut_off:
            LOG.warning("%s: its end is missing, as after a crash", recording)
    if stream.left_out:
        LOG.warning("%s: %d messages are no bodies, and left out", recording, stream.left_out)
    files: dict[Path, bytes] = {}
    if bvh is not None:
        files |= _motions(stream, bvh, stature, rate)
    if csv is not None:
        files |= {
            _named(csv, take, stream): as_table(take, stream.seconds)
            for take in stream.takes.values()
        }
    there = [file for file in files if os.path.lexists(file)]
    if any(file.exists() and file.samefile(recording) for file in there):
        raise UnwritableFile(f"{recording} is the recording itself; name another file")
    if there and not force:
        names = ", ".join(map(str, there))
        raise UnwritableFile(f"{names}: there already; name another file, or --force")
    try:
        write_whole(files, mode=_MODE)
    except OSError as error:
        raise UnwritableFile(describe_refusal(_refused(files, error), error)) from None
    for file in files:
        LOG.info("%s is written", file)
    return [*files]


def _refused(files: Iterable[Path], error: OSError) -> Path:
    """Return the file that could not be written, by its folder; the first where it is not told."""
    folder = Path(error.filename or "").parent
    every = [*files]
    there = (file for file in every if Path(os.path.realpath(file)).parent == folder)
    return next(there, every[0])


def _motions(stream: Stream, file: Path, stature: float, rate: float | None) -> dict[Path, bytes]:
    files = {}
    for take in stream.takes.values():
        named = _named(file, take, stream)
        motion = as_motion(take, stature, rate)
        files[named] = motion.text
        for words in _notices(take, motion.frames, motion.rate, motion.held):
            LOG.warning("%s: %s", named, words)
    return files


def _notices(take: Take, frames: int, rate: float, held: int) -> Iterator[str]:
    """Yield what a file in BVH does not tell."""
    if not take.skeleton.depth:
        yield f'"{take.skeleton.name}" has no depth: z is 0, and head, hands and feet do not turn'
    pictures = len(take.seconds)
    lasted = take.seconds[-1] - take.seconds[0]
    usual = (pictures - 1) / lasted if lasted > 0 else 0.0
    if abs(usual - rate) > 0.01 * rate:
        yield (
            f"{frames} frames at {rate:g} a second, of {pictures} pictures that came at"
            f" {usual:.1f}: what lies between is interpolated"
        )
    if held:
        yield f"in {held} of {pictures} pictures not all was seen; it stands as it was before"


def _named(file: Path, take: Take, stream: Stream) -> Path:
    """Return the file of somebody: the file itself where there is nobody else."""
    alone = len(stream.takes) == 1
    return file if alone else file.with_name(f"{file.stem}_{take.id}{file.suffix}")
