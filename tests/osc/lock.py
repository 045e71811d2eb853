"""What every layout sends, as text: each address with its type tags.

    uv run python -m tests.osc.lock        writes ``layouts.lock`` anew

Patches of performers, and programs that no one here has seen, go by these addresses. What is new is
just added; what has changed needs another ``VERSION`` in ``engine/osc/layouts.py`` and a line in
CHANGELOG.md, or is not written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from engine.core.errors import ParameterError
from engine.core.kinds import example_of
from engine.core.landmarks import Instance, Landmarks, Pose
from engine.core.messages import Detections, Features, Ns
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FACE_468, FLOOR, HAND_21, Skeleton
from engine.osc.bundle import messages
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.layouts import FOREIGN, LANDMARKS, VERSION, choose, sendable

FILE = Path(__file__).with_name("layouts.lock")
FIRST = "version "
FRAME = 40_000_000
KEYS = {"poseosc": "/poses/arr"}
"""What layouts that take any address are locked under, where that is not /x."""
OTHERS = (
    (float, "vmc", "/VMC/Ext/Blend/Val"),
    (Features, "vmc", "/VMC/Ext/Blend/Val"),
    (Detections, "tuio", "/tuio/2Dblb"),
    (Detections, "tuio2", "/tuio2/bnd"),
)
SKELETONS = (COCO_17, BLAZEPOSE_33, HAND_21, FACE_468, FLOOR)


def somebody(skeleton: Skeleton, at: int) -> Landmarks:
    """Return somebody of whom every point is known, a little further on at each moment."""
    places = np.random.default_rng(7).random((len(skeleton.points), len(skeleton.axes)))
    points = (places * 0.8 + 0.1 + 0.01 * at).astype(np.float32)
    points[:, -1] = 0.9
    return Landmarks(skeleton, (Instance(1, 1, points),), 16 / 9)


def said(layout: Layout, seen: Sequence[object]) -> Iterator[str]:
    """Yield each address that a layout sends, once, with its tags, and what ends it."""
    pieces = [piece for at, one in enumerate(seen) for piece in layout.encode(one, Ns(at * FRAME))]
    pieces += [layout.off(one) for one in seen[:1] if layout.has_off]
    pieces += layout.end()
    yield from dict.fromkeys(written(each) for piece in pieces for each in messages(piece))


def written(message: bytes) -> str:
    """Return a message without its values: "/pose/1 i f×51"."""
    address, rest = message.split(b"\0", 1)
    tags = rest[rest.index(b",") + 1 :].split(b"\0", 1)[0].decode()
    runs = [(tag, len([*run])) for tag, run in groupby(tags)]
    return " ".join(
        [address.decode(), *(f"{t}×{n}" if n > 3 else " ".join(t * n) for t, n in runs)]
    )


def blocks() -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each layout, and its lines."""
    for cls in sendable():
        ours = cls.__module__.split(".")[0] in {"builtins", "engine"}  # not those of other tests
        if ours and not issubclass(cls, Landmarks):
            layout = choose("/x", cls, OscOptions(), Dialect())
            yield cls.__name__.lower(), [*said(layout, [example_of(cls)])]
    for cls, name, address in OTHERS:
        args = ["Joy", "{value}"] if cls is float else None
        layout = choose(address, cls, OscOptions(layout=name, args=args), Dialect())
        yield f"{cls.__name__.lower()} {name}", [*said(layout, [example_of(cls)])]
    for name in LANDMARKS:
        own = FOREIGN[name].ADDRESSES if name in FOREIGN else ()
        for address in own or (KEYS.get(name, "/x"),):
            for skeleton in SKELETONS:
                lines = [*landmarks(name, address, skeleton)]
                if lines:
                    yield f"landmarks {name} {address} {skeleton.name}", lines


def landmarks(name: str, address: str, skeleton: Skeleton) -> Iterator[str]:
    """Yield what a layout of landmarks sends of a skeleton; nothing where it takes another."""
    few = [*skeleton.points[:3]] if name == "named" and len(skeleton.points) > 40 else None
    carries = Pose if skeleton is COCO_17 else Landmarks
    in_room = skeleton is FLOOR and name in FOREIGN and "room" in FOREIGN[name].OPTIONS
    options = OscOptions(layout=name, joints=few, room=[6.0, 4.0] if in_room else None)
    try:
        layout = choose(address, carries, options, Dialect())
        yield from said(layout, [somebody(skeleton, at) for at in range(2)])
    except (ParameterError, ValueError):
        return


def lock() -> str:
    """Return the whole file."""
    parts = [f"[{name}]\n" + "\n".join(lines) for name, lines in blocks()]
    return f"{FIRST}{VERSION}\n\n" + "\n\n".join(parts) + "\n"


def changed(before: str, now: str) -> list[str]:
    """Return what was in a lock file and is no more: "[block] line"."""
    return sorted(_lines(before) - _lines(now))


def version(text: str) -> int:
    """Return the version that a lock file is of."""
    return int(text.partition("\n")[0].removeprefix(FIRST))


def _lines(text: str) -> set[str]:
    block, found = "", set()
    for line in text.splitlines()[1:]:
        block = line if line.startswith("[") else block
        found.add(f"{block} {line}")
    return found


def main() -> None:
    """Write the file anew; refuse what breaks receivers under the old version."""
    before, now = FILE.read_text("utf-8") if FILE.exists() else "", lock()
    gone = changed(before, now) if before else []
    if gone and version(before) == VERSION:
        sys.exit(
            "\n".join(gone) + "\n\nwas sent, and is no more. Put it back; or raise VERSION in"
            " engine/osc/layouts.py, and say in CHANGELOG.md what receivers have to change."
        )
    FILE.write_text(now, "utf-8")


if __name__ == "__main__":
    main()
