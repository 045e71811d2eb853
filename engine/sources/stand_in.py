"""A synthetic dancer and singer: the demo without devices, and ground truth for tests.

Pictures are drawn and sound is computed, with the true joints, pitch and notes. Their appearance,
motion and voice were fixed before anything was tuned on them: changing them changes what every
measurement means.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from itertools import count
from operator import itemgetter
from typing import Annotated, ClassVar, Literal

from engine.core.clock import SECOND
from engine.core.landmarks import Landmarks
from engine.core.messages import Block, Frame, Message, Note, Ns, Person, Pitch, Pose
from engine.core.parameter import Fixed, Param
from engine.core.skeletons import FACE_468, HAND_21, Skeleton
from engine.core.source import Tape
from engine.core.tuning import note_of
from engine.synthetic.stage_scene import Actor, Scene, Shot
from engine.synthetic.stage_script import Script
from engine.synthetic.voice_blocks import performance
from engine.system.frame_pool import FrameStore

Event = tuple[Ns, str, Message]


class StandIn(Tape):
    """Drawn dancers with their true joints, and a voice with its true pitch and notes.

    A joint has confidence 1 when it can be seen and 0 when the pillar, another person or the edge
    of the picture hides it. Who is not in the picture is not in ``joints``. Each ``joints`` comes
    just before its ``frame``. With ``detail`` they have hands whose fingers bend and faces that
    make faces, and ``hands`` and ``faces`` say where: of a face those points that have a name. The
    hands of the person in slot 2 are in slots 3, the left one, and 4. Two of one ``seed`` that
    differ in ``turn`` are two cameras before one stage.

    The voice sings phrases between ``lowest`` and ``highest``, with consonants, glides, vibrato,
    breaths and rests, at 48000 Hz. Each ``pitch`` comes just before its ``sound`` and says what is
    true at its end; ``note`` begins and ends when the voice does, or halfway in a glide. The same
    parameters give the same bytes.
    """

    OUT: ClassVar[Mapping[str, type]] = {
        "frame": Frame,
        "joints": Pose,
        "hands": Landmarks,
        "faces": Landmarks,
        "sound": Block,
        "pitch": Pitch,
        "note": Note,
    }

    people: Fixed[Annotated[int, Param("how many dancers", 1, 16)]] = 1
    script: Fixed[
        Annotated[
            Script,
            Param(
                "dance on the spot, cross each other, pass behind a pillar, come and go, walk from "
                "place to place, turn back behind the pillar, dance beside a mirror"
            ),
        ]
    ] = "solo"
    same_clothes: Fixed[Annotated[bool, Param("whether all are dressed alike")]] = False
    light: Fixed[Annotated[float, Param("how much there is: 1 bright, 0.1 dark", 0.01, 1)]] = 1.0
    shutter: Fixed[Annotated[float, Param("how long one is exposed", 0, 0.5, unit="s")]] = 0.0
    detail: Fixed[Annotated[bool, Param("whether fingers bend and faces are made")]] = False
    shot: Fixed[Annotated[Shot, Param("the stage, or near to the first one's face or hands")]] = (
        "stage"
    )
    turn: Fixed[
        Annotated[
            float,
            Param("how far round the stage the camera stands, to the right", -180, 180, "degrees"),
        ]
    ] = 0.0
    ground: Fixed[
        Annotated[Literal["plain", "cluttered"], Param("an empty wall, or a rehearsal room")]
    ] = "plain"
    noise: Fixed[Annotated[float, Param("sensor noise, 0 none, 1 a bad camera in the dark", 0, 1)]]
    noise = 0.15
    seed: Fixed[Annotated[int, Param("another number, another dance and another song", 0)]] = 0
    width: Fixed[Annotated[int, Param("of the picture", 64, 3840, unit="pixels")]] = 640
    height: Fixed[Annotated[int, Param("of the picture", 64, 2160, unit="pixels")]] = 360
    fps: Fixed[Annotated[float, Param("pictures a second", 1, 240)]] = 30.0
    seconds: Fixed[Annotated[float, Param("how long; 0 never ends", 0, unit="s")]] = 0.0
    dances: Fixed[Annotated[bool, Param("whether pictures are drawn")]] = True
    sings: Fixed[Annotated[bool, Param("whether there is a voice")]] = True
    lowest: Fixed[Annotated[float, Param("lowest note of the voice", 40, 1000, unit="Hz")]] = 130.8
    highest: Fixed[Annotated[float, Param("its highest note", 40, 2000, unit="Hz")]] = 523.3
    snr: Fixed[
        Annotated[float, Param("noise: how far below the voice; 100 none", 0, 100, unit="dB")]
    ] = 40.0
    block: Fixed[Annotated[int, Param("of the sound", 32, 2048, unit="samples")]] = 512

    def skeletons(self) -> Mapping[str, Skeleton]:
        """Return what it gives beside joints: hands and faces."""
        return {"hands": HAND_21, "faces": FACE_468}

    @property
    def endless(self) -> bool:
        """Whether the show does not end with it: True without ``seconds``."""
        return self.seconds == 0

    def events(self) -> Iterator[Event]:
        """Yield pictures and sound in time order, each after its ground truth."""
        streams = [self._pictures()] if self.dances else []
        streams += [self._voice()] if self.sings else []
        return heapq.merge(*streams, key=itemgetter(0))

    def _pictures(self) -> Iterator[Event]:
        scene = Scene(
            people=self.people,
            ground=self.ground,
            noise=self.noise,
            script=self.script,
            seed=self.seed,
            width=self.width,
            height=self.height,
            light=self.light,
            shutter=self.shutter,
            same_clothes=self.same_clothes,
            detail=self.detail,
            shot=self.shot,
            turn=self.turn,
        )
        store = FrameStore()
        aspect = self.width / self.height
        for number in count():
            if 0 < self.seconds <= number / self.fps:
                return
            at = self._moment(number)
            cast = scene.cast(number / self.fps)
            image = store.put(scene.picture(cast, number, number / self.fps))
            image.flags.writeable = False
            yield at, "joints", Pose(tuple(_person(actor) for actor in cast), aspect)
            if self.detail:
                yield at, "hands", Landmarks(HAND_21, scene.hands(cast), aspect)
                yield at, "faces", Landmarks(FACE_468, scene.faces(cast), aspect)
            yield at, "frame", Frame(image)
            yield self._moment(number + 1), "", None  # the next takes a while to draw

    def _moment(self, number: int) -> Ns:
        return Ns(round(number * SECOND / self.fps))

    def _voice(self) -> Iterator[Event]:
        lowest, highest = round(note_of(self.lowest)), round(note_of(self.highest))
        for event in performance(self.seed, lowest, highest, self.snr, self.block):
            if 0 < self.seconds * 1e9 < event[0]:
                return
            yield event


def _person(actor: Actor) -> Person:
    actor.joints.flags.writeable = False
    return Person(actor.slot, actor.id, actor.joints)
