"""Bodies leave a recording as BVH and CSV, and come back from there by other readers."""

from __future__ import annotations

import csv
import importlib.util
import io
from importlib.metadata import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from transforms3d.euler import euler2mat

from engine.commands.export import export as export_command
from engine.core.clock import SECOND
from engine.core.errors import SensoriumError, UnwritableFile
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Frame, Ns, Person, Pose
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, HAND_21
from engine.dsp.landmarks.bones import Quaternion, local_rotations
from engine.dsp.landmarks.metres import ANKLE
from engine.recording.entries import to_bytes, topic
from engine.recording.exports.bvh import NoBody, as_motion
from engine.recording.exports.command import export
from engine.recording.exports.table import as_table
from engine.recording.exports.takes import NothingToExport, Stream, Take, read_stream
from engine.recording.file import RecordingFile
from engine.recording.reader import Recording
from engine.runtime.entries import Arrival, LaneResult
from tests.full_disk import no_file_larger_than
from tests.puppet import STATURE, about, points_of, seen_by_camera

PICTURE = Frame(np.full((8, 8, 3), 200, np.uint8))
X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def parser() -> Any:
    """Return the parser of bvhtoolbox (20tab's), whose package wants pkg_resources to be loaded."""
    (found,) = [each for each in files("bvhtoolbox") or () if each.name == "bvh.py"]
    spec = importlib.util.spec_from_file_location("bvh_of_20tab", found.locate())
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def places(text: bytes, frame: int) -> dict[str, Any]:
    """Return where the joints of a file are in a frame, by what others have written."""
    read = parser().Bvh(text.decode())
    found: dict[str, Any] = {}
    world: dict[str, Any] = {}
    for joint in read.get_joints():
        name = joint.name
        values = read.frame_joint_channels(frame, name, ["Zrotation", "Xrotation", "Yrotation"])
        turn = euler2mat(*np.radians(values), axes="rzxy")
        parent = read.joint_parent(name)
        if parent is None:
            found[name] = np.array(
                read.frame_joint_channels(frame, name, ["Xposition", "Yposition", "Zposition"])
            )
            world[name] = turn
        else:
            found[name] = found[parent.name] + world[parent.name] @ read.joint_offset(name)
            world[name] = world[parent.name] @ turn
    return found


def take(poses: list[dict[str, Quaternion]], rate: float = 25.0, id_: int = 1) -> Take:
    made = Take(id_, BLAZEPOSE_33, 16 / 9)
    for index, pose in enumerate(poses):
        made.seconds.append(index / rate)
        made.points.append(seen_by_camera(points_of(pose)).seen[0].points)
    return made


def flat(id_: int = 1, count: int = 10) -> Take:
    made = Take(id_, COCO_17, 16 / 9)
    for index in range(count):
        rows = seen_by_camera(points_of({"LeftUpperArm": about(Z, 9 * index)})).seen[0].points
        kept = rows[[BLAZEPOSE_33.index[name] for name in COCO_17.points]][:, [0, 1, 3]]
        made.seconds.append(index / 25)
        made.points.append(kept)
    return made


# -- BVH -------------------------------------------------------------------------------------------


def test_another_reader_finds_the_body_that_was_seen() -> None:
    poses = [
        {
            "LeftUpperArm": about(Z, 6 * n),
            "RightLowerArm": about(Y, -9 * n),
            "Hips": about(Y, 3 * n),
        }
        for n in range(10)
    ]
    motion = as_motion(take(poses), STATURE, None)
    assert (motion.frames, motion.rate, motion.held) == (10, 25.0, 0)
    for frame in range(10):
        true, back = points_of(poses[frame]), places(motion.text, frame)
        hips = (np.array(true["left_hip"]) + true["right_hip"]) / 2
        for joint, point in (
            *(("LeftLowerArm", "left_elbow"), ("RightHand", "right_wrist")),
            *(("LeftFoot", "left_ankle"), ("RightUpperArm", "right_shoulder")),
        ):
            seen = (back[joint] - back["Hips"]) / 100 * (-1, 1, 1)  # right-handed
            assert seen == pytest.approx(np.array(true[point]) - hips, abs=0.03), joint


@pytest.mark.parametrize("shorter", [0.0, 0.1])
def test_legs_of_another_length_than_the_average_stand_on_the_floor(shorter: float) -> None:
    """By the other reader: the file has bones of its own, and its feet are where they were seen."""
    made = Take(1, BLAZEPOSE_33, 16 / 9)
    for index in range(10):
        true = points_of({})
        for side in ("left", "right"):
            for name in ("ankle", "heel", "foot_index"):
                x, y, z = true[f"{side}_{name}"]
                true[f"{side}_{name}"] = x, y + shorter, z
        made.seconds.append(index / 25)
        made.points.append(seen_by_camera(true).seen[0].points)
    back = places(as_motion(made, STATURE, None).text, 9)
    for foot in ("LeftFoot", "RightFoot"):
        assert back[foot][1] == pytest.approx(100 * ANKLE * STATURE, abs=1)


def test_frames_have_a_fixed_rate_and_what_lies_between_is_interpolated() -> None:
    made = take([{"LeftUpperArm": about(Z, 10 * n)} for n in range(7)], rate=20)
    made.seconds = [0.0, 0.05, 0.12, 0.15, 0.2, 0.24, 0.3]
    motion = as_motion(made, STATURE, 100)
    read = parser().Bvh(motion.text.decode())
    assert motion.frames == read.nframes == 31
    assert read.frame_time == pytest.approx(0.01)
    turns = np.array([
        float(read.frame_joint_channel(frame, "LeftUpperArm", "Zrotation")) for frame in range(31)
    ])  # fmt: skip
    first, last = turns[0], turns[-1]
    assert last - first == pytest.approx(-60, abs=1)
    assert turns[[5, 12, 15, 20, 24]] - first == pytest.approx(-np.arange(10, 60, 10), abs=1)
    assert (np.abs(np.diff(turns)) < 5).all()


def test_over_a_gap_nothing_is_made_up() -> None:
    made = take([{}, {}, {"LeftUpperArm": about(Z, 60)}])
    made.seconds = [0.0, 0.04, 2.0]
    read = parser().Bvh(as_motion(made, STATURE, 25).text.decode())
    turns = [
        float(read.frame_joint_channel(frame, "LeftUpperArm", "Zrotation")) for frame in range(51)
    ]
    assert turns[1:50] == pytest.approx([turns[1]] * 49)
    assert turns[50] - turns[1] == pytest.approx(-60, abs=1)


def test_what_is_not_seen_stands_and_is_counted() -> None:
    made = take([{"LeftUpperArm": about(Z, 10 * n)} for n in range(6)])
    for rows in made.points[2:4]:
        rows[BLAZEPOSE_33.index["left_elbow"]] = np.nan
    motion = as_motion(made, STATURE, None)
    assert motion.held == 2
    read = parser().Bvh(motion.text.decode())
    turns = [
        float(read.frame_joint_channel(frame, "LeftUpperArm", "Zrotation")) for frame in range(6)
    ]
    assert turns[1] == turns[2] == turns[3] != turns[4]


def test_a_full_turn_goes_on() -> None:
    motion = as_motion(take([{"Hips": about(Y, 10 * n)} for n in range(73)]), STATURE, None)
    read = parser().Bvh(motion.text.decode())
    turns = np.array([
        float(read.frame_joint_channel(frame, "Hips", "Yrotation")) for frame in range(73)
    ])  # fmt: skip
    assert np.abs(np.diff(turns)).max() < 20
    assert abs(turns[-1] - turns[0]) == pytest.approx(720, abs=2)


def test_seventeen_joints_lie_in_a_plane() -> None:
    motion = as_motion(flat(), STATURE, None)
    assert motion.held == 0
    for frame in (0, 9):
        back = places(motion.text, frame)
        assert [back[name][2] for name in ("LeftHand", "RightFoot", "Head")] == pytest.approx(
            [0, 0, 0], abs=0.5
        )


@pytest.mark.parametrize("kind", ["hands", "never whole", "nobody's numbers"])
def test_what_has_no_skeleton_is_told(kind: str) -> None:
    made = take([{}, {}])
    if kind == "hands":
        made = Take(1, HAND_21, 1.0, [0.0], [np.ones((21, 4), np.float32)])
    for rows in made.points:
        if kind == "never whole":
            rows[BLAZEPOSE_33.index["left_hip"], 3] = 0
        if kind == "nobody's numbers":
            rows[:] = np.nan
    with pytest.raises(NoBody):
        as_motion(made, STATURE, None)


def test_one_picture_is_one_frame() -> None:
    assert as_motion(take([{}]), STATURE, None).frames == 1


# -- CSV -------------------------------------------------------------------------------------------


def test_a_table_gives_the_points_back_and_leaves_empty_what_is_unknown() -> None:
    made = flat(count=4)
    made.points[1][3] = (0.4, 0.5, 0.0)
    made.points[2][4, 0] = np.nan
    made.seconds = [1.0, 1.04, 1.12, 1.16]
    pictures = [0.5, 1.0, 1.04, 1.08, 1.12, 1.16, 1.2]
    rows = [*csv.DictReader(io.StringIO(as_table(made, pictures).decode(), newline=""))]
    assert [float(row["time"]) for row in rows] == [1.0, 1.04, 1.08, 1.12, 1.16]
    assert [*rows[0]][:4] == ["time", "nose.x", "nose.y", "nose.confidence"]
    assert len(rows[0]) == 1 + 17 * 3
    assert set([*rows[2].values()][1:]) == {""}
    assert {rows[1][f"left_ear.{axis}"] for axis in ("x", "y", "confidence")} == {""}
    assert rows[3]["right_ear.x"] == rows[3]["right_ear.confidence"] == ""
    there = [float(rows[0][f"{n}.{a}"]) for n in COCO_17.points for a in COCO_17.axes]
    assert there == pytest.approx(made.points[0].ravel().tolist(), abs=1e-6)


# -- from recordings -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, one of whom comes later; and pictures beside them."""
    first, second = flat(1), flat(2)
    found: list[tuple[float, Any]] = []
    for index in range(10):
        seen = [Person(1, 1, first.points[index])]
        seen += [Person(2, 2, second.points[index])] if index > 4 else []
        found += [(index / 25, Pose(tuple(seen), 16 / 9)), (index / 25, PICTURE)]
    return one_of(tmp_path_factory.mktemp("exports"), found, "cam", "joints")


def test_one_person_is_one_file_and_several_are_numbered(
    recorded: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    written = export(recorded, tmp_path / "take.bvh", tmp_path / "take.csv")
    people = read_stream(Recording(recorded)).takes
    assert len(people) > 1
    assert {file.name for file in written} == {
        f"take_{id_}.{ending}" for id_ in people for ending in ("bvh", "csv")
    }
    only = export(recorded, None, tmp_path / "only.csv", box="cam.joints")
    assert [file.name for file in only] == ["only_1.csv", "only_2.csv"]
    assert [len(file.read_text().splitlines()) for file in only] == [1 + 10, 1 + 5]
    for file in written:
        data = file.read_bytes()
        assert data.isascii()  # numbers and names: no picture
        if file.suffix == ".bvh":
            assert parser().Bvh(data.decode()).nframes > 1
    assert "has no depth: z is 0" in caplog.text


def test_what_is_there_stays_unless_forced(recorded: Path, tmp_path: Path) -> None:
    first, *_ = export(recorded, None, tmp_path / "take.csv")
    first.write_text("mine")
    with pytest.raises(UnwritableFile, match=r"take_\d+.csv.*there already; .*--force"):
        export(recorded, tmp_path / "take.bvh", tmp_path / "take.csv")
    assert first.read_text() == "mine"
    assert not [*tmp_path.glob("*.bvh")]
    export(recorded, None, tmp_path / "take.csv", force=True)
    assert first.read_text() != "mine"


@pytest.mark.parametrize("kind", ["no folder", "a full disk"])
def test_a_file_that_cannot_be_written_leaves_nothing(
    recorded: Path, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "gone" / "take.csv" if kind == "no folder" else tmp_path / "take.csv"
    words = "there is no folder" if kind == "no folder" else "cannot be written"
    with no_file_larger_than(1024), pytest.raises(UnwritableFile, match=words):
        export(recorded, None, target)
    assert [*tmp_path.iterdir()] == []


def test_of_two_files_the_one_that_cannot_be_written_is_told(
    recorded: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnwritableFile, match=r'gone/take_1\.csv .*no folder ".*gone"'):
        export(recorded, tmp_path / "take.bvh", tmp_path / "gone" / "take.csv")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(("kind", "name"), [("bvh", "take.fbx"), ("csv", "take.xlsx")])
def test_another_format_is_refused_by_its_ending(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str, name: str
) -> None:
    with pytest.raises(typer.Exit):
        export_command(tmp_path / "take.mcap", **{kind: tmp_path / name})
    assert f"--{kind}: expected a file that ends in .{kind}" in caplog.text
    assert [*tmp_path.iterdir()] == []


def test_the_recording_is_never_written_over(tmp_path: Path) -> None:
    file = one_of(tmp_path, [(0.0, Landmarks(HAND_21, (hand(7),), 1.0))])
    before = file.read_bytes()
    with pytest.raises(UnwritableFile, match="is the recording itself"):
        export(file, None, file, force=True)
    assert file.read_bytes() == before


def hand(id_: int) -> Instance:
    return Instance(1, id_, np.full((21, 4), 0.5, np.float32))


def one_of(
    folder: Path, found: list[tuple[float, Any]], source: str = "hands", outlet: str = ""
) -> Path:
    """Write a recording of a source whose messages are given, with their pictures."""
    file = folder / "made.mcap"
    writer = RecordingFile(file)
    for second, message in found:
        entry = Arrival(source, outlet, message, Ns(round(second * SECOND)))
        writer.write(topic(entry), entry.at, to_bytes(entry, pixels=True))
    writer.finish()
    return file


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ([], "has no bodies, hands or faces"),
        ([Frame(np.zeros((4, 4, 3), np.uint8))], "has no bodies, hands or faces"),
        ([Pose((), 1.0)], "nobody was seen"),
    ],
)
def test_a_recording_of_nobody_is_told(tmp_path: Path, found: list[Any], why: str) -> None:
    file = one_of(tmp_path, [(float(second), one) for second, one in enumerate(found)])
    with pytest.raises(NothingToExport, match=why):
        export(file, None, tmp_path / "take.csv")


def test_where_the_end_is_missing_it_is_told_that_somebody_may_be_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = one_of(tmp_path, [(n / 25, Pose((), 1.0)) for n in range(200)])
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(NothingToExport, match="nobody was seen"):
        export(file, None, tmp_path / "take.csv")
    assert "its end is missing" in caplog.text


@pytest.mark.parametrize("outlets", [1, 3])
def test_what_a_network_found_is_taken_by_the_name_of_its_box(tmp_path: Path, outlets: int) -> None:
    file = tmp_path / "made.mcap"
    writer = RecordingFile(file)
    for index, points in enumerate(flat().points):
        found = Pose((Person(1, 9, points),), 16 / 9)
        result = found if outlets == 1 else (0.5, found, Pose((), 1.0))
        entry = LaneResult("pose", 0, result, Ns(index * SECOND // 25), 0, 0)
        writer.write(topic(entry), entry.at, to_bytes(entry, pixels=False))
    writer.finish()
    (table,) = export(file, None, tmp_path / "take.csv", box="pose")
    assert len(table.read_text().splitlines()) == 1 + 10


def test_a_box_is_chosen_by_its_name_and_a_wrong_one_told(recorded: Path, tmp_path: Path) -> None:
    assert export(recorded, None, tmp_path / "take.csv", box="cam.joints")
    with pytest.raises(NothingToExport, match=r'"cam.joint"; there is "cam.joints".*Did you mean'):
        export(recorded, None, tmp_path / "other.csv", box="cam.joint")


def test_hands_are_a_table_and_no_skeleton(tmp_path: Path) -> None:
    seen = [(n / 10, Landmarks(HAND_21, (hand(3),), 1.0)) for n in range(3)]
    file = one_of(tmp_path, seen)
    (table,) = export(file, None, tmp_path / "hand.csv")
    assert table.name == "hand.csv"
    assert table.read_text().splitlines()[0].startswith("time,wrist.x,wrist.y,wrist.z,wrist.confid")
    with pytest.raises(SensoriumError, match=r'takes bodies \("pose"\), not "hand_21"; --csv'):
        export(file, tmp_path / "hand.bvh", None)


def test_a_message_of_another_shape_or_out_of_order_is_left_out() -> None:
    stream = Stream("x")
    stream.add(Landmarks(HAND_21, (hand(1),), 1.0), 1.0)
    stream.add(Landmarks(HAND_21, (hand(1),), 1.0), 1.0)
    stream.add(Landmarks(HAND_21, (hand(1),), 1.0), 0.5)
    stream.add(Landmarks(HAND_21, (Instance(1, 1, np.ones((3, 3), np.float32)),), 1.0), 2.0)
    assert stream.takes[1].seconds == stream.seconds == [1.0]
    assert stream.left_out == 1


@pytest.mark.parametrize("kind", ["an id that is a path", "no shape", "a shape of none"])
def test_what_a_stranger_has_made_up_is_left_out_and_told(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    somebody: Any = hand(1)
    bad: Any = Instance(1, "../../elsewhere", somebody.points) if "id" in kind else somebody  # type: ignore[arg-type]
    aspect: Any = {"no shape": float("nan"), "a shape of none": "wide"}.get(kind, 1.0)
    seen = [(0.0, Landmarks(HAND_21, (somebody,), 1.0)), (0.1, Landmarks(HAND_21, (bad,), aspect))]
    (file,) = export(one_of(tmp_path, seen), None, tmp_path / "take.csv")
    assert len(file.read_text().splitlines()) == 2
    assert "1 messages are no bodies, and left out" in caplog.text
    assert {each.name for each in tmp_path.iterdir()} == {"made.mcap", "take.csv"}


def test_centuries_and_crowds_are_refused() -> None:
    made = take([{}, {}])
    made.seconds = [0.0, 9e9]
    with pytest.raises(NoBody, match="more than 10,000,000 frames"):
        as_motion(made, STATURE, 30)
    stream = Stream("x")
    crowd = tuple(Instance(1, id_, hand(1).points) for id_ in range(1001))
    with pytest.raises(SensoriumError, match="more than 1000 people"):
        stream.add(Landmarks(HAND_21, crowd, 1.0), 0.0)


def test_rest_is_a_t_pose() -> None:
    assert local_rotations(points_of({}))["Hips"] == pytest.approx((0, 0, 0, 1), abs=1e-6)
