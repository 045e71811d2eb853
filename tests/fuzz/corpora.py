"""Maps of sounds and pictures as a stranger may have made them: ours with edits, and forged ones.

What is read is played, too: it is a map, or a word why not, and nothing leads out of its folder.
"""

from __future__ import annotations

import io
import json
import resource
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from engine.core.context import Context
from engine.core.errors import DeviceError
from engine.core.messages import Trigger
from engine.corpus.file import WIDTHS, read_corpus
from engine.nodes.corpus_map import CorpusMap

from .mutation import mutated

MEDIA = Path(__file__).parents[1] / "media"
MEMORY = 256
"""By how many MiB the peak of this process may grow for one."""
NAMES = ["low.wav", "high.wav", "", ".", "..", "../low.wav", "/etc/passwd", "a\0b", "x" * 5000, "é"]
FOLDERS = ["tones", ".", "..", "/", "/etc", "\0", "~", "x" * 5000]


@cache
def ours() -> list[bytes]:
    """Return a map of ours, and the same deflated."""
    data = (MEDIA / "tones.corpus").read_bytes()
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as read,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for each in read.namelist():
            written.writestr(each, read.read(each))
    return [data, packed.getvalue()]


def npy(shape: str, values: bytes, kind: str = "<f4", order: bool = False) -> bytes:
    """Write an array whose header says what it likes."""
    head = f"{{'descr': {kind!r}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + values


@st.composite
def forged(draw: st.DrawFn) -> bytes:
    """Draw an archive whose parts may not fit each other."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=3))
    count = draw(st.sampled_from([len(names), 1, 2**20, 2**62, -1, 0]))
    kind = draw(st.sampled_from(["sounds", "pictures", "smells", 3]))
    width = draw(st.sampled_from([WIDTHS["sounds"], WIDTHS["pictures"], 0]))
    head: dict[str, Any] = {"version": draw(st.sampled_from([1, 1, 1, 2, "1"])), "kind": kind}
    head |= {"folder": draw(st.sampled_from(FOLDERS)), "names": names}
    head |= {
        "seen": [[n, n] for n in range(len(names))],
        "layout": draw(st.sampled_from(["PCA", ""])),
    }
    text = draw(st.sampled_from([json.dumps(head).encode(), b"[" * 5000, b"{}", b""]))
    numbers = draw(st.sampled_from(["<f4", "<f8", "|O", "<U8", "<f4,<f4", ">f4"]))
    values = draw(st.sampled_from([0.5, 7.0, np.nan, np.inf]))
    cells = len(names) * width
    shape = draw(st.sampled_from([f"({len(names)}, 2)", "(2,)", "()", "x"]))
    data = np.full(cells, draw(st.sampled_from([0.5, np.nan])), "<f4").tobytes()
    places = np.full(2 * len(names), values, "<f4").tobytes()
    packed = io.BytesIO()
    how = draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    with zipfile.ZipFile(packed, "w", how) as to:
        to.writestr("head.npy", npy(f"({len(text)},)", text, "|u1"))
        to.writestr("features.npy", npy(f"({count}, {width})", data, numbers, draw(st.booleans())))
        to.writestr("places.npy", npy(shape, places))
    return packed.getvalue()


cases = st.one_of(
    mutated(st.deferred(lambda: st.sampled_from(ours()))),
    forged(),
    mutated(forged()),
    st.binary(max_size=80),
)


def take(case: bytes) -> None:
    """Read a map and play it: there is one, or a word why not; nothing else is raised."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tones").symlink_to(MEDIA / "tones")
        file = folder / "tones.corpus"
        file.write_bytes(case)
        box = CorpusMap(file=str(file), reach=2.0)
        assert set(box.doubts(folder)) <= {"file"}
        try:
            corpus = read_corpus(file)
            box.open(Context("map"))
        except DeviceError as error:
            assert str(error).strip()
        else:
            paths = map(corpus.path, range(len(corpus.names)))
            assert all(each.is_relative_to(corpus.folder) for each in paths)
            box.process(None)
            box.on_touch("0.1 0.9")
            box.on_play(Trigger())
            box.close()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < MEMORY, f"{grown:.0f} MiB"
