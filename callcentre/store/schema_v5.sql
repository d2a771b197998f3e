ALTER TABLE home ADD COLUMN falls TEXT;
CREATE TABLE fault_v5 (
    gateway TEXT NOT NULL,
    device TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    room TEXT,
    at TEXT NOT NULL,
    over INTEGER NOT NULL,
    PRIMARY KEY (gateway, device, name, detail)
) WITHOUT ROWID;
INSERT INTO fault_v5 (gateway, device, name, room, at, over) SELECT gateway, device, name, room, at, over FROM fault;
DROP TABLE fault;
ALTER TABLE fault_v5 RENAME TO fault;
