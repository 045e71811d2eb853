"""A show whose files are edited while it plays, as a performer does: real files, a real loop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from engine.patch.load import Texts
from engine.patch.plan import Plan
from engine.runtime.engine import Engine
from engine.runtime.opening import open_texts
from engine.runtime.performance import Performance
from tests.limits import LIMIT


class Editor:
    """Somebody who edits the files of a show and looks what comes of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engines: list[Engine] = []

    @property
    def engine(self) -> Engine:
        return self.engines[-1]

    @property
    def errors(self) -> list[str]:
        """What is wrong now."""
        faults = self.engine.metrics.faults if self.engines else []
        return [f"{fault.box}: {fault.text}" for fault in faults]

    def box(self, name: str) -> Any:
        return self.engine.states[name].box

    async def save(self, name: str, text: str) -> None:
        """Save a file as many editors do: another is written, and gets its name."""
        await asyncio.to_thread(save, self.folder / name, text)

    async def until(self, there: Callable[[], object], what: str = "it never came") -> None:
        """Wait for something to happen."""
        try:
            async with asyncio.timeout(LIMIT):
                while not there():
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"{what}; wrong was: {self.errors}") from None

    async def until_said(self, text: str) -> None:
        """Wait until something is told as wrong."""
        await self.until(lambda: any(text in error for error in self.errors), f"nobody said {text}")

    async def swapped(self, text: str, name: str = "show.toml") -> None:
        """Save a patch, and wait until it has taken over."""
        plan = self.engine.plan
        await self.save(name, text)
        await self.until(lambda: self.engine.plan is not plan, "it did not take over")


def save(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(text)
    part.replace(file)


Edit = Callable[[Editor], Awaitable[None]]


def edited(
    folder: Path,
    files: dict[str, str],
    edit: Edit,
    *,
    trial: float = 1.0,
    live: bool = False,
    edits: bool = True,
    opening: Callable[[Texts], Plan] | None = None,
) -> Engine:
    """Play the patches among these files while somebody edits; gives the engine at the end.

    ``live`` shows can be controlled by OSC, as those of the command line. Without ``edits`` what is
    saved is not read. ``opening`` makes plans of texts in another way than the command line.
    """
    for name, text in files.items():
        save(folder / name, text)
    editor = Editor(folder)
    patches = [folder / name for name in files if name.endswith(".toml") and name != "rig.toml"]
    opening = opening or partial(open_texts, live=live)
    show = Performance(patches, opening, watch=editor.engines.append, edits=edits, trial=trial)

    async def go() -> None:
        playing = asyncio.create_task(show.live(2 * LIMIT))
        try:
            await editor.until(lambda: editor.engines or playing.done())
            await edit(editor)
        finally:
            if not playing.done():  # or nobody would hear it but this process
                os.kill(os.getpid(), signal.SIGTERM)
            await playing

    asyncio.run(go())
    return editor.engine
