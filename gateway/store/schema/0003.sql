-- What each further route has done with a message: one row once it has left by that route. `received` is null until the
-- far end itself said that it has it (an alarm receiver's ACK, a telephone network's report of delivery).

CREATE TABLE delivery (
    event    TEXT NOT NULL,
    route    TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    sent     TEXT NOT NULL,
    received TEXT,
    PRIMARY KEY (event, route)
) WITHOUT ROWID;
