"""The socket between paho and the line: what is held back goes out whole, what was read ahead is not forgotten."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.link.gathering import GatheringSocket


@pytest.fixture
def line() -> Iterator[tuple[GatheringSocket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
        near.setblocking(False)
        with closing(GatheringSocket(near)) as gathering, far:
            far.settimeout(10)
            yield gathering, far


def test_many_small_writes_leave_together_and_only_when_told(line: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, far = line
    assert [gathering.send(b"one "), gathering.send(bytearray(b"two"))] == [4, 3]
    far.setblocking(False)
    with pytest.raises(BlockingIOError):
        far.recv(1)
    assert gathering.flush()
    far.settimeout(10)
    assert far.recv(100) == b"one two"


def test_a_line_that_takes_no_more_is_said_and_nothing_is_lost(line: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, far = line
    payload = bytes(range(256)) * 40_000
    accepted = 0
    while gathering.flush():
        accepted += gathering.send(payload[accepted:])
    accepted += gathering.send(payload[accepted:])  # the room that the last flush made
    with pytest.raises(BlockingIOError):
        gathering.send(payload[accepted:])
    heard = b""
    while len(heard) < accepted:
        heard += far.recv(1_000_000)
        gathering.flush()
    assert heard == payload[:accepted]


def test_a_goodbye_still_goes_out_when_it_is_closed(line: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, far = line
    gathering.send(b"goodbye")
    gathering.close()
    assert far.recv(100) == b"goodbye"
    assert far.recv(100) == b""
    assert gathering.fileno() == -1


def test_the_end_of_the_line_is_heard_after_what_was_read_ahead(line: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, far = line
    far.sendall(b"abc")
    far.shutdown(socket.SHUT_WR)
    gathering.setblocking(True)
    assert gathering.recv(2) == b"ab"
    assert gathering.holds_more
    assert gathering.recv(2) == b"c"
    assert not gathering.holds_more
    assert gathering.recv(2) == b""


def test_messages_are_taken_whole_and_everything_else_is_left(line: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, far = line
    gathering.setblocking(True)
    message, ping = b"\x32\x06\x00\x01t\x00\x07\x00", b"\xd0\x00"
    far.sendall(message + ping + message[:3])
    taken = gathering.next_publish()
    assert taken is not None
    assert (taken.topic, taken.payload, taken.mid) == ("t", b"", 7)
    assert gathering.next_publish() is None
    assert [gathering.recv(2), gathering.next_publish(), gathering.recv(9)] == [ping, None, message[:3]]


def test_an_acknowledgement_leaves_with_what_was_said_before_it(line: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, far = line
    gathering.send(b"said")
    gathering.acknowledge(258)
    assert gathering.flush()
    assert far.recv(100) == b"said\x40\x02\x01\x02"


@given(st.binary(min_size=1, max_size=2_000), st.data())
def test_any_sizes_of_reading_give_the_same_bytes(sent: bytes, data: st.DataObject) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    with closing(GatheringSocket(near)) as gathering, far:
        far.sendall(sent)
        heard = b""
        while len(heard) < len(sent):
            heard += gathering.recv(data.draw(st.integers(1, 300)))
    assert heard == sent


class Broken:
    """A socket that says once what is wrong, as TLS does with the other side's alert."""

    def __init__(self) -> None:
        self.words: list[Exception] = [ssl.SSLWantReadError(), ssl.SSLError("tlsv1 alert unknown ca")]

    def recv(self, _limit: int) -> bytes:
        if self.words:
            raise self.words.pop(0)
        return b""


def test_what_ended_the_line_is_told_to_everybody_who_asks() -> None:
    gathering = GatheringSocket(cast(socket.socket, Broken()))
    with pytest.raises(ssl.SSLWantReadError):
        gathering.next_publish()
    for _ in range(2):
        with pytest.raises(ssl.SSLError, match="unknown ca"):
            gathering.next_publish()
    with pytest.raises(ssl.SSLError, match="unknown ca"):
        gathering.recv(1)
