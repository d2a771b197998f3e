"""AES as SIA DC-09 uses it: CBC from an initial vector of zeros, random padding in front of each message."""

import secrets
import string

BLOCK_BYTES = 16
KEY_BYTES = (16, 24, 32)
_PADDING = string.ascii_letters + string.digits
"""Any character but brackets and the bar would do; these survive every receiver's text handling."""


def padding(length: int) -> str:
    """So many characters that nobody can guess."""
    return "".join(secrets.choice(_PADDING) for _ in range(length))


def encipher(clear: bytes, key: bytes) -> bytes:
    """Seal whole blocks of 16 bytes under a key of 16, 24 or 32."""
    # Here and not above: a house without such a receiver never loads the library.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    sealing = Cipher(algorithms.AES(key), modes.CBC(bytes(BLOCK_BYTES))).encryptor()
    return sealing.update(clear) + sealing.finalize()


def decipher(sealed: bytes, key: bytes) -> bytes:
    """Open whole blocks of 16 bytes; a wrong key gives noise, not an error."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    opening = Cipher(algorithms.AES(key), modes.CBC(bytes(BLOCK_BYTES))).decryptor()
    return opening.update(sealed) + opening.finalize()
