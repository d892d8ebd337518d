-- What is billed: who used how much of what, from when to when. A service writes a row in the transaction that begins or
-- ends the use, so that it is as exact as the state itself, and nothing stands twice after a kill.
CREATE TABLE billed_usage(
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  service TEXT NOT NULL,    -- as the bill names it: Amazon Elastic Compute Cloud - Compute
  usage_type TEXT NOT NULL, -- without the region's prefix: BoxUsage:t3.small
  operation TEXT NOT NULL,  -- RunInstances
  resource TEXT NOT NULL,   -- its ARN
  unit TEXT NOT NULL,       -- how quantity and time make an amount; a word of region::UsageUnit
  quantity BIGINT NOT NULL, -- at any moment between the two, or of single events altogether
  began BIGINT NOT NULL,    -- milliseconds
  ended BIGINT,             -- null while it goes on
  tags TEXT NOT NULL        -- JSON, the resource's when the use ended; while it goes on they are in the table of tags
);
CREATE INDEX billed_usage_account ON billed_usage(account, ended, began);
CREATE INDEX billed_usage_resource ON billed_usage(resource, ended);
CREATE INDEX billed_usage_event ON billed_usage(resource, usage_type, began);
