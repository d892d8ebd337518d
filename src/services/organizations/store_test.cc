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
    tx.exec("INSERT INTO organizations_organizations VALUES ('o-abcdefghij', '123456789012', 'r-abcd', 1, 5000)");
    tx.exec("INSERT INTO organizations_nodes VALUES ('r-abcd', 'o-abcdefghij', '', 'ROOT', 'Root', '{}')");
    tx.exec(
        "INSERT INTO organizations_nodes VALUES ('ou-abcd-12345678', 'o-abcdefghij', 'r-abcd', 'ORGANIZATIONAL_UNIT', "
        "'teams', '{}')");
    tx.exec(
        "INSERT INTO organizations_nodes VALUES ('123456789012', 'o-abcdefghij', 'r-abcd', 'ACCOUNT', 'm', "
        "'{\"email\":\"m@example.com\",\"joined\":5000,\"method\":\"INVITED\"}')");
    tx.exec("INSERT INTO organizations_policies VALUES ('p-12345678', 'o-abcdefghij', 'no-ec2', 'why', '{}')");
    tx.exec("INSERT INTO organizations_attachments VALUES ('p-12345678', 'ou-abcd-12345678', 'o-abcdefghij')");
    tx.exec("INSERT INTO organizations_attachments VALUES ('p-FullAWSAccess', 'ou-abcd-12345678', 'o-abcdefghij')");
    tx.exec(
        "INSERT INTO organizations_account_requests VALUES ('car-abcd', 'o-abcdefghij', '222222222222', 'FAILED', "
        "6000, "
        "'{\"name\":\"n\",\"failure\":\"EMAIL_ALREADY_EXISTS\",\"completed\":6000}')");
    tx.exec(
        "INSERT INTO organizations_tags VALUES ('ou-abcd-12345678', 'team', 'a'), ('p-12345678', 'kind', 'deny'), "
        "('r-abcd', 'x', 'y')");
  });
  test.start();

  const Client client(test.home, test.user, test.region);
  EXPECT_EQ(client.describe_organization({}).organization->id, "o-abcdefghij");
  EXPECT_EQ(client.list_roots({}).roots->at(0).policy_types->size(), 1u) << "service control policies are enabled";
  EXPECT_EQ(
      client.describe_organizational_unit({.organizational_unit_id = "ou-abcd-12345678"}).organizational_unit->name,
      "teams");
  EXPECT_EQ(client.list_accounts({}).accounts->at(0).email, "m@example.com");
  EXPECT_EQ(client.list_policies_for_target({.filter = "SERVICE_CONTROL_POLICY", .target_id = "ou-abcd-12345678"})
                .policies->size(),
            2u);
  EXPECT_EQ(client.describe_policy({.policy_id = "p-12345678"}).policy->policy_summary->description, "why");
  EXPECT_EQ(client.list_create_account_status({}).create_account_statuses->at(0).state, "FAILED");
  const auto tag = [&](const std::string& id) {
    return client.list_tags_for_resource({.resource_id = id}).tags->at(0).value;
  };
  EXPECT_EQ(tag("ou-abcd-12345678"), "a");
  EXPECT_EQ(tag("p-12345678"), "deny");
  EXPECT_EQ(tag("r-abcd"), "y");
}

}  // namespace
}  // namespace hanbat::organizations
