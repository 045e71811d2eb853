"""Phonemes of espeak-ng in the letters that the network Kokoro knows."""

from __future__ import annotations

from engine.language.kokoro_tokens import MOST, tokens_of

KNOWN = " .!?abdfhjklmnoprstuvwzæðŋɑɔəɛɡɪɹɾʃʊʌʒθˈˌAIOWYʤʧi"
LETTERS = {letter: number for number, letter in enumerate(KNOWN, 1)}
BY_NUMBER = {number: letter for letter, number in LETTERS.items()}


def written(ipa, ending=""):
    return "".join(BY_NUMBER[token] for token in tokens_of(ipa, ending, LETTERS))


def test_a_diphthong_is_one_letter_and_length_is_left_out():
    assert written("sˈeɪ ðə sˈiː") == "sˈA ðə sˈi"
    assert written("dʒˈɔɪ ænd tʃˈaɪld") == "ʤˈY ænd ʧˈIld"


def test_the_mark_at_the_end_is_kept_and_nothing_else_of_the_text():
    assert written("nˈaʊ", "now!") == "nˈW!"
    assert written("nˈaʊ", "now") == written("nˈaʊ", '"now"') == "nˈW"


def test_what_it_does_not_know_is_left_out_and_too_much_is_cut():
    assert written("\u0361a🎭b") == "ab"
    assert len(tokens_of("a" * 2000, "", LETTERS)) == MOST
    assert tokens_of("", "", LETTERS) == []
