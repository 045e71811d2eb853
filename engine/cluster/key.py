"""The key of a room: one file that every machine of it holds, and nobody else.

It holds what TLS needs on both ends of a connection: a certificate, its private key, and the
certificate that both ends check it by. What signed them is thrown away as soon as they are made, so
that nobody can make another key that fits. It never expires: a stage computer without network may
think that it is 1970.

Whoever has the file may enter the room, under any name. A room gets a new key by making one and
copying it to every machine again.
"""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from engine.core.errors import ClusterError, UnreadableFile, UnwritableFile
from engine.core.extras import install_line
from engine.core.files import read_file
from engine.core.os_errors import os_reason
from engine.system.state_folder import user_folder
from engine.system.whole_file import write_whole

EXTRA: Final = "cluster"
"""The extra that brings what several machines need."""
MOST: Final = 16_384
"""Bytes of the largest file that is read as a key."""
_BEGIN, _END = b"-----BEGIN ", b"-----END "
_PARTS: Final = (b"PRIVATE KEY", b"CERTIFICATE", b"CERTIFICATE")
_HEAD: Final = (
    b"# The key of a Sensorium room. Copy it to every machine of the room; keep it secret.\n"
)
_NAME: Final = "sensorium"


class RoomKey(NamedTuple):
    """The parts of a key, each as PEM; ``mark`` is how people tell two keys apart."""

    private: bytes
    certificate: bytes
    authority: bytes

    @property
    def mark(self) -> str:
        """Return eight digits that differ from key to key, and tell nothing about it."""
        return sha256(self.certificate).hexdigest()[:8]


def default_place() -> Path:
    """Return where the key of this user's room lies unless told otherwise."""
    return user_folder() / "room.key"


def make_key() -> RoomKey:
    """Return a new key; raise ClusterError where the library for it is missing."""
    try:
        from cryptography import x509  # noqa: PLC0415
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415
    except ImportError as error:
        raise ClusterError(
            f"a key is made with a library that is missing: {install_line(EXTRA)}"
        ) from error

    def name(of: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)])

    authority_key = ec.generate_private_key(ec.SECP256R1())
    own_key = ec.generate_private_key(ec.SECP256R1())

    def begin(of: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .issuer_name(name(f"{_NAME} room"))
            .subject_name(name(of))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(1970, 1, 1))
            .not_valid_after(datetime(9999, 12, 31, 23, 59, 59))
        )

    signs = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    both_ends = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    authority = (
        begin(f"{_NAME} room", authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signs, critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    own = (
        begin(_NAME, own_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both_ends), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(_NAME)]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = own_key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return RoomKey(private, own.public_bytes(pem), authority.public_bytes(pem))


def write_key(key: RoomKey, file: Path, replace: bool = False) -> None:
    """Write a key where only this user may read it; raise UnwritableFile where that fails.

    One that is there is kept unless ``replace``: the other machines would be shut out.
    """
    if file.exists() and not replace:
        raise UnwritableFile(
            f"{file} is there already: copy it to the other machines, or replace it with"
            " --new, which shuts out every machine that has the old one"
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if os.name == "posix" and file.is_file():
            file.chmod(0o600)  # before: the new file takes over the permissions of the old one
        write_whole({file: _HEAD + b"".join(key)})
    except OSError as error:
        raise UnwritableFile(f"{file}: the key cannot be written: {os_reason(error)}") from None


def read_key(file: Path) -> RoomKey:
    """Return the key that a file holds.

    Raise ClusterError where there is none, where others of this computer may read it, or where it
    is no key.
    """
    if not file.exists():
        raise ClusterError(
            f"there is no key of a room in {file}: make one with sensorium key, and copy it to"
            " every machine of the room"
        )
    try:
        data = read_file(file, MOST)
    except UnreadableFile as error:
        raise ClusterError(f"the key of the room, {file}, {error}") from None
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ClusterError(
            f"{file}: others on this computer can read the key of the room: chmod 600 {file}"
        )
    blocks = list(_blocks(data))
    if tuple(kind for kind, _ in blocks) != _PARTS:
        raise ClusterError(f"{file} is no key of a room: make one with sensorium key")
    return RoomKey(*(block for _, block in blocks))


def _blocks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the text of each PEM block that is whole (RFC 7468)."""
    kind = b""
    lines: list[bytes] = []
    for line in data.splitlines(keepends=True):
        if line.startswith(_BEGIN):
            kind, lines = line.strip()[len(_BEGIN) : -5], []
        lines.append(line)
        if line.startswith(_END) and kind:
            with_body = b"".join(one.strip() for one in lines[1:-1])
            try:
                base64.b64decode(with_body, validate=True)
            except ValueError:
                return
            yield kind, b"".join(lines)
            kind = b""
