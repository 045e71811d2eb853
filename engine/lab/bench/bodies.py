"""Bodies, hands and faces beside MediaPipe 0.10.21: ms a picture on one core, and how far apart.

Both get the same pictures, decoded before: a man who jumps; the hand of a woman, cut out of that
film, and the photograph of a face, enlarged and moved about. What is measured is all that comes
after: making the pictures small, the networks, following, smoothing, and sending OSC. Times are
those of the processor, of all threads, on one core; they take turns. "faster" is the time of
MediaPipe over ours. MoveNet finds 17 joints where MediaPipe finds 33 points: that is said, for it
is why it is faster. "lite" networks of ours stand beside the full ones of MediaPipe, as it comes.

"apart" is the mean distance of all points from those of MediaPipe, in parts of the longer side of
the body, hand or face, where both see one, of ours before it is smoothed. "Crops" are 24 hands and
faces of real people, each a picture of its own, without a body that says where they are: MediaPipe
is begun anew for each, and both are shown it for a tenth of a second. The two networks of
MediaPipe's hands stand beside each other too: "lite" is as far from "full" there too.

"One person" is a whole show, 30 pictures a second, from a picture that is decoded once to OSC:
what it takes of a core, all processes together. "Gestures" is what `body_gestures` tells of real
people behind `smooth`, held to what was seen in the films by eye (``rig/gestures_real``).

MediaPipe and the films are fetched by uv for the time of the bench; where they cannot be, a line
says so.
"""

from __future__ import annotations

import math
import socket
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Frame, Ns
from engine.core.skeletons import BLAZEPOSE_33, COCO_17
from engine.inference.model_folders import built_folder, models
from engine.lab.bench.report import COUNT, Goal, Row, ratio
from engine.lab.bench.rig.crops_real import face_crops, hand_crops
from engine.lab.bench.rig.fetched import NotFetched, alone, run_with
from engine.lab.bench.rig.films import pictures_of
from engine.lab.bench.rig.gestures_real import FILMS, find, rows_of_gestures
from engine.lab.bench.rig.gestures_real_made import moved_people, rows_of_made
from engine.lab.bench.rig.turns import PAIRS, Numbers, child, in_turn, median, ratios
from engine.models.face import FaceModel
from engine.models.hands import HandsModel
from engine.models.pose import PoseModel

MEDIAPIPE: Final = ("mediapipe==0.10.21", "python-osc")
PHOTOGRAPH: Final = "scikit-image==0.26.0"
MS: Final = "ms"
PERCENT: Final = "%"
OURS: Final[dict[str, tuple[str, float]]] = {
    "pose:movenet_lightning": ("MoveNet lightning, 17 joints, beside its 33 points", 2.0),
    "pose:blazepose_lite": ("BlazePose lite", 1.0),
    "pose:blazepose_full": ("BlazePose full", 1.0),
    "hands:hands": ("hands, lite", 1.0),
    "hands:hands_full": ("hands, full", 1.0),
    "face:face_mesh": ("face mesh", 1.0),
}
PEERS: Final[dict[str, dict[str, str]]] = {
    "hands": {"hands": "MediaPipe hands", "hands_lite": "MediaPipe hands, lite"},
    "face": {"face": "MediaPipe face"},
}
"""What sees crops, by what is in them: MediaPipe as it comes, and with its lighter network."""
LIKE: Final = {"hands:hands": "hands_lite"}
"""What of MediaPipe has the same network as one of ours, where as it comes it has another."""
_APART: Final[Goal] = ("<=", 5.0)
_OF_A_CORE: Final[Goal] = ("<=", 20.0)
GESTURES: Final = ("movenet_lightning", "blazepose_lite")
"""What finds the people whose gestures are read, and the one whose show is measured."""
MOVED: Final = 15000
"""The seed of people who are moved; what was tuned was tuned on 13000, 14000 and 14100."""

Pictures = NDArray[np.uint8]


def run(short: bool, peers: bool = True) -> list[Row]:
    """Measure for about eight minutes; short, for three. Without ``peers`` only what is ours."""
    rows = [Row("nobody there", "told", _invented(), COUNT, ("<=", 0))]
    if not peers:
        return rows
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        try:
            folders = {package: stack.enter_context(alone(package)) for package in FILMS}
            photograph = stack.enter_context(alone(PHOTOGRAPH)) / "skimage/data/astronaut.png"
        except NotFetched as error:
            return [*rows, Row(f"films: not here, {error}", "cpu", math.nan, MS)]
        film, talking = (find(folders, name) for name in ("demo.mp4", "carphone_pristine.mp4"))
        count = 60 if short else 90
        clips = {
            "pose": jumping(film, count),
            "hands": moved_hand(film, count),
            "face": moved_face(photograph, count),
        }
        crops = {"hands": hand_crops(film), "face": face_crops(talking, photograph)}
        receiver = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        receiver.bind(("127.0.0.1", 0))
        place = Path(folder), receiver.getsockname()[1]
        for what, clip in clips.items():
            np.save(Path(folder, f"{what}.npy"), clip)
            try:
                rows += _beside(what, *place, 2 if short else PAIRS)
                if what in crops:
                    np.save(Path(folder, f"{what}-still.npy"), crops[what])
                    rows += _still(what, *place)
            except NotFetched as error:
                rows.append(Row(f"MediaPipe {what}: not here, {error}", "cpu", math.nan, MS))
        cv2.imwrite(str(Path(folder, "standing.png")), clips["pose"][0])
        for model in GESTURES:
            rows.append(_one_person(model, *place, 4.0 if short else 15.0))
        for model in GESTURES:
            rows += rows_of_gestures(folders, model)
        films = {name: find(folders, name) for name in ("demo.mp4", "cam01.mp4", "cam03.mp4")}
        people = moved_people(films, MOVED)
        rows += rows_of_made(people[-1:] if short else people, GESTURES[0])
    return rows


def _one_person(model: str, folder: Path, port: int, seconds: float) -> Row:
    """Return the line of a show with one person in it."""
    picture = folder / "standing.png"
    measured = child("one_person", picture, model, port, seconds)
    share = 100 * measured["cpu"] / measured["seconds"]
    return Row(f"one person, {model}", "of a core", share, PERCENT, _OF_A_CORE)


def _still(what: str, folder: Path, port: int) -> list[Row]:
    """Return the lines of pictures that have nothing to do with each other."""
    clip = folder / f"{what}-still.npy"
    theirs = {peer: _told_by(peer, clip, folder, port) for peer in PEERS[what]}
    usual = theirs[what]
    rows = [
        Row(f"{words}, {len(usual)} crops", "seen", 100 * _seen(theirs[peer]), PERCENT)
        for peer, words in PEERS[what].items()
    ]
    for peer in (each for each in theirs if each != what):
        case = f"{PEERS[what][peer]}, beside {PEERS[what][what]}, {len(usual)} crops"
        rows.append(Row(case, "apart", 100 * apart(theirs[peer], usual), PERCENT))
    for name in (each for each in OURS if each.startswith(f"{what}:") and _is_here(each)):
        out = folder / "still.npz"
        child("bodies_ours", f"{name}-still", clip, out, port)
        with np.load(out) as table:
            found = table["points"]
        case = f"{OURS[name][0]}, {len(usual)} crops"
        rows.append(Row(case, "seen", 100 * _seen(found), PERCENT))
        rows.append(Row(case, "apart", 100 * apart(found, usual), PERCENT, _APART))
        if like := LIKE.get(name):
            case = f"{OURS[name][0]}, beside {PEERS[what][like]}, {len(usual)} crops"
            rows.append(Row(case, "apart", 100 * apart(found, theirs[like]), PERCENT, _APART))
    return rows


def _told_by(peer: str, clip: Path, folder: Path, port: int) -> NDArray[np.float32]:
    """Return what MediaPipe sees in pictures that have nothing to do with each other."""
    out = folder / f"{peer}-still-peer.npz"
    run_with(MEDIAPIPE, "bodies_peers.py", f"{peer}-still", clip, out, port)
    with np.load(out) as table:
        points: NDArray[np.float32] = table["points"]
    return points


def _beside(what: str, folder: Path, port: int, rounds: int) -> list[Row]:
    """Return the lines of one clip: MediaPipe's, and those of each of our networks that is here."""
    clip = folder / f"{what}.npy"
    here = [name for name in OURS if name.startswith(f"{what}:") and _is_here(name)]
    peer = folder / f"{what}-peer.npz"
    ask: list[Any] = [partial(run_with, MEDIAPIPE, "bodies_peers.py", what, clip, peer, port)]
    for name in here:
        out = folder / f"{name.replace(':', '-')}.npz"
        ask.append(partial(child, "bodies_ours", name, clip, out, port))
    theirs, *ours = in_turn(rounds, *ask)
    rows = [Row(f"MediaPipe {what}", "cpu", median(theirs, "cpu"), MS)]
    with np.load(peer) as table:
        expected = table["points"]
    rows.append(Row(f"MediaPipe {what}", "seen", 100 * _seen(expected), PERCENT))
    for name, measured in zip(here, ours, strict=True):
        rows += _lines(name, theirs, measured, expected, folder)
    return rows


def _lines(
    name: str, theirs: list[Numbers], ours: list[Numbers], expected: Any, folder: Path
) -> list[Row]:
    words, goal = OURS[name]
    rows = [Row(words, "cpu", median(ours, "cpu"), MS)]
    rows += ratio(words, "faster", ratios(theirs, ours, "cpu"), (">=", goal))
    with np.load(folder / f"{name.replace(':', '-')}.npz") as table:
        found = table["points"]
    rows.append(Row(words, "seen", 100 * _seen(found), PERCENT))
    rows.append(Row(words, "apart", 100 * apart(found, expected), PERCENT, _APART))
    return rows


def _is_here(name: str) -> bool:
    model = name.partition(":")[2]
    return model in models() or built_folder(model).is_dir()


def _seen(points: NDArray[np.float32]) -> float:
    """Return the share of pictures in which somebody is seen."""
    return float(np.isfinite(points[:, :, 0, 0]).any(axis=1).mean())


def apart(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    """Return the mean distance of points, in longer sides of what they belong to; inf of none.

    Both (pictures, things, points, 2); each thing of theirs is held to the nearest of ours. Of
    bodies those joints count that both have.
    """
    if ours.shape[2] != theirs.shape[2]:
        rows = [BLAZEPOSE_33.index[name] for name in COCO_17.points]
        theirs = theirs[:, :, rows]
    found = []
    for mine, other in zip(ours, theirs, strict=True):
        for one in other[np.isfinite(other[:, 0, 0])]:
            size = float(np.ptp(one, axis=0).max())
            errors = np.hypot(*np.moveaxis(mine - one, -1, 0)).mean(axis=-1) / size
            best = float(np.min(errors[np.isfinite(errors)], initial=math.inf))
            if best < 1:
                found.append(best)
    return float(np.mean(found)) if found else math.inf


def jumping(film: Path, count: int) -> Pictures:
    """Return the man who jumps, 800x994 pixels."""
    return np.stack([frame[:, 260:1060] for frame in pictures_of(film, end=count)])


def moved_hand(film: Path, count: int) -> Pictures:
    """Return the hand of a woman who walks, enlarged five times, which wanders: 640x480 pixels."""
    frame = next(pictures_of(film, 100))
    return _moved(np.asarray(frame[560:820, 780:1080]), (146, 142), 3.2, count)


def moved_face(photograph: Path, count: int) -> Pictures:
    """Return a face that wanders, leans and comes nearer, 640x480 pixels."""
    picture = cv2.imread(str(photograph))
    assert picture is not None
    return _moved(np.asarray(picture, np.uint8), (224, 120), 1.2, count)


def _moved(picture: Pictures, middle: tuple[int, int], zoom: float, count: int) -> Pictures:
    """Move a picture about its middle, as a body does, once round in four seconds."""
    found = []
    for number in range(count):
        turn = 2 * math.pi * number / 120
        nearer = zoom * (1.0 + 0.3 * math.sin(turn))
        matrix = cv2.getRotationMatrix2D(middle, 15 * math.sin(turn), nearer)
        to = 320 + 60 * math.sin(2 * turn), 240 + 20 * math.cos(turn)
        matrix[:, 2] += np.subtract(to, middle)
        moved = cv2.warpAffine(picture, matrix, (640, 480), borderMode=cv2.BORDER_REPLICATE)
        found.append(moved)
    return np.stack(found).astype(np.uint8)


def _invented() -> int:
    """Return how many bodies, hands and faces are told in pictures of nobody."""
    rng = np.random.default_rng(5)
    nothing = [
        np.zeros((360, 640, 3), np.uint8),
        np.full((360, 640, 3), 255, np.uint8),
        rng.integers(0, 256, (360, 640, 3)).astype(np.uint8),
    ]
    told = 0
    for box in (PoseModel(people=3), HandsModel(), FaceModel()):
        box.open()
        for picture in nothing:
            for number in range(3):
                answer: Any = box.process(Frame(picture), at=Ns(number * 33_333_333))
                told += (answer[0] if isinstance(answer, tuple) else answer).count
        box.close()
    return told
