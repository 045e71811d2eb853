"""What boxes that understand words are held to: written before any of it was computed, by hand.

Nothing is tuned on these; what is tuned is so on other words and sentences.
"""

from __future__ import annotations

from typing import Final

SENTENCES: Final[tuple[tuple[str, int], ...]] = (
    ("I love this wild and happy dance.", 1),
    ("The sun is shining and the children are laughing.", 1),
    ("What a wonderful evening!", 1),
    ("I am not afraid any more.", 1),
    ("It was hard, but in the end we won.", 1),
    ("You made my day, thank you so much.", 1),
    ("Her voice is warm and gentle.", 1),
    ("This is the best concert I have ever heard.", 1),
    ("Nothing is better than coming home to you.", 1),
    ("The baby is healthy and the mother is smiling.", 1),
    ("Peace at last, after all those years.", 1),
    ("We dance until the morning and nobody wants to leave.", 1),
    ("My grandmother baked a birthday cake for me.", 1),
    ("Not bad at all, I would come again.", 1),
    ("The garden is full of roses and birdsong.", 1),
    ("I hate the way you look at me.", -1),
    ("My father died in the winter.", -1),
    ("The night is cold and I am so alone.", -1),
    ("This is not good.", -1),
    ("I never want to see you again.", -1),
    ("The food was fine, but the service was terrible.", -1),
    ("They burned the village and killed everyone.", -1),
    ("I am tired of all these lies.", -1),
    ("Nobody came to my birthday party.", -1),
    ("The ship sank and no one was saved.", -1),
    ("He doesn't love me anymore.", -1),
    ("A rusty knife lay beside the grave.", -1),
    ("Everything hurts and I can't sleep.", -1),
    ("The war has taken my home and my brother.", -1),
    ("I lost my job and I am running out of money.", -1),
)
"""Sentences, and the sign of the mood that a person would give each."""

TRIPLES: Final[tuple[tuple[str, str, str], ...]] = (
    ("water", "the river flows into the sea", "my uncle sold his car"),
    ("fire", "flames and smoke rose from the burning house", "a letter arrived this morning"),
    ("home", "we sat in the kitchen with the family", "the rocket reached its orbit"),
    ("love", "he kissed her tenderly", "the price of copper fell"),
    ("death", "they buried him in the churchyard", "she bought a new bicycle"),
    ("music", "the orchestra tuned their violins", "the farmer milked his cows"),
    ("war", "soldiers marched across the border", "bake the cake for an hour"),
    ("winter", "snow covered the frozen lake", "the lawyer read the contract"),
    ("night", "the stars and the moon above us", "she counted the invoices"),
    ("sea", "sailors and waves", "teachers and blackboards"),
    ("forest", "oaks and pines full of birds", "the elevator stopped on the ninth floor"),
    ("city", "crowded streets and tall buildings", "a lonely shepherd on the hill"),
    ("food", "bread and cheese and soup", "engines and wheels"),
    ("money", "the bank refused the loan", "the swans left the pond"),
    ("sleep", "dreams in a soft bed", "the goalkeeper saved the penalty"),
    ("sport", "the striker scored two goals", "the poet wrote a sonnet"),
    ("school", "the pupils opened their books", "the glacier melts"),
    ("doctor", "the nurse brought the medicine", "the tailor sewed a jacket"),
    ("king", "the queen upon her throne", "a plumber fixed the sink"),
    ("science", "experiments in the laboratory", "grandmother knitted a scarf"),
    ("animal", "dogs and wolves and foxes", "spoons and forks"),
    ("machine", "gears, motors and robots", "prayers and hymns"),
    ("colour", "blue and red and yellow", "monday and tuesday"),
    ("religion", "the priest prayed in the temple", "the waiter poured coffee"),
    ("travel", "our train leaves the station at noon", "the sculptor carved marble"),
    ("happiness", "joy and laughter", "rust and gravel"),
    ("anger", "furious shouting and rage", "quiet shelves of old maps"),
    ("fear", "the terrified child hid from the monster", "he painted the fence white"),
    ("law", "the judge sentenced the thief", "the gardener watered the tulips"),
    ("weather", "rain and thunder this afternoon", "the actress learned her lines"),
    ("body", "hands, knees and shoulders", "treaties and ministers"),
    ("flower", "a rose and three lilies", "a truck and three tractors"),
    ("space", "astronauts orbit the planet", "the butcher sharpened his knife"),
    ("politics", "the president lost the election", "the kitten chased a ball of wool"),
    ("theatre", "the actors bowed on the stage", "the miners dug for coal"),
    ("the ocean at night", "dark waves under the moon", "a busy office in the morning"),
    (
        "birth and childhood",
        "the mother held her newborn baby",
        "the committee published its report",
    ),
    ("dance", "ballet and tango", "cement and bricks"),
    ("computer", "the software crashed on my laptop", "the baker kneaded the dough"),
    ("time", "hours, minutes and years", "carrots, onions and beans"),
)
"""An anchor, a text that is near to it, and one that is far from it."""

ANALOGIES: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("man", "king", "woman", "queen"),
    ("france", "paris", "italy", "rome"),
    ("walk", "walking", "swim", "swimming"),
    ("big", "bigger", "small", "smaller"),
    ("strings", "violin", "drums", "percussion"),
    ("man", "brother", "woman", "sister"),
    ("japan", "tokyo", "germany", "berlin"),
    ("man", "actor", "woman", "actress"),
    ("night", "dark", "day", "bright"),
    ("go", "went", "come", "came"),
    ("good", "better", "bad", "worse"),
    ("dog", "dogs", "cat", "cats"),
    ("madrid", "spain", "athens", "greece"),
    ("king", "queen", "prince", "princess"),
    ("play", "played", "sing", "sang"),
)
"""Like is to to as a word is to its answer."""
