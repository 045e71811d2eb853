"""The layouts of other tools: each is taken apart here as the tool's own source does."""

import math

import numpy as np
import pytest

from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks, Pose
from engine.core.messages import Detection, Detections, Features, Ns, Person
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FACE_468, FLOOR, HAND_21, Skeleton
from engine.dsp.landmarks.bones import BONES, product
from engine.osc.bundle import LIMIT, ROOM, longest, messages
from engine.osc.foreign.face_points import SARAGIH_66, VISION_76
from engine.osc.foreign.vrchat import euler
from engine.osc.layout import Dialect, OscOptions
from engine.osc.layouts import FOREIGN, choose
from engine.osc.parse import packet
from tests.puppet import STATURE, about, points_of, seen_by_camera

PLAIN = Dialect()
NOW = Ns(0)
FRAME = 40_000_000
ASPECT = 16 / 9
SHIPPED = (COCO_17, BLAZEPOSE_33, HAND_21, FACE_468)
KEYS = {
    "poseosc": {BLAZEPOSE_33: "/poses/arr", COCO_17: "/poses/arr"},
    "poseosc_addr": {BLAZEPOSE_33: "/", COCO_17: "/"},
    "visionosc": {
        **{COCO_17: "/poses/arr", BLAZEPOSE_33: "/poses/arr"},
        **{HAND_21: "/hands/arr", FACE_468: "/faces/arr"},
    },
    "mediapipe": {
        **{COCO_17: "/mediapipe/pose", BLAZEPOSE_33: "/mediapipe/pose"},
        **{HAND_21: "/mediapipe/hands", FACE_468: "/mediapipe/faces"},
    },
    "handpose": {HAND_21: "/"},
    "faceosc": {FACE_468: "/"},
    "tuio": dict.fromkeys(SHIPPED, "/tuio/2Dobj"),
    "tuio2": dict.fromkeys(SHIPPED, "/tuio2/ptr"),
    "vmc": {BLAZEPOSE_33: "/VMC/Ext/Bone/Pos"},
    "vrchat": {BLAZEPOSE_33: "/tracking/trackers"},
    "adm": dict.fromkeys(SHIPPED, "/adm/obj/{slot}/xyz"),
    "eos": dict.fromkeys((COCO_17, BLAZEPOSE_33), "/eos/chan/{slot}/xyz"),
}
TAKEN = [(name, skeleton) for name, keys in KEYS.items() for skeleton in keys]
REFUSED = [(name, skeleton) for name in KEYS for skeleton in SHIPPED if skeleton not in KEYS[name]]


def points(skeleton, seed=1):
    places = np.random.default_rng(seed).random((len(skeleton.points), len(skeleton.axes)))
    return (places * 0.8 + 0.1).astype(np.float32)


def one(skeleton, slot=1, seed=None):
    return Instance(slot, slot + 100, points(skeleton, slot if seed is None else seed))


def found(skeleton, *seen):
    return Landmarks(skeleton, seen, ASPECT)


def layout(name, skeleton, address=None, **options):
    carries = Pose if skeleton is COCO_17 else Landmarks
    return choose(
        address or KEYS[name][skeleton], carries, OscOptions(layout=name, **options), PLAIN
    )


def spoken(pieces):
    return [packet(message)[0] for piece in pieces for message in messages(piece)]


def said(pieces):
    return dict(spoken(pieces))


# -- of every layout -------------------------------------------------------------------------------


def test_every_layout_of_another_tool_is_tried_here():
    assert {*KEYS} == {*FOREIGN}


@pytest.mark.parametrize(("name", "skeleton"), TAKEN)
def test_nobody_many_and_unknown_points_are_never_numbers_that_look_alive(name, skeleton):
    here = layout(name, skeleton)
    for count in (0, 1, 2, 16, 1, 0):
        pieces = here.encode(found(skeleton, *(one(skeleton, n + 1) for n in range(count))), NOW)
        assert all(longest(piece) <= LIMIT for piece in pieces)
    somebody = one(skeleton)
    somebody.points[::2, -1] = 0
    somebody.points[::2, :-1] = 0.123
    somebody.points[1, 0] = np.nan
    somebody.points[3, :] = np.inf
    unknown = [*found(skeleton, somebody).seen[0].points[::2, 0]]
    numbers = [
        number
        for _, args in spoken(layout(name, skeleton).encode(found(skeleton, somebody), NOW))
        for number in args
        if isinstance(number, float)
    ]
    assert np.isfinite(numbers).all()
    assert not np.isclose(numbers, unknown[0], atol=1e-6).any()
    lost = Instance(1, 7, np.full_like(somebody.points, np.nan))
    numbers = [
        number
        for address, args in spoken(layout(name, skeleton).encode(found(skeleton, lost), NOW))
        for number in args
        if isinstance(number, float) and address != "/VMC/Ext/T"
    ]
    assert not any(numbers)


@pytest.mark.parametrize(("name", "skeleton"), TAKEN)
def test_the_end_is_told_once(name, skeleton):
    here = layout(name, skeleton)
    assert not here.end()
    here.encode(found(skeleton, one(skeleton)), NOW)
    ended = spoken(here.end())
    if name in ("vrchat", "adm", "eos"):
        assert not ended  # they have no word for it
        return
    assert ended
    numbers = [number for _, args in ended for number in args if isinstance(number, float)]
    assert not any(numbers)


@pytest.mark.parametrize(("name", "skeleton"), REFUSED)
def test_a_skeleton_that_does_not_fit_is_told_with_the_box_that_has_it(name, skeleton):
    address = next(iter(KEYS[name].values()))
    make = FOREIGN[name]
    with pytest.raises(ParameterError, match=rf'takes .*\(".*"[^)]*\), not "{skeleton.name}"'):
        make(address, OscOptions(layout=name), PLAIN, skeleton)


@pytest.mark.parametrize(
    ("name", "skeleton", "address", "why"),
    [
        ("tuio", COCO_17, "/tuio/2Dcurs", 'write "/tuio/2Dcur" or .*Did you mean "/tuio/2Dcur"'),
        ("tuio2", COCO_17, "/tuio/2Dcur", 'no address of TUIO 2.0: write "/tuio2/ptr"'),
        ("vmc", BLAZEPOSE_33, "/body", 'write "/VMC/Ext/Bone/Pos"'),
        ("vmc", BLAZEPOSE_33, "/VMC/Ext/Blend/Val", 'write "/VMC/Ext/Bone/Pos"'),
        ("vrchat", BLAZEPOSE_33, "/tracking", 'write "/tracking/trackers"'),
        ("adm", COCO_17, "/adm/obj/x/xyz", r'write "/adm/obj/\{slot\}/xyz"'),
        ("eos", COCO_17, "/eos/chan/xyz", r'write "/eos/chan/\{slot\}/xyz"'),
        ("visionosc", HAND_21, "/poses/arr", 'write "/hands/arr"'),
        ("mediapipe", FACE_468, "/mediapipe/hands", 'write "/mediapipe/faces"'),
        ("poseosc", COCO_17, "/p{slot}", r"nothing fills \{slot\}"),
    ],
)
def test_an_address_that_the_tool_does_not_have_is_told_with_what_to_write(
    name, skeleton, address, why
):
    with pytest.raises(ParameterError, match=why):
        FOREIGN[name](address, OscOptions(layout=name), PLAIN, skeleton)


@pytest.mark.parametrize(
    ("name", "skeleton", "options", "why"),
    [
        ("poseosc", COCO_17, {"joints": ["nose"]}, '"joints" means nothing'),
        ("vmc", BLAZEPOSE_33, {"width": 320}, '"width" means nothing for the layout of VMC'),
        ("tuio", COCO_17, {"joints": ["left_writs"]}, 'Did you mean "left_wrist"'),
        ("adm", COCO_17, {"joints": ["nose", "head"]}, "name one of them"),
        ("eos", COCO_17, {"people": 3}, '"people" means nothing'),
    ],
)
def test_options_that_mean_nothing_are_refused(name, skeleton, options, why):
    with pytest.raises(ParameterError, match=why):
        layout(name, skeleton, **options)


@pytest.mark.parametrize(
    ("name", "skeleton", "most"),
    [
        ("poseosc", COCO_17, 5),
        ("visionosc", HAND_21, 4),
        ("visionosc", FACE_468, 1),
        ("mediapipe", HAND_21, 3),
        ("mediapipe", BLAZEPOSE_33, 1),
        ("handpose", HAND_21, 1),
        ("faceosc", FACE_468, 1),
        ("vmc", BLAZEPOSE_33, 1),
        ("vrchat", BLAZEPOSE_33, 1),
    ],
)
def test_more_than_fit_are_told(name, skeleton, most):
    here = layout(name, skeleton)
    here.encode(found(skeleton, *(one(skeleton, n + 1) for n in range(most))), NOW)
    assert not here.doubt
    here.encode(found(skeleton, *(one(skeleton, n + 1) for n in range(most + 1))), NOW)
    assert "left out" in here.doubt or "room for one" in here.doubt
    here.encode(found(skeleton, *(one(skeleton, n + 1) for n in range(most))), NOW)
    assert not here.doubt


@pytest.mark.parametrize(
    ("name", "skeleton", "address"),
    [
        ("handpose", HAND_21, "/"),
        ("mediapipe", BLAZEPOSE_33, "/mediapipe/pose"),
        ("adm", COCO_17, "/adm/obj/7/xyz"),
    ],
)
def test_who_is_told_does_not_change_while_they_are_hidden(name, skeleton, address):
    first, beside, newcomer = (one(skeleton, slot) for slot in (3, 1, 2))

    def told(*seen):
        return layout(name, skeleton, address).encode(found(skeleton, *seen), NOW)

    here = layout(name, skeleton, address)
    scenes = [
        ((first,), first),
        ((beside, first), first),  # in a lower slot
        ((beside,), None),  # it is not they
        ((beside, newcomer), newcomer),  # they may be, with another id
        ((beside, newcomer), newcomer),
        ((), None),
        *[((beside,), None)] * 24,
        ((beside,), beside),  # nobody else is there for a second
        ((beside, newcomer), newcomer),  # they are back
    ]
    for frame, (seen, expected) in enumerate(scenes):
        pieces = here.encode(found(skeleton, *seen), Ns(frame * FRAME))
        wanted = told(*([expected] if expected else []))
        assert [*pieces] == [*wanted], frame


# -- PoseOSC and VisionOSC -------------------------------------------------------------------------


def apart(args, count):
    """Take an ``arr`` message apart: width, height, and of each the score and the points."""
    width, height, many, *rest = args
    rows = np.array(rest).reshape(many, 1 + 3 * count)
    return width, height, [(row[0], row[1:].reshape(count, 3)) for row in rows]


@pytest.mark.parametrize(
    ("skeleton", "rows"),
    [
        (COCO_17, range(17)),
        (BLAZEPOSE_33, [BLAZEPOSE_33.index[name] for name in COCO_17.points]),
        (HAND_21, range(21)),
        (FACE_468, VISION_76),
    ],
)
def test_an_array_gives_the_points_back(skeleton, rows):
    somebody = one(skeleton)
    ((_, args),) = spoken(
        layout("visionosc", skeleton, width=320).encode(found(skeleton, somebody), NOW)
    )
    width, height, (whole,) = apart(args, len(rows))
    assert (width, height) == (320, 180)
    score, back = whole
    has = np.array(rows) >= 0
    true = somebody.points[np.array(rows)[has]]
    assert back[has, 0] / width == pytest.approx(true[:, 0], abs=1e-6)
    assert 1 - back[has, 1] / height == pytest.approx(true[:, 1], abs=1e-6)
    assert back[has, 2] == pytest.approx(true[:, -1])
    assert not back[~has].any()
    assert score == pytest.approx(true[:, -1].mean(), abs=1e-6)


def test_whoever_is_left_of_an_array_the_picture_keeps_its_shape():
    here = layout("poseosc", COCO_17)
    here.encode(Landmarks(COCO_17, (one(COCO_17),), 0.5), NOW)
    assert spoken(here.end()) == [("/poses/arr", [640, 1280, 0])]


def test_addresses_of_poseosc_give_the_points_back_and_an_unknown_one_has_only_its_score():
    somebody = one(COCO_17)
    somebody.points[9, 2] = 0
    back = said(layout("poseosc_addr", COCO_17).encode(found(COCO_17, somebody), NOW))
    assert (back["/nPoses"], back["/videoWidth"], back["/videoHeight"]) == ([1], [640], [360])
    x, y, sure = (back[f"/poses/0/keypoints/rightAnkle/{a}"][0] for a in ("x", "y", "score"))
    assert (x / 640, 1 - y / 360, sure) == pytest.approx(somebody.points[16].tolist(), abs=1e-6)
    assert back["/poses/0/keypoints/leftWrist/score"] == [0]
    assert "/poses/0/keypoints/leftWrist/x" not in back


def test_nothing_that_an_address_of_poseosc_holds_looks_alive_when_somebody_has_left():
    here, held = layout("poseosc_addr", COCO_17), {}
    for count in (2, 1, 0):
        seen = (one(COCO_17, slot + 1) for slot in range(count))
        held |= said(here.encode(found(COCO_17, *seen), NOW))
        scores = {name: score for name, (score,) in held.items() if name.endswith("score")}
        assert held["/nPoses"] == [count]
        assert len(scores) == 2 * 18
        assert all(
            (score > 0) == (int(name.split("/")[2]) < count) for name, score in scores.items()
        )
    held |= said(here.encode(found(COCO_17, one(COCO_17)), NOW))
    held |= said(here.end())
    assert not any(score for name, (score,) in held.items() if name.endswith("score"))


def test_the_tables_of_a_face_name_points_of_it_once():
    for table, size in ((SARAGIH_66, 66), (VISION_76, 76)):
        there = [point for point in table if point >= 0]
        assert len(table) == size
        assert len({*there}) == len(there)
        assert max(there) < 468
    assert [p for p in VISION_76[:63] if p < 0] == []
    assert {*VISION_76[63:]} == {-1}


# -- mediapipe-osc, HandPose-OSC, FaceOSC ----------------------------------------------------------


@pytest.mark.parametrize(("skeleton", "count"), [(BLAZEPOSE_33, 1), (HAND_21, 2)])
def test_mediapipe_gives_the_points_back(skeleton, count):
    seen = [one(skeleton, n + 1) for n in range(count)]
    ((_, args),) = spoken(layout("mediapipe", skeleton).encode(found(skeleton, *seen), NOW))
    back = np.array(args[1:]).reshape(count, -1, 4)
    assert args[0] == count
    for rows, true in zip(back, seen, strict=True):
        there = rows * (1, -1, -1, 1) + (0, 1, 0, 0)
        assert there == pytest.approx(true.points, abs=1e-6)


def test_seventeen_joints_leave_sixteen_of_thirty_three_unknown():
    somebody = one(COCO_17)
    ((_, args),) = spoken(layout("mediapipe", COCO_17).encode(found(COCO_17, somebody), NOW))
    back = dict(zip(BLAZEPOSE_33.points, np.array(args[1:]).reshape(33, 4), strict=True))
    for name, (x, y, z, sure) in back.items():
        if name in COCO_17.index:
            true = somebody.points[COCO_17.index[name]]
            assert (x, 1 - y, z, sure) == pytest.approx((*true[:2], 0, true[2]))
        else:
            assert not any((x, y, z, sure))
    assert sum(row[3] > 0 for row in back.values()) == 17


def test_a_face_of_mediapipe_is_its_box():
    face = one(FACE_468)
    ((_, args),) = spoken(layout("mediapipe", FACE_468).encode(found(FACE_468, face), NOW))
    x, y = face.points[:, 0], 1 - face.points[:, 1]
    assert args[0] == 1
    assert args[1:5] == pytest.approx([x.min(), y.min(), np.ptp(x), np.ptp(y)], abs=1e-6)


def test_nobody_is_a_zero_alone():
    for skeleton in (BLAZEPOSE_33, HAND_21, FACE_468):
        assert [
            args for _, args in spoken(layout("mediapipe", skeleton).encode(found(skeleton), NOW))
        ] == [[0]]


def test_handpose_gives_the_points_back_and_names_the_fingers():
    hand = one(HAND_21)
    back = said(layout("handpose", HAND_21).encode(found(HAND_21, hand), NOW))
    rows = np.array(back["/landmarks"]).reshape(21, 3) / (640, -360, -640) + (0, 1, 0)
    assert rows == pytest.approx(hand.points[:, :3], abs=1e-6)
    fingers = ("thumb", "indexFinger", "middleFinger", "ringFinger", "pinky")
    every = [back["/annotations/palmBase"], *(back[f"/annotations/{name}"] for name in fingers)]
    assert [n for part in every for n in part] == back["/landmarks"]
    assert back["/handInViewConfidence"] == pytest.approx([hand.points[:, 3].mean()])
    assert len(back["/topLeft"]) == len(back["/bottomRight"]) == 3


def face(turn=0.0, opened=0.0, scale=0.1):
    """Return a face of which the points of 66 lie on a plane that is turned to the side."""
    rows = points(FACE_468)
    flat = np.random.default_rng(3).random((66, 2)) - 0.5
    flat[36], flat[45], flat[8], flat[27] = (-0.5, 0.2), (0.5, 0.2), (0, -0.8), (0, 0.2)
    flat[61], flat[64] = (0, -0.4), (0, -0.4 - opened)
    across = flat[:, 0] * math.cos(turn)
    rows[[*SARAGIH_66], 0] = 0.5 + scale * across / ASPECT
    rows[[*SARAGIH_66], 1] = 0.5 + scale * flat[:, 1]
    rows[[*SARAGIH_66], 2] = scale * flat[:, 0] * math.sin(turn) / ASPECT
    return found(FACE_468, Instance(1, 1, rows))


@pytest.mark.parametrize("turn", [-0.6, 0.0, 0.4])
@pytest.mark.parametrize("scale", [0.05, 0.2])
def test_gestures_of_faceosc_do_not_depend_on_where_a_face_looks(turn, scale):
    back = said(layout("faceosc", FACE_468).encode(face(turn, 0.1, scale), NOW))
    plain = said(layout("faceosc", FACE_468).encode(face(0.0, 0.1, 0.1), NOW))
    assert back["/found"] == [1]
    assert back["/gesture/mouth/height"] == pytest.approx([2.3], rel=0.01)
    for name in (name for name in plain if name.startswith("/gesture")):
        assert back[name] == pytest.approx(plain[name], rel=0.01)
    assert back["/pose/orientation"] == pytest.approx([0, turn, 0], abs=0.01)
    assert back["/pose/scale"] == pytest.approx([plain["/pose/scale"][0] * scale / 0.1], rel=0.01)
    raw = np.array(back["/raw"]).reshape(66, 2) / (640, -360) + (0, 1)
    true = face(turn, 0.1, scale).seen[0].points[[*SARAGIH_66], :2]
    assert raw == pytest.approx(true, abs=1e-5)


@pytest.mark.parametrize(
    ("axis", "turn"), [("down", [0.3, 0, 0]), ("left", [0, 0.3, 0]), ("clockwise", [0, 0, 0.3])]
)
def test_a_face_turns_as_the_receivers_of_faceosc_expect(axis, turn):
    """They draw it with rotateX(-x), rotateY(-y), rotateZ(z); Processing's y is down, z nearer."""
    sine, cosine = math.sin(0.3), math.cos(0.3)
    turned = {
        "down": [[1, 0, 0], [0, cosine, sine], [0, -sine, cosine]],
        "left": [[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]],
        "clockwise": [[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]],
    }[axis]
    seen = face()
    rows = seen.seen[0].points
    flat = (rows[:, :3] - (0.5, 0.5, 0)) * (ASPECT, -1, ASPECT)  # y down, z nearer
    rows[:, :3] = (flat @ np.transpose(turned)) / (ASPECT, -1, ASPECT) + (0.5, 0.5, 0)
    back = said(layout("faceosc", FACE_468).encode(seen, NOW))
    assert back["/pose/orientation"] == pytest.approx(turn, abs=0.01)


def test_a_face_that_is_not_whole_is_not_found():
    half = face()
    half.seen[0].points[SARAGIH_66[30], 3] = 0
    here = layout("faceosc", FACE_468)
    assert spoken(here.encode(half, NOW)) == [("/found", [0])]
    assert "not all 66 points" in here.doubt


# -- TUIO ------------------------------------------------------------------------------------------


def box(session, x, y, seed=0):
    return Detection("cup", 0.9, (x, y, 0.1, 0.2), session)


@pytest.mark.parametrize("name", ["tuio", "tuio2"])
def test_speeds_follow_from_the_time(name):
    address = {"tuio": "/tuio/2Dblb", "tuio2": "/tuio2/bnd"}[name]
    here = choose(address, Detections, OscOptions(layout=name), PLAIN)
    for frame, x in enumerate((0.1, 0.2, 0.4)):
        pieces = here.encode(Detections((box(5, x, 0.5),)), Ns(frame * FRAME))
        numbers = next(
            args for found_at, args in spoken(pieces) if found_at == address and len(args) > 8
        )
        numbers = numbers[1:] if name == "tuio" else numbers
        assert numbers[0] == 5
        assert numbers[1:6] == pytest.approx([x, 0.5, 0.0, 0.1, 0.2])
        speed = [0.0, 0.1 / 0.04, 0.2 / 0.04][frame]
        assert numbers[7] == pytest.approx(speed, rel=1e-4)
        faster = [0.0, speed / 0.04, (0.2 - 0.1) / 0.04 / 0.04][frame]
        assert numbers[10] == pytest.approx(faster, rel=1e-4)


def test_after_a_gap_nothing_moves():
    here = choose("/tuio/2Dblb", Detections, OscOptions(layout="tuio"), PLAIN)
    here.encode(Detections((box(5, 0.1, 0.5),)), NOW)
    (piece,) = here.encode(Detections((box(5, 0.9, 0.5),)), Ns(25 * FRAME))
    (numbers,) = [args for _, args in spoken([piece]) if args[0] == "set"]
    assert numbers[8:] == [0.0] * 5


def test_things_without_an_id_are_left_out_and_told():
    here = choose("/tuio/2Dblb", Detections, OscOptions(layout="tuio"), PLAIN)
    (piece,) = here.encode(Detections((box(0, 0.1, 0.5), box(7, 0.1, 0.5))), NOW)
    assert ["alive", 7] in [args for _, args in spoken([piece])]
    assert "not tracked" in here.doubt


def test_ids_are_sessions_and_whoever_leaves_is_not_alive():
    here = layout("tuio", COCO_17)
    told = []
    for seen in ((1, 2), (2,), ()):
        people = [Person(slot, slot + 100, points(COCO_17, slot)) for slot in seen]
        (piece,) = here.encode(Pose(tuple(people), ASPECT), NOW)
        told.append([args for _, args in spoken([piece])])
    assert [each[0] for each in told] == [["source", "sensorium"]] * 3
    assert [each[1] for each in told] == [["alive", 101, 102], ["alive", 102], ["alive"]]
    assert [each[-1] for each in told] == [["fseq", 1], ["fseq", 2], ["fseq", 3]]
    assert [args[1:3] for args in told[0] if args[0] == "set"] == [[101, 1], [102, 2]]


@pytest.mark.parametrize("name", ["tuio", "tuio2"])
def test_a_crowd_goes_in_packets_that_are_whole_frames(name):
    key = {"tuio": "/tuio/2Dblb", "tuio2": "/tuio2/ptr"}[name]
    here = layout(name, COCO_17, key)
    pieces = here.encode(
        Pose(tuple(Person(n, n, points(COCO_17, n)) for n in range(1, 41)), 1.0), NOW
    )
    assert len(pieces) > 1
    assert all(len(piece) <= ROOM for piece in pieces)
    frames = [spoken([piece]) for piece in pieces]
    if name == "tuio":
        assert {tuple(frame[1][1]) for frame in frames} == {("alive", *range(1, 41))}
        assert [frame[-1][1] for frame in frames] == [["fseq", 1]] * len(frames)
        placed = [args[1] for frame in frames for _, args in frame if args[0] == "set"]
    else:
        assert [frame[0][1][0] for frame in frames] == [1] * len(frames)
        assert [name for name, _ in frames[-1]][-1] == "/tuio2/alv"
        assert not any(name == "/tuio2/alv" for frame in frames[:-1] for name, _ in frame)
        placed = [args[0] for frame in frames for name, args in frame if name == "/tuio2/ptr"]
    assert placed == [*range(1, 41)]


@pytest.mark.parametrize("name", ["tuio", "tuio2"])
@pytest.mark.parametrize("turn", [0.0, 0.5, 1.6, 4.0])
def test_bounds_turn_with_a_body_and_stay_as_large(name, turn):
    """Clients draw a box of this width and height, and turn it by the angle."""
    body = seen_by_camera(points_of({}))
    rows = body.seen[0].points
    flat = (rows[:, :2] - 0.5) * (ASPECT, 1)
    clockwise = [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    size = np.ptp(flat[rows[:, -1] > 0], axis=0) / (ASPECT, 1)
    rows[:, :2] = flat @ clockwise / (ASPECT, 1) + 0.5
    address = {"tuio": "/tuio/2Dblb", "tuio2": "/tuio2/bnd"}[name]
    told = spoken(layout(name, BLAZEPOSE_33, address).encode(body, NOW))
    numbers = next(args for where, args in told if where == address and len(args) > 8)[-9:]
    assert math.remainder(numbers[0] - turn, math.tau) == pytest.approx(0, abs=0.01)
    assert numbers[1:3] == pytest.approx([*size], abs=0.01)
    assert numbers[3] == pytest.approx(size[0] * size[1], abs=0.01)


def test_each_named_joint_is_a_cursor_that_keeps_its_session():
    here = layout("tuio", COCO_17, "/tuio/2Dcur", joints=["left_wrist", "right_wrist"])
    somebody = Person(1, 4, points(COCO_17))
    (piece,) = here.encode(Pose((somebody,), ASPECT), NOW)
    found_at = {args[1]: args[2:4] for _, args in spoken([piece]) if args[0] == "set"}
    assert found_at[8] == pytest.approx([somebody.joints[9, 0], 1 - somebody.joints[9, 1]])
    somebody.joints[9, 2] = 0
    (piece,) = here.encode(Pose((somebody,), ASPECT), Ns(FRAME))
    assert ["alive", 9] in [args for _, args in spoken([piece])]


# -- stage -----------------------------------------------------------------------------------------


def test_adm_is_the_wall_in_front():
    here = layout("adm", COCO_17, joints=["nose"])
    somebody = Person(3, 3, points(COCO_17))
    somebody.joints[0] = (0.75, 0.25, 1)
    assert spoken(here.encode(Pose((somebody,), ASPECT), NOW)) == [
        ("/adm/obj/3/xyz", [0.5, 1.0, -0.5])
    ]
    polar = layout("adm", COCO_17, "/adm/obj/7/aed", joints=["nose"])
    ((address, (azimuth, elevation, distance)),) = spoken(polar.encode(Pose((somebody,), 1.0), NOW))
    assert address == "/adm/obj/7/aed"
    assert azimuth == pytest.approx(-math.degrees(math.atan(0.5)))
    assert elevation == pytest.approx(-math.degrees(math.atan2(0.5, math.hypot(0.5, 1))), abs=1e-4)
    assert distance == 1.0


def test_adm_is_the_room_of_a_floor():
    here = layout("adm", FLOOR, "/adm/obj/{slot}/xyz", room=[6, 4])
    places = {2: (1.5, 1.0), 3: (9.0, -1.0), 4: (3.0, 2.0)}
    people = [Instance(n, n, np.array([(*at, 1)], np.float32)) for n, at in places.items()]
    assert said(here.encode(Landmarks(FLOOR, tuple(people), 1.0), NOW)) == {
        "/adm/obj/2/xyz": [-0.5, -0.5, 0.0],
        "/adm/obj/3/xyz": [1.0, -1.0, 0.0],  # outside: at the wall
        "/adm/obj/4/xyz": [0.0, 0.0, 0.0],
    }
    polar = layout("adm", FLOOR, "/adm/obj/7/aed", room=[6, 4])
    ((_, args),) = spoken(polar.encode(Landmarks(FLOOR, tuple(people[:1]), 1.0), NOW))
    assert args == pytest.approx([135.0, 0.0, math.sqrt(0.5)], abs=1e-4)


@pytest.mark.parametrize("name", ["adm", "eos", "tuio", "tuio2"])
@pytest.mark.parametrize(
    ("skeleton", "room", "words"),
    [
        (FLOOR, None, 'write "room"'),
        (FLOOR, [6], "expected width and depth"),
        (FLOOR, [6, 0], "expected width and depth"),
        (FLOOR, [6, math.nan], "expected width and depth"),
        (COCO_17, [6, 4], "for people on a"),
    ],
)
def test_what_a_room_is_is_said(name, skeleton, room, words):
    with pytest.raises((ParameterError, ValueError), match=words):
        layout(name, skeleton, KEYS[name][COCO_17], room=room).encode(
            found(skeleton, one(skeleton)), NOW
        )


def test_blend_shapes_are_applied_and_end_at_rest():
    here = choose("/VMC/Ext/Blend/Val", Features, OscOptions(layout="vmc"), PLAIN)
    smile = Features(("Joy", "A"), np.array([0.25, 0.5], np.float32))
    assert spoken(here.encode(smile, NOW)) == [
        ("/VMC/Ext/Blend/Val", ["Joy", 0.25]),
        ("/VMC/Ext/Blend/Val", ["A", 0.5]),
        ("/VMC/Ext/Blend/Apply", []),
    ]
    assert [args for _, args in spoken(here.end())] == [["Joy", 0.0], ["A", 0.0], []]
    assert spoken(here.end()) == []


def test_a_number_is_a_blend_shape_that_its_arguments_name():
    here = choose(
        "/VMC/Ext/Blend/Val", float, OscOptions(layout="vmc", args=["Joy", "{value}"]), PLAIN
    )
    assert spoken(here.end()) == []
    assert spoken(here.encode(0.25, NOW)) == [
        ("/VMC/Ext/Blend/Val", ["Joy", 0.25]),
        ("/VMC/Ext/Blend/Apply", []),
    ]
    assert spoken(here.end())[0] == ("/VMC/Ext/Blend/Val", ["Joy", 0.0])
    for args in (None, ["{value}"], [1, "{value}"], ["Joy"]):
        with pytest.raises(ParameterError, match="name the blend shape"):
            choose("/VMC/Ext/Blend/Val", float, OscOptions(layout="vmc", args=args), PLAIN)


def test_a_skeleton_of_ones_own_goes_where_any_goes():
    star = Skeleton("star_of_tongues", ("top", "left", "right"))
    here = choose("/tuio/2Dcur", Landmarks, OscOptions(layout="tuio"), PLAIN)
    (piece,) = here.encode(Landmarks(star, (one(star),), 1.0), NOW)
    assert ["alive", 101] in [args for _, args in spoken([piece])]


# -- avatars ---------------------------------------------------------------------------------------


def bones_of(pieces):
    """Return what a marionette takes: the place and the rotation of each bone."""
    return {
        args[0]: (args[1:4], args[4:])
        for address, args in spoken(pieces)
        if address in ("/VMC/Ext/Bone/Pos", "/VMC/Ext/Root/Pos")
    }


def test_a_marionette_stands_as_the_performer_does():
    pose = {
        "LeftUpperArm": about((0.0, 0.0, 1.0), 60),
        "RightLowerArm": about((0.0, 1.0, 0.0), -90),
    }
    true = points_of(pose)
    here = layout("vmc", BLAZEPOSE_33)
    for frame in range(10):
        pieces = here.encode(seen_by_camera(true, mirrored=True), Ns(frame * FRAME))
    bones = bones_of(pieces)
    assert {*bones} == {"root", *(bone.name for bone in BONES)}
    assert all(sum(n * n for n in turn) == pytest.approx(1, abs=1e-5) for _, turn in bones.values())
    back = points_of({name: tuple(turn) for name, (_, turn) in bones.items()})
    for name in ("left_elbow", "left_wrist", "right_wrist", "left_knee", "right_ankle"):
        assert back[name] == pytest.approx(true[name], abs=0.03), name
    assert bones["Hips"][0][1] == pytest.approx(0.53 * STATURE, rel=0.05)
    said_now = said(pieces)
    assert said_now["/VMC/Ext/OK"] == [1, 3, 0, 1]
    assert said_now["/VMC/Ext/T"] == pytest.approx([9 * 0.04])


def test_rotations_go_on_from_one_another():
    here = layout("vmc", BLAZEPOSE_33)
    before = None
    for degrees in range(0, 720, 5):
        turn = about((0.0, 1.0, 0.0), degrees)
        seen = seen_by_camera(points_of({"Hips": turn}))
        bones = bones_of(here.encode(seen, Ns(degrees * FRAME)))
        if before is not None:
            for name, (_, rotation) in bones.items():
                assert np.dot(rotation, before[name][1]) > 0.9, (degrees, name)
        before = bones


def test_who_is_not_seen_is_not_tracked_and_no_bone_is_sent():
    here = layout("vmc", BLAZEPOSE_33)
    assert [a for a, _ in spoken(here.encode(found(BLAZEPOSE_33), NOW))] == [
        "/VMC/Ext/OK",
        "/VMC/Ext/T",
    ]
    half = seen_by_camera(points_of({}))
    half.seen[0].points[BLAZEPOSE_33.index["left_hip"], 3] = 0
    pieces = here.encode(half, NOW)
    assert not bones_of(pieces)
    assert said(pieces)["/VMC/Ext/OK"] == [1, 3, 0, 0]


def test_trackers_of_vrchat_are_metres_and_degrees():
    turn = 40
    true = points_of({"Hips": about((0.0, 1.0, 0.0), turn)}, root=(0.2, 0.0, 0.0))
    here = layout("vrchat", BLAZEPOSE_33)
    for frame in range(10):
        back = said(here.encode(seen_by_camera(true), Ns(frame * FRAME)))
    assert {*back} == {
        f"/tracking/trackers/{name}/{what}"
        for name in (*"12345678", "head")
        for what in ("position", "rotation")
    }
    for tracker, joint in (("3", "left_ankle"), ("6", "right_knee"), ("7", "left_elbow")):
        assert back[f"/tracking/trackers/{tracker}/position"] == pytest.approx(
            true[joint], abs=0.06
        )
    assert back["/tracking/trackers/1/rotation"] == pytest.approx([0, turn, 0], abs=2)
    hidden = seen_by_camera(true)
    hidden.seen[0].points[BLAZEPOSE_33.index["left_knee"], 3] = 0
    names = {address for address, _ in spoken(here.encode(hidden, NOW))}
    assert not any("/5/" in name or "/3/" in name for name in names)


@pytest.mark.parametrize("degrees", [(10, 20, 30), (-80, 170, -40), (0, 0, 90), (45, -90, 0)])
def test_degrees_are_those_of_unity(degrees):
    """Turned about z first, then x, then y: the same rotation as the quaternion."""
    x, y, z = degrees
    turns = about((0.0, 1.0, 0.0), y), about((1.0, 0.0, 0.0), x), about((0.0, 0.0, 1.0), z)
    assert euler(product(product(turns[0], turns[1]), turns[2])) == pytest.approx(degrees, abs=1e-6)


@pytest.mark.parametrize("skeleton", [COCO_17, BLAZEPOSE_33])
def test_eos_is_metres_from_the_middle_and_above_the_floor(skeleton):
    body = seen_by_camera(points_of({}, root=(-0.5, 0.0, 0.0)))
    if skeleton is COCO_17:
        rows = body.seen[0].points[[BLAZEPOSE_33.index[name] for name in COCO_17.points]]
        body = Pose((Person(1, 1, rows[:, [0, 1, 3]]),), ASPECT)
    ((address, place),) = spoken(layout("eos", skeleton).encode(body, NOW))
    assert address == "/eos/chan/1/xyz"
    assert place == pytest.approx([0.5, 0.0, 0.53 * STATURE], abs=0.1)
