-- What the house knows of each enrolled device beyond its events: one row per device, whatever it says and for how long.
-- `proven_*` is the newest event that shows its purpose to work (an alarm, a test, a sign of life in use); `location`
-- is the last fix as JSON, which only an alarm may take out of the house.
CREATE TABLE device (
    id              TEXT PRIMARY KEY,
    heard_at        TEXT,
    proven_at       TEXT,
    proven_kind     TEXT,
    proven_type     TEXT,
    battery_percent REAL,
    battery_low     INTEGER,
    location        TEXT
) WITHOUT ROWID;

INSERT INTO device (id, heard_at)
SELECT device, max(received_at) FROM event
WHERE device IS NOT NULL AND kind <> 'supervision_lost' GROUP BY device;

-- SQLite takes the bare columns from the very row that has the maximum.
INSERT INTO device (id, proven_at, proven_kind, proven_type)
SELECT device, max(received_at), kind, type FROM event
WHERE device IS NOT NULL AND kind IN ('alarm', 'test', 'activity', 'service_request') GROUP BY device
ON CONFLICT (id) DO UPDATE
SET proven_at = excluded.proven_at, proven_kind = excluded.proven_kind, proven_type = excluded.proven_type;
