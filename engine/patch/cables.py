"""Cables as written in a patch: a name, or a table with processing stages.

    "reach"                                                   the box's value
    { from = "reach", to = [20, 20000], curve = "exp" }       scaled
    { when = "clap", at_most = "2 s" }                        a trigger
    { from = "reach", on_loss = "rest" }                      behaviour when the input is lost
    { args = ["{pan}", "{tilt}"] }                            several as one message

Each stage becomes a small hidden box that the compiler puts on the cable, so cables are played,
measured and replayed exactly as boxes are. The order of stages is fixed: loss, scaling, comparison,
choice, trigger, waiting for the beat, throttling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from engine.core.errors import ParameterError, as_written
from engine.core.nearest import nearest
from engine.patch.on_loss import natural_rest, read_on_loss
from engine.patch.positions import KeyPath

VALUE = "{value}"
"""Stands in ``args`` for what the cable itself brings; "{reach}" names another cable."""
THROTTLE = "throttle"
_NAMED = re.compile(r"\{[^{}\s\"':,]+\}")

STAGE_KEYS = ("in", "to", "curve", "above", "choose", "at_most", "every", "on_loss", "on_beat")
"""The keys of the stages that any cable table accepts beside ``from`` or ``when``."""


@dataclass(frozen=True)
class CableStage:
    """A hidden box on a cable: its class name and parameters.

    ``words`` maps a parameter to the key that the patch writes it by, where the two differ;
    ``line`` is what it waits for, of one that is fed by the grid of beats.
    """

    use: str
    values: dict[str, Any]
    words: dict[str, str] = field(default_factory=dict)
    line: Any = None


@dataclass(frozen=True)
class Cable:
    """A parsed cable: its origin, its stages, and the options that only its end understands.

    ``named`` are the cables that its ``args`` name, by the texts that do: "{c.red}". ``origin`` is
    "" where only those say what is sent. A ``direct`` cable lies within a chain: its origin is
    exactly the named box, not the last box of that box's chain.
    """

    origin: str
    path: KeyPath
    direct: bool = False
    stages: tuple[CableStage, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    named: tuple[tuple[str, Cable], ...] = ()

    @property
    def is_trigger(self) -> bool:
        """Whether it is written with ``when``."""
        return any(stage.use == "trigger" for stage in self.stages)

    @property
    def to(self) -> tuple[float, float] | None:
        """The output range (low, high) written on the cable, or None."""
        for stage in self.stages:
            match stage.values.get("to"):
                case [int() | float() as first, int() | float() as last]:
                    return first, last
        return None


def is_cable(value: object) -> bool:
    """Whether a table is a cable."""
    return isinstance(value, dict) and ("from" in value or "when" in value)


def read_cable(value: object, path: KeyPath, every: object = None) -> Cable:
    """Parse a cable; ``every`` is its throttle time where it has none of its own.

    Raise ParameterError when the cable is malformed.
    """
    if isinstance(value, str):
        value = {"from": value}
    if not isinstance(value, dict) or not (is_cable(value) or _names_cables(value)):
        expected = 'expected the name of a box, or a table such as { from = "pose" }'
        if isinstance(value, dict) and isinstance(value.get("args"), list):
            expected = 'needs "from", "when", or a box among its args, such as "{reach}"'
        raise ParameterError(f"{expected}, got {as_written(value)}{_misspelt(value)}")
    if "from" in value and "when" in value:
        raise ParameterError('a cable has either "from" or "when", not both')
    table = {"every": every, **value} if every is not None and "at_most" not in value else value
    begin = "when" if "when" in table else "from"
    origin = table.get(begin, "")
    if not isinstance(origin, str):
        raise ParameterError(f"{begin}: expected the name of a box, got {as_written(origin)}")
    options = {key: what for key, what in table.items() if key not in (*STAGE_KEYS, begin)}
    stages = tuple(_stages(table))
    named: dict[str, Cable] = {}
    if isinstance(options.get("args"), list):
        args = options["args"]
        beside = () if begin == "when" else tuple(each for each in stages if each.use != THROTTLE)
        options["args"] = [_argument(arg, (*path, "args"), beside, named) for arg in args]
    return Cable(origin, path, stages=stages, options=options, named=tuple(named.items()))


def _names_cables(table: dict[str, Any]) -> bool:
    """Whether the arguments of a table name cables, so that it needs no ``from``."""
    args = table.get("args")
    return isinstance(args, list) and any(_is_named(arg) or is_cable(arg) for arg in args)


def _is_named(arg: object) -> bool:
    return isinstance(arg, str) and arg != VALUE and _NAMED.fullmatch(arg) is not None


def _argument(
    arg: object, path: KeyPath, stages: tuple[CableStage, ...], named: dict[str, Cable]
) -> object:
    """Return an argument as a plain value; one that names a cable is a text, found in ``named``.

    ``stages`` are those of a cable that is named by braces; a table has its own.
    """
    if is_cable(arg):
        mark = f"{{#{len(named) + 1}}}"
        named[mark] = read_cable(arg, path)
        return mark
    if isinstance(arg, str) and _is_named(arg):
        named[arg] = Cable(arg[1:-1], path, stages=stages)
    return arg


def _misspelt(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    return next((f".{hint}" for key in value if (hint := nearest(key, ["from", "when"]))), "")


def _stages(table: dict[str, Any]) -> list[CableStage]:
    stages = []
    if "on_loss" in table:
        stages.append(_on_loss(table))
    scale: dict[str, Any] = {key: table[key] for key in ("in", "to", "curve") if key in table}
    if scale:
        stages.append(CableStage("scale", scale))
    if "above" in table:
        stages.append(CableStage("gate", {"above": table["above"]}))
    if "choose" in table:
        stages.append(CableStage("choose", {"choices": table["choose"]}, {"choices": "choose"}))
    if "when" in table:
        stages.append(CableStage("trigger", {}))
    if "on_beat" in table:
        stages.append(CableStage("on_beat", {}, {"on_beat": "on_beat"}, table["on_beat"]))
    if "at_most" in table:
        stages.append(
            CableStage(THROTTLE, {"time": table["at_most"], "last": False}, {"time": "at_most"})
        )
    if "every" in table:
        stages.append(
            CableStage(THROTTLE, {"time": table["every"], "last": True}, {"time": "every"})
        )
    return stages


def _on_loss(table: dict[str, Any]) -> CableStage:
    """Return the stage for ``on_loss``. Raise ParameterError when it is malformed."""
    try:
        use, values = read_on_loss(table["on_loss"], natural_rest(table))
    except ParameterError as error:
        raise ParameterError(f"on_loss: {error}") from None
    if "when" in table and use == "rest_on_loss":
        raise ParameterError('on_loss: a trigger has no rest, and must not fire by a loss; "mute"')
    return CableStage(use, values, dict.fromkeys(values or ("on_loss",), "on_loss"))
