"""Pictures at addresses of their own: ``/view/NAME`` of each box that shows one to browsers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Final, Protocol, cast

from engine.core.sink import Sink
from engine.runtime.engine import Engine
from engine.video.web_picture import WebPicture

LOOK_S: Final = 1 / 120
AGAIN_S: Final = 1.0
"""After so many seconds the last picture is sent again, so that a viewer that left is noticed."""


class View(Protocol):
    """A box that shows pictures to browsers."""

    longest: int
    quality: int
    fps: float

    @property
    def pictures(self) -> WebPicture:
        """What they are shown."""
        ...


def find_view(engine: Engine, name: str) -> View | None:
    """Return the box of a name, where it shows pictures to browsers."""
    state = engine.states.get(name)
    if state is None or not isinstance(state.box, Sink):
        return None
    return cast(View, state.box) if hasattr(state.box, "pictures") else None


async def jpegs(
    engine: Engine, name: str, is_over: Callable[[], bool]
) -> AsyncGenerator[bytes, None]:
    """Yield each new picture of a view as JPEG, until no patch has it any more, or all is over.

    A slow viewer gets fewer. Without a new one the last is yielded again now and then.
    """
    loop = asyncio.get_running_loop()
    seen, last = None, 0.0
    while (view := find_view(engine, name)) is not None and not is_over():
        now = loop.time()
        pictures = view.pictures
        is_new = (pictures, pictures.number) != seen and now - last >= 1 / view.fps
        if is_new or now - last >= AGAIN_S:
            seen, last = (pictures, pictures.number), now
            yield pictures.jpeg(view.longest, view.quality)
        await asyncio.sleep(LOOK_S)
