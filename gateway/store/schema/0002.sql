-- What is being watched over time: somebody out of bed, an open door, readings beyond a limit. A power cut must neither
-- forget it nor begin it anew. `due` is when it becomes an alarm, null where that hangs on further readings; `details`
-- is the rule's own JSON.

CREATE TABLE watching (
    device  TEXT NOT NULL,
    rule    TEXT NOT NULL,
    due     TEXT,
    details TEXT NOT NULL,
    PRIMARY KEY (device, rule)
) WITHOUT ROWID;
