// What anybody may send to a website: the bucket that a host names, where a rule leads, and the page of an error.
#include <algorithm>
#include <string>

#include "base/encoding.h"
#include "base/fuzzing.h"
#include "base/text.h"
#include "services/s3/website/page.h"
#include "services/s3/website/routing.h"

using namespace hanbat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A line each: host, path, prefix of a rule, what replaces it.
  auto lines = split(std::string(reinterpret_cast<const char*>(data), size), '\n');
  lines.resize(4);
  if (const auto bucket = s3::website_bucket_of_host(lines[0]))
    fuzzing::require(!bucket->empty() && lines[0].starts_with(*bucket + ".s3-website"), "a host names another bucket");
  const std::string key = percent_decode(lines[1]).value_or("");
  s3::WebsiteConfiguration website;
  s3::RoutingRule& rule = website.routing_rules.emplace().emplace_back();
  rule.condition.emplace().key_prefix_equals = lines[2];
  rule.redirect.replace_key_prefix_with = lines[3];
  const s3::Visit visit{.host = "h", .protocol = "http", .path = lines[1], .query = "", .key = key};
  const auto elsewhere = s3::find_redirection(website, visit, std::nullopt);
  fuzzing::require(elsewhere.has_value() == key.starts_with(lines[2]), "a rule holds of another key");
  if (elsewhere)
    fuzzing::require(std::ranges::all_of(elsewhere->location, [](unsigned char c) { return c > ' ' && c < 0x7f; }),
                     "a location that no header carries");
  const auto marks = [](const std::string& of) {
    const std::string page = s3::error_page(wire::Error("NoSuchKey", 404, "none").with("Key", of),
                                            wire::Error("NoSuchKey", 404, of).with("Key", of), "id")
                                 .body.bytes();
    return std::ranges::count_if(page, [](char c) { return c == '<' || c == '>' || c == '"'; });
  };
  fuzzing::require(marks(key) == marks(""), "a key is more than text in a page");
  return 0;
}
