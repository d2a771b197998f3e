"""What a TLS connection holds beyond the bytes that the selector sees."""

import socket
import ssl


def pending(connected: socket.socket) -> bool:
    """Whether decrypted bytes wait inside: they would never wake the selector."""
    return isinstance(connected, ssl.SSLSocket) and connected.pending() > 0


def last_words(connected: socket.socket | None) -> str | None:
    """Why a TLS server hung up, None where it did not say.

    It says so and closes at once: the failing write of ours would hide the alert that lies there to be read.
    """
    if not isinstance(connected, ssl.SSLSocket):
        return None
    try:
        connected.recv(1)
    except ssl.SSLError as error:
        return f"TLS ended with {error.reason.lower().replace('_', ' ')}" if error.reason else None
    except OSError:
        return None
    return None
