"""Prints what motmetrics says of pictures given as JSON: run where it is installed."""

from __future__ import annotations

import json
import sys

import motmetrics  # type: ignore[import-not-found]
import numpy as np

ALIKE = 0.4


def main() -> None:
    """Score the pictures of the first argument: [true ids, told ids, likeness of each pair]."""
    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    for truths, told, alike in json.loads(sys.argv[1]):
        table = np.array(alike, float).reshape(len(truths), len(told))
        accumulator.update(truths, told, np.where(table >= ALIKE, 1 - table, np.nan))
    metrics = ["num_switches", "num_fragmentations", "idf1"]
    found = motmetrics.metrics.create().compute(accumulator, metrics=metrics).iloc[0]
    switches, fragments, idf1 = (found[name] for name in metrics)
    print(json.dumps({"switches": int(switches), "fragments": int(fragments), "idf1": float(idf1)}))


if __name__ == "__main__":
    main()
