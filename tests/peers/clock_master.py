"""A sequencer of JACK's own clients: sends a MIDI clock to the frame, and writes what comes back.

    python clock_master.py BPM BEATS

It waits for a line of its input, plays so many beats from a start, stops, and prints what it sent
and what came, as JSON: lists of [frame, bytes].
"""

from __future__ import annotations

import json
import sys
import threading

import jack


def main() -> None:
    bpm, beats = float(sys.argv[1]), int(sys.argv[2])
    client = jack.Client("master", no_start_server=True)
    out = client.midi_outports.register("out")
    back = client.midi_inports.register("back")
    rate = client.samplerate
    gap = rate * 60 / bpm / 24
    sent: list[tuple[int, list[int]]] = []
    came: list[tuple[int, list[int]]] = []
    goes, over = threading.Event(), threading.Event()
    state = {"begin": 0.0, "next": 0}
    last = beats * 24

    @client.set_process_callback  # type: ignore[untyped-decorator]
    def process(frames: int) -> None:
        now = client.last_frame_time
        came.extend(
            (now + offset, list(bytes(data))) for offset, data in back.incoming_midi_events()
        )
        out.clear_buffer()
        if not goes.is_set() or over.is_set():
            return
        if not state["begin"]:
            state["begin"] = now + frames
            out.write_midi_event(0, (0xFA,))
            sent.append((now, [0xFA]))
        while (at := state["begin"] + state["next"] * gap) < now + frames:
            message = 0xF8 if state["next"] < last else 0xFC
            out.write_midi_event(max(int(at) - now, 0), (message,))
            sent.append((int(at), [message]))
            state["next"] += 1
            if message == 0xFC:
                over.set()
                return

    with client:
        print("ready", flush=True)
        sys.stdin.readline()
        goes.set()
        over.wait()
        sys.stdin.readline()
    print(json.dumps({"rate": rate, "sent": sent, "came": came}), flush=True)


main()
