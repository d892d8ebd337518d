// What goes into another storage class by lifecycle rules, and when; and the transitions that are refused.
#include "services/s3/lifecycle/transitions.h"

#include "services/s3/testing.h"
#include "wire/testing.h"

namespace hanbat::s3 {
namespace {

constexpr std::chrono::hours kADay{24};
constexpr std::size_t kLarge = 128 << 10;

class Transitions : public S3Test {
 protected:
  void set(std::vector<LifecycleRule> rules, std::optional<std::string> small = {}) {
    PutBucketLifecycleConfigurationInput in;
    in.bucket = "bucket";
    in.lifecycle_configuration.emplace().rules = std::move(rules);
    in.transition_default_minimum_object_size = std::move(small);
    client().put_bucket_lifecycle_configuration(in);
  }
  static LifecycleRule rule(std::vector<Transition> transitions) {
    LifecycleRule out;
    out.status = "Enabled";
    out.filter.emplace().prefix = "";
    out.transitions = std::move(transitions);
    return out;
  }
  static LifecycleRule older(std::vector<NoncurrentVersionTransition> transitions) {
    LifecycleRule out = rule({});
    out.transitions.reset();
    out.noncurrent_version_transitions = std::move(transitions);
    return out;
  }
  static Transition after(int days, const std::string& into) { return {.days = days, .storage_class = into}; }
  void pass(std::chrono::hours time) {
    t.clock.advance(time);
    t.tasks->run_until_idle();
  }
  void put_large(const std::string& key) { put(key, std::string(kLarge, 'x')); }
  std::string class_of(const std::string& key, std::optional<std::string> version = {}) {
    HeadObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.version_id = std::move(version);
    return client().head_object(in).storage_class.value_or("STANDARD");
  }
};

TEST_F(Transitions, AnObjectGoesDownTheClassesAsItsDaysPass) {
  put_large("k");
  set({rule({after(30, "STANDARD_IA"), after(60, "GLACIER_IR"), after(150, "DEEP_ARCHIVE")})});
  pass(29 * kADay);
  EXPECT_EQ(class_of("k"), "STANDARD");
  pass(2 * kADay);
  EXPECT_EQ(class_of("k"), "STANDARD_IA");
  EXPECT_EQ(get("k").size(), kLarge);
  pass(30 * kADay);
  EXPECT_EQ(class_of("k"), "GLACIER_IR");
  pass(90 * kADay);
  EXPECT_EQ(class_of("k"), "DEEP_ARCHIVE");
  EXPECT_EQ(wire::code_of([&] { get("k"); }), "InvalidObjectState");
}

TEST_F(Transitions, WhatIsDueForSeveralClassesGoesIntoTheCheapest) {
  put_large("k");
  set({rule({after(0, "INTELLIGENT_TIERING")}), [] {
         LifecycleRule cold = rule({after(0, "GLACIER")});
         cold.id = "cold";
         return cold;
       }()});
  pass(kADay);
  EXPECT_EQ(class_of("k"), "GLACIER");
}

TEST_F(Transitions, ARestoredCopyIsForgottenWhenItsObjectMovesOn) {
  put_large("k");
  set({rule({after(0, "GLACIER"), after(2, "DEEP_ARCHIVE")})});
  pass(kADay);
  RestoreObjectInput restore;
  restore.bucket = "bucket";
  restore.key = "k";
  restore.restore_request.emplace().days = 30;
  client().restore_object(restore);
  pass(std::chrono::hours(4));
  EXPECT_EQ(get("k").size(), kLarge);
  pass(2 * kADay);
  EXPECT_EQ(class_of("k"), "DEEP_ARCHIVE");
  EXPECT_EQ(wire::code_of([&] { get("k"); }), "InvalidObjectState");
}

TEST_F(Transitions, SmallObjectsStayUnlessTheRuleOrTheBucketSaysOtherwise) {
  put("small", "x");
  set({rule({after(0, "GLACIER_IR")})});
  pass(kADay);
  EXPECT_EQ(class_of("small"), "STANDARD");
  set({rule({after(0, "GLACIER_IR")})}, "varies_by_storage_class");
  pass(kADay);
  EXPECT_EQ(class_of("small"), "STANDARD");
  LifecycleRule sized = rule({after(0, "GLACIER_IR")});
  sized.filter = LifecycleRuleFilter{.object_size_greater_than = 0};
  set({sized});
  pass(kADay);
  EXPECT_EQ(class_of("small"), "GLACIER_IR");
  put("archived", "x");
  set({rule({after(0, "GLACIER")})}, "varies_by_storage_class");
  pass(kADay);
  EXPECT_EQ(class_of("archived"), "GLACIER");
  EXPECT_EQ(client().get_bucket_lifecycle_configuration({.bucket = "bucket"}).transition_default_minimum_object_size,
            "varies_by_storage_class");
}

TEST_F(Transitions, OlderVersionsGoByTheTimeOfTheirSuccessorAndAsManyStayAsARuleSays) {
  set_versioning("Enabled");
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(*put("k", std::string(kLarge, static_cast<char>('a' + i))).version_id);
  set({older({{.newer_noncurrent_versions = 1, .noncurrent_days = 1, .storage_class = "GLACIER"}})});
  pass(3 * kADay);
  EXPECT_EQ(class_of("k"), "STANDARD");
  EXPECT_EQ(class_of("k", ids[1]), "STANDARD");
  EXPECT_EQ(class_of("k", ids[0]), "GLACIER");
}

TEST_F(Transitions, WhatExpiresForGoodAtTheSameTimeIsNotMoved) {
  put_large("k");
  LifecycleRule ends = rule({});
  ends.transitions.reset();
  ends.expiration.emplace().days = 1;
  ends.id = "ends";
  set({rule({after(1, "GLACIER")}), ends});
  pass(3 * kADay);
  EXPECT_EQ(wire::code_of([&] { class_of("k"); }), "NoSuchKey");
}

TEST_F(Transitions, TransitionsThatCannotBeAreRefusedInTheWordsOfAws) {
  const auto refused = [&](const LifecycleRule& one) { return wire::refusal_of([&] { set({one}); }); };
  EXPECT_EQ(refused(rule({after(29, "STANDARD_IA")})),
            "InvalidArgument: 'Days' in Transition action must be greater than or equal to 30 for storageClass "
            "'STANDARD_IA'");
  EXPECT_EQ(refused(rule({after(-1, "GLACIER")})), "InvalidArgument: 'Days' in Transition action must be nonnegative");
  EXPECT_EQ(refused(rule({after(1, "GLACIER"), after(2, "GLACIER")})),
            "InvalidRequest: 'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter "
            "'(prefix=)'");
  EXPECT_EQ(
      refused(rule({after(30, "STANDARD_IA"), after(59, "GLACIER")})),
      "InvalidArgument: 'Days' in the Transition action for StorageClass 'GLACIER' for filter '(prefix=)' must be "
      "30 days more than 'Days' in the Transition action for StorageClass 'STANDARD_IA' for filter '(prefix=)'");
  EXPECT_EQ(refused(rule({after(9, "GLACIER"), after(9, "DEEP_ARCHIVE")})),
            "InvalidArgument: 'Days' in the Transition action for StorageClass 'DEEP_ARCHIVE' for filter '(prefix=)' "
            "must be greater than 'Days' in the Transition action for StorageClass 'GLACIER' for filter '(prefix=)'");
  LifecycleRule ends = rule({after(30, "GLACIER")});
  ends.expiration.emplace().days = 30;
  EXPECT_EQ(
      refused(ends),
      "InvalidArgument: 'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the "
      "Transition action");
  ends.expiration.emplace().date = Timestamp{0};
  EXPECT_EQ(refused(ends),
            "InvalidRequest: Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule "
            "for filter '(prefix=)'");
  EXPECT_EQ(wire::code_of([&] { set({rule({after(30, "STANDARD")})}); }), "MalformedXML");
  EXPECT_EQ(wire::code_of([&] { set({rule({after(30, "COLD")})}); }), "MalformedXML");
  EXPECT_EQ(wire::code_of([&] { set({rule({{.storage_class = "GLACIER"}})}); }), "MalformedXML");
  EXPECT_EQ(wire::code_of([&] { set({older({{.noncurrent_days = 29, .storage_class = "ONEZONE_IA"}})}); }),
            "InvalidArgument");
  EXPECT_EQ(wire::code_of([&] { set({rule({after(1, "GLACIER")})}, "none"); }), "InvalidRequest");
}

TEST(S3Database, WhatLiesInAClassIsBilledByIt) {
  region::TestRegion old;
  old.add<S3>();
  old.migrate_before("s3", 4);
  old.db->write([](store::Tx& tx) {
    for (const auto& [key, body] : {std::pair<const char*, const char*>{"a", R"({"storage_class":"GLACIER"})"},
                                    {"b", R"({"metadata":{"storage_class":"GLACIER"}})"}})
      tx.exec(
          "INSERT INTO s3_objects(bucket, object_key, version_id, is_latest, delete_marker, size, e_tag, modified, "
          "body) VALUES ('bucket', ?, 'null', 1, 0, 5, '\"e\"', 1, ?)",
          key, body);
  });
  old.start();
  const auto bytes = old.db->read([](store::Tx& tx) { return bytes_of_objects(tx); });
  EXPECT_EQ(bytes.size(), 2U);
  EXPECT_EQ(bytes.at({"bucket", StorageClass::kGlacier}), 5);
  EXPECT_EQ(bytes.at({"bucket", StorageClass::kStandard}), 5);
}

}  // namespace
}  // namespace hanbat::s3
