"""Draws a patch as an SVG picture, which any browser shows, on a light ground or a dark one.

Every text is the patch's own: it is escaped by the library that writes the XML, what XML cannot
hold is replaced, and what would turn the writing round is left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as Xml

from engine.patch.plan import Plan
from engine.patch.show import deadline_words
from engine.web.drawing import Drawing, DrawnBox, DrawnCable, draw
from engine.web.layout import MARGIN, Point, Rectangle, Size, lay_out

MADE_BY: Final = "Made by: sensorium show"
"""By what a picture is known to be one of these."""
NAMESPACE: Final = "http://www.w3.org/2000/svg"
_PADDING: Final = 12.0
_NARROWEST: Final = 116.0
_WIDEST: Final = 336.0
_HEAD: Final = 30.0
"""From the top of a box to the line below its name."""
_DETAIL: Final = 17.0
_ROW: Final = 21.0
_TITLE: Final = 34.0
"""Above the boxes, where the title stands."""
_LINE: Final = 18.0
_NAME_SIZE: Final = 15.0
_ROW_SIZE: Final = 13.0
_DETAIL_SIZE: Final = 11.5
_PER_LETTER: Final = 0.6
"""The width of a letter by its size, with room to spare: which font there is, nobody knows."""
_TURNS: Final = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Characters that change the direction in which a text is written."""

_STYLE: Final = """
text { font-family: system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1c1a16; }
.ground { fill: #fbfaf7; }
.title { font-size: 20px; font-weight: 650; }
.name { font-size: 15px; font-weight: 650; }
.row { font-size: 13px; }
.detail { font-size: 11.5px; fill: #625c50; }
.box { fill: #f1eee6; stroke: #a69e8e; stroke-width: 1.2; }
.source { fill: #e6eff5; stroke: #6f94ad; }
.output { fill: #fdf0d3; stroke: #b98517; }
.inner { fill: none; stroke: #a69e8e; }
.cable { fill: none; stroke: #857c6c; stroke-width: 1.8; }
.port { stroke: #b98517; }
.aside { stroke-dasharray: 5 4; }
.end { fill: #857c6c; }
@media (prefers-color-scheme: dark) {
  text { fill: #eee8dc; }
  .ground { fill: #0d0f12; }
  .detail { fill: #a9a295; }
  .box { fill: #191c22; stroke: #5b616d; }
  .source { fill: #14212b; stroke: #5d88a5; }
  .output { fill: #251c0a; stroke: #c8912a; }
  .inner { stroke: #5b616d; }
  .cable { stroke: #9a917f; }
  .port { stroke: #d39a2f; }
  .end { fill: #9a917f; }
}
"""


@dataclass(frozen=True)
class _Row:
    """What a box shows of a cable into it: a label, and what else is to be known of it."""

    label: str
    detail: str

    @property
    def height(self) -> float:
        return _ROW * bool(self.label) + _DETAIL * bool(self.detail) + 4.0


@dataclass(frozen=True)
class _Card:
    """What stands in a box, and its size; ``rows`` are by the index of the cable."""

    box: DrawnBox
    detail: str
    rows: dict[int, _Row]
    size: Size


def svg(plan: Plan) -> str:
    """Return the picture of a plan as a whole SVG document, in ASCII."""
    drawing = draw(plan)
    cards = {box.name: _card(box, drawing) for box in drawing.boxes}
    layout = lay_out(drawing, {name: card.size for name, card in cards.items()})
    title = _shown(plan.title)
    width = max(layout.width, _width(title, 20.0) + 2 * MARGIN)
    notes = deadline_words(plan.deadline) if plan.deadline else ()
    height = layout.height + _TITLE + _LINE * len(notes)
    root = Xml.Element(
        "svg",
        {
            "xmlns": NAMESPACE,
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
            "width": f"{width:.0f}",
            "height": f"{height:.0f}",
            "role": "img",
        },
    )
    root.append(Xml.Comment(f" {MADE_BY} "))
    _add(root, "title", title)
    _add(root, "style", _STYLE)
    _add(root, "rect", kind="ground", width="100%", height="100%")
    _text(root, title, "title", MARGIN, MARGIN)
    drawn = _add(root, "g", transform=f"translate(0 {_TITLE:g})")
    for cable, points in zip(drawing.cables, layout.cables, strict=True):
        _draw_cable(drawn, cable, points)
    for name, card in cards.items():
        _draw_box(drawn, card, layout.boxes[name])
    for count, note in enumerate(notes):
        below = layout.height + _TITLE - MARGIN / 2 + _LINE * count
        _text(root, _cut(note, width - 2 * MARGIN, _DETAIL_SIZE), "detail", MARGIN, below)
    Xml.indent(root)
    # Letters beyond ASCII are spelt, so that it is the same in whatever encoding it is saved.
    text: bytes = Xml.tostring(root, encoding="us-ascii")
    return text.decode("ascii")


# -- What stands in a box ------------------------------------------------------------------------


def _card(box: DrawnBox, drawing: Drawing) -> _Card:
    """Return what stands in a box, and how large that makes it."""
    detail = " ".join(_facts(box))
    rows = {
        index: row
        for index, cable in enumerate(drawing.cables)
        if cable.end == box.name and (row := _row(cable)).height > 4.0
    }
    texts = [(_shown(box.label), _NAME_SIZE), (detail, _DETAIL_SIZE)]
    for row in rows.values():
        texts += [(row.label, _ROW_SIZE), (row.detail, _DETAIL_SIZE)]
    widest = max(_width(text, size) for text, size in texts)
    head = _HEAD + _DETAIL * bool(detail)
    arrivals: dict[int, float] = {}
    top = head
    for index, row in rows.items():
        arrivals[index] = top + (_ROW if row.label else _DETAIL) / 2
        top += row.height
    entrance = _HEAD / 2 + 2
    for index, cable in enumerate(drawing.cables):
        if cable.end == box.name:
            arrivals.setdefault(index, entrance)
    width = min(max(widest + 2 * _PADDING, _NARROWEST), _WIDEST)
    size = Size(width, top + _PADDING / 2 + 2, entrance, arrivals)
    return _Card(box, detail, rows, size)


def _facts(box: DrawnBox) -> Iterator[str]:
    """Yield what is said below the name of a box: its name where it has a label, and its kinds."""
    if box.label != box.name:
        yield _shown(f"[{box.name}]")
    if box.links or box.use != box.label:
        yield " → ".join(map(_shown, (box.use, *box.links)))
    if box.machine:
        yield f"@ {_shown(box.machine)}"


def _row(cable: DrawnCable) -> _Row:
    """Return what is said of a cable: its label, then its name, where it begins, its stages."""
    label = _shown(cable.label)
    name = cable.name.partition("#")[0]
    name = "" if cable.label == name else _shown(name)
    begin = "" if cable.origin == cable.start else _shown(cable.origin)
    return _Row(
        label, " · ".join(each for each in (name, begin, *map(_shown, cable.stages)) if each)
    )


# -- Drawing -------------------------------------------------------------------------------------


def _draw_box(parent: Xml.Element, card: _Card, at: Rectangle) -> None:
    box, room = card.box, at.width - 2 * _PADDING
    group = _add(parent, "g")
    _add(group, "title", _shown(" ".join([f"[{box.name}]", box.use, *box.links, box.place])))
    round_ = "18" if box.kind == "source" else "8"
    _rectangle(group, at, 0.0, f"box {box.kind}", round_)
    if box.kind == "model":
        _rectangle(group, at, 3.0, "inner", "6")
    left, top = at.left + _PADDING, at.top
    _text(group, _cut(_shown(box.label), room, _NAME_SIZE), "name", left, top + 22)
    if card.detail:
        _text(group, _cut(card.detail, room, _DETAIL_SIZE), "detail", left, top + _HEAD + 9)
    below = top + _HEAD + _DETAIL * bool(card.detail)
    for row in card.rows.values():
        line = below
        if row.label:
            _text(group, _cut(row.label, room, _ROW_SIZE), "row", left, line + 15)
            line += _ROW
        if row.detail:
            _text(group, _cut(row.detail, room, _DETAIL_SIZE), "detail", left, line + 10)
        below += row.height


def _draw_cable(parent: Xml.Element, cable: DrawnCable, points: Sequence[Point]) -> None:
    begin, *rest = [f"{x:.1f} {y:.1f}" for x, y in points]
    curves = [f"C{' '.join(rest[first : first + 3])}" for first in range(0, len(rest), 3)]
    _add(parent, "path", kind=f"cable {cable.kind}", d=f"M{begin} {' '.join(curves)}")
    x, y = points[-1]
    _add(parent, "circle", kind="end", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3")


def _rectangle(parent: Xml.Element, at: Rectangle, inside: float, kind: str, round_: str) -> None:
    _add(
        parent,
        "rect",
        kind=kind,
        x=f"{at.left + inside:.1f}",
        y=f"{at.top + inside:.1f}",
        width=f"{at.width - 2 * inside:.1f}",
        height=f"{at.height - 2 * inside:.1f}",
        rx=round_,
    )


def _text(parent: Xml.Element, text: str, kind: str, x: float, y: float) -> None:
    _add(parent, "text", text, kind=kind, x=f"{x:.1f}", y=f"{y:.1f}")


def _add(
    parent: Xml.Element, tag: str, text: str = "", kind: str = "", **attributes: str
) -> Xml.Element:
    element = Xml.SubElement(parent, tag, ({"class": kind} if kind else {}) | attributes)
    element.text = text or None
    return element


# -- Texts ---------------------------------------------------------------------------------------


def _shown(text: str) -> str:
    """Return a text without what XML cannot hold, and without what turns the writing round."""
    return "".join(_letters(text))


def _letters(text: str) -> Iterator[str]:
    for letter in text:
        if letter in _TURNS:
            continue
        strange = unicodedata.category(letter) in ("Cc", "Cs") or ord(letter) & 0xFFFE == 0xFFFE
        yield "\ufffd" if strange else letter


def _width(text: str, size: float) -> float:
    """Return about how wide a text is, in pixels."""
    return sum(_parts(text)) * size * _PER_LETTER


def _parts(text: str) -> Iterable[float]:
    """Return the width of each letter, 1 for a Latin one."""
    for letter in text:
        if unicodedata.combining(letter):
            yield 0.0
        else:
            yield 1.8 if unicodedata.east_asian_width(letter) in "WF" else 1.0


def _cut(text: str, room: float, size: float) -> str:
    """Return as much of a text as there is room for, with "…" for the rest."""
    if _width(text, size) <= room:
        return text
    kept = text
    while kept and _width(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept}…"
