"""Words that no box says of its own accord: slurs against people, and the coarsest of sex.

They stand here as hashes, so that nobody must read them, and no search of the code finds them.
What somebody types, speaks or writes into a patch is not looked at, nor is what a word means in
its place: a list knows no context. So it holds words that hardly ever mean anything else.

To block one more, add what ``hashed`` makes of it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from engine.language.words import word_set, words

_DIGITS: Final = str.maketrans("013457@$", "oieastas")
"""Letters as those who dodge such lists write them."""

_LIST: Final = """
    01c78bd6cb78 02877f12bcaa 03f2d3b958a9 043eaf9afab2 05593c64523e 072ff9d77519 078b25550848
    08bc7350403b 0ae3dc483a84 0bc1e6946736 0c489f267f24 0d8991e7c773 0e1489237a6f 0e553ea93148
    0e5e98b118c4 0e66889c487b 0ec1dcbc4fae 0f1eecaf5d0c 119ca50104da 11b3716561d1 13de3b6f0146
    140305de0ebc 1507403c07c9 15535a0bc907 164befdb0baf 168955aea204 17029c5c60a2 1721705b377e
    175f46f67160 189fe574045b 18c51bd8b2f5 19fd5adc96a9 1c5d0a683872 1d0aabcc39df 1d79b92c7d5f
    1db39e91bbd8 1e699add013b 20cc8965c47e 20f1dd1d5481 214835f1fc53 230a78d5ff2e 26b80949c419
    26cfb30fb59e 2773ad81c6ec 27e5e30821f1 2807037e693d 2863d53b2143 28c604305eba 298ff16b8ffb
    29b745e95539 2a0954baf746 2b469bce0945 2cd033918158 2d16ecff1d57 2d4b8f8783c7 2dc96e2a08f7
    2eeb475b5f55 2f53773f78d3 31fb20be5897 362ad72ba805 3670eba965ce 37f467514f75 39376754eb43
    3a1886dcb802 3a1a2f107aa0 3a5188b6b3f1 3dcc2ea4bf77 3e1a61be55f1 3f8110d8ffb4 4247eaf10d09
    42b5a5bfb04c 438ed034be55 448f5ddf8461 469bcb124b10 47230e32f614 474c0f86599a 4760e36b1650
    48b7ea377cfc 4b74958832f7 4b96588b6974 51a7684e1d44 51e3cfe8d2c8 52dd9b8d77e1 53d617f709bb
    54c500087323 5527352cb27f 5552c19e6481 587d000c23e8 5e43c08fbc4b 5f499dd29c84 61616e08e6ec
    6276af483481 632fe8a99cb2 651b53f2704f 658de3252e93 677eddd63af0 6f10e75e9e70 6f28149cc8dd
    6f2ab78916ab 6f642f311753 6f9905a422f1 711c1b9aed15 725fbabc16a1 736446d392f1 737722cb5fd8
    7647ccde0358 7993506a527b 7acf1f37ca38 7b3ea5ea0aa4 7b7d05816c59 7c23dd6f9004 7d6dabafb79d
    7dbb89aa9a61 7e629f169802 7f1c1046ad3e 814065bb3c0a 81e6d90d101a 8304e77cc1f7 8398df3330f8
    8419443003bd 84aa079bda7d 867d2b5a0068 87b3b74cfa5f 8a1103511faa 8c881c58dc1e 8e236ca175d6
    8f9884b9444f 90ed78e2f9a1 9140356efb14 92c221bca0ca 9431c69de414 94d601cfb052 957298a735a6
    9841d33a2f7a 9a66e8d33ae1 9c02ee2f6d4c 9c7ea00865bf 9eba73ee4d5d a0c066d48bdf a4149a6bc0f1
    a65c8acfe565 a6e45c0c82a5 aa2ab70c83f8 aab7790f7d9e ac3f3ddea629 ada19191718b af4422d7c7b4
    b05ddac3520d b1f078ffb726 b31d41bcbdc1 b420d95cc420 b4af96fe0710 b5a23613c478 b63f0cffe77b
    b70890b11c70 b7b712b99e71 b7e7ae85ffa3 ba17376f05e6 bb7dcf599868 bc13f7ab781e bdf2f8a52f98
    bf4c78d9276c c0127b3e4d8b c1979d657c1c c2678fe9775b c2b11e1f298d c36cbd80c715 c3df5609b63e
    c6597134c36d c83b65a76057 cb51e84d1cf2 cb9a3eb49c34 cbb4eaaf664a cdd88b7d9c5f cdee2bbfd52e
    ceb15b92ab8c d22495ff4c18 d2377ae13798 d517d2ba03f4 d641cef89951 d6bd6084a012 d7b055c8f709
    d81baafc3143 d90409fa7f6c db271b8f5426 db3e012e4992 ddd3a9ae48ba df3b9872b538 e24c4e06111f
    e331ccd5628e e3ad7ca817f9 e3b8c37fe64f e533a067cd5c e64179ff2e6e e680e8a0fe7d e88221c0efd7
    e9108660d6f0 eecd1251a7fc f1ef2d1220c3 f1f5af33c062 f248d66d8d1f f389115ec814 f5e4532b3d33
    f64f4f163f4d f6da3bab1f00 f759f05acb11 f835501e034f f84218e9eaf5 f8a80d0928a9 f9e83e4af7a0
    fa16cceac8ce fa97f0b448c0 fc04a3b06165 fcf89b51e5b3 ffc9bbabb407 ffee078e10f7
"""
_HASHES: Final = word_set(_LIST)


@lru_cache(maxsize=8192)
def is_blocked(word: str) -> bool:
    """Return whether a word, or one of those in it, is blocked: in any case, one or several."""
    return any(_is_known(one) for one in (word, *words(word), *word.split("-")))


def hashed(word: str) -> str:
    """Return what stands for a word in the list."""
    return blake2b(_plain(word).encode(), digest_size=6).hexdigest()


def _is_known(word: str) -> bool:
    plain = _plain(word)
    forms = {plain, plain.translate(_DIGITS)} if any(map(str.isalpha, plain)) else {plain}
    forms |= {one.removesuffix("s").removesuffix("'") for one in forms}
    return any(hashed(one) in _HASHES for one in forms)


def _plain(word: str) -> str:
    """Return a word in lower case without accents and marks."""
    parts = unicodedata.normalize("NFKD", word.lower()).strip()
    return "".join(one for one in parts if not unicodedata.combining(one))
