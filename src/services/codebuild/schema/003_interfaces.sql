-- The interfaces of builds that stand in a VPC of their owner's. A build has one while its machine is there; the
-- build's own row may be gone earlier.
CREATE TABLE codebuild_interfaces(
  interface TEXT PRIMARY KEY,  -- EC2's id
  build TEXT NOT NULL UNIQUE,  -- its id
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  vpc TEXT NOT NULL,
  subnet TEXT NOT NULL,
  address TEXT NOT NULL,
  mac TEXT NOT NULL,
  UNIQUE(vpc, address)
);
