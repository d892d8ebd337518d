#include "services/s3/tagging.h"

#include <set>

#include "base/encoding.h"
#include "base/text.h"

namespace hanbat::s3 {
namespace {

wire::Error tag_error(const region::TagProblem& problem, const char* too_many, const char* reserved) {
  const auto invalid = [](const char* message, const std::string& key) {
    return wire::Error("InvalidTag", 400, message).with("TagKey", key);
  };
  switch (problem.fault) {
    case region::TagFault::kTooMany:
      return {"BadRequest", 400, too_many};
    case region::TagFault::kReserved:
      return {"InvalidTag", 400, reserved};
    case region::TagFault::kDuplicate:
      return invalid("Cannot provide multiple Tags with the same key", problem.key);
    case region::TagFault::kLongValue:
      return {"InvalidTag", 400, "The TagValue you have provided is invalid"};
    case region::TagFault::kCharacter:
      if (region::has_usual_characters(problem.key))
        return {"InvalidTag", 400, "The TagValue you have provided is invalid"};
      [[fallthrough]];
    default:
      return invalid("The TagKey you have provided is invalid", problem.key);
  }
}

constexpr const char* kTooManyOfBucket = "Bucket tag count cannot be greater than 50";

wire::Error new_bucket_error(const region::TagProblem& problem) {
  return tag_error(problem, kTooManyOfBucket,
                   "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. Remove "
                   "\"aws:\" from your tag keys and try again.");
}

wire::Error bucket_error(const region::TagProblem& problem) {
  return tag_error(problem, kTooManyOfBucket, "System tags cannot be added/updated by requester");
}

wire::Error object_error(const region::TagProblem& problem) {
  return tag_error(problem, "Object tags cannot be greater than 10", "Your TagKey cannot be prefixed with aws:");
}

}  // namespace

const region::TagRules kNewBucketTags{.error = new_bucket_error};
const region::TagRules kBucketTags{.error = bucket_error};
const region::TagRules kObjectTags{.error = object_error, .most = 10};

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
