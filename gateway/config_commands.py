"""The section of a gateway's file that says whose commands may harm it."""

import base64
import binascii

from gateway.config_rules import Table

# SubjectPublicKeyInfo of an Ed25519 key (RFC 8410): this head, then 32 bytes.
_HEAD = bytes.fromhex("302a300506032b6570032100")
_KEY_BYTES = 32
_REMEDY = "write the middle line of a key's public PEM file: openssl pkey -in key.pem -pubout"


def read_command_keys(table: Table | None) -> tuple[bytes, ...]:
    """`keys` of the `[commands]` section as raw Ed25519 public keys, one a person; none without the section."""
    if table is None:
        return ()
    written = table.anything("keys")
    table.report_unknown()
    if not isinstance(written, list) or not written or not all(isinstance(one, str) for one in written):
        table.problem("keys", f'keys is no list of texts; {_REMEDY}: keys = ["MCowBQYDK2Vw…"]')
        return ()
    keys = [_key(one) for one in written]
    for number, key in enumerate(keys, 1):
        if key is None:
            table.problem("keys", f"number {number} of keys is no Ed25519 public key; {_REMEDY}")
    known = [key for key in keys if key is not None]
    if len(set(known)) < len(known):
        table.problem("keys", "keys has one key twice; each person has their own")
    return tuple(known)


def _key(written: str) -> bytes | None:
    try:
        decoded = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None
    whole = len(decoded) == len(_HEAD) + _KEY_BYTES and decoded.startswith(_HEAD)
    return decoded[len(_HEAD) :] if whole else None
