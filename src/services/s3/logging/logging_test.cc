// Access to a bucket, as requests over the wire, and the log of it in another bucket.
#include <gmock/gmock.h>

#include "region/canonical_user.h"
#include "services/s3/served.h"

namespace hanbat::s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Logging : public ServedS3Test {
 protected:
  Logging() { client().create_bucket({.bucket = "logs"}); }

  void log_to(const std::string& target, const std::string& prefix,
              const std::function<void(LoggingEnabled&)>& shape = nullptr, const std::string& bucket = "bucket") {
    PutBucketLoggingInput in;
    in.bucket = bucket;
    LoggingEnabled& setting = in.bucket_logging_status.logging_enabled.emplace();
    setting.target_bucket = target;
    setting.target_prefix = prefix;
    if (shape) shape(setting);
    client().put_bucket_logging(in);
  }
  std::string refusal(const std::string& target, const std::function<void(LoggingEnabled&)>& shape = nullptr) {
    try {
      log_to(target, "", shape);
      return "";
    } catch (const wire::Error& error) {
      return error.code();
    }
  }
  /// The keys of what was delivered after another minute.
  Texts delivered(const std::string& bucket = "logs") {
    t.clock.advance(Seconds(60));
    t.run_until_idle();
    ListObjectsV2Input in;
    in.bucket = bucket;
    return keys(client().list_objects_v2(in));
  }
  Texts lines(const std::string& bucket = "logs") {
    Texts out;
    for (const std::string& key : delivered(bucket)) {
      GetObjectInput in;
      in.bucket = bucket;
      in.key = key;
      for (const std::string& line : split(client().get_object(in).body.read_all(), '\n'))
        if (!line.empty()) out.push_back(line);
    }
    return out;
  }
  /// "REST.GET.OBJECT k 200 -": of each line its operation, key, status and error.
  Texts told(const std::string& bucket = "logs") {
    Texts out;
    for (const std::string& line : lines(bucket)) {
      const auto head = split(line.substr(0, line.find(" \"")), ' ');
      const std::size_t quote = line.find("HTTP/1.1\" ");
      const auto tail = quote == line.npos ? Texts{head[10], head[11]} : split(line.substr(quote + 10), ' ');
      out.push_back(head[7] + " " + head[8] + " " + tail[0] + " " + tail[1]);
    }
    return out;
  }
};

TEST_F(Logging, ARequestIsALineInTheTargetWithinAMinute) {
  log_to("logs", "of-bucket/");
  put("a key", "12345");
  EXPECT_THAT(lines(), IsEmpty()) << "nobody asked yet over the wire";
  ask("GET", "/bucket/a%20key?versionId=null", "", {{"User-Agent", "curl/8"}, {"Referer", "http://x/"}});
  EXPECT_THAT(
      delivered(),
      ElementsAre(MatchesRegex("of-bucket/[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9A-F]{16}")));
  const Texts all = lines();
  ASSERT_THAT(all, SizeIs(1)) << "and once";
  EXPECT_THAT(all[0], MatchesRegex("[0-9a-f]{64} bucket \\[[^]]*\\] 127.0.0.1 - [0-9A-Z]{16} REST.GET.OBJECT "
                                   "a%20key \"GET /bucket/a%20key\\?versionId=null HTTP/1.1\" 200 - 5 5 [0-9]+ [0-9]+ "
                                   "\"http://x/\" \"curl/8\" null [A-Za-z0-9+/]{75}= - - - [^ ]+ - - - -"));
}

TEST_F(Logging, WhatIsRefusedIsLoggedWithItsCode) {
  log_to("logs", "");
  ask("GET", "/bucket/none");
  ask("PUT", "/bucket/k", "12345");
  ask("HEAD", "/bucket/k");
  ask("GET", "/bucket/k", "", {{"Authorization", "AWS4-HMAC-SHA256 nonsense"}});
  ask("GET", "/nobody/k");
  EXPECT_THAT(told(), ElementsAre("REST.GET.OBJECT none 404 NoSuchKey", "REST.PUT.OBJECT k 200 -",
                                  "REST.HEAD.OBJECT k 200 -", StartsWith("REST.GET.OBJECT k 400 Authorization")));
}

TEST_F(Logging, DeletionsAndCopiesHaveLinesOfTheirOwn) {
  log_to("logs", "");
  put("a", "12");
  ask("PUT", "/bucket/b", "", {{"x-amz-copy-source", "/bucket/a"}});
  ask("POST", "/bucket?delete", "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>",
      {{"Content-MD5", "gnFQWv8HmHVEQ7mTrck6JQ=="}});
  const Texts all = told();
  EXPECT_THAT(all, ::testing::Contains("REST.COPY.OBJECT b 200 -"));
  EXPECT_THAT(all, ::testing::Contains("REST.COPY.OBJECT_GET a 200 -"));
  EXPECT_THAT(all, ::testing::Contains("REST.POST.MULTI_OBJECT_DELETE - 200 -"));
  EXPECT_THAT(all, ::testing::Contains("BATCH.DELETE.OBJECT a 204 -"));
  EXPECT_THAT(all, ::testing::Contains("BATCH.DELETE.OBJECT b 204 -"));
}

TEST_F(Logging, BrowsersAreLoggedAsTheirKind) {
  log_to("logs", "");
  put("index.html", "hello");
  PutBucketWebsiteInput website;
  website.bucket = "bucket";
  website.website_configuration.index_document.emplace().suffix = "index.html";
  client().put_bucket_website(website);
  ask("OPTIONS", "/bucket/k", "", {{"Origin", "http://x"}, {"Access-Control-Request-Method", "GET"}});
  ask("GET", "/", "", {{"Host", "bucket.s3-website.ap-northeast-2.amazonaws.com"}});
  ask("GET", "/none", "", {{"Host", "bucket.s3-website.ap-northeast-2.amazonaws.com"}});
  const std::string form =
      "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nposted\r\n--x\r\nContent-Disposition: form-data; "
      "name=\"file\"; filename=\"f\"\r\n\r\n123\r\n--x--\r\n";
  ask("POST", "/bucket", form, {{"Content-Type", "multipart/form-data; boundary=x"}});
  EXPECT_THAT(told(), ElementsAre("REST.OPTIONS.PREFLIGHT - 403 AccessForbidden", "WEBSITE.GET.OBJECT index.html 200 -",
                                  "WEBSITE.GET.OBJECT none 404 NoSuchKey", "REST.POST.OBJECT posted 204 -"));
}

TEST_F(Logging, PartitionedKeysNameTheSourceAndTheDay) {
  log_to("logs", "p/", [](LoggingEnabled& setting) {
    setting.target_object_key_format.emplace().partitioned_prefix.emplace().partition_date_source = "EventTime";
  });
  ask("GET", "/bucket/k");
  EXPECT_THAT(delivered(), ElementsAre(MatchesRegex("p/123456789012/ap-northeast-2/bucket/[0-9]{4}/[0-9]{2}/[0-9]{2}/"
                                                    "[0-9]{4}-[0-9]{2}-[0-9]{2}-00-00-00-[0-9A-F]{16}")));
}

TEST_F(Logging, TheTargetsPolicyDecides) {
  log_to("logs", "");
  std::string who, source;
  region::ResourcePolicyRole role{};
  t.authorizer.refuses = [&](const region::AccessQuestion& question) {
    if (question.resource.starts_with("arn:aws:s3:::logs/")) role = question.resource_policy_role;
    return question.resource.starts_with("arn:aws:s3:::logs/");
  };
  ask("GET", "/bucket/k");
  t.clock.advance(Seconds(60));
  t.run_until_idle();
  EXPECT_EQ(role, region::ResourcePolicyRole::kMustAllow) << "the bucket has to let the service in";
  t.authorizer.refuses = nullptr;
  EXPECT_THAT(delivered(), IsEmpty()) << "what was not taken is lost, as on AWS";
}

TEST_F(Logging, TargetsThatCannotBeAreRefused) {
  EXPECT_EQ(refusal("none"), "InvalidTargetBucketForLogging");
  Client(t.home, t.user, "us-east-1").create_bucket({.bucket = "far"});
  EXPECT_EQ(refusal("far"), "CrossLocationLoggingProhibitted");
  EXPECT_EQ(refusal("logs", [](LoggingEnabled& s) { s.target_object_key_format.emplace(); }), "MalformedXML");
  EXPECT_EQ(refusal("logs",
                    [](LoggingEnabled& s) {
                      s.target_object_key_format.emplace().partitioned_prefix.emplace().partition_date_source = "Never";
                    }),
            "MalformedXML");
  EXPECT_EQ(refusal("logs",
                    [](LoggingEnabled& s) {
                      TargetGrant& one = s.target_grants.emplace().emplace_back();
                      one.permission = "READ";
                      one.grantee.emplace().type = "Group";
                      one.grantee->uri = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
                    }),
            "AccessControlListNotSupported");
}

TEST_F(Logging, ABucketWithAclsHasToGrantTheLogDeliveryGroup) {
  CreateBucketInput in;
  in.bucket = "with-acls";
  in.object_ownership = "ObjectWriter";
  client().create_bucket(in);
  EXPECT_EQ(refusal("with-acls"), "InvalidTargetBucketForLogging");
  PutBucketAclInput acl;
  acl.bucket = "with-acls";
  acl.acl = "log-delivery-write";
  client().put_bucket_acl(acl);
  log_to("with-acls", "", [](LoggingEnabled& s) {
    TargetGrant& one = s.target_grants.emplace().emplace_back();
    one.permission = "READ";
    one.grantee.emplace().type = "CanonicalUser";
    one.grantee->id = region::canonical_user_id("210987654321");
  });
  ask("GET", "/bucket/k");
  const Texts files = delivered("with-acls");
  ASSERT_THAT(files, SizeIs(1));
  const auto told_acl = client().get_object_acl({.bucket = "with-acls", .key = files[0]});
  ASSERT_EQ(told_acl.grants->size(), 2U);
  EXPECT_EQ(told_acl.grants->back().permission, "READ");
}

TEST_F(Logging, TheSettingIsToldAndTakenBack) {
  log_to("logs", "x/");
  auto out = client().get_bucket_logging({.bucket = "bucket"});
  EXPECT_EQ(out.logging_enabled->target_bucket, "logs");
  EXPECT_EQ(out.logging_enabled->target_prefix, "x/");
  PutBucketLoggingInput off;
  off.bucket = "bucket";
  client().put_bucket_logging(off);
  EXPECT_FALSE(client().get_bucket_logging({.bucket = "bucket"}).logging_enabled);
  ask("GET", "/bucket/k");
  EXPECT_THAT(delivered(), IsEmpty());
}

TEST_F(Logging, WhatWaitsOutlivesTheRegion) {
  log_to("logs", "");
  ask("GET", "/bucket/k");
  {
    AccessLogs other(t.home);
    other.add({"bucket", t.clock.now(), "a line"});
  }
  EXPECT_THAT(lines(), ::testing::Contains("a line"));
}

TEST_F(Logging, LifecyclesLinesHaveNoRequest) {
  log_to("logs", "");
  put("old", "123");
  PutBucketLifecycleConfigurationInput in;
  in.bucket = "bucket";
  LifecycleRule& rule = in.lifecycle_configuration.emplace().rules.emplace_back();
  rule.id = "r";
  rule.status = "Enabled";
  rule.filter.emplace().prefix = "";
  rule.expiration.emplace().days = 1;
  client().put_bucket_lifecycle_configuration(in);
  t.clock.advance(Seconds(3 * 86'400));
  t.run_until_idle();
  const Texts all = lines();
  ASSERT_THAT(all, ::testing::Not(IsEmpty()));
  EXPECT_THAT(all[0], HasSubstr(" - AmazonS3 "));
  EXPECT_THAT(all[0], HasSubstr(" S3.EXPIRE.OBJECT old - - - - 3 "));
}

}  // namespace
}  // namespace hanbat::s3
