"""One question over a fresh TCP connection and its answer, within a time limit.

A connection of its own for each question: a line that died unnoticed since the last one cannot swallow the next.
"""

import asyncio

ANSWER_LIMIT_BYTES = 2_048


class DialError(Exception):
    """There was no answer. The text names the address and what went wrong."""


async def ask(
    host: str, port: int, question: bytes, *, end: bytes, connect_seconds: float, answer_seconds: float
) -> bytes:
    """Send `question` and return what came back up to and with `end`. Raises DialError."""
    place = f"{host}:{port}"
    try:
        async with asyncio.timeout(connect_seconds):
            reader, writer = await asyncio.open_connection(host, port, limit=ANSWER_LIMIT_BYTES)
    except TimeoutError:
        raise DialError(f"{place} does not take the connection within {connect_seconds:g} s") from None
    except OSError as error:
        raise DialError(f"{place} cannot be reached: {error.strerror or error}") from error
    try:
        async with asyncio.timeout(answer_seconds):
            writer.write(question)
            return await reader.readuntil(end)
    except TimeoutError:
        raise DialError(f"{place} gives no answer within {answer_seconds:g} s") from None
    except asyncio.IncompleteReadError:
        raise DialError(f"{place} closed the connection without an answer") from None
    except asyncio.LimitOverrunError:
        raise DialError(f"{place} answers more than {ANSWER_LIMIT_BYTES} bytes without an end") from None
    except OSError as error:
        raise DialError(f"{place} broke off: {error.strerror or error}") from error
    finally:
        # At once and not in order: the other side may take nothing any more, and nobody waits for it.
        writer.transport.abort()
