"""200 cuts of links and kills of carriers in ten minutes: every note arrives once, in its order.

Three machines in namespaces; home and the others send each other 20 notes a second all the time.
How soon they are back is printed beside how busy this machine is, and asked in virtual time only
(``tests/cluster/test_storms.py``).
"""

from __future__ import annotations

import os
import signal
import threading
from functools import partial
from random import Random

import pytest

from engine.core.clock import SECOND
from engine.core.kinds import Kind
from engine.lab.bench.rig.crew import CLOCK, HOME, crew, until
from engine.lab.namespaces import why_not

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can"),
    pytest.mark.skipif("SENSORIUM_NIGHT" not in os.environ, reason="takes ten minutes"),
]
SECONDS = float(os.environ.get("SENSORIUM_STORM_SECONDS", "600"))
FAULTS = round(SECONDS / 3)
EVERY = 0.05


def test_no_note_is_lost_doubled_or_turned_whatever_is_cut_and_killed():
    random = Random(2126)
    with crew(2) as room:
        others = ["m1", "m2"]
        pairs = [(HOME, one) for one in others] + [(one, HOME) for one in others]
        sent = dict.fromkeys(pairs, 0)
        over = threading.Event()

        def play():
            while not over.wait(EVERY):
                for of, to in pairs:
                    link = room.members[of].link
                    link.send(to, "notes", sent[of, to].to_bytes(4, "big"), Kind.LOSSLESS)
                    sent[of, to] += 1

        def due_by_now():
            """Return how many notes each machine must hear: all that are sent until now."""
            return {
                name: sum(count for (_, to), count in sent.items() if to == name)
                for name in room.members
            }

        def all_there(due):
            met = all(room.members[of].is_here(to) for of, to in pairs)
            return met and all(len(room.members[to].arrived) >= due[to] for to in due)

        player = threading.Thread(target=play)
        player.start()
        returns = {"cut": [], "killed": []}
        begins = CLOCK.now()
        for number in range(FAULTS):
            one = random.choice(others)
            if random.random() < 0.6:
                kind = "cut"
                room.network.between(HOME, one, cut=True)
                threading.Event().wait(random.uniform(0.05, 2.0))
                room.network.between(HOME, one, cut=False)
            else:
                kind = "killed"
                os.kill(room.members[random.choice([HOME, one])].link.carrier, signal.SIGKILL)
            returns[kind].append(until(partial(all_there, due_by_now())))
            due = begins + round((number + 1) * SECONDS / FAULTS * SECOND)
            threading.Event().wait(max(due - CLOCK.now(), 0) / SECOND)
        over.set()
        player.join()
        expected = {
            pair: [n.to_bytes(4, "big") for n in range(count)] for pair, count in sent.items()
        }

        def heard(of, to):
            return [one.content for _, one in room.members[to].arrived if one.of == of]

        until(lambda: all(len(heard(*pair)) >= sent[pair] for pair in pairs))
        for kind, times in returns.items():
            taken = sorted(times) or [0.0]
            p50, p99 = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
            print(f"{kind}: {len(times)} times, back after {p50:.2f} s (p50), {p99:.2f} s (p99)")
        print("load of this machine: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))
        assert {pair: heard(*pair) for pair in pairs} == expected
