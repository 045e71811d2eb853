"""Train the network of letters: ``python models/write/train.py WEIGHTS.npz MINUTES``.

Torch is needed for this script alone, in an environment of its own that has the repository on its
path: ``PYTHONPATH=. uv run --no-project --with torch,numpy python models/write/train.py ...``.
``export.py`` then makes ``model.onnx`` of the weights.

One recurrent network (GRU; Cho and others, 2014) reads a text letter by letter, and says which
comes next, as Karpathy did it ("The Unreasonable Effectiveness of Recurrent Neural Networks",
2015). All authors share it: beside the letter it is told who writes, so that what they have in
common, which is how English is spelled, is learned of all of them. One core, with products of
matrices in bfloat16.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from corpora import AUTHORS, LETTERS, Corpus, corpora, fetch
from torch import Tensor, nn
from torch.nn import functional

UNITS = 512
AT_ONCE = {"shakespeare": 32, "poetry": 24, "scripture": 8}
"""How many places of each author's text are read at once; together 64."""
LENGTH = 96
"""Letters that are read before the weights move."""
ELSEWHERE = 400
"""Moves until they are read from other places."""
RATE, LEAST, WARM = 3e-3, 0.01, 200
MEASURED_EVERY = 480.0
"""Seconds."""
MEASURED = 20_000
"""Letters of each held-out text that are read while it learns; ``export.py`` reads all."""


class Letters(nn.Module):
    """Reads letters, one-hot, beside who writes them; gives a score to each that may follow."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(len(LETTERS) + len(AUTHORS), UNITS, batch_first=True)
        self.out = nn.Linear(UNITS, len(LETTERS))

    def forward(self, letters: Tensor, who: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        """``letters`` (n, length), ``who`` (n,), whole numbers; scores (n, length, letters)."""
        one = functional.one_hot(letters, len(LETTERS)).float()
        by = functional.one_hot(who, len(AUTHORS)).float()[:, None].expand(-1, one.shape[1], -1)
        read, state = self.gru(torch.cat((one, by), 2), state)
        return self.out(read), state


def loss_of(
    net: Letters, letters: Tensor, who: Tensor, state: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Return nats a letter, and the state."""
    with torch.autocast("cpu", torch.bfloat16):
        scores, state = net(letters[:, :-1], who, state)
    flat = scores.float().reshape(-1, len(LETTERS))
    return functional.cross_entropy(flat, letters[:, 1:].reshape(-1)), state


def measured(net: Letters, texts: dict[str, Tensor]) -> dict[str, float]:
    """Return nats a letter on the beginning of each held-out text, read as twenty pieces."""
    found = {}
    with torch.no_grad():
        for number, (name, text) in enumerate(texts.items()):
            pieces = text[: MEASURED // 20 * 20].reshape(20, -1)
            found[name] = float(loss_of(net, pieces, torch.full((20,), number), None)[0])
    return found


def numbered(text: str) -> Tensor:
    """Return a text as the places of its letters."""
    places = np.zeros(128, np.int64)
    places[[ord(each) for each in LETTERS]] = range(len(LETTERS))
    return torch.from_numpy(places[np.frombuffer(text.encode("ascii"), np.uint8)])


def places(texts: list[Tensor], chance: torch.Generator) -> Tensor:
    """Return where each is read from next."""
    room = (LENGTH + 1) * ELSEWHERE
    return torch.tensor(
        [int(torch.randint(max(len(text) - room, 1), (1,), generator=chance)) for text in texts]
    )


def keep(net: Letters, file: Path) -> None:
    """Write the weights as they are."""
    arrays = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    with file.open("wb") as opened:
        np.savez(opened, **arrays)


def train(texts: dict[str, Corpus], file: Path, seconds: float) -> None:
    """Train for some seconds, and keep the weights that did best on what is held out."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    chance = torch.Generator().manual_seed(1)
    seen = {name: numbered(text.seen) for name, text in texts.items()}
    unseen = {name: numbered(text.unseen) for name, text in texts.items()}
    order = [name for name in AUTHORS for _ in range(AT_ONCE[name])]
    who = torch.tensor([AUTHORS.index(name) for name in order])
    net = Letters()
    if file.exists():  # what was learned before is gone on with
        stored = np.load(file)
        net.load_state_dict({name: torch.tensor(stored[name]) for name in stored.files})
    mover = torch.optim.AdamW(net.parameters(), RATE, weight_decay=0.01)
    begun = told = time.monotonic()
    best, steps, late = math.inf, 0, math.nan
    at, state = places([seen[name] for name in order], chance), None
    while (done := (time.monotonic() - begun) / seconds) < 1:
        if steps % ELSEWHERE == 0:
            at, state = places([seen[name] for name in order], chance), None
        rows = [seen[name][int(a) : int(a) + LENGTH + 1] for name, a in zip(order, at, strict=True)]
        at = at + LENGTH
        rate = RATE * min((steps + 1) / WARM, max(0.5 + 0.5 * math.cos(math.pi * done), LEAST))
        for group in mover.param_groups:
            group["lr"] = rate
        loss, state = loss_of(net, torch.stack(rows), who, state)
        state = state.detach()
        mover.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        mover.step()
        steps += 1
        now = float(loss.detach())
        late = now if math.isnan(late) else late + 0.01 * (now - late)
        if time.monotonic() - told > MEASURED_EVERY:
            told = time.monotonic()
            found = measured(net, unseen)
            words = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
            print(f"{done:.0%} step {steps}, learned {late:.3f}; unseen: {words}", flush=True)
            if sum(found.values()) < best:
                best = sum(found.values())
                keep(net, file)
    found = measured(net, unseen)
    print(f"end, step {steps}: {found}", flush=True)
    if sum(found.values()) < best:
        keep(net, file)


def main() -> None:
    """Fetch the texts, and train."""
    with tempfile.TemporaryDirectory() as folder:
        texts = corpora(fetch(Path(folder)))
    train(texts, Path(sys.argv[1]), 60 * float(sys.argv[2]))


if __name__ == "__main__":
    main()
