"""Make ``model.onnx`` and what goes with it of what ``train.py`` has learned, and measure it.

``PYTHONPATH=. uv run python models/write/export.py WEIGHTS.npz``

``poems.txt``, which the box ``suggest`` has read, is five stretches of the poetry. Prints the nats
a letter that the network, as it ships, takes for the text that was held out of each author.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from corpora import AUTHORS, LETTERS, STRETCH, Corpus, corpora, fetch
from numpy.typing import NDArray

from engine.inference.session import open_session
from engine.language.letters import Alphabet
from engine.training.letters_network import Weights, network_files, writing_network

HERE = Path(__file__).parent
READ = 100_000
"""Letters of each held-out text that are read, or as many as there are."""
SHOWN = 10_000
"""Letters of each that go along, for ``sensorium bench text``."""
POEMS = (2, 3, 6, 7, 13)
"""Which of the stretches, shuffled, are in poems.txt."""
WORDS = """\
summary = "Our own: a recurrent network that writes letter by letter, in three authors' voices."
paper   = "K. Cho et al.: Learning Phrase Representations using RNN Encoder-Decoder, 2014"
opset   = 17

[source]
registry = "ours"
package  = "sensorium"
version  = "1"
files    = ["models/write/train.py", "models/write/corpora.py", "models/write/export.py"]
origin   = "trained on texts in the public domain: NOTICE.write names the packages that carry them"
made_by  = "train.py"

[trained]
{trained}

[licence]
weights = "Apache-2.0"
code    = "Apache-2.0\""""


def weights_of(stored: dict[str, NDArray[np.float32]]) -> Weights:
    """Return the weights in the order of ONNX: PyTorch has the gate of the reset first."""

    def turned(name: str) -> NDArray[np.float32]:
        reset, update, new = np.split(stored[name], 3)
        return np.concatenate((update, reset, new))

    return {
        "read": turned("gru.weight_ih_l0"),
        "keep": turned("gru.weight_hh_l0"),
        "bias": np.concatenate((turned("gru.bias_ih_l0"), turned("gru.bias_hh_l0"))),
        "say": stored["out.weight"],
        "prefer": stored["out.bias"],
    }


def measured(texts: dict[str, Corpus]) -> dict[str, float]:
    """Return nats a letter on the held-out text of each author, of the network as it ships."""
    session = open_session(str(HERE))
    found = {}
    for number, name in enumerate(AUTHORS):
        text = texts[name].unseen[:READ]
        state = np.zeros(session.inputs[1].shape, np.float32)
        seen = np.zeros(session.inputs[0].shape, np.float32)
        seen[0, 0, len(LETTERS) + number] = 1
        total = 0.0
        for letter, following in pairwise(text):
            seen[0, 0, : len(LETTERS)] = 0
            seen[0, 0, LETTERS.index(letter)] = 1
            scores, state = session.run(seen=seen, state=state)
            rest = scores[0].astype(np.float64) - scores.max()
            total += float(np.log(np.exp(rest).sum()) - rest[LETTERS.index(following)])
        found[name] = total / (len(text) - 1)
    return found


def poems(text: str) -> str:
    """Return five stretches of poetry, drawn by chance and looked through."""
    lines = text.split("\n")
    stretches = [lines[at : at + STRETCH] for at in range(0, len(lines) - STRETCH, STRETCH)]
    random.Random(4).shuffle(stretches)
    return "\n\n".join("\n".join(stretches[at]) for at in POEMS) + "\n"


def unseen(texts: dict[str, Corpus]) -> str:
    """Return some of what was held out of each author, from the middle on."""
    found = {}
    for name, text in texts.items():
        begin = text.unseen.index("\n", len(text.unseen) // 2) + 1
        found[name] = text.unseen[begin : begin + SHOWN]
    return json.dumps(found, indent=1) + "\n"


def write(weights: Weights, trained: str) -> None:
    """Write the folder."""
    network = writing_network(weights)
    words = WORDS.format(trained=trained)
    for name, data in network_files("write", network, Alphabet(LETTERS, AUTHORS), words).items():
        (HERE / name).write_bytes(data)


def main() -> None:
    """Write the network, measure it, and write down what was found."""
    stored = dict(np.load(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        texts = corpora(fetch(Path(folder)))
    weights = weights_of(stored)
    (HERE / "poems.txt").write_text(poems(texts["poetry"].seen), "utf-8")
    (HERE / "unseen.json").write_text(unseen(texts), "utf-8")
    write(weights, "off = 0")
    found = measured(texts)
    lines = [f"{name} = {value:.3f}" for name, value in found.items()]
    write(weights, "\n".join(["# nats a letter of texts that were held out", *lines]))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
