-- What was booked of counters that only rise (bytes through a gateway): their value then. So a reading that comes twice
-- adds nothing the second time, and one that was missed is caught up with.
CREATE TABLE billed_counters(
  family TEXT NOT NULL,  -- who reads them: ec2, elasticloadbalancing
  name TEXT NOT NULL,
  epoch TEXT NOT NULL,   -- of which counting the value is; another one begins at nothing
  value BIGINT NOT NULL,
  about TEXT NOT NULL,   -- JSON, the reader's: of whom it is, for when that one is gone
  PRIMARY KEY(family, name)
);
-- How the bill's clock goes: at `began` of the real one it was `told`, and since then it runs `pace` times as fast. No
-- row: it is the real one.
CREATE TABLE bill_clock(
  one INTEGER PRIMARY KEY CHECK (one = 1),  -- there is one clock
  began BIGINT NOT NULL,
  told BIGINT NOT NULL,
  pace BIGINT NOT NULL
);
