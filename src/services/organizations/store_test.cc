// Rows of before the region's store: they are carried over.
#include "services/organizations/store.h"

#include <gtest/gtest.h>

#include "gen/organizations/client.h"
#include "gen/organizations/schema.h"
#include "region/testing.h"
#include "services/organizations/organizations.h"

namespace hanbat::organizations {
namespace {

TEST(OrganizationRows, OfBeforeTheRegionsStoreAreFoundByTheApi) {
  region::TestRegion test;
  test.add<Organizations>();
  test.db->migrate(schema().first(1));
  test.db->write([](store::Tx& tx) {
    tx.exec("INSERT INTO organizations_organizations VALUES ('o-1', '123456789012', 'r-1', 1, 5000)");
    tx.exec("INSERT INTO organizations_nodes VALUES ('r-1', 'o-1', '', 'ROOT', 'Root', '{}')");
    tx.exec("INSERT INTO organizations_nodes VALUES ('ou-1', 'o-1', 'r-1', 'ORGANIZATIONAL_UNIT', 'teams', '{}')");
    tx.exec(
        "INSERT INTO organizations_nodes VALUES ('123456789012', 'o-1', 'r-1', 'ACCOUNT', 'm', "
        "'{\"email\":\"m@example.com\",\"joined\":5000,\"method\":\"INVITED\"}')");
    tx.exec("INSERT INTO organizations_policies VALUES ('p-1', 'o-1', 'no-ec2', 'why', '{}')");
    tx.exec("INSERT INTO organizations_attachments VALUES ('p-1', 'ou-1', 'o-1')");
    tx.exec("INSERT INTO organizations_attachments VALUES ('p-FullAWSAccess', 'ou-1', 'o-1')");
    tx.exec(
        "INSERT INTO organizations_account_requests VALUES ('car-1', 'o-1', '222222222222', 'FAILED', 6000, "
        "'{\"name\":\"n\",\"failure\":\"EMAIL_ALREADY_EXISTS\",\"completed\":6000}')");
    tx.exec("INSERT INTO organizations_tags VALUES ('ou-1', 'team', 'a'), ('p-1', 'kind', 'deny'), ('r-1', 'x', 'y')");
  });
  test.start();

  const Client client(test.home, test.user, test.region);
  EXPECT_EQ(client.describe_organization({}).organization->id, "o-1");
  EXPECT_EQ(client.list_roots({}).roots->at(0).policy_types->size(), 1u) << "service control policies are enabled";
  EXPECT_EQ(client.describe_organizational_unit({.organizational_unit_id = "ou-1"}).organizational_unit->name, "teams");
  EXPECT_EQ(client.list_accounts({}).accounts->at(0).email, "m@example.com");
  EXPECT_EQ(client.list_policies_for_target({.filter = "SERVICE_CONTROL_POLICY", .target_id = "ou-1"}).policies->size(),
            2u);
  EXPECT_EQ(client.describe_policy({.policy_id = "p-1"}).policy->policy_summary->description, "why");
  EXPECT_EQ(client.list_create_account_status({}).create_account_statuses->at(0).state, "FAILED");
  const auto tag = [&](const std::string& id) {
    return client.list_tags_for_resource({.resource_id = id}).tags->at(0).value;
  };
  EXPECT_EQ(tag("ou-1"), "a");
  EXPECT_EQ(tag("p-1"), "deny");
  EXPECT_EQ(tag("r-1"), "y");
}

}  // namespace
}  // namespace hanbat::organizations
