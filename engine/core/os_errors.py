"""What the system says when it refuses something, in plain words."""

from __future__ import annotations

import errno
import os

NO_DESCRIPTOR = "too many files and connections are open (ulimit -n)"
"""Why no further file or socket can be opened."""

_REASONS = {
    errno.ENOENT: "there is no such file or folder",
    errno.EEXIST: "there is a file of that name already",
    errno.EACCES: "its permissions forbid it",
    errno.EPERM: "its permissions forbid it",
    errno.EROFS: "that disk may only be read",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the space that this user may take on the disk is used up",
    errno.EFBIG: "the file may not become any larger",
    errno.EISDIR: "it is a folder",
    errno.ENOTDIR: "a part of its path is no folder",
    errno.ENXIO: "nobody reads from it",
    errno.EPIPE: "nobody reads from it any more",
    errno.EIO: "the disk or device fails",
    errno.ENAMETOOLONG: "its name is too long",
    errno.ELOOP: "its links lead round in a circle",
    errno.EMFILE: NO_DESCRIPTOR,
    errno.ENFILE: NO_DESCRIPTOR,
    errno.EINVAL: "it cannot be used like that",
    errno.EADDRINUSE: "another program uses that port",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.ECONNREFUSED: "nobody listens there",
    errno.EHOSTUNREACH: "that machine cannot be reached",
    errno.ENETUNREACH: "that network cannot be reached",
}


def os_reason(error: OSError) -> str:
    """Return in plain words why the system refused something, without the name of the file."""
    if error.errno in _REASONS:
        return _REASONS[error.errno]
    text = error.strerror or str(error) or type(error).__name__
    return text[0].lower() + text[1:]


def describe_os_error(error: OSError) -> str:
    """Return what the system refused: "songs/a.wav: there is no such file or folder"."""
    name = error.filename
    named = "" if name is None or isinstance(name, int) else f"{os.fsdecode(name)}: "
    return named + os_reason(error)


def has_no_descriptor(error: object) -> bool:
    """Whether an error means that no further file or socket can be opened."""
    if isinstance(error, ImportError):  # of a library that the system was to load
        return os.strerror(errno.EMFILE) in str(error)
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)
