// Under which conditions objects are read and written, and how what is not allowed is told.
#include "services/s3/testing.h"
#include "wire/codec.h"

namespace hanbat::s3 {
namespace {

using wire::code_of;

TEST_F(S3Test, ConditionsDecideBeforeAnythingIsReadOrWritten) {
  const std::string tag = *put("k", "one").e_tag;
  const auto read = [&](std::function<void(GetObjectInput&)> shape) {
    GetObjectInput in;
    in.bucket = "bucket";
    in.key = "k";
    shape(in);
    return code_of([&] { client().get_object(in); });
  };
  EXPECT_EQ(read([&](auto& in) { in.if_match = tag; }), "");
  EXPECT_EQ(read([&](auto& in) { in.if_match = "\"other\""; }), "PreconditionFailed");
  EXPECT_EQ(read([&](auto& in) { in.if_none_match = tag; }), "NotModified");
  EXPECT_EQ(read([&](auto& in) { in.if_unmodified_since = t.clock.now() - Seconds(60); }), "PreconditionFailed");
  PutObjectInput in;
  in.bucket = "bucket";
  in.key = "k";
  in.if_none_match = "*";
  EXPECT_EQ(code_of([&] { client().put_object(in); }), "PreconditionFailed");
  EXPECT_EQ(get("k"), "one");
}

TEST_F(S3Test, ADeleteMarkerNamesTheOneMethodThatItTakes) {
  set_versioning("Enabled");
  put("k", "one");
  const std::string marker = *remove("k").version_id;
  try {
    get("k", {}, marker);
    FAIL() << "a delete marker was read";
  } catch (const wire::Error& error) {
    const wire::Response refused = wire::encode_error(t.home.find_service("s3")->model(), error, "", "");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(*wire::find_header(refused.headers, "Allow"), "DELETE");
  }
}

}  // namespace
}  // namespace hanbat::s3
