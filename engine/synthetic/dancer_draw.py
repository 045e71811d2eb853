"""Draw a body: shaded tubes, fingers, a face, a shadow on the floor.

Each tube is four nested outlines shifted towards the light, from the dark edge to the highlight.
That costs four polygons instead of a calculation per pixel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.synthetic.dancer_body import Points
from engine.synthetic.dancer_detail import Detail
from engine.synthetic.dancer_figure import Figure, Group, Hand, Tube
from engine.synthetic.dancer_hand import draw_hand
from engine.synthetic.dancer_head import Skull, draw_back_hair, draw_head
from engine.synthetic.dancer_look import Look
from engine.synthetic.stage import Picture, StageCamera
from engine.synthetic.sub_pixels import SHIFT, fixed

LIGHT: Final = np.array([-0.45, -0.55])  # where the light comes from, in pixels of a radius
SHRINK: Final = np.array([1.0, 0.84, 0.62, 0.34])
TOWARDS_LIGHT: Final = np.array([0.0, 0.12, 0.3, 0.52])
_TURNS: Final = np.linspace(-np.pi / 2, np.pi / 2, 9)[1:-1]
_CAP: Final = np.stack([np.cos(_TURNS), np.sin(_TURNS)], axis=1)


def draw_figure(
    picture: Picture, body: Figure, view: StageCamera, detail: Detail | None = None
) -> None:
    """Draw a body into the picture, from back to front; with ``detail``, its fingers and face."""
    skull = Skull(body, view)
    if detail is not None:
        skull.make_face(detail.expression)
    _shadow(picture, body, view)
    draw_back_hair(picture, skull, body.look)
    groups = (*body.behind, *body.legs, *body.trunk, *body.before)
    shapes = _shapes(groups)
    lower = len(groups) - len(body.before)
    for place, group in enumerate(groups):
        if place == lower:
            draw_head(picture, skull, body.look)
        _paint(picture, group, shapes, body.look, detail)
    if not body.before:
        draw_head(picture, skull, body.look)


def outlines(tubes: Sequence[Tube]) -> Points:
    """Return the nested outlines of tubes: (tubes, 4, points, 2) pixels."""
    line = np.stack([tube.line for tube in tubes])
    radii = np.stack([tube.radii for tube in tubes])[..., None]
    way = np.gradient(line, axis=1)
    way /= np.maximum(np.linalg.norm(way, axis=2, keepdims=True), 1e-6)
    aside = np.stack([-way[..., 1], way[..., 0]], axis=2)
    # Half turns around both ends make the tube round there.
    bulge = np.array([tube.bulge for tube in tubes])[:, None]
    end = _caps(bulge * way[:, -1], aside[:, -1]) * radii[:, -1:]
    start = _caps(-bulge * way[:, 0], -aside[:, 0]) * radii[:, :1]
    spread = np.concatenate([-aside * radii, end, (aside * radii)[:, ::-1], start], axis=1)
    count = _CAP.shape[0]
    middle = np.concatenate(
        [
            line,
            np.repeat(line[:, -1:], count, axis=1),
            line[:, ::-1],
            np.repeat(line[:, :1], count, axis=1),
        ],
        axis=1,
    )
    moved = TOWARDS_LIGHT[:, None, None] * LIGHT * radii.mean(axis=1)[:, None, None, :]
    shapes: Points = middle[:, None] + SHRINK[:, None, None] * spread[:, None] + moved
    return shapes


def _caps(way: Points, aside: Points) -> Points:
    return _CAP[:, 0, None] * way[:, None] + _CAP[:, 1, None] * aside[:, None]


def _shapes(groups: Sequence[Group]) -> Iterator[NDArray[np.int32]]:
    """Yield the nested outlines of each tube: int32, shape (4, points, 2), in sub-pixels."""
    tubes = [part for group in groups for part in group if isinstance(part, Tube)]
    return iter(fixed(outlines(tubes)))


def _paint(
    picture: Picture,
    group: Group,
    shapes: Iterator[NDArray[np.int32]],
    look: Look,
    detail: Detail | None,
) -> None:
    """Draw a group shade by shade, taking its outlines from ``shapes``."""
    hands = [part for part in group if isinstance(part, Hand)]
    if detail is None:
        for hand in hands:
            _fingers(picture, hand, look)
    tubes = [(next(shapes), part.ramp) for part in group if isinstance(part, Tube)]
    for shade in range(len(SHRINK)):
        for shape, ramp in tubes:
            cv2.fillPoly(picture, [shape[shade]], ramp[shade], cv2.LINE_AA, SHIFT)
    if detail is not None:
        for hand in hands:
            points, depths = detail.hands[0 if hand.thumb > 0 else 1]
            draw_hand(picture, points, depths, hand.unit, look.skin)


def _fingers(picture: Picture, hand: Hand, look: Look) -> None:
    """Draw four fingers and a thumb as thick lines, dark first so that they stay apart."""
    way = hand.tip - hand.wrist
    aside = np.array([way[1], -way[0]]) * -hand.thumb
    bases = hand.wrist + 0.5 * way + np.outer([-0.13, -0.045, 0.045, 0.13, 0.16], aside)
    tips = hand.wrist + np.outer([0.9, 1.0, 0.99, 0.93, 0.62], way)
    tips += np.outer([-0.22, -0.08, 0.07, 0.2, 0.42], aside)
    bases[4] = hand.wrist + 0.2 * way + 0.1 * aside
    thick = max(1, round(0.0105 * hand.unit))
    lines = fixed(np.stack([bases, tips], axis=1))
    for colour, extra in ((look.skin[0], 1), (look.skin[2], 0)):
        cv2.polylines(picture, list(lines), False, colour, thick + extra, cv2.LINE_AA, SHIFT)


def _shadow(picture: Picture, body: Figure, view: StageCamera) -> None:
    """Darken the floor under the body, less the higher the feet are."""
    ankles = body.skeleton.joints[15:17]
    middle = np.array([[ankles[:, 0].mean(), 0.0, ankles[:, 2].mean()]])
    (centre,), (scale,) = view.project(middle)
    reach = 0.5 * float(np.ptp(ankles[:, 0])) + 0.3
    wide, high = round(reach * scale), round(0.1 * scale)
    x, y = round(float(centre[0])), round(float(centre[1]))
    left, right = max(x - wide, 0), min(x + wide, view.width)
    top, bottom = max(y - high, 0), min(y + high, view.height)
    if right <= left or bottom <= top:
        return
    across = (np.arange(left, right, dtype=np.float32) - x) / wide
    down = (np.arange(top, bottom, dtype=np.float32) - y) / high
    near = np.maximum(1 - across[None, :] ** 2 - down[:, None] ** 2, 0)
    lifted = float(np.clip(ankles[:, 1].min() / 0.5, 0, 1))
    dark = 1 - (0.55 - 0.3 * lifted) * near[..., None]
    part = picture[top:bottom, left:right]
    part[...] = (part * dark).astype(np.uint8)
