"""The envelope of Hi-Link's 24 GHz radars, and the commands that they take and answer in it.

Layout: four head bytes, length (16 bits, little-endian), data, four tail bytes; no checksum, no escaping. A command is
FD FC FB FA … 04 03 02 01 with a command word (16 bits, little-endian) and its value; the answer bears the word with bit
8 set, a status (0 = done) and a value. Commands only work between 00FF (enter) and 00FE (leave).
Evidence: the makers' protocol documents, and answers captured from an LD2410.
"""

from dataclasses import dataclass

from drivers.framing import Verdict, between, exactly

MAX_DATA_BYTES = 64
"""What the radars' own buffer takes (the answer to 00FF says so: 0x0040)."""
ENTER, LEAVE = 0x00FF, 0x00FE
READ_MAC = 0x00A5
READ_FIRMWARE = 0x00A0

_ANSWER = 0x0100
_WORD_BYTES = 2
_MARK_BYTES = 4
_HEADER_BYTES = _MARK_BYTES + 2


@dataclass(frozen=True, slots=True)
class Envelope:
    """One sort of frame, told by its head and tail."""

    head: bytes
    tail: bytes

    @property
    def head_bytes(self) -> tuple[bytes, ...]:
        """Head and length, for `head_pattern`."""
        return (*exactly(self.head), between(_WORD_BYTES, MAX_DATA_BYTES), b"\0")

    def seal(self, data: bytes) -> bytes:
        """The frame around `data`."""
        return self.head + len(data).to_bytes(2, "little") + data + self.tail

    def open(self, frame: bytes) -> bytes | None:
        """The data of a whole frame; None where it is not one."""
        whole = frame.startswith(self.head) and self.measure(frame) == len(frame)
        return frame[_HEADER_BYTES:-_MARK_BYTES] if whole else None

    def measure(self, held: bytes) -> int | Verdict:
        """The length of the frame that begins with this envelope's head."""
        if len(held) < _HEADER_BYTES:
            return Verdict.MORE
        data_bytes = int.from_bytes(held[_MARK_BYTES:_HEADER_BYTES], "little")
        if not _WORD_BYTES <= data_bytes <= MAX_DATA_BYTES:
            return Verdict.NO
        length = _HEADER_BYTES + data_bytes + _MARK_BYTES
        if len(held) < length:
            return Verdict.MORE
        return length if held[length - _MARK_BYTES : length] == self.tail else Verdict.NO


LIMIT_BYTES = _HEADER_BYTES + MAX_DATA_BYTES + _MARK_BYTES
COMMANDS = Envelope(bytes.fromhex("FDFCFBFA"), bytes.fromhex("04030201"))


@dataclass(frozen=True, slots=True)
class Command:
    """A command (`status` is None) or the radar's answer to it; `word` is the command's in both."""

    word: int
    value: bytes = b""
    status: int | None = None

    @property
    def is_answer(self) -> bool:
        """Whether the radar said it."""
        return self.status is not None


def parse_command(frame: bytes) -> Command | None:
    """Take a command or an answer apart; None where the frame is neither."""
    data = COMMANDS.open(frame)
    if data is None:
        return None
    word = int.from_bytes(data[:2], "little")
    if not word & _ANSWER:
        return Command(word, data[2:])
    if len(data) < 4:
        return None
    return Command(word & ~_ANSWER, data[4:], int.from_bytes(data[2:4], "little"))


def encode_command(command: Command) -> bytes:
    """The frame of a command, or of an answer where it has a status."""
    if command.status is None:
        return COMMANDS.seal(command.word.to_bytes(2, "little") + command.value)
    head = (command.word | _ANSWER).to_bytes(2, "little") + command.status.to_bytes(2, "little")
    return COMMANDS.seal(head + command.value)
