#include "services/s3/tagging.h"

#include <set>

#include "base/encoding.h"
#include "base/text.h"
#include "region/tag_refusals.h"

namespace hanbat::s3 {
namespace {

constexpr region::TagRefusal kTwice =
    region::TagRefusal("InvalidTag", "Cannot provide multiple Tags with the same key").with("TagKey", "{key}");
constexpr region::TagRefusal kInvalidKey =
    region::TagRefusal("InvalidTag", "The TagKey you have provided is invalid").with("TagKey", "{key}");
constexpr region::TagRefusal kInvalidValue =
    region::TagRefusal("InvalidTag", "The TagValue you have provided is invalid").with("TagKey", "{key}");
constexpr region::TagRefusal kSystems =
    region::TagRefusal("InvalidTag", "System tags cannot be added/updated by requester").with("TagKey", "{key}");
constexpr region::TagRefusal kPrefixed =
    region::TagRefusal("InvalidTag", "Your TagKey cannot be prefixed with aws:").with("TagKey", "{key}");
constexpr region::TagRefusals kOfNewBucket{
    .too_many = {"BadRequest", "Bucket tag count cannot be greater than 50"},
    .reserved = {"InvalidTag",
                 "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. Remove "
                 "\"aws:\" from your tag keys and try again."},
    .duplicate = kTwice,
    .empty_key = kInvalidKey,
    .long_key = kInvalidKey,
    .long_value = kInvalidValue,
    .key_character = kInvalidKey,
    .value_character = kInvalidValue};
constexpr region::TagRefusals kOfBucket{.too_many = {"BadRequest", "Bucket tag count cannot be greater than 50"},
                                        .reserved = kSystems,
                                        .duplicate = kTwice,
                                        .empty_key = kInvalidKey,
                                        .long_key = kInvalidKey,
                                        .long_value = kInvalidValue,
                                        .key_character = kInvalidKey,
                                        .value_character = kInvalidValue};
constexpr region::TagRefusals kOfObject{.too_many = {"BadRequest", "Object tags cannot be greater than 10"},
                                        .reserved = kPrefixed,
                                        .duplicate = kTwice,
                                        .empty_key = kInvalidKey,
                                        .long_key = kInvalidKey,
                                        .long_value = kInvalidValue,
                                        .key_character = kInvalidKey,
                                        .value_character = kInvalidValue};

/// The error of the table; of a wrong value S3 tells that beside the key.
template <const region::TagRefusals& kRefusals>
wire::Error refuse(const region::TagProblem& problem) {
  wire::Error error = region::refusal_of(problem, kRefusals);
  if (error.message() == kInvalidValue.text) error.with("TagValue", problem.value);
  return error;
}

}  // namespace

const region::TagRules kNewBucketTags{.error = refuse<kOfNewBucket>};
const region::TagRules kBucketTags{.error = refuse<kOfBucket>};
const region::TagRules kObjectTags{.error = refuse<kOfObject>, .most = 10};

Json checked_object_tags(const region::TagPairs& tags) {
  region::merged_tags({}, tags, kObjectTags);
  Json out = Json::array();
  for (const auto& [key, value] : tags) out.push_back(Json::object({{"Key", key}, {"Value", value}}));
  return out;
}

Json parse_tagging(const std::string& text) {
  const auto refuse = [&] {
    throw wire::Error("InvalidArgument", 400,
                      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters "
                      "without tag name duplicates.")
        .with("ArgumentName", "x-amz-tagging")
        .with("ArgumentValue", text);
  };
  region::TagPairs tags;
  std::set<std::string> keys;
  for (const std::string& pair : split(text, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto key = form_decode(pair.substr(0, equals));
    auto value = form_decode(equals == std::string::npos ? "" : pair.substr(equals + 1));
    if (!key || !value || !keys.insert(*key).second) refuse();
    tags.emplace_back(*std::move(key), *std::move(value));
  }
  return checked_object_tags(tags);
}

region::ConditionKeys object_tag_keys(const region::TagMap& tags) {
  region::ConditionKeys keys;
  for (const auto& [key, value] : tags) {
    keys["s3:RequestObjectTag/" + key] = {value};
    keys["s3:RequestObjectTagKeys"].push_back(key);
  }
  return keys;
}

region::ConditionKeys object_tag_keys(const Json& tags) {
  region::TagMap map;
  for (const Json& tag : tags.items()) map[tag.text("Key")] = tag.text("Value");
  return object_tag_keys(map);
}

}  // namespace hanbat::s3
