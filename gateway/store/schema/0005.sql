-- Alarms that their person may still take back. A power cut must not lose one: what is due at the next start is raised.
-- `due` is by the wall clock; `details` is the event as it will leave, and how long the whole window is.
CREATE TABLE pending (
    event   TEXT NOT NULL,
    type    TEXT NOT NULL,
    due     TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (event, type)
) WITHOUT ROWID;

-- The few seconds of acceleration around a fall, for review in the home: they leave it only when somebody asks.
-- `samples` are x, y, z as signed 16-bit little-endian counts, 32767 being `range_g`; `impact_ms` counts from the first.
-- `result` is what the centre said when it closed the alarm.
CREATE TABLE excerpt (
    event     TEXT PRIMARY KEY,
    device    TEXT NOT NULL,
    taken_at  TEXT NOT NULL,
    position  TEXT NOT NULL,
    rate_hz   REAL NOT NULL,
    range_g   REAL NOT NULL,
    impact_ms INTEGER NOT NULL,
    samples   BLOB NOT NULL,
    result    TEXT
) WITHOUT ROWID;
CREATE INDEX excerpt_taken_at ON excerpt (taken_at);

-- What was taken back in its cancel window was never raised: its kind is `cancelled` here, and `alarm` stands once for a
-- raised alarm as ever.
DROP VIEW events;
CREATE VIEW events AS
SELECT e.id,
       CASE WHEN e.kind = 'alarm' AND json_extract(e.details, '$.state') = 'cancelled' THEN 'cancelled' ELSE e.kind END
           AS kind,
       e.type, e.device, e.received_at, e.room, e.alarm, e.priority, e.repeat_count, e.boot, e.sequence,
       o.received, o.accepted, o.dispatched, o.arrived, o.resolved, o.result
FROM event AS e LEFT JOIN outbox AS o USING (sequence)
WHERE NOT (e.kind = 'alarm' AND e.alarm IS NOT e.id);
