// Under which conditions objects are read and written, and how what is not allowed is told.
#include "http/client.h"
#include "http/server.h"
#include "os/sockets.h"
#include "region/front_door.h"
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
    const wire::Response refused = wire::encode_error(t.home.find_service("s3")->model(), error, "");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(*wire::find_header(refused.headers, "Allow"), "DELETE");
  }
}

TEST_F(S3Test, ARangeIsSentOnlyOfWhatTheClientHasTheRestOf) {
  region::FrontDoor door{t.home};
  http::Server server{http::ServerOptions{}, [&](http::Exchange& exchange) { door.serve(exchange); }};
  Fd fd = listen_tcp("127.0.0.1", 0);
  const std::uint16_t port = local_address(fd.get()).port;
  server.add_listener(std::move(fd), {});
  const std::string tag = *put("k", "0123456789").e_tag;
  t.clock.advance(Seconds(60));
  const auto ask = [&](const std::string& condition, const std::string& range = "bytes=2-4") {
    http::Client web(http::Endpoint{.host = "127.0.0.1", .port = port});
    const auto answer =
        web.send({.method = "GET", .target = "/bucket/k", .headers = {{"Range", range}, {"If-Range", condition}}});
    return std::to_string(answer.status) + " " + answer.body;
  };
  EXPECT_EQ(ask(tag), "206 234");
  EXPECT_EQ(ask(http_date(t.clock.now() - Seconds(60))), "206 234");
  EXPECT_EQ(ask("\"other\""), "200 0123456789");
  EXPECT_EQ(ask("W/" + tag), "200 0123456789");
  EXPECT_EQ(ask(http_date(t.clock.now())), "200 0123456789");
  // A range that the object of now does not have is none of what the client knows.
  EXPECT_EQ(ask("\"other\"", "bytes=20-"), "200 0123456789");
  EXPECT_EQ(ask(tag, "bytes=20-").substr(0, 3), "416");
}

}  // namespace
}  // namespace hanbat::s3
