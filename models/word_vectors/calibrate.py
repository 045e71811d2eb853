"""Print which cosines mean near and far: ``uv run python models/word_vectors/calibrate.py``.

By the words that came along, and with the extra ``languages`` by the sentence encoder. None of
these texts is among those that the bench holds ``meaning`` to.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.inference.known_words import word_vectors
from engine.inference.sentence_encoder import missing_encoder, sentence_encoder
from engine.language.word_vectors import Vector
from engine.language.words import words

TRIPLES = (
    ("ocean", "a whale swims through the blue deep", "he signed the tax form"),
    ("rain", "umbrellas and puddles in the street", "the violinist bowed"),
    ("sun", "it is bright and hot at midday", "the basement smelled of mould"),
    ("child", "the little girl played with her toys", "the satellite sent its signal"),
    ("mother", "my parents and my sister", "iron and copper mines"),
    ("horse", "the rider held the reins of the mare", "she typed the password"),
    ("bird", "an eagle spread its wings and flew", "the senators debated the budget"),
    ("tree", "leaves fell from the branches", "the phone rang twice"),
    ("mountain", "we climbed the steep rocky peak", "the cashier counted coins"),
    ("road", "the car drove down the highway", "the choir sang a psalm"),
    ("river", "the boat drifted down the stream", "a chess player thought for an hour"),
    ("stone", "bricks and pebbles and granite", "feelings and thoughts"),
    ("gold", "silver and diamonds in the treasure", "milk and eggs for breakfast"),
    ("blood", "the wound in his chest was bleeding", "a curtain moved in the wind"),
    ("heart", "love and passion and tears", "screws and bolts"),
    ("hospital", "the surgeon operated on the patient", "the fishermen mended their nets"),
    ("church", "the bishop blessed the congregation", "the mechanic changed the tyre"),
    ("prison", "the guards locked the inmates in their cells", "the florist arranged the bouquet"),
    ("football", "the team lost the match in the final", "the nun lit a candle"),
    ("wine", "grapes, cheese and a bottle of red", "maths homework and rulers"),
    ("coffee", "a cup of tea with sugar", "swords and shields"),
    ("kitchen", "the pot boils on the stove", "the general ordered the attack"),
    ("garden", "tulips and grass and a hedge", "microchips and cables"),
    ("summer", "a hot day at the beach in july", "a funeral in the fog"),
    ("morning", "breakfast at dawn", "the empire collapsed"),
    ("ship", "the captain steered the vessel into port", "knitting wool by the oven"),
    ("plane", "the pilot landed at the airport", "the frog sat on a lily"),
    ("robot", "an android with a computer brain", "butter melting on toast"),
    ("dream", "i was asleep and imagined a strange vision", "sold shares of the company"),
    ("silence", "it was quiet and nobody spoke", "ten kilos of potatoes"),
    ("noise", "loud bangs and screaming engines", "a soft pillow"),
    ("poem", "the verses of the writer rhyme", "the goalkeeper kicked the ball"),
    ("painting", "a canvas and brushes in the gallery", "the plumber repaired the pipe"),
    ("film", "the movie and its actors in the cinema", "the sheep grazed"),
    ("freedom", "liberty and independence for the people", "a spoon of salt"),
    ("god", "heaven and holy prayer", "traffic lights and lorries"),
    ("devil", "hell and evil demons", "invoices and receipts"),
    ("market", "traders bought and sold shares", "the swan glided"),
    ("election", "voters cast their ballots", "an owl hooted"),
    ("bread", "flour, dough and a bakery", "guns and tanks"),
    ("cold", "ice and frost and freezing wind", "a warm summer bath"),
    ("danger", "beware of the deadly threat", "a quiet cup of tea"),
    ("friend", "my companions and buddies", "hydraulic pumps"),
    ("wedding", "the bride and the groom danced", "drilling for oil"),
    ("bridge", "crossing the river by the span", "a bowl of soup"),
    ("the stars in the sky", "planets and galaxies far away", "potatoes and gravy"),
    ("a storm at sea", "waves crashed over the ship in the gale", "the judge wore a wig"),
)
"""A word, a text that belongs to it, and one that does not."""


def main() -> None:
    """Print the percentiles of both."""
    report("words", place)
    if missing := missing_encoder():
        print(missing)
    else:
        report("sentences", sentence_encoder().encode)


def place(text: str) -> Vector:
    """Return the place of a text by its words."""
    found = word_vectors().place(words(text)).vector
    assert found is not None
    return found


def report(name: str, encode: Callable[[str], Vector]) -> None:
    """Print the cosines of texts that belong to their words, and of all others."""
    anchors, near, far = (np.stack([encode(each[n]) for each in TRIPLES]) for n in range(3))
    others = (anchors @ near.T)[~np.eye(len(TRIPLES), dtype=bool)]
    belong, apart = (anchors * near).sum(axis=1), (anchors * far).sum(axis=1)
    print(name, "near before far:", np.mean(belong > apart).round(3))
    print("  belong, 10 50 90 %:", np.percentile(belong, (10, 50, 90)).round(2))
    print("  by chance, 50 90 95 %:", np.percentile([*apart, *others], (50, 90, 95)).round(2))


if __name__ == "__main__":
    main()
