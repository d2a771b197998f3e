"""Commands that can harm a house: believed only signed, for this house, now, once, and while nobody calls for help.

The signature is a JWS (RFC 7515, general JSON serialization) with Ed25519 (RFC 8037, `alg` EdDSA), so that any library
of the trade can make one. Only the signed payload is acted on; the words around it are for the reply. A gateway whose
clock cannot tell what has expired wants a nonce of its own in the payload instead.
"""

import base64
import binascii
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from drivers.event import ClockQuality
from gateway.clock import Clock
from gateway.contract.messages import Command, Jws, SignedCommand

NONCE_SECONDS = 300.0
_ALGORITHM = "EdDSA"
_SIGNATURE_LIMIT = 8


class _Protected(msgspec.Struct):
    alg: str


@dataclass(slots=True)
class _Nonce:
    text: str
    until: float


class Signatures:
    """The district's command keys (raw Ed25519 public keys, one a person) and the nonce that is open now."""

    def __init__(
        self,
        keys: Sequence[bytes],
        gateway: str,
        store: Callable[[], str],
        alarm_is_open: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._gateway = gateway
        self._store = store
        self._alarm_is_open = alarm_is_open
        self._clock = clock
        self._nonce: _Nonce | None = None

    def new_nonce(self) -> str:
        """A nonce for one command within NONCE_SECONDS; the one before it is void."""
        self._nonce = _Nonce(secrets.token_hex(16), self._clock.monotonic() + NONCE_SECONDS)
        return self._nonce.text

    def read(self, command: Command, people: int) -> SignedCommand | str:
        """What so many different people have signed, or why it is not believed."""
        if not self._keys:
            return "no_command_key"
        if command.jws is None:
            return "not_signed"
        signers = self._signers(command.jws)
        if len(signers) < people:
            return "bad_signature" if not signers else "another_signature_needed"
        try:
            signed = msgspec.json.decode(_decoded(command.jws.payload), type=SignedCommand)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return "unreadable"
        if any(getattr(signed, name) != getattr(command, name) for name in SignedCommand.REPEATED):
            return "not_what_was_signed"
        if (signed.gateway, signed.store) != (self._gateway, self._store()):
            return "foreign"
        if not self._is_timely(signed):
            return "nonce_needed"
        return "alarm_open" if self._alarm_is_open() else signed

    def _is_timely(self, signed: SignedCommand) -> bool:
        """The dates were compared already, where the clock is known; elsewhere the nonce stands in for it."""
        if signed.nonce is None:
            return self._clock.quality() is ClockQuality.SYNCHRONISED
        nonce, self._nonce = self._nonce, None
        return (
            nonce is not None
            and self._clock.monotonic() < nonce.until
            and secrets.compare_digest(nonce.text.encode(), signed.nonce.encode())
        )

    def _signers(self, jws: Jws) -> set[int]:
        """Which of the keys have signed; each counts once, however often it did."""
        # Here and not above: a house that gets no such command never loads the library.
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        found: set[int] = set()
        for one in jws.signatures[:_SIGNATURE_LIMIT]:
            try:
                if msgspec.json.decode(_decoded(one.protected), type=_Protected).alg != _ALGORITHM:
                    continue
                signature = _decoded(one.signature)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                continue
            said = f"{one.protected}.{jws.payload}".encode()
            for number, key in enumerate(self._keys):
                try:
                    Ed25519PublicKey.from_public_bytes(key).verify(signature, said)
                except InvalidSignature:
                    continue
                found.add(number)
        return found


def _decoded(text: str) -> bytes:
    """Base64url without padding. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
