// Restorations in time.
#include "services/s3/archive/archive.h"

#include "services/s3/testing.h"
#include "wire/codec.h"
#include "wire/testing.h"

namespace hanbat::s3 {
namespace {

class Archive : public S3Test {
 protected:
  Archive() {
    PutObjectInput in;
    in.bucket = "bucket";
    in.key = "a b";
    in.storage_class = "GLACIER";
    in.body = wire::Body::of_bytes("bytes");
    client().put_object(in);
  }
  /// The status that the front door tells of a restoration.
  int restore(int days) {
    RestoreObjectInput in;
    in.bucket = "bucket";
    in.key = "a b";
    in.restore_request.emplace().days = days;
    client().restore_object(in);
    const auto& s3 = dynamic_cast<const S3&>(t.home.require_service("s3"));
    wire::Response response;
    s3.dress({.method = "POST", .path = "/bucket/a%20b", .query = "restore", .headers = {}}, response);
    return response.status;
  }
};

TEST_F(Archive, ARestorationGoesOnAndOneThatIsProlongedIsDoneAtOnce) {
  EXPECT_EQ(restore(1), 202);
  EXPECT_EQ(wire::code_of([&] { restore(1); }), "RestoreAlreadyInProgress");
  t.clock.advance(std::chrono::hours(4));
  EXPECT_EQ(get("a b"), "bytes");
  EXPECT_EQ(restore(5), 200);
  t.clock.advance(std::chrono::hours(24 * 3));
  EXPECT_EQ(get("a b"), "bytes");
  t.clock.advance(std::chrono::hours(24 * 4));
  EXPECT_EQ(wire::code_of([&] { get("a b"); }), "InvalidObjectState");
  EXPECT_EQ(restore(1), 202);
}

}  // namespace
}  // namespace hanbat::s3
