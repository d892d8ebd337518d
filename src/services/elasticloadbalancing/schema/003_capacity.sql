-- What a load balancer has served in the present hour of the bill, and how much of its capacity units is booked: of its
-- four measures the highest counts, over the hour.
CREATE TABLE elb_capacity(
  balancer TEXT NOT NULL PRIMARY KEY,  -- its ARN
  hour BIGINT NOT NULL,                -- milliseconds
  connections BIGINT NOT NULL,         -- new ones
  active BIGINT NOT NULL,              -- milliseconds of connections: two that are there for a second are 2000
  bytes BIGINT NOT NULL,
  evaluations BIGINT NOT NULL,         -- of rules beyond ten for each request
  read_at BIGINT NOT NULL,             -- on the bill's clock
  booked BIGINT NOT NULL               -- millionths of units for the hour
);
