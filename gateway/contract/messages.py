"""The messages of contract version 1 as types; the published JSON Schemas are generated from them.

Readers accept unknown keys and unknown words (version 1 grows only by addition); writers use the words below.
"""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

Uuid = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
Count = Annotated[int, Meta(ge=1)]
Ordinal = Annotated[int, Meta(ge=0)]
Source = Annotated[str, Meta(pattern=r"^/gateways/[a-z0-9-]{1,32}$")]
ContactId = Annotated[str, Meta(pattern=r"^[0-9]{3}$")]
ScaipWord = Annotated[str, Meta(pattern=r"^[0-9]{4}$")]

Priority = Literal["fire", "person", "property", "trouble", "record", "telemetry"]
AnswerState = Literal["received", "accepted", "dispatched", "arrived", "resolved", "hold"]
Result = Literal[
    "helped", "hospital", "no_help_needed", "accidental", "cooking_smoke", "device_fault", "not_found", "test"
]
RESULTS: tuple[Result, ...] = (
    "helped",
    "hospital",
    "no_help_needed",
    "accidental",
    "cooking_smoke",
    "device_fault",
    "not_found",
    "test",
)


class Position(Struct, kw_only=True):
    """Where the alarm's device was last. Degrees are WGS-84, south and west negative; `accuracy_m` is a radius.

    `age_seconds` is how old the fix was when the alarm was received. `source` is one of `gnss`, `wifi`, `cell`,
    `network` (wireless networks or cells), `fused`. `datum` is what the device itself reported, before conversion.
    """

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    accuracy_m: float | None
    fixed_at: Time
    age_seconds: float | None
    source: str | None
    datum: Literal["wgs84", "gcj02"]


class Data(Struct, kw_only=True):
    """What every alarm and event message says. Unknown is null, never false. Units stand in the names.

    `alarm` is the id of the raised event: join by it. Order is (`store`, `boot`, `sequence`), never the id or the time.
    `evidence` is numbers and machine words, never free text. `scaip` is a pair (device type, status code).
    `location` stands only in alarms and tests, and only where the device has told where it is.
    """

    alarm: Uuid | None
    kind: str
    type: str | None
    priority: Priority
    device: str | None
    model: str | None
    room: str | None
    supervised: bool | None
    state: Literal["active", "cleared", "cancelled"] | None
    test: bool
    late: bool
    store: str
    boot: Ordinal
    sequence: Ordinal
    clock_quality: Literal["synchronised", "untrusted"]
    received_at: Time
    sent_at: Time
    attempt: Count
    route: str
    battery_percent: float | None
    battery_mv: int | None
    battery_low: bool | None
    rssi_dbm: int | None
    link_quality: int | None
    silenced: bool | None
    evidence: dict[str, Any]
    scaip: Annotated[list[ScaipWord], Meta(min_length=2, max_length=2)] | None
    contact_id: ContactId | None
    location: Position | UnsetType = UNSET


class CloudEvent(Struct, kw_only=True):
    """A CloudEvents 1.0 envelope in structured JSON.

    Fold by `id`: it is the same in every retry. `time` is when it happened.
    `subject` is the resident's pseudonym, absent for a shared room.
    """

    specversion: Literal["1.0"]
    id: Uuid
    source: Source
    type: Annotated[str, Meta(pattern=r"^anju\.(alarm|test|event)\.[a-z_]+$")]
    time: Time
    datacontenttype: Literal["application/json"]
    data: Data
    subject: str | UnsetType = UNSET


class Reading(Struct, kw_only=True):
    """What was measured of one quantity since the last digest, in `unit`: how often, between what, and last."""

    unit: str | None
    count: Count
    lowest: float
    highest: float
    last: float


class StreamQuality(Struct, kw_only=True):
    """How a worn device's blocks of samples arrived since the last digest. The samples themselves stay in the house.

    `late_blocks` came twice or after they had been given up. `clock_drift_ppm` is how much faster the device's clock
    runs than the gateway's, over at least an hour; null until then.
    """

    blocks: Ordinal
    missing_blocks: Ordinal
    gaps: Ordinal
    late_blocks: Ordinal
    clock_drift_ppm: float | None


class DeviceDigest(Struct, kw_only=True, omit_defaults=True):
    """What one device said since the last digest; what is unknown or empty is left out, for it costs mobile data.

    `measurements` are there only where the house may send them.
    """

    device: str
    room: str | None
    last_heard_at: Time
    messages: int
    battery_percent: float | None = None
    rssi_dbm: int | None = None
    link_quality: int | None = None
    activity: dict[str, int] = {}
    measurements: dict[str, Reading] = {}
    stream: StreamQuality | None = None


class DigestData(Struct, kw_only=True):
    """A telemetry digest: counts and last values, no raw streams."""

    since: Time
    until: Time
    store: str
    devices: list[DeviceDigest]


class Digest(Struct, kw_only=True):
    """The envelope of a telemetry digest. It is not answered and not retried."""

    specversion: Literal["1.0"]
    id: Uuid
    source: Source
    type: Literal["anju.telemetry.digest"]
    time: Time
    datacontenttype: Literal["application/json"]
    data: DigestData
    subject: str | UnsetType = UNSET


FallsWatched = Literal["watching", "not_worn", "silent", "faulty"]


class Protection(Struct, kw_only=True, omit_defaults=True):
    """What the house may promise of noticing that somebody has collapsed.

    `none`: it has no sensors for it. `off`: switched off in its file. `suspended`: nobody is at home, `until` then.
    `kinds` are the verdicts that its sensors allow. `falls` is whether the samples of a worn device are judged:
    `watching`, or nothing is judged because it is `not_worn`, `silent` or `faulty`; absent where none is enrolled.
    `quiet` are the hours in which nobody is asked aloud, by the home's clock (`22:00-07:00`); absent where there are
    none.
    """

    inactivity: Literal["watching", "suspended", "none", "off"]
    kinds: list[str] = []
    until: Time | None = None
    falls: FallsWatched | None = None
    quiet: str | None = None


class Status(Struct, kw_only=True):
    """A gateway's status: birth and heartbeat (`online`), orderly end (`stopping`), will (`offline`).

    A will whose `session` is older than the last birth's is to be ignored. `sequence` is the last event on the disk.
    `devices` gives each device's last sign of life; `open` the ids of open alarms, the longest open first.
    `unsupervised` are the devices whose silence nobody would notice; `hand_tests_due` those of them that nobody has
    used or tested for a month. All are cut where the message would exceed the contract's size: the totals tell how
    many there are. `settings` tells whose settings are in force, `protection` whether silence is watched.
    """

    state: Literal["online", "offline", "stopping"]
    session: int
    at: Time
    version: str | None = None
    heartbeat_minutes: Annotated[int, Meta(ge=1, le=1440)] | None = None
    store: str | None = None
    boot: int | None = None
    sequence: int | None = None
    devices: dict[str, Time | None] = {}
    devices_total: int = 0
    open: list[str] = []
    open_total: int = 0
    unsupervised: list[str] = []
    unsupervised_total: int = 0
    hand_tests_due: list[str] = []
    hand_tests_due_total: int = 0
    problems: list[str] = []
    settings: Literal["installer", "trial", "district"] | None = None
    protection: Protection | None = None


class CentreStatus(Struct, kw_only=True):
    """Whether the centre listens. Where none is retained, nobody has said that it does not."""

    state: Literal["online", "offline"]
    at: Time


class Answer(Struct, kw_only=True):
    """The centre's answer. `about` is a message's id for `received` and `hold`, the raised event's for handling.

    `role` is the responder's role, never a name; `minutes` the time to arrival where known; `result` comes with
    `resolved`. `understood` is false, and stands there only then, where the message was stored but not readable.
    """

    id: str
    about: str
    state: AnswerState
    at: Time
    role: str | None = None
    minutes: float | None = None
    result: Result | None = None
    understood: bool | UnsetType = UNSET


class JwsSignature(Struct, kw_only=True):
    """One signature of a JWS: base64url of `{"alg": "EdDSA"}`, and of the 64 bytes."""

    protected: str
    signature: str


class Jws(Struct, kw_only=True):
    """A JSON Web Signature in its general JSON serialization (RFC 7515); the payload is a signed command."""

    payload: str
    signatures: list[JwsSignature]


class SignedCommand(Struct, kw_only=True, omit_defaults=True):
    """What is signed of a command, and all that is acted on. It is for one gateway and one database of it.

    `nonce` comes from the gateway's reply to the command `nonce`; it is needed where the gateway's clock is untrusted.
    `settings` belongs to `set_config`: the whole new file of the house, as TOML.
    """

    REPEATED: ClassVar = ("id", "command", "issuer", "issued_at", "expires_at")
    """What stands in the command around it too, word for word."""

    id: str
    command: str
    issuer: str
    issued_at: Time
    expires_at: Time = field(name="expiry")
    gateway: str
    store: str
    nonce: str | None = None
    settings: str | None = None


class Command(Struct, kw_only=True, omit_defaults=True):
    """An order of the centre. It acts at most once, and only until `expiry` (at most 5 minutes after `issued_at`).

    `heartbeat_minutes` (1 to 1440) belongs to `set_heartbeat`. `speak` says `sentence`, by its name, in the home.
    `silence` ends what is sounded and said of the alarm whose raised event is `alarm`, never the alarm itself.
    `test` raises a test of `device` (of the house where null), `type` being the alarm type that it tests.
    `away` says that nobody will be at home before `until`; `at_home` ends that.
    `reboot`, `set_config` and `wipe`, and later `update`, are signed (`jws`). Other commands bring keys of their own.
    """

    id: str
    command: str
    issuer: str
    issued_at: Time
    expires_at: Time = field(name="expiry")
    heartbeat_minutes: int | None = None
    sentence: str | None = None
    alarm: str | None = None
    device: str | None = None
    type: str | None = None
    until: Time | None = None
    jws: Jws | None = None


class Reply(Struct, kw_only=True):
    """What became of a command; `reason` says why it was refused. `id` is the command's (MQTT correlation data too).

    `nonce` answers the command of that name.
    """

    id: str
    command: str
    done: bool
    at: Time
    reason: str | None = None
    nonce: str | UnsetType = UNSET


PUBLISHED: tuple[type[Struct], ...] = (CloudEvent, Digest, Status, CentreStatus, Answer, Command, SignedCommand, Reply)
"""The messages that have a schema of their own in the published contract."""
