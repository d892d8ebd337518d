// Which bucket a website's host names, where its rules send whom, and what its error pages say.
#include <gtest/gtest.h>

#include "services/s3/testing.h"
#include "services/s3/website/page.h"
#include "services/s3/website/routing.h"

namespace hanbat::s3 {
namespace {

Visit visit_of_key(const std::string& key) {
  return {.host = "b.s3-website.localhost:4566", .protocol = "http", .path = "/" + key, .query = "", .key = key};
}

RoutingRule rule_of(std::optional<std::string> prefix, std::optional<std::string> error, Redirect to) {
  RoutingRule out{.redirect = std::move(to)};
  if (prefix || error)
    out.condition =
        Condition{.http_error_code_returned_equals = std::move(error), .key_prefix_equals = std::move(prefix)};
  return out;
}

std::string location_of(const RoutingRule& rule, const Visit& visit, std::optional<int> error = {}) {
  WebsiteConfiguration website;
  website.routing_rules = std::vector<RoutingRule>{rule};
  const auto found = find_redirection(website, visit, error);
  return found ? std::to_string(found->status) + " " + found->location : "";
}

TEST(Website, AHostOfEitherFormNamesItsBucket) {
  EXPECT_EQ(website_bucket_of_host("b.s3-website.ap-northeast-2.amazonaws.com"), "b");
  EXPECT_EQ(website_bucket_of_host("b.s3-website-ap-northeast-2.amazonaws.com"), "b");
  EXPECT_EQ(website_bucket_of_host("www.example.com.s3-website.localhost:4566"), "www.example.com");
  EXPECT_EQ(website_bucket_of_host("a.s3.b.s3-website.ap-northeast-2.amazonaws.com"), "a.s3.b");
}

TEST(Website, AHostOfS3ItselfNamesNoWebsite) {
  for (const char* host : {"b.s3.ap-northeast-2.amazonaws.com", "s3.amazonaws.com", "127.0.0.1:4566", "",
                           "s3-website.ap-northeast-2.amazonaws.com", ".s3-website.x", "b.s3-website",
                           "b.s3-websites.x", "a.s3-website.b.s3.ap-northeast-2.amazonaws.com"})
    EXPECT_EQ(website_bucket_of_host(host), std::nullopt) << host;
}

TEST(Website, ARuleReplacesAPrefixOrTheWholeKeyAndKeepsWhatItDoesNotName) {
  EXPECT_EQ(location_of(rule_of("docs/", {}, {.replace_key_prefix_with = "documents/"}), visit_of_key("docs/a b")),
            "301 http://b.s3-website.localhost:4566/documents/a%20b");
  EXPECT_EQ(location_of(rule_of("docs/", {}, {.replace_key_with = "gone.html"}), visit_of_key("docs/a")),
            "301 http://b.s3-website.localhost:4566/gone.html");
  EXPECT_EQ(location_of(rule_of({}, {}, {.host_name = "example.com", .http_redirect_code = "302", .protocol = "https"}),
                        visit_of_key("a")),
            "302 https://example.com/a");
  EXPECT_EQ(location_of(rule_of("docs/", {}, {.host_name = "example.com"}), visit_of_key("other")), "");
}

TEST(Website, ARuleWithAnErrorCountsOnceThereIsThatErrorOnly) {
  const RoutingRule rule = rule_of("a/", "404", {.host_name = "example.com", .replace_key_prefix_with = "x/"});
  EXPECT_EQ(location_of(rule, visit_of_key("a/1")), "");
  EXPECT_EQ(location_of(rule, visit_of_key("a/1"), 403), "");
  EXPECT_EQ(location_of(rule, visit_of_key("a/1"), 404), "301 http://example.com/x/1");
  EXPECT_EQ(location_of(rule_of("a/", {}, {.host_name = "example.com"}), visit_of_key("a/1"), 404), "");
}

TEST(Website, RedirectingAllKeepsThePathAndTheQuery) {
  Visit visit = visit_of_key("a");
  visit.path = "/a%20b";
  visit.query = "x=1";
  EXPECT_EQ(redirect_all({.host_name = "example.com"}, visit).location, "http://example.com/a%20b?x=1");
  EXPECT_EQ(redirect_all({.host_name = "example.com", .protocol = "https"}, visit).location,
            "https://example.com/a%20b?x=1");
}

TEST(Website, WhatAStrangerWritesIsTextInAnErrorPage) {
  const wire::Error error = wire::Error("NoSuchKey", 404, "none").with("Key", "<script>'\"&");
  const std::string page =
      error_page(error, wire::Error("NoSuchKey", 404, "<i>").with("Key", "<b>"), "ID").body.bytes();
  EXPECT_NE(page.find("<li>Key: &lt;script&gt;&#39;&quot;&amp;</li>"), std::string::npos) << page;
  EXPECT_EQ(page.find("<script>"), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  EXPECT_EQ(page.find("<i>"), std::string::npos);
}

class WebsiteObjects : public S3Test {};

TEST_F(WebsiteObjects, WhereAnObjectRedirectsToIsItsOwnAndNoCopys) {
  PutObjectInput in;
  in.bucket = "bucket";
  in.key = "k";
  in.website_redirect_location = "/other";
  client().put_object(in);
  EXPECT_EQ(client().head_object({.bucket = "bucket", .key = "k"}).website_redirect_location, "/other");
  CopyObjectInput copy;
  copy.bucket = "bucket";
  copy.key = "l";
  copy.copy_source = "bucket/k";
  client().copy_object(copy);
  EXPECT_EQ(client().head_object({.bucket = "bucket", .key = "l"}).website_redirect_location, std::nullopt);
  copy.website_redirect_location = "https://example.com/";
  client().copy_object(copy);
  EXPECT_EQ(client().head_object({.bucket = "bucket", .key = "l"}).website_redirect_location, "https://example.com/");
  in.website_redirect_location = "other";
  EXPECT_EQ(wire::code_of([&] { client().put_object(in); }), "InvalidRedirectLocation");
}

}  // namespace
}  // namespace hanbat::s3
