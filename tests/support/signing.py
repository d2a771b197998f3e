"""Orders signed as a district does: JWS with Ed25519, written from RFC 7515 and RFC 8037."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.contract.times import to_text

ANNA, BORIS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def public(key: Ed25519PrivateKey) -> str:
    """As the middle line of the PEM file that openssl writes."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jws(payload: bytes, *keys: Ed25519PrivateKey, algorithm: str = "EdDSA") -> dict[str, Any]:
    """RFC 7515, 7.2.1."""
    protected, encoded = base64url(json.dumps({"alg": algorithm}).encode()), base64url(payload)
    said = f"{protected}.{encoded}".encode()
    signatures = [{"protected": protected, "signature": base64url(key.sign(said))} for key in keys]
    return {"payload": encoded, "signatures": signatures}


def signed_order(
    store: str, nonce: str | None, *keys: Ed25519PrivateKey, id_: str, command: str, **more: Any
) -> dict[str, Any]:
    """An order to gw-0001, good for two minutes."""
    now = datetime.now(UTC)
    words = {
        "id": id_, "command": command, "issuer": "desk", "issued_at": to_text(now),
        "expiry": to_text(now + timedelta(minutes=2)),
    }  # fmt: skip
    payload = {**words, "gateway": "gw-0001", "store": store, "nonce": nonce, **more}
    return {**words, "jws": jws(json.dumps(payload).encode(), *keys)}
