// The tags of everything that has an ARN: one table, and one check of what a call brings.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "region/tag_keys.h"
#include "store/database.h"
#include "wire/error.h"

namespace hanbat::region {

/// What is wrong with tags that a call brings.
enum class TagFault {
  kTooMany,    // more than the resource may have, with those that it has
  kReserved,   // the key begins with "aws:"
  kDuplicate,  // the key comes twice
  kEmptyKey,
  kLongKey,    // more than 128 characters
  kLongValue,  // more than 256
  kCharacter,  // a character that AWS does not take, in the key or the value
};

struct TagProblem {
  TagFault fault;
  std::string key;    // "" of kTooMany
  std::string value;  // likewise
};

/// How one service's tags differ from another's. A constant of the service.
struct TagRules {
  enum class Case { kSensitive, kFolded };  // IAM keeps keys as written and compares them folded
  enum class Characters { kUsual, kAny };   // letters, digits, spaces and _.:/=+-@ in any script, or anything

  /// The service's error for it.
  wire::Error (*error)(const TagProblem& problem);
  std::size_t most = 50;
  Case keys = Case::kSensitive;
  Characters characters = Characters::kUsual;
  std::size_t longest_key = 128;
  std::size_t longest_value = 256;
};

/// Whether the text has only characters that AWS takes in tags: letters, digits, spaces and _.:/=+-@ in any script.
bool has_usual_characters(std::string_view text);

/// Tags as they came, duplicates included.
using TagPairs = std::vector<std::pair<std::string, std::string>>;

/// A service's list of {key, value}, or an optional one, as it came.
template <class List>
TagPairs tag_pairs(const List& list) {
  const auto text = [](const auto& value) -> std::string {
    if constexpr (requires { value.value_or(""); })
      return value.value_or("");
    else
      return value;
  };
  TagPairs pairs;
  if constexpr (requires { list.has_value(); }) {
    if (list) pairs = tag_pairs(*list);
  } else {
    for (const auto& tag : list) {
      if constexpr (requires { tag.first; })
        pairs.emplace_back(tag.first, tag.second);
      else
        pairs.emplace_back(text(tag.key), text(tag.value));
    }
  }
  return pairs;
}

/// `have` with the tags that the call brings. Throws the service's error for the first thing that is wrong with them.
/// For what keeps its tags elsewhere: versions of S3 objects.
/// Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
TagMap merged_tags(TagMap have, const TagPairs& brought, const TagRules& rules);
/// `have` without the tags of these keys.
TagMap without_tags(TagMap have, const std::vector<std::string>& keys, const TagRules& rules);

/// The tags of a resource, by key.
TagMap tags_of(store::Tx& tx, std::string_view arn);
/// The tags of all resources whose ARN begins so, by ARN.
std::map<std::string, TagMap> tags_below(store::Tx& tx, std::string_view arn_prefix);
/// Adds tags, or gives those that are there new values. Throws as merged_tags.
void put_tags(store::Tx& tx, std::string_view arn, const TagPairs& brought, const TagRules& rules);
/// Makes these the tags of the resource, and no others. Throws as merged_tags.
void replace_tags(store::Tx& tx, std::string_view arn, const TagPairs& brought, const TagRules& rules);
/// Takes away the tags of these keys; those that are not there do not matter.
void remove_tags(store::Tx& tx, std::string_view arn, const std::vector<std::string>& keys, const TagRules& rules);
/// The tags of a resource whose ARN changes: of what is renamed.
void move_tags(store::Tx& tx, std::string_view from_arn, std::string_view to_arn);
/// Makes these the tags of a resource whose row came from a database of before. They were checked when they were taken.
void import_tags(store::Tx& tx, std::string_view arn, const TagMap& tags);
/// All tags of a resource that goes.
void delete_tags(store::Tx& tx, std::string_view arn);

/// A TagMap as a service's list of {key, value}: `tag_list<Tag>(tags_of(…))`, in order of keys.
template <class T>
std::vector<T> tag_list(const TagMap& tags) {
  std::vector<T> list;
  for (const auto& [key, value] : tags) {
    T tag;
    tag.key = key;
    tag.value = value;
    list.push_back(std::move(tag));
  }
  return list;
}

}  // namespace hanbat::region
