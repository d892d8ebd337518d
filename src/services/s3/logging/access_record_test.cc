// Lines as AWS's guide shows them, and as its own reader of them (Athena's table) takes them apart.
#include "services/s3/logging/access_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace hanbat::s3 {
namespace {

using ::testing::HasSubstr;

/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-s3-access-logs-to-identify-requests.html
const std::regex kAthena(
    R"re(([^ ]*) ([^ ]*) \[(.*?)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) (-|[0-9]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) ([^ ]*)(?: ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*))?.*)re");

AccessRecord read_of_object() {
  AccessRecord out;
  out.owner = "123456789012";
  out.bucket = "photos";
  out.at = Timestamp{1'549'411'238'000};
  out.address = "192.0.2.3";
  out.requester = "arn:aws:iam::123456789012:user/jo";
  out.request_id = "3E57427F3EXAMPLE";
  out.operation = "REST.GET.OBJECT";
  out.key = "2019/my cat.jpg";
  out.uri = "GET /photos/2019/my%20cat.jpg?versionId=v HTTP/1.1";
  out.status = 200;
  out.sent = 113;
  out.object_size = 113;
  out.total_ms = 7;
  out.turn_ms = 6;
  out.user_agent = "Boto3/1.2";
  out.version_id = "v";
  out.host_id = "s9lz=";
  out.signature = "SigV4";
  out.authentication = "AuthHeader";
  out.host = "photos.s3.amazonaws.com";
  out.tls = "TLSv1.2";
  return out;
}

TEST(AccessLine, HasAllOfAwssFieldsInTheirOrder) {
  EXPECT_EQ(access_line(read_of_object()),
            "123456789012 photos [06/Feb/2019:00:00:38 +0000] 192.0.2.3 arn:aws:iam::123456789012:user/jo "
            "3E57427F3EXAMPLE REST.GET.OBJECT 2019/my%20cat.jpg \"GET /photos/2019/my%20cat.jpg?versionId=v HTTP/1.1\" "
            "200 - 113 113 7 6 \"-\" \"Boto3/1.2\" v s9lz= SigV4 - AuthHeader photos.s3.amazonaws.com TLSv1.2 - - -");
}

TEST(AccessLine, WhatIsNotKnownOrNoneIsADash) {
  AccessRecord record;
  record.owner = "123456789012";
  record.bucket = "photos";
  record.operation = "S3.EXPIRE.OBJECT";
  record.acl_required = true;
  EXPECT_EQ(access_line(record),
            "123456789012 photos [01/Jan/1970:00:00:00 +0000] - - - S3.EXPIRE.OBJECT - - - - - - - - - - - - - - - - - "
            "- Yes -");
}

TEST(AccessLine, AthenasTableReadsEveryField) {
  const std::string line = access_line(read_of_object());
  std::smatch fields;
  ASSERT_TRUE(std::regex_match(line, fields, kAthena));
  EXPECT_EQ(fields[3], "06/Feb/2019:00:00:38 +0000");
  EXPECT_EQ(fields[8], "2019/my%20cat.jpg");
  EXPECT_EQ(fields[10], "200");
  EXPECT_EQ(fields[18], "v");
  EXPECT_EQ(fields[24], "TLSv1.2");
}

TEST(AccessLine, WhatAStrangerSendsEndsNoFieldAndNoLine) {
  AccessRecord record = read_of_object();
  record.user_agent = "a\" \"b\n\xc3\xa9";
  record.referer = "http://x/\"";
  record.uri = "GET /photos/\"x HTTP/1.1";
  record.host = "a b\"c";
  record.key = "a\"b c\n";
  record.version_id = "1 2";
  const std::string line = access_line(record);
  EXPECT_THAT(line, HasSubstr(R"("http://x/%22" "a%22 %22b%0A%C3%A9" 1%202 )"));
  EXPECT_EQ(std::ranges::count(line, '"'), 6);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  std::smatch fields;
  ASSERT_TRUE(std::regex_match(line, fields, kAthena));
  EXPECT_EQ(fields[23], "a%20b%22c");
}

TEST(AccessLine, OperationsAreCalledAsAwsCallsThem) {
  EXPECT_EQ(logged_operation("GetObject", "GET", true), "REST.GET.OBJECT");
  EXPECT_EQ(logged_operation("ListObjectsV2", "GET", false), "REST.GET.BUCKET");
  EXPECT_EQ(logged_operation("CopyObject", "PUT", true), "REST.COPY.OBJECT");
  EXPECT_EQ(logged_operation("DeleteObjects", "POST", false), "REST.POST.MULTI_OBJECT_DELETE");
  EXPECT_EQ(logged_operation("GetBucketLogging", "GET", false), "REST.GET.LOGGING_STATUS");
  EXPECT_EQ(logged_operation("", "GET", true), "REST.GET.OBJECT") << "refused before it was known";
  EXPECT_EQ(logged_operation("", "PUT", false), "REST.PUT.BUCKET");
}

}  // namespace
}  // namespace hanbat::s3
