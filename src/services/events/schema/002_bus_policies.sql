-- Policies of buses, by whose account and name; the default bus has no row of its own, but may have a policy.
CREATE TABLE events_bus_policies (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  bus TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (account, region, bus)
);
