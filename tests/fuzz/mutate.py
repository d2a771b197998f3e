"""Making a new input out of old ones: damage as a line does it, and values that a decoder's author did not expect."""

from collections.abc import Callable, Sequence
from random import Random

INPUT_LIMIT_BYTES = 4_096

_VALUES = (
    b"null", b"true", b"-1", b"0", b"1e999", b"-0.0", b"NaN", b"18446744073709551616", b'""', b'"\\ud800"', b"[]",
    b"{}", b"[" * 40, b'{"a":' * 40, b"\xff\xfe", b"\x00", b"9" * 400, b'"' + b"x" * 300 + b'"', "紧急".encode(),
)  # fmt: skip
_BYTES = b"\x00\x01\x7f\x80\xfe\xff\xaaU"

Mutation = Callable[[Random, bytearray, Sequence[bytes]], None]


def _flip_a_bit(random: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set_a_byte(random: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    data[random.randrange(len(data))] = random.choice(_BYTES) if random.random() < 0.5 else random.randrange(256)


def _delete(random: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    start = random.randrange(len(data))
    del data[start : start + random.randint(1, 8)]


def _cut_off(random: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    del data[random.randrange(len(data)) :]


def _repeat(random: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    start = random.randrange(len(data))
    piece = bytes(data[start : start + random.randint(1, 32)])
    data[start:start] = piece * random.choice((1, 2, 50))


def _insert_noise(random: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    at = random.randint(0, len(data))
    data[at:at] = random.randbytes(random.randint(1, 8))


def _insert_a_value(random: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    """Put a strange value where a value stood, or anywhere."""
    colon = data.find(b":", random.randrange(len(data)))
    start = colon + 1 if colon >= 0 else random.randint(0, len(data))
    ends = [end for end in (data.find(b",", start), data.find(b"}", start)) if end >= 0]
    data[start : min(ends, default=start)] = random.choice(_VALUES)


def _splice(random: Random, data: bytearray, others: Sequence[bytes]) -> None:
    other = random.choice(others)
    data[random.randint(0, len(data)) :] = other[random.randint(0, len(other)) :]


MUTATIONS: tuple[Mutation, ...] = (
    _flip_a_bit, _set_a_byte, _delete, _cut_off, _repeat, _insert_noise, _insert_a_value, _splice,
)  # fmt: skip


def new_input(random: Random, corpus: Sequence[bytes]) -> bytes:
    """A damaged member of the corpus; now and then nothing but noise. At most INPUT_LIMIT_BYTES."""
    if not corpus or random.random() < 0.1:
        return random.randbytes(random.randint(0, 64))
    data = bytearray(random.choice(corpus))
    for _ in range(random.choice((1, 1, 2, 4))):
        if data:
            random.choice(MUTATIONS)(random, data, corpus)
    return bytes(data[:INPUT_LIMIT_BYTES])
