"""The commands by name; each is loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

_MODULES: Final = {
    **dict.fromkeys(("play", "test", "record", "replay"), "shows"),
    **dict.fromkeys(("new", "check", "show", "nodes", "devices", "doctor", "models"), "looks"),
    "join": "join",
    "monitor": "monitor",
    "key": "key",
    "export": "export",
    "corpus": "corpus",
    "examples": "examples",
    **dict.fromkeys(("bench", "stress", "install"), "lab"),
    "train": "train",
}
"""The module here that defines a command, in the order of the help."""


class CommandGroup(TyperGroup):
    """The commands of ``sensorium``.

    Why not all at once: to read the parameters of every command takes longer than to run most.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*_MODULES]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, None for none, when typer looks for a name that is like it."""
        if cmd_name in _MODULES:
            if cmd_name not in self.commands:
                self.commands[cmd_name] = _load(cmd_name)
        elif not ctx.resilient_parsing:
            for name in _MODULES:
                self.get_command(ctx, name)
        return self.commands.get(cmd_name)


def _load(name: str) -> Any:
    found = getattr(import_module(f"engine.commands.{_MODULES[name]}"), name)
    if isinstance(found, typer.Typer):
        app = found
    else:
        app = typer.Typer(add_completion=False)
        app.command(name)(found)
    return typer.main.get_command(app)
