// Rows of before the region's store: they are carried over.
#include "services/iam/store.h"

#include <gtest/gtest.h>

#include "gen/iam/client.h"
#include "gen/iam/schema.h"
#include "region/resources.h"
#include "region/testing.h"
#include "services/iam/iam.h"

namespace hanbat::iam {
namespace {

TEST(IamRows, OfBeforeTheRegionsStoreAreFoundByTheApi) {
  region::TestRegion test;
  Access access(test.clock, test.vault, test.memberships, test.region);
  test.add<Iam>(access);
  test.db->migrate(schema().first(1));
  test.db->write([](store::Tx& tx) {
    tx.exec(
        R"(INSERT INTO iam_entities VALUES ('123456789012', 'role', 'deployrole', 'DeployRole', '/te"am/', 'AROAOLD',
      'arn:aws:iam::123456789012:role/te"am/DeployRole', 5000,
      '{"tags":{"env":"dev","Owner":"a \"b\""},"trust":"{\"Version\":\"2012-10-17\",\"Statement\":[]}","max_session":7200}'))");
    tx.exec(R"(INSERT INTO iam_entities VALUES ('123456789012', 'user', 'kim', 'Kim', '/', 'AIDAOLD',
      'arn:aws:iam::123456789012:user/Kim', 6000, '{}'))");
    tx.exec(
        "INSERT INTO iam_entities VALUES ('123456789012', 'group', 'devs', 'devs', '/', 'AGPAOLD', "
        "'arn:aws:iam::123456789012:group/devs', 6000, '{}')");
    tx.exec("INSERT INTO iam_group_members VALUES ('AGPAOLD', 'AIDAOLD')");
    tx.exec("INSERT INTO iam_inline_policies VALUES ('AROAOLD', 'p', '{}')");
  });
  test.start();

  const Client client(test.home, test.user, test.region);
  const Role role = client.get_role({.role_name = "deployrole"}).role;
  EXPECT_EQ(role.role_name, "DeployRole");
  EXPECT_EQ(role.arn, "arn:aws:iam::123456789012:role/te\"am/DeployRole");
  EXPECT_EQ(role.role_id, "AROAOLD");
  EXPECT_EQ(role.max_session_duration, 7200);
  EXPECT_EQ(region::tag_map(role.tags), (region::TagMap{{"env", "dev"}, {"Owner", "a \"b\""}}));
  EXPECT_EQ(client.get_role_policy({.policy_name = "p", .role_name = "DeployRole"}).policy_document, "%7B%7D");
  EXPECT_EQ(client.list_groups_for_user({.user_name = "Kim"}).groups.at(0).group_id, "AGPAOLD");
  EXPECT_EQ(client.get_group({.group_name = "devs"}).users.at(0).user_name, "Kim");
}

TEST(IamRows, MembersOfAGroupOfBeforeAreToldByNameAPageAtATime) {
  region::TestRegion test;
  Access access(test.clock, test.vault, test.memberships, test.region);
  test.add<Iam>(access);
  test.db->migrate(region::resource_migrations());
  test.db->migrate(schema().first(3));
  test.db->write([](store::Tx& tx) {
    rows::insert(tx, {.kind = Kind::kGroup, .account = "123456789012", .name = "devs", .id = "AGPA1"});
    for (const auto& [id, name] : {std::pair{"AIDA1", "Zoe"}, {"AIDA2", "adam"}, {"AIDA3", "Kim"}}) {
      rows::insert(tx, {.kind = Kind::kUser, .account = "123456789012", .name = name, .id = id});
      tx.exec("INSERT INTO iam_group_members(group_id, user_id) VALUES ('AGPA1', ?)", id);
    }
  });
  test.start();

  const Client client(test.home, test.user, test.region);
  const auto names = [&] {
    std::vector<std::string> all;
    std::optional<std::string> marker;
    do {
      const auto page = client.get_group({.group_name = "devs", .marker = marker, .max_items = 1});
      for (const User& user : page.users) all.push_back(user.user_name);
      marker = page.marker;
    } while (marker);
    return all;
  };
  EXPECT_EQ(names(), (std::vector<std::string>{"adam", "Kim", "Zoe"}));
  client.update_user({.new_user_name = "Bea", .user_name = "Zoe"});
  EXPECT_EQ(names(), (std::vector<std::string>{"adam", "Bea", "Kim"}));
}

TEST(IamRows, TagsFollowARenamedUserAndGoWithIt) {
  region::TestRegion test;
  Access access(test.clock, test.vault, test.memberships, test.region);
  test.add<Iam>(access);
  test.start();
  const Client client(test.home, test.user, test.region);
  client.create_user({.tags = {{{"k", "v"}}}, .user_name = "old"});
  client.update_user({.new_path = "/there/", .new_user_name = "new", .user_name = "old"});
  EXPECT_EQ(client.list_user_tags({.user_name = "new"}).tags.size(), 1u);
  client.delete_user({.user_name = "new"});
  test.db->read([](store::Tx& tx) { EXPECT_TRUE(region::tags_below(tx, "arn:aws:iam::123456789012:user/").empty()); });
}

}  // namespace
}  // namespace hanbat::iam
