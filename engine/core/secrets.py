"""Hides passwords in addresses: the one place that knows what of an address may be said.

Shown are scheme, host, port and what is plain in the path. Hidden is what stands before the "@",
all that follows "?", "#" or ";", and in the path what a word such as "password" or "token" names or
what looks like a key. What may be either is hidden: a name lost is a nuisance, a password a breach.

Why not by the rules of RFC 3986 alone: people write passwords as they are, with "@" and "/" in
them, and cameras take them so.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

HIDDEN: Final = "***"

_SCHEME: Final = r"[A-Za-z][A-Za-z0-9+.-]{1,15}:/{1,3}"
_IN_TEXT: Final = re.compile(rf"(?:^|(?<=[\s\"'=(\[{{<>,;?&|])){_SCHEME}")
_SCHEME_AT: Final = re.compile(_SCHEME)
_IS_ONE: Final = re.compile(rf"{_SCHEME}.*|(?![A-Za-z]:[\\/])[^\s:@/]+:.*@[^\s@]+")
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_BEGIN: Final = re.compile(rf"(?:{_SCHEME}|//)?")
_END_OF_AUTHORITY: Final = re.compile(r"[/?#\s\"'<>]")
_END: Final = re.compile(r"[\s\"'<>]")
_NAME: Final = re.compile(r"[\w-]+|[\w-]+\.[\w.-]+(?::\d{1,5})?")
_QUERY: Final = re.compile(r"[^?#@]*\?[\w.-]+=")
_NAME_AND_PORT: Final = re.compile(r"[\w.-]+(?::\d{1,5})?")
_VALUE: Final = re.compile(r"\?[\w.-]+=")
_MORE: Final = re.compile(r"[?#;]")
_WORD: Final = (
    r"(?:api)?[-_]?(?:pass(?:w(?:or)?d|phrase|code)?|passwort|pwd|pw|psw|user(?:name)?|usr|login"
    r"|auth\w{0,20}|cred\w{0,20}|token|key|secret|sig(?:nature)?|sess(?:ion)?\w{0,20}|sid|pin|code)"
)
_ASSIGNED: Final = re.compile(rf"({_WORD})(=|%3D|:|%3A)(?!\*\*\*).*", re.I)
_NAMED: Final = re.compile(_WORD, re.I)
_KEY: Final = re.compile(
    r"(?=(?:[^0-9]*[0-9]){3})(?=.*[A-Za-z])[A-Za-z0-9-]{16,}|[0-9A-Za-z~=-]{33,}"
)


def hide_secrets(text: str) -> str:
    """Return a text with the passwords of all addresses in it hidden; else as it is.

    Applied again it changes nothing. Linear in the length of the text.
    """
    begins = [found.start() for found in _IN_TEXT.finditer(text)]
    if not begins:
        return _hide_bare(text)
    parts = [_hide_bare(text[: begins[0]])]
    for begin, end in zip(begins, [*begins[1:], len(text)], strict=True):
        address, rest = _cut_address(text[begin:end])
        parts += [hide_address(address), _hide_bare(rest)]
    return "".join(parts)


def hide_in_value(value: str) -> str:
    """Return the text of a parameter with its passwords hidden; all of it may be one address."""
    return hide_address(value) if _IS_ONE.fullmatch(value) else hide_secrets(value)


def hide_in_setting(setting: str) -> str:
    """Return "BOX.PARAMETER=VALUE" with the passwords of the value hidden."""
    name, equals, value = setting.partition("=")
    return f"{name}{equals}{hide_in_value(value)}"


def hide_address(address: str) -> str:
    """Return what of one address may be shown; it may hold spaces and quotes, as passwords do."""
    begin = _BEGIN.match(address)
    assert begin is not None
    scheme, body = begin[0], address[begin.end() :]
    place = _end_of_userinfo(body)
    if place is None or (place and place == len(body)):
        return f"{scheme}{HIDDEN}"
    body = body[place:]
    more = _MORE.search(body)
    if more:
        body, hidden = body[: more.start()], more[0] + HIDDEN
    else:
        hidden = ""
    host, slash, path = body.partition("/")
    return f"{scheme}{host}{slash}{_hide_in_path(path)}{hidden}"


def _hide_bare(text: str) -> str:
    """Return a text without "user:password@", where no scheme stands before it."""
    if "@" not in text or ":" not in text:
        return text
    return "".join(map(_hide_in_word, re.split(r"(\s+)", text)))


def _hide_in_word(word: str) -> str:
    colon, at = word.find(":"), word.rfind("@")
    if not 0 <= colon < at or word[colon + 1 : at] == "":
        return word
    begin = 1 + max(word.rfind(mark, 0, colon) for mark in "\"'(=[{,")
    if _DRIVE.match(word, begin):
        return word
    return word[:begin] + hide_address(word[begin:])


def _cut_address(text: str) -> tuple[str, str]:
    """Return the address that a text begins with, and what follows it.

    Where it may hold a password, all up to the last "@" of the line belongs to it.
    """
    scheme = _SCHEME_AT.match(text)
    assert scheme is not None
    line = text.partition("\n")[0]
    place = _end_of_userinfo(line[scheme.end() :])
    at = line.rfind("@") + 1 if place is None else scheme.end() + place
    end = _END.search(text, at)
    cut = end.start() if end else len(text)
    return text[:cut], text[cut:]


def _end_of_userinfo(body: str) -> int | None:
    """Return where the host begins in an address without its scheme: after an "@", or at 0.

    None where that cannot be told: an "@" may belong to a password, to a path or to a query.
    """
    at = body.rfind("@")
    ended = _END_OF_AUTHORITY.search(body)
    authority = body[: ended.start()] if ended else body
    if at < len(authority):
        return at + 1
    own, _, host = authority.rpartition("@")
    between = body[len(authority) : at]
    if _is_host(host, named=not own):
        if own or _is_host(host, named=False) or not _may_be_userinfo(between):
            return len(own) + 1 if own else 0
        return None
    if not own and _NAME.fullmatch(host) and _QUERY.match(body, len(authority)):
        return 0  # the "@" is in a value of the query
    is_name = bool(own) or _NAME_AND_PORT.fullmatch(host) is not None
    if (is_name and set(between) & {"?", "#"}) or _VALUE.search(between):
        return None
    return at + 1


def _may_be_userinfo(between: str) -> bool:
    """Whether a name and a password may end in it, rather than an address within an address."""
    plain = _decoded(between)
    return ":" in plain and "://" not in plain


def _decoded(text: str) -> str:
    for code, letter in (("%40", "@"), ("%3A", ":"), ("%3a", ":"), ("%2F", "/"), ("%2f", "/")):
        text = text.replace(code, letter)
    return text


def _is_host(text: str, named: bool) -> bool:
    """Whether a text is surely a host, with a port or without, and not a part of a password.

    ``named`` says that a name with a dot and without a port is one: no password stands before it.
    """
    host, colon, port = text.rpartition(":") if not text.endswith("]") else ("", "", "")
    if colon and not port.isdecimal():
        return False
    host = host if colon else text
    bare = host.strip("[]")
    if bare == "localhost":
        return True
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return named and not colon and "." in host
    return True


def _hide_in_path(path: str) -> str:
    lowered = path.replace("%40", "@").replace("%3A", ":").replace("%3a", ":")
    colon, at = lowered.find(":"), lowered.rfind("@")
    if 0 <= colon < at:  # an address in an address, as relays take them
        return HIDDEN + "/" + lowered[at + 1 :].partition("/")[2] if "/" in lowered[at:] else HIDDEN
    segments = path.split("/")
    shown = [_hide_segment(each) for each in segments]
    for place, before in enumerate(segments[:-1]):
        if _NAMED.fullmatch(before) and segments[place + 1]:
            shown[place + 1] = HIDDEN
    return "/".join(shown)


def _hide_segment(segment: str) -> str:
    if _KEY.fullmatch(segment):
        return HIDDEN
    return _ASSIGNED.sub(rf"\1\2{HIDDEN}", segment)
