"""The picture of a patch: all is on it, no cable crosses a box, and any text is only text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.commands import looks
from engine.core.errors import UnwritableFile
from engine.core.files import installed_folder
from engine.patch.find import find_patch
from engine.runtime.opening import check_patch
from engine.web.drawing import Drawing, draw
from engine.web.layout import Arrangement, Point, Rectangle, Size, lay_out
from engine.web.svg import svg
from tests.limits import LIMIT
from tests.patch.texts import BODY, OUT, compiled

SHIPPED = sorted(file.stem for file in installed_folder("patches").glob("*.toml"))
SVG = "{http://www.w3.org/2000/svg}"
SAMPLE = draw(check_patch(find_patch("first_light")))
BETWEEN = 0.01
"""Less than a pixel; a cable touches a box where it begins and ends."""


def texts(picture: str, kind: str = "") -> list[str]:
    found = Xml.fromstring(picture).iter(f"{SVG}text")
    return [each.text or "" for each in found if not kind or each.get("class") == kind]


def points_of(cable: list[Point]) -> list[Point]:
    """Return points along the curves of a cable, both ends left out."""
    found: list[Point] = []
    for first in range(0, len(cable) - 1, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = cable[first : first + 4]
        for step in range(1, 24):
            t = step / 24
            a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
            found.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return found


def inside(box: Rectangle, point: Point) -> bool:
    across = box.left + BETWEEN < point[0] < box.left + box.width - BETWEEN
    return across and box.top + BETWEEN < point[1] < box.top + box.height - BETWEEN


def crossed(layout: Arrangement) -> list[tuple[int, str]]:
    return [
        (index, name)
        for index, cable in enumerate(layout.cables)
        for name, box in layout.boxes.items()
        if any(inside(box, point) for point in points_of(list(cable)))
    ]


def overlapping(layout: Arrangement) -> list[tuple[str, str]]:
    boxes = list(layout.boxes.items())
    return [
        (one, other)
        for place, (one, a) in enumerate(boxes)
        for other, b in boxes[place + 1 :]
        if a.left < b.left + b.width and b.left < a.left + a.width
        if a.top < b.top + b.height and b.top < a.top + a.height
    ]


def sizes_of(drawing: Drawing) -> dict[str, Size]:
    """Return sizes that differ from box to box, with a place for each cable that arrives."""
    found = {}
    for number, box in enumerate(drawing.boxes):
        into = [i for i, cable in enumerate(drawing.cables) if cable.end == box.name]
        height = 40.0 + 20.0 * len(into)
        arrivals = {index: 30.0 + 20.0 * place for place, index in enumerate(into)}
        found[box.name] = Size(100.0 + 37 * (number % 5), height, 15.0, arrivals)
    return found


def lies_within(layout: Arrangement) -> bool:
    every = [point for cable in layout.cables for point in points_of(list(cable))]
    return all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in every)


@st.composite
def drawings(draw_: st.DrawFn) -> Drawing:
    """Return any drawing, with loops and with cables within a column, as from box to box."""
    count = draw_(st.integers(1, 14))
    columns = draw_(st.lists(st.integers(0, 6), min_size=count, max_size=count))
    box, cable = SAMPLE.boxes[0], SAMPLE.cables[0]
    boxes = tuple(
        replace(box, name=f"b{n}", label=f"b{n}", column=column) for n, column in enumerate(columns)
    )
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    pairs = [(a, b) for a, b in draw_(st.lists(ends, max_size=30)) if a != b]
    cables = tuple(replace(cable, start=f"b{a}", end=f"b{b}") for a, b in pairs)
    return replace(SAMPLE, boxes=boxes, cables=cables)


@settings(deadline=None, max_examples=150)
@given(drawings())
def test_no_cable_crosses_a_box_and_no_boxes_overlap(drawing: Drawing) -> None:
    layout = lay_out(drawing, sizes_of(drawing))
    assert crossed(layout) == []
    assert overlapping(layout) == []
    assert lies_within(layout)


@settings(deadline=None, max_examples=30)
@given(drawings())
def test_nor_where_there_are_too_many_columns_to_pass(drawing: Drawing) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.web.layout._MOST_TRUNKS", 0)
        layout = lay_out(drawing, sizes_of(drawing))
    assert crossed(layout) == []
    assert lies_within(layout)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_box_and_every_way_out_is_on_the_picture(name: str) -> None:
    plan = check_patch(find_patch(name))
    drawing, picture = draw(plan), svg(plan)
    assert texts(picture, "title") == [plan.title]
    assert texts(picture, "name") == [box.label for box in drawing.boxes]
    assert {cable.label for cable in drawing.cables if cable.route} <= set(texts(picture, "row"))
    root = Xml.fromstring(picture)
    paths = [each for each in root.iter(f"{SVG}path") if "cable" in each.get("class", "")]
    assert len(paths) == len(drawing.cables)


def test_few_cables_cross_where_none_must(tmp_path: Path) -> None:
    ways = [f'[n{n}]\nuse = "joint"\nfrom = "pose"\n' for n in range(6)]
    send = [f'"/{n}" = "n{n}"\n' for n in (3, 5, 0, 1, 4, 2)]
    plan = compiled(tmp_path, "".join([BODY, *ways, OUT, *send, '"/reach" = "reach"\n']))
    drawing = draw(plan)
    layout = lay_out(drawing, sizes_of(drawing))
    middle = {name: box.top for name, box in layout.boxes.items() if name.startswith("n")}
    assert sorted(middle, key=middle.__getitem__) == ["n3", "n5", "n0", "n1", "n4", "n2"]


def test_labels_names_origins_and_stages_are_told(tmp_path: Path) -> None:
    body = BODY + 'label = "Left hand"\nthen = ["smooth"]\n'
    send = '"/a" = { from = "reach", label = "Red", to = [1, 9], curve = "exp", every = "20 ms" }\n'
    picture = svg(compiled(tmp_path, body + OUT + send + '"/n" = ["pose.count", "reach"]\n'))
    assert "Left hand" in texts(picture, "name")
    assert texts(picture, "row") == ["Red", "/n", "/n"]
    assert texts(picture, "detail") == [
        "[reach] joint → smooth",
        "osc_out",
        "/a · to 1 to 9, exp · every 20 ms",
        "pose.count",
    ]


def test_a_deadline_is_told(tmp_path: Path) -> None:
    text = 'deadline = "40 ms"\n' + BODY + OUT + '"/a" = "reach"\n'
    details = texts(svg(compiled(tmp_path, text)), "detail")
    assert details[-2:] == ["within 40 ms, the slowest first", "pose.every may give way"]


STRANGE = [
    "<script>alert(1)</script>",
    "]]><x>&amp;\"'",
    "--><b>",
    "日本語 Größe",
    "👩‍🎤",
    "\u202eevil\u2066",
    "\u0085\ufffe\uffff",
    "x" * 80,
]


@pytest.mark.parametrize("text", STRANGE)
def test_any_text_is_only_text(tmp_path: Path, text: str) -> None:
    quoted = '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'
    name = quoted if not set(text) & set("./# ") else '"a"'
    label = "" if "\u0085" in text else f"label = {quoted}\n"
    patch = f'title = {quoted}\n[{name}]\nuse = "camera"\n{label}'
    picture = svg(compiled(tmp_path, patch))
    root = Xml.fromstring(picture)
    kinds = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert kinds == {"svg", "title", "style", "rect", "g", "text"}
    assert picture.isascii()
    shown = "".join(texts(picture, "name"))
    assert shown.rstrip("…")
    assert not set(shown) & set("\u202e\u2066\u0085\ufffe\uffff")
    if text in STRANGE[:5] and label:
        assert shown == text
    widest = max(float(each.get("width", "0").rstrip("%")) for each in root.iter(f"{SVG}rect"))
    assert widest < 400, "a long text makes no endless box"


def test_a_large_patch_is_drawn_soon(tmp_path: Path) -> None:
    chain = "".join(f'[n{n}]\nuse = "smooth"\nfrom = "n{n - 1}"\n' for n in range(1, 300))
    head = BODY.replace("[reach]", "[n0]")
    send = "".join(f'"/{n}" = "n{n}"\n' for n in range(300))
    plan = compiled(tmp_path, head + chain + OUT + send)
    assert svg(plan).count("<path") == 2 + 299 + 300


# -- The command ---------------------------------------------------------------------------------


def show(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", "from engine.cli import main; main()", "show", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def test_the_command_writes_a_picture_or_a_diagram(tmp_path: Path) -> None:
    expected = svg(check_patch(find_patch("first_light")))
    file = tmp_path / "mine.svg"
    file.write_text("old and longer than what comes" * 1000)
    assert show("first_light", file).stderr == f"{file} is written; any browser shows it\n"
    assert file.read_text().strip() == expected
    assert show("first_light").stdout.strip() == expected


def test_a_file_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none" / "mine.svg"
    with pytest.raises(UnwritableFile, match=r"mine\.svg cannot be written: there is no folder"):
        looks.show("first_light", missing)
    looks.show("first_light", mermaid=True)
    assert capsys.readouterr().out.startswith("flowchart LR\n")


@pytest.mark.skipif(sys.platform == "win32", reason="no terminals of that sort there")
def test_on_a_terminal_it_goes_into_a_file_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    looks.show("first_light")
    picture = Path("first_light.svg")
    assert picture.read_text().startswith("<svg ")
    looks.show("first_light")  # its own picture is drawn again
    for other in ("mine", "<svg/>", "ü"):
        picture.write_text(other)
        with pytest.raises(UnwritableFile, match="not drawn by this: name another"):
            looks.show("first_light")
        assert picture.read_text() == other
