-- The first schema. One row of `event` is one thing that happened; one row of `outbox` is one message the district must
-- answer, written in the same commit as its event.
-- Times are RFC 3339 in UTC with milliseconds: they sort as text and read well in any tool.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE event (
    sequence     INTEGER PRIMARY KEY,
    boot         INTEGER NOT NULL,
    id           TEXT NOT NULL,
    kind         TEXT NOT NULL,
    type         TEXT,
    alarm        TEXT,
    device       TEXT,
    room         TEXT,
    priority     TEXT NOT NULL,
    received_at  TEXT NOT NULL,
    occurred_at  TEXT,
    repeat_count INTEGER NOT NULL DEFAULT 1,
    details      TEXT NOT NULL
);
CREATE UNIQUE INDEX event_id ON event (id);
-- Finds old telemetry without a look at every row; alarms are not in it and cost nothing for it.
CREATE INDEX event_telemetry ON event (received_at) WHERE priority = 'telemetry';

-- The three columns of an alarm's life that are times: null until the answer came. `raised` marks what an operator
-- has to resolve; every other message is done with once it is received.
CREATE TABLE outbox (
    sequence   INTEGER PRIMARY KEY REFERENCES event (sequence),
    rank       INTEGER NOT NULL,
    raised     INTEGER NOT NULL,
    received   TEXT,
    accepted   TEXT,
    dispatched TEXT,
    arrived    TEXT,
    resolved   TEXT,
    result     TEXT
);
CREATE INDEX outbox_waiting ON outbox (rank, sequence) WHERE received IS NULL;
CREATE INDEX outbox_open ON outbox (sequence) WHERE raised = 1 AND resolved IS NULL;

-- What is on or wrong right now, so that a restart neither repeats nor forgets it: an active smoke alarm, a low battery.
CREATE TABLE condition (
    device   TEXT NOT NULL,
    name     TEXT NOT NULL,
    event    TEXT NOT NULL,
    since    TEXT NOT NULL,
    PRIMARY KEY (device, name)
) WITHOUT ROWID;

-- For people and their tools: kind `alarm` stands exactly once for a raised alarm, its end is kind `restore`.
CREATE VIEW events AS
SELECT e.id, e.kind, e.type, e.device, e.received_at, e.room, e.alarm, e.priority, e.repeat_count, e.boot, e.sequence,
       o.received, o.accepted, o.dispatched, o.arrived, o.resolved, o.result
FROM event AS e LEFT JOIN outbox AS o USING (sequence)
WHERE NOT (e.kind = 'alarm' AND e.alarm IS NOT e.id);
