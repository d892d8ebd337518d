-- What was told of an account's cost limit: the limit, as its tag says it, and the highest share of it that was told.
CREATE TABLE ce_limit_notices(
  account TEXT PRIMARY KEY,
  cost_limit TEXT NOT NULL,
  percent BIGINT NOT NULL
);
