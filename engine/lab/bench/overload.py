"""A network too slow for the camera: 30 pictures a second into one that takes 45 ms.

With newest-wins an answer is 45 ms behind, plus what is left of the interval in which its picture
waited: 62 ms on average, however long the show lasts. A queue of 8 adds its length, and a queue
without an end grows for as long as the show does; both play the same footage here, as a script of
a thread and a queue.

What decides: that the delay does not grow, that it stays far below that of a queue of 8, and that
every picture is accounted for: answered, or dropped and counted. At the end one picture may be in
hand and one more wait; both are let go with the show, as what comes after its end must not sound.
"""

from __future__ import annotations

import asyncio
import statistics

from engine.lab.bench.report import COUNT, Row, ratio
from engine.lab.bench.rig.footage import film, frames
from engine.lab.bench.rig.listener import Drain
from engine.lab.bench.rig.queued import play_queued
from engine.lab.bench.rig.slow import SlowPose
from engine.lab.bench.rig.stretch import MeasuredStretch, plan_of, play
from engine.runtime.metrics import Metrics

CASE = "newest wins"
OPEN_AT_END = 2
PATCH = """
[camera]
use  = "video_file"
file = '{video}'
loop = true

[pose]
use  = "slow_pose"
from = "camera"

[out]
use = "osc_out"
to  = "127.0.0.1:{port}"

[out.send]
"/p{{slot}}" = {{ from = "pose", layout = "named" }}
"""


def run(short: bool, seconds: float | None = None) -> list[Row]:
    """Measure for a minute and a half; short, for 20 seconds."""
    seconds = seconds or (10.0 if short else 60.0)
    edge = min(10.0, seconds / 3)
    with Drain() as drain:
        with film() as video:
            plan = plan_of(PATCH.format(video=video, port=drain.port), {"slow_pose": SlowPose})
            lengths = [edge, seconds - 2 * edge, edge]
            stretches, metrics = asyncio.run(play(plan, lengths))
        footage = frames(5.0)
        eight = play_queued(8, footage, edge, drain.port)
        endless = play_queued(0, footage, edge, drain.port)
    return [*_delays(stretches), *_counts(metrics), *_queues(stretches[-1], eight, endless)]


def _delays(stretches: list[MeasuredStretch]) -> list[Row]:
    first, middle, last = (each.behind for each in stretches)
    begin, end = first.percentile(50), last.percentile(50)
    longest = middle if len(middle) else last
    return [
        Row(CASE, "network p50", stretches[-1].network.percentile(50), "ms"),
        Row(CASE, "behind p50", longest.percentile(50), "ms", ("<=", 70.0)),
        Row(CASE, "behind p99", longest.percentile(99), "ms"),
        Row(CASE, "behind p50 at the beginning", begin, "ms"),
        Row(CASE, "behind p50 at the end", end, "ms"),
        Row(CASE, "end less beginning", end - begin, "ms", ("<=", 3.0)),
        *ratio(CASE, "end / beginning", [end / begin], ("<=", 1.05)),
    ]


def _counts(metrics: Metrics) -> list[Row]:
    source, lane = metrics.sources["camera"], metrics.lanes["pose"]
    captured = source.messages + source.dropped
    lost = captured - lane.runs - lane.dropped - source.dropped
    return [
        Row(CASE, "pictures", captured, COUNT),
        Row(CASE, "answered", lane.runs, COUNT),
        Row(CASE, "dropped", lane.dropped + source.dropped, COUNT),
        Row(CASE, "not accounted for", abs(lost), COUNT, ("<=", OPEN_AT_END)),
    ]


def _queues(ours: MeasuredStretch, eight: list[float], endless: list[float]) -> list[Row]:
    of_eight = statistics.median(eight[len(eight) // 2 :])
    return [
        Row("queue of 8", "behind p50", of_eight, "ms"),
        Row("queue without an end", "behind at the end", endless[-1], "ms"),
        *ratio(
            "newest wins / queue of 8",
            "behind p50",
            [ours.behind.percentile(50) / of_eight],
            ("<=", 0.25),
        ),
    ]
