// What lifecycle rules let go of, and when; and the rules that are refused.
#include "services/s3/lifecycle/rules.h"

#include "services/s3/testing.h"

namespace hanbat::s3 {
namespace {

constexpr std::chrono::hours kDay{24};

class Lifecycle : public S3Test {
 protected:
  void set(std::vector<LifecycleRule> rules) {
    PutBucketLifecycleConfigurationInput in;
    in.bucket = "bucket";
    in.lifecycle_configuration.emplace().rules = std::move(rules);
    client().put_bucket_lifecycle_configuration(in);
  }
  LifecycleRule rule(const std::string& prefix = "") {
    LifecycleRule out;
    out.status = "Enabled";
    out.filter.emplace().prefix = prefix;
    return out;
  }
  LifecycleRule days(int count, const std::string& prefix = "") {
    LifecycleRule out = rule(prefix);
    out.expiration.emplace().days = count;
    return out;
  }
  void pass(std::chrono::hours time) {
    t.clock.advance(time);
    t.tasks->run_until_idle();
  }
  Texts keys() {
    Texts out;
    for (const auto& one : client().list_objects_v2({.bucket = "bucket"}).contents.value_or(std::vector<Object>{}))
      out.push_back(*one.key);
    return out;
  }
  std::size_t count_versions() {
    const auto page = client().list_object_versions({.bucket = "bucket"});
    return (page.versions ? page.versions->size() : 0) + (page.delete_markers ? page.delete_markers->size() : 0);
  }
};

TEST_F(Lifecycle, AnObjectGoesAtTheMidnightAfterItsDays) {
  put("logs/a", "1");
  put("kept", "1");
  set({days(2, "logs/")});
  pass(kDay);
  EXPECT_EQ(keys(), (Texts{"kept", "logs/a"}));
  pass(2 * kDay);
  EXPECT_EQ(keys(), (Texts{"kept"}));
  EXPECT_EQ(lifecycle_time({1}, 1).ms, Milliseconds(2 * kDay).count());
  EXPECT_EQ(lifecycle_time({0}, 1).ms, Milliseconds(kDay).count());
}

TEST_F(Lifecycle, WhereVersionsAreKeptTheLatestIsHiddenAndOlderOnesGo) {
  set_versioning("Enabled");
  put("k", "1");
  put("k", "2");
  auto both = days(10);
  both.noncurrent_version_expiration.emplace().noncurrent_days = 3;
  set({both});
  pass(5 * kDay);
  EXPECT_EQ(keys(), (Texts{"k"}));
  EXPECT_EQ(count_versions(), 1U);
  pass(7 * kDay);
  EXPECT_EQ(keys(), Texts{});
  EXPECT_EQ(count_versions(), 2U);  // the version, and the marker that hides it
  pass(5 * kDay);
  EXPECT_EQ(count_versions(), 1U);
  pass(15 * kDay);
  EXPECT_EQ(count_versions(), 0U);  // a marker that hides nothing
}

TEST_F(Lifecycle, ARuleOfOlderVersionsKeepsAsManyAsItSays) {
  set_versioning("Enabled");
  for (const char* bytes : {"1", "2", "3", "4"}) put("k", bytes);
  auto older = rule();
  older.noncurrent_version_expiration.emplace().noncurrent_days = 1;
  older.noncurrent_version_expiration->newer_noncurrent_versions = 2;
  set({older});
  pass(3 * kDay);
  EXPECT_EQ(count_versions(), 3U);
  EXPECT_EQ(get("k"), "4");
}

TEST_F(Lifecycle, OpenUploadsAreEnded) {
  client().create_multipart_upload({.bucket = "bucket", .key = "big"});
  auto uploads = rule();
  uploads.abort_incomplete_multipart_upload.emplace().days_after_initiation = 1;
  set({uploads});
  pass(3 * kDay);
  EXPECT_FALSE(client().list_multipart_uploads({.bucket = "bucket"}).uploads);
}

TEST_F(Lifecycle, ADisabledRuleAndAnotherTagOrSizeLetGoOfNothing) {
  put("k", "1");
  auto off = days(1);
  off.status = "Disabled";
  auto tagged = days(1);
  tagged.id = "tagged";
  tagged.filter = LifecycleRuleFilter{.tag = Tag{.key = "a", .value = "b"}};
  auto large = days(1);
  large.filter = LifecycleRuleFilter{.object_size_greater_than = 1};
  set({off, tagged, large});
  pass(5 * kDay);
  EXPECT_EQ(keys(), (Texts{"k"}));
}

TEST_F(Lifecycle, RulesAreDescribedAsTheyWerePutAndRefusedAsAwsDoes) {
  auto named = days(1);
  named.id = "mine";
  set({named});
  const auto out = client().get_bucket_lifecycle_configuration({.bucket = "bucket"});
  EXPECT_EQ(*out.rules->at(0).id, "mine");
  EXPECT_EQ(out.transition_default_minimum_object_size, "all_storage_classes_128K");
  const auto refused = [&](std::vector<LifecycleRule> rules) { return code_of([&] { set(std::move(rules)); }); };
  EXPECT_EQ(refused({}), "MalformedXML");
  EXPECT_EQ(refused({days(0)}), "InvalidArgument");
  EXPECT_EQ(refused({rule()}), "InvalidRequest");
  EXPECT_EQ(refused({named, named}), "InvalidArgument");
  auto both = days(1);
  both.prefix = "x";
  EXPECT_EQ(refused({both}), "MalformedXML");
  client().delete_bucket_lifecycle({.bucket = "bucket"});
  EXPECT_EQ(code_of([&] { client().get_bucket_lifecycle_configuration({.bucket = "bucket"}); }),
            "NoSuchLifecycleConfiguration");
}

TEST_F(Lifecycle, EveryBucketSaysThatItIsEncrypted) {
  const auto algorithm = [&] {
    return client()
        .get_bucket_encryption({.bucket = "bucket"})
        .server_side_encryption_configuration->rules.at(0)
        .apply_server_side_encryption_by_default->sse_algorithm;
  };
  EXPECT_EQ(algorithm(), "AES256");
  PutBucketEncryptionInput in;
  in.bucket = "bucket";
  in.server_side_encryption_configuration.rules.emplace_back()
      .apply_server_side_encryption_by_default.emplace()
      .sse_algorithm = "aws:kms";
  EXPECT_EQ(code_of([&] { client().put_bucket_encryption(in); }), "NotImplemented");
  in.server_side_encryption_configuration.rules.at(0).apply_server_side_encryption_by_default->sse_algorithm = "AES256";
  EXPECT_EQ(code_of([&] { client().put_bucket_encryption(in); }), "");
  client().delete_bucket_encryption({.bucket = "bucket"});
  EXPECT_EQ(algorithm(), "AES256");
}

}  // namespace
}  // namespace hanbat::s3
