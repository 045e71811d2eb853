"""Compiles what a replay plays: a recorded patch, or the listener's own in its place.

A recorded patch is data of somebody else. It has no folder here: no file is looked for beside it,
and none that it names is opened. The listener's own patch is played as it stands, with the values
that the show was played with (``--set``), which a comparison needs; where it sends, it says itself.
What boxes had kept when the patch began to play is in the recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from engine.core.errors import PatchError, Problem, UnknownName, as_written
from engine.core.intonation import equal_steps, without_files
from engine.core.node import Node
from engine.core.parameter import read_parameters
from engine.core.sink import Sink
from engine.core.source import Source
from engine.inference.model_folders import models
from engine.patch.build import Find
from engine.patch.load import Document, Texts, load_texts
from engine.patch.plan import Plan, PlannedBox
from engine.recording.record import Begun
from engine.registry import Registry
from engine.runtime.metrics import LOG
from engine.runtime.opening import apply_overrides, plan_document
from engine.runtime.schedule.state import has_life

_BOXES = frozenset({"use", "then", "empty", "on_loss"})
"""Keys that name boxes."""
_NO_FILES = "a recording names no file here: to open one, name a patch of yours that does"


def recorded_plan(
    recording: Path, begun: Begun, find: Find, to: str | None, recompute: bool
) -> Plan:
    """Return the Plan of a recorded patch, with OSC to ``to`` whatever the recording says.

    Raise PatchError, each problem at its line of the patch in ``recording``.
    """
    texts = Texts(None, begun.patch, begun.rig)
    try:
        document = load_texts(texts)
        apply_overrides(document, begun.to, begun.sets)
        with without_files():
            plan = _plan(document, begun, find, to)
        problems = [p for each in plan.boxes.values() for p in _files_of(each, recompute)]
    except PatchError as error:
        problems = list(error.problems)
    if problems:
        raise PatchError(replace(each, file=each.file or recording) for each in problems)
    return plan


def own_plan(begun: Begun, texts: Texts, to: str | None) -> Plan:
    """Return the Plan of the listener's patch; raise PatchError.

    Where it sends is said by the patch and ``to``, not by the recording.
    """
    find = Registry(texts.file.parent if texts.file else None).find
    document = load_texts(texts)
    if begun.to and to is None:
        LOG.info("recorded with --to %s; your patch says where it sends", begun.to)
    apply_overrides(document, None, _fitting(document, find, begun.sets))
    return _plan(document, begun, find, to)


def _plan(document: Document, begun: Begun, find: Find, to: str | None) -> Plan:
    apply_overrides(document, to, ())
    plan = plan_document(document, find, live=begun.live, here=begun.here)
    for name, files in begun.states.items():
        if name in plan.boxes:
            plan.boxes[name].state = dict(files)
    return plan


def _files_of(planned: PlannedBox, recompute: bool) -> Iterator[Problem]:
    """Yield a problem for each file that a box of a recorded patch would open here."""
    box = planned.box
    if not isinstance(box, Node) or not (has_life(box) or (recompute and box.lane)):
        return
    for parameter in read_parameters(type(box)).values():
        value = planned.values.get(parameter.field)
        named = _each_of(value)
        if parameter.names_files and any(_is_file(one) for one in named):
            words = f"got {as_written(value)}, but {_NO_FILES}"
            yield Problem(words, *planned.place, box=planned.name, key=parameter.name)


def _each_of(value: object) -> Iterable[object]:
    """Return what may name a file: a value, or each in a list or a table."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else [value]


def _is_file(named: object) -> bool:
    """Whether a value names a file, and neither a model nor a tuning of equal steps."""
    equal = isinstance(named, str) and equal_steps(named) is not None
    return not equal and named not in (None, *models())


def _fitting(document: Document, find: Find, sets: Iterable[str]) -> list[str]:
    """Return the recorded values that the listener's patch takes, and say which it does not."""
    fitting = []
    for text in sets:
        why = _unfit(document, find, text)
        if why:
            LOG.warning("recorded with --set %s, which is left out: %s", text, why)
        else:
            fitting.append(text)
    return fitting


def _unfit(document: Document, find: Find, text: str) -> str:
    """Return why a recorded value is not for the listener's patch, or an empty string."""
    box, _, rest = text.partition("=")[0].strip().partition(".")
    table = document.tables.get(box)
    if not isinstance(table, dict):
        return f'there is no box "{box}"'
    try:
        cls = find(str(table.get("use")))
    except (UnknownName, ImportError):
        return ""  # said when the patch is compiled
    if issubclass(cls, Sink):
        return "your patch says where it sends"
    key = rest.partition(".")[0]
    if key in _BOXES:
        return "your patch says which boxes there are"
    parameter = read_parameters(cls).get(key)
    if parameter and parameter.names_files and not issubclass(cls, Source):
        return _NO_FILES
    return ""
