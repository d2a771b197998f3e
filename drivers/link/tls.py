"""What a TLS connection holds beyond the bytes that the selector sees, and its failures in plain words."""

import socket
import ssl

_NOT_YET_VALID, _EXPIRED = 9, 10  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_CERTIFICATE_WORDS = {
    _NOT_YET_VALID: "the broker's certificate is not valid yet; is a clock wrong?",
    _EXPIRED: "the broker's certificate has expired; the district must renew it",
    **dict.fromkeys((18, 19, 20, 21), "the broker's certificate is not from the authority in ca_file"),
    **dict.fromkeys(
        (62, 64), "the broker's certificate is for another name; is host right, or does somebody else answer?"
    ),
}
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"})


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


def in_words(failure: Exception) -> str:
    """What a failed connection means; in the library's own words where it is none of the usual causes."""
    if isinstance(failure, ssl.SSLCertVerificationError) and failure.verify_code in _CERTIFICATE_WORDS:
        return _CERTIFICATE_WORDS[failure.verify_code]
    if isinstance(failure, ssl.SSLError) and failure.reason in _NOT_TLS:
        return f"what answers there does not speak TLS: a captive portal, or another service ({failure.reason})"
    return str(failure)


def is_out_of_date(failure: Exception) -> bool:
    """Whether the certificate is right but for its dates."""
    return isinstance(failure, ssl.SSLCertVerificationError) and failure.verify_code in (_NOT_YET_VALID, _EXPIRED)


def is_stranger(failure: Exception) -> bool:
    """Whether somebody answered who is not the broker."""
    return isinstance(failure, ssl.SSLError) and not is_out_of_date(failure)
