// ListSecrets, and which secrets a list is about.
#include "services/secretsmanager/listing.h"

#include <algorithm>

#include "base/text.h"
#include "base/words.h"
#include "region/pick.h"

namespace hanbat::secretsmanager {
namespace {

/// What a filter looks at, and by what a list is sorted.
enum class FilterKey { kName, kDescription, kTagKey, kTagValue, kPrimaryRegion, kOwningService, kAll };
enum class SortBy { kCreatedDate, kLastAccessedDate, kLastChangedDate, kName };
enum class SortOrder { kAscending, kDescending };

}  // namespace
}  // namespace hanbat::secretsmanager

namespace hanbat {

template <>
constexpr auto kWords<secretsmanager::FilterKey> =
    std::to_array<Word<secretsmanager::FilterKey>>({{secretsmanager::FilterKey::kName, "name"},
                                                    {secretsmanager::FilterKey::kDescription, "description"},
                                                    {secretsmanager::FilterKey::kTagKey, "tag-key"},
                                                    {secretsmanager::FilterKey::kTagValue, "tag-value"},
                                                    {secretsmanager::FilterKey::kPrimaryRegion, "primary-region"},
                                                    {secretsmanager::FilterKey::kOwningService, "owning-service"},
                                                    {secretsmanager::FilterKey::kAll, "all"}});
template <>
constexpr auto kWords<secretsmanager::SortBy> =
    std::to_array<Word<secretsmanager::SortBy>>({{secretsmanager::SortBy::kCreatedDate, "created-date"},
                                                 {secretsmanager::SortBy::kLastAccessedDate, "last-accessed-date"},
                                                 {secretsmanager::SortBy::kLastChangedDate, "last-changed-date"},
                                                 {secretsmanager::SortBy::kName, "name"}});
template <>
constexpr auto kWords<secretsmanager::SortOrder> = std::to_array<Word<secretsmanager::SortOrder>>(
    {{secretsmanager::SortOrder::kAscending, "asc"}, {secretsmanager::SortOrder::kDescending, "desc"}});

}  // namespace hanbat

namespace hanbat::secretsmanager {
namespace {

struct Subject {
  const SecretRow& secret;
  const region::TagMap& tags;
};

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words = split(text, ' ');
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

std::vector<std::string> tag_keys(const Subject& subject) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : subject.tags) keys.push_back(key);
  return keys;
}

std::vector<std::string> tag_values(const Subject& subject) {
  std::vector<std::string> values;
  for (const auto& [key, value] : subject.tags) values.push_back(value);
  return values;
}

bool begins_any(const std::vector<std::string>& texts, std::string_view prefix) {
  return std::ranges::any_of(texts, [&](const std::string& text) { return text.starts_with(prefix); });
}

/// A description by its beginning or that of a word in it, whatever the case.
bool describes(const Subject& subject, const std::string& value) {
  const std::string description = lower(subject.secret.shape.description.value_or("")), wanted = lower(value);
  return !description.empty() && (description.starts_with(wanted) || begins_any(words_of(description), wanted));
}

/// Every word of the value begins something of the secret's, whatever the case.
bool mentions(const Subject& subject, const std::string& value) {
  std::vector<std::string> texts = words_of(lower(subject.secret.shape.description.value_or("")));
  texts.push_back(lower(*subject.secret.name));
  texts.push_back(lower(subject.secret.place.region));
  for (const auto& [key, tag] : subject.tags) texts.insert(texts.end(), {lower(key), lower(tag)});
  return std::ranges::all_of(words_of(lower(value)), [&](const std::string& word) { return begins_any(texts, word); });
}

bool fits(const Subject& subject, FilterKey key, const std::string& value) {
  switch (key) {
    case FilterKey::kName:
      return subject.secret.name->starts_with(value);
    case FilterKey::kDescription:
      return describes(subject, value);
    case FilterKey::kTagKey:
      return begins_any(tag_keys(subject), value);
    case FilterKey::kTagValue:
      return begins_any(tag_values(subject), value);
    case FilterKey::kPrimaryRegion:
      return subject.secret.place.region.starts_with(value);
    case FilterKey::kOwningService:
      return false;  // no service makes secrets
    case FilterKey::kAll:
      return mentions(subject, value);
  }
  return false;
}

/// One of the values that the filter wants, if it wants any, and none that it does not want ("!…").
bool matches_filters(const Subject& subject, const Filter& filter) {
  const auto key = require_word<FilterKey>(*filter.key);
  bool wants = false, found = false;
  for (const std::string& value : *filter.values) {
    if (value.starts_with('!')) {
      if (fits(subject, key, value.substr(1))) return false;
      continue;
    }
    wants = true;
    found = found || fits(subject, key, value);
  }
  return found || !wants;
}

void check_filters(const std::vector<Filter>& filters) {
  for (const Filter& filter : filters) {
    if (!filter.key) throw InvalidParameterException("Invalid filter key");
    if (!filter.values) throw InvalidParameterException("Invalid filter values for key: " + *filter.key);
  }
}

bool is_chosen(region::Request& rq, const SecretRow& secret, const Choice& choice) {
  if (secret.shape.deleted && choice.deleted == Deleted::kLeaveOut) return false;
  if (choice.filters.empty()) return true;
  const region::TagMap tags = region::tags_of(rq.tx, secret.id);
  const Subject subject{secret, tags};
  return std::ranges::all_of(choice.filters, [&](const Filter& filter) { return matches_filters(subject, filter); });
}

/// A text in whose order secrets are shown; unique.
std::string sort_key(const SecretRow& secret, SortBy by) {
  switch (by) {
    case SortBy::kCreatedDate:
      return region::creation_key(secret);
    case SortBy::kLastAccessedDate:
      return region::page_key(secret.shape.accessed.value_or(Timestamp{0}).ms) + secret.id;
    case SortBy::kLastChangedDate:
      return region::page_key(secret.shape.changed.ms) + secret.id;
    case SortBy::kName:
      return *secret.name;
  }
  return region::creation_key(secret);
}

SecretListEntry entry_of(region::Request& rq, const SecretRow& secret) {
  SecretListEntry entry;
  entry.arn = secret.id;
  entry.name = secret.name;
  entry.description = secret.shape.description;
  entry.created_date = secret.created;
  entry.last_changed_date = secret.shape.changed;
  entry.last_accessed_date = secret.shape.accessed;
  entry.deleted_date = secret.shape.deleted;
  if (const region::TagMap tags = region::tags_of(rq.tx, secret.id); !tags.empty())
    entry.tags = region::tag_list<Tag>(tags);
  entry.secret_versions_to_stages = stages_of(secret.shape.versions);
  return entry;
}

}  // namespace

region::Page<SecretRow> secrets_by_age(region::Request& rq, const region::Pager& pager, const Choice& choice,
                                       region::TimeRange::Order order) {
  check_filters(choice.filters);
  return region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        return region::list_by_age<Secret>(rq.tx, place_of(rq), {.order = order, .after = after, .most = most});
      },
      [&](const SecretRow& secret) { return is_chosen(rq, secret, choice); }, region::creation_key);
}

ListSecretsOutput SecretsManager::list_secrets(region::Request& rq, const ListSecretsInput& in) {
  rq.authorize("secretsmanager:ListSecrets", "*");

  const SortBy by = require_word(in.sort_by, SortBy::kCreatedDate);
  const bool descending = require_word(in.sort_order, SortOrder::kAscending) == SortOrder::kDescending;
  const Choice choice{in.filters.value_or(std::vector<Filter>()),
                      in.include_planned_deletion.value_or(false) ? Deleted::kTakeIn : Deleted::kLeaveOut};
  check_filters(choice.filters);
  const region::Pager pager(rq, in, {.usual = 100, .most = 100});
  const auto page = [&] {
    using Age = region::TimeRange::Order;
    if (by == SortBy::kCreatedDate)
      return secrets_by_age(rq, pager, choice, descending ? Age::kNewestFirst : Age::kOldestFirst);
    auto secrets = region::list<Secret>(rq.tx, place_of(rq));
    std::erase_if(secrets, [&](const SecretRow& secret) { return !is_chosen(rq, secret, choice); });
    return pager.cut(
        std::move(secrets), [&](const SecretRow& secret) { return sort_key(secret, by); },
        descending ? region::Order::kDescending : region::Order::kAscending);
  }();

  ListSecretsOutput out;
  out.secret_list.emplace();
  for (const SecretRow& secret : page.items) out.secret_list->push_back(entry_of(rq, secret));
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::secretsmanager
