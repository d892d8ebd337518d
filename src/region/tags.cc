#include "region/tags.h"

#include <set>

#include "base/text.h"
#include "base/utf8.h"
#include "region/prefix.h"
#include "region/tag_pages.h"
#include "wire/pattern.h"

namespace hanbat::region {
namespace {

constexpr std::string_view kUsualCharacters = "^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$";

std::string comparable(const std::string& key, const TagRules& rules) {
  return rules.keys == TagRules::Case::kFolded ? lower(key) : key;
}

void check(const std::string& key, const std::string& value, const TagRules& rules) {
  const auto fail = [&](TagFault fault) { throw rules.error({fault, key, value}); };
  if (key.empty()) fail(TagFault::kEmptyKey);
  if (lower(key).starts_with("aws:")) fail(TagFault::kReserved);
  if (utf8_length(key) > rules.longest_key) fail(TagFault::kLongKey);
  if (utf8_length(value) > rules.longest_value) fail(TagFault::kLongValue);
  if (rules.characters == TagRules::Characters::kAny) return;
  if (!has_usual_characters(key) || !has_usual_characters(value)) fail(TagFault::kCharacter);
}

void write(store::Tx& tx, std::string_view arn, const TagMap& tags) {
  delete_tags(tx, arn);
  for (const auto& [key, value] : tags) tx.exec("INSERT INTO tags(arn, key, value) VALUES (?, ?, ?)", arn, key, value);
}

}  // namespace

bool has_usual_characters(std::string_view text) { return wire::matches(kUsualCharacters, text); }

TagMap merged_tags(TagMap have, const TagPairs& brought, const TagRules& rules) {
  std::set<std::string> seen;
  for (const auto& [key, value] : brought) {
    check(key, value, rules);
    if (!seen.insert(comparable(key, rules)).second) throw rules.error({TagFault::kDuplicate, key, value});
    std::erase_if(have, [&](const auto& old) { return comparable(old.first, rules) == comparable(key, rules); });
    have[key] = value;
  }
  if (!brought.empty() && have.size() > rules.most) throw rules.error({TagFault::kTooMany, "", ""});
  return have;
}

TagMap without_tags(TagMap have, const std::vector<std::string>& keys, const TagRules& rules) {
  for (const std::string& key : keys)
    std::erase_if(have, [&](const auto& old) { return comparable(old.first, rules) == comparable(key, rules); });
  return have;
}

TagMap tags_of(store::Tx& tx, std::string_view arn) {
  TagMap tags;
  for (const auto& row : tx.query("SELECT key, value FROM tags WHERE arn = ?", arn)) tags[row.text(0)] = row.text(1);
  return tags;
}

std::map<std::string, TagMap> tags_below(store::Tx& tx, std::string_view arn_prefix) {
  std::map<std::string, TagMap> tags;
  for (const auto& row :
       tx.query("SELECT arn, key, value FROM tags WHERE arn >= ? AND arn < ?", arn_prefix, end_of_prefix(arn_prefix)))
    tags[row.text(0)][row.text(1)] = row.text(2);
  return tags;
}

std::vector<PlacedTag> tags_after(store::Tx& tx, std::string_view arn_prefix,
                                  const std::optional<std::pair<std::string, std::string>>& after, std::size_t most) {
  const auto from = after.value_or(std::pair(std::string(arn_prefix), std::string()));
  std::vector<PlacedTag> tags;
  for (const auto& row :
       tx.query("SELECT arn, key, value FROM tags WHERE (arn, key) > (?, ?) AND arn < ? ORDER BY arn, key LIMIT ?",
                from.first, from.second, end_of_prefix(arn_prefix), static_cast<std::int64_t>(most)))
    tags.push_back({row.text(0), row.text(1), row.text(2)});
  return tags;
}

void put_tags(store::Tx& tx, std::string_view arn, const TagPairs& brought, const TagRules& rules) {
  if (!brought.empty()) write(tx, arn, merged_tags(tags_of(tx, arn), brought, rules));
}

void replace_tags(store::Tx& tx, std::string_view arn, const TagPairs& brought, const TagRules& rules) {
  write(tx, arn, merged_tags({}, brought, rules));
}

void remove_tags(store::Tx& tx, std::string_view arn, const std::vector<std::string>& keys, const TagRules& rules) {
  write(tx, arn, without_tags(tags_of(tx, arn), keys, rules));
}

void move_tags(store::Tx& tx, std::string_view from_arn, std::string_view to_arn) {
  tx.exec("UPDATE tags SET arn = ? WHERE arn = ?", to_arn, from_arn);
}

void import_tags(store::Tx& tx, std::string_view arn, const TagMap& tags) { write(tx, arn, tags); }

void delete_tags(store::Tx& tx, std::string_view arn) { tx.exec("DELETE FROM tags WHERE arn = ?", arn); }

}  // namespace hanbat::region
