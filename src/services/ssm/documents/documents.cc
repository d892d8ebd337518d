#include "services/ssm/documents/documents.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/text.h"
#include "crypto/digest.h"
#include "gen/ssm/client.h"
#include "gen/ssm/data.h"
#include "region/tag_keys.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr Timestamp kMade{1'635'897'600'000};
constexpr std::string_view kAmazonOwner = "Amazon";

std::vector<Document> read_amazon_documents() {
  std::vector<Document> all;
  for (const DataFile& file : data("amazon_documents")) {
    Document& one = all.emplace_back();
    one.owner = kAmazonOwner;
    one.name = one.shown = file.name;
    one.version.number = 1;
    one.version.content = file.content;
    one.version.hash = crypto::sha256_hex(file.content);
    one.version.created = kMade;
    const DocumentFacts facts = read_content(Json::parse(file.content), "");
    one.version.schema_version = facts.schema_version;
    one.version.platforms = {std::string(word_of(Platform::kLinux))};
  }
  return all;
}

const Document* find_amazon_document(std::string_view name) {
  const auto found = std::ranges::find(amazon_documents(), name, &Document::name);
  return found == amazon_documents().end() ? nullptr : &*found;
}

[[noreturn]] void refuse_absent(const std::string& name) {
  std::string message = "Document with name " + name + " does not exist.";
  if (reserved_prefix(name)) {
    std::vector<std::string> names;
    for (const Document& one : amazon_documents()) names.push_back(one.name);
    message += " This region has " + join(names, ", ") + ".";
  }
  throw InvalidDocument(message);
}

[[noreturn]] void refuse_version() {
  throw InvalidDocumentVersion("The document version isn't valid or doesn't exist.");
}

/// Throws InvalidDocumentVersion for a version of another account's document that is not among those that it shares.
void check_shared(const DocumentRow& row, SharedVersions shared, std::int64_t version) {
  const bool fits = shared == SharedVersions::kAll ||
                    version == (shared == SharedVersions::kLatest ? row.shape.latest : row.shape.usual);
  if (!fits) refuse_version();
}

std::int64_t number_of(const DocumentHead& head, const std::string& version) {
  if (version == "$DEFAULT") return head.usual;
  if (version == "$LATEST") return head.latest;
  const auto number = parse_int(version);
  if (!number) refuse_version();
  return *number;
}

/// The value of a parameter of Parameter Store, as the caller may read it.
std::string read_parameter(const region::Actor& caller, const std::string& name) {
  GetParameterInput in;
  in.name = name;
  Parameter found;
  try {
    found = *Client(caller).get_parameter(in).parameter;
  } catch (const ParameterNotFound&) {
    throw InvalidParameters("Parameter Store has no parameter {{ssm:" + name + "}}.");
  }
  if (found.type == "SecureString")
    throw InvalidParameters("{{ssm:" + name + "}} is a SecureString, which a document does not take.");
  return found.value.value_or("");
}

std::size_t size_of(const Parameters& parameters) {
  std::size_t size = 0;
  for (const auto& [name, values] : parameters)
    size = std::accumulate(values.begin(), values.end(), size + name.size(),
                           [](std::size_t sum, const std::string& value) { return sum + value.size(); });
  return size;
}

}  // namespace

std::optional<std::string_view> reserved_prefix(const std::string& name) {
  for (const std::string_view prefix : {"aws", "amazon", "amzn"})
    if (lower(name).starts_with(prefix)) return prefix;
  return std::nullopt;
}

std::span<const Document> amazon_documents() {
  static const std::vector<Document> kAll = [] {
    std::vector<Document> all = read_amazon_documents();
    std::ranges::sort(all, {}, &Document::name);
    return all;
  }();
  return kAll;
}

std::string arn_of_document(const Place& place, const std::string& name_or_arn) {
  if (name_or_arn.starts_with("arn:")) return name_or_arn;
  return document_arn(place.region, reserved_prefix(name_or_arn) ? "" : place.account, name_or_arn);
}

Document document_of(const DocumentRow& row, DocumentVersionRow version, const Place& reader) {
  Document document;
  document.owner = row.place.account;
  document.name = *row.name;
  document.arn = region::KindOf<DocumentHead>::arn(row);
  document.shown = row.place == reader ? document.name : document.arn;
  document.latest = row.shape.latest;
  document.usual = row.shape.usual;
  document.version = std::move(version);
  return document;
}

DocumentVersionRow require_version(store::Tx& tx, const DocumentRow& row, const Selector& selector) {
  auto found = selector.name
                   ? find_document_version_named(tx, row, *selector.name)
                   : find_document_version(tx, row, number_of(row.shape, selector.version.value_or("$DEFAULT")));
  if (!found) refuse_version();
  if (selector.name && selector.version && found->number != number_of(row.shape, *selector.version)) refuse_version();
  return *found;
}

DocumentRow require_own_document(store::Tx& tx, const Place& place, const std::string& name) {
  if (auto found = find_document_row(tx, place, name)) return *found;
  refuse_absent(name);
}

Document require_document(store::Tx& tx, const Place& place, const std::string& name_or_arn, const Selector& selector) {
  Place owner = place;
  std::string name = name_or_arn;
  if (const auto arn = parse_arn(name_or_arn)) {
    if (arn->service != "ssm" || arn->region != place.region || !arn->resource.starts_with("document/"))
      refuse_absent(name_or_arn);
    owner.account = arn->account;
    name = arn->resource.substr(arn->resource.find('/') + 1);
  }
  const Document* amazon = owner.account.empty() || owner == place ? find_amazon_document(name) : nullptr;
  if (amazon) {
    Document one = *amazon;
    one.arn = document_arn(place.region, "", name);
    if (selector.name || number_of({.latest = 1}, selector.version.value_or("$DEFAULT")) != 1) refuse_version();
    return one;
  }
  const auto row = find_document_row(tx, owner, name);
  if (!row) refuse_absent(name_or_arn);
  if (owner == place) return document_of(*row, require_version(tx, *row, selector), place);
  const auto shared = find_share(tx, *row, place.account);
  if (!shared) refuse_absent(name_or_arn);
  Selector wanted = selector;
  if (!wanted.version && !wanted.name && *shared == SharedVersions::kLatest) wanted.version = "$LATEST";
  DocumentVersionRow version = require_version(tx, *row, wanted);
  check_shared(*row, *shared, version.number);
  return document_of(*row, std::move(version), place);
}

DocumentFacts facts_of(const Document& document, std::string_view operation) {
  return read_content(parse_content(document.version.content, document.version.format), operation);
}

Plan require_plan(const Document& document, const Parameters& parameters, const region::Actor& caller,
                  std::string_view operation) {
  if (document.version.content.size() + size_of(parameters) > kLargestDocument)
    throw MaxDocumentSizeExceeded("The size limit of a document is 64 KB, with its parameters.");
  const auto& platforms = document.version.platforms;
  if (std::ranges::find(platforms, word_of(Platform::kLinux)) == platforms.end())
    throw UnsupportedPlatformType("The document " + document.shown + " supports [" + join(platforms, ", ") +
                                  "], and all instances are Linux.");
  Plan plan = plan_of(facts_of(document, operation), document.shown, parameters);
  put_in_references(plan, [&](const std::string& name) { return read_parameter(caller, name); });
  return plan;
}

void authorize_document(region::Request& rq, std::string_view action, const std::string& name_or_arn,
                        region::ConditionKeys keys) {
  const std::string arn = arn_of_document(place_of(rq), name_or_arn);
  if (!rq.names_resource(action, arn)) refuse_absent(name_or_arn);
  const region::TagMap tags = region::tags_of(rq.tx, arn);
  region::add_resource_tags(keys, tags);
  for (const auto& [key, value] : tags) keys["ssm:resourceTag/" + key] = {value};
  rq.authorize(action, arn, keys);
}

}  // namespace hanbat::ssm
