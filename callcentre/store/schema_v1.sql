CREATE TABLE alarm (
    seq INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    id TEXT NOT NULL,
    gateway TEXT NOT NULL,
    type TEXT NOT NULL,
    priority TEXT NOT NULL,
    handling INTEGER NOT NULL DEFAULT 0,
    condition TEXT NOT NULL DEFAULT 'active',
    room TEXT,
    device TEXT,
    model TEXT,
    pseudonym TEXT,
    test INTEGER NOT NULL,
    late INTEGER NOT NULL,
    silent INTEGER NOT NULL,
    filed INTEGER NOT NULL,
    raised INTEGER NOT NULL,
    understood INTEGER NOT NULL,
    bears_id INTEGER NOT NULL,
    reason TEXT,
    repeat_count INTEGER NOT NULL DEFAULT 1,
    since TEXT NOT NULL,
    since_known INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    battery_low INTEGER,
    supervised INTEGER,
    owner TEXT,
    owner_role TEXT,
    minutes REAL,
    result TEXT,
    note TEXT,
    UNIQUE (gateway, id)
);

CREATE INDEX alarm_unresolved ON alarm (seq) WHERE handling < 4 AND filed = 0;

CREATE VIEW alarms AS SELECT id, gateway, type, received_at FROM alarm;

CREATE TABLE message (
    seq INTEGER PRIMARY KEY,
    gateway TEXT NOT NULL,
    branch TEXT NOT NULL,
    id TEXT NOT NULL,
    understood INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    raw BLOB,
    UNIQUE (gateway, branch, id)
);

CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    gateway TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    device TEXT NOT NULL,
    room TEXT,
    at TEXT NOT NULL,
    received_at TEXT NOT NULL
);

CREATE INDEX event_by_gateway ON event (gateway, seq);

CREATE TABLE fault (
    gateway TEXT NOT NULL,
    device TEXT NOT NULL,
    name TEXT NOT NULL,
    room TEXT,
    at TEXT NOT NULL,
    over INTEGER NOT NULL,
    PRIMARY KEY (gateway, device, name)
) WITHOUT ROWID;

CREATE TABLE home (
    gateway TEXT PRIMARY KEY,
    state TEXT,
    session INTEGER NOT NULL DEFAULT -1,
    heard_at TEXT,
    heartbeat_minutes INTEGER NOT NULL DEFAULT 60,
    version TEXT,
    problems TEXT NOT NULL DEFAULT '[]',
    pseudonym TEXT,
    digest_at TEXT
) WITHOUT ROWID;

CREATE TABLE answer_outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    gateway TEXT NOT NULL,
    payload BLOB NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE resident (
    pseudonym TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    telephone TEXT NOT NULL,
    note TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE credential (
    digest TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    session INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT
) WITHOUT ROWID;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    alarm TEXT,
    detail TEXT
);

CREATE INDEX audit_by_alarm ON audit (alarm) WHERE alarm IS NOT NULL;
