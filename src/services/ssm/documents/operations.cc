// DescribeDocument, GetDocument and the lists of documents and of their versions.
#include <algorithm>
#include <limits>

#include "base/text.h"
#include "region/pick.h"
#include "services/ssm/documents/describe.h"
#include "services/ssm/documents/documents.h"
#include "services/ssm/documents/yaml.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

/// Whose documents a list is of.
enum class Owner { kSelf, kAmazon, kPublic, kPrivate, kThirdParty, kAll };
enum class DocumentFilterKey { kName, kOwner, kPlatformTypes, kDocumentType, kTargetType, kSchemaVersion };

}  // namespace
}  // namespace hanbat::ssm

namespace hanbat {

template <>
constexpr auto kWords<ssm::Owner> = std::to_array<Word<ssm::Owner>>({{ssm::Owner::kSelf, "Self"},
                                                                     {ssm::Owner::kAmazon, "Amazon"},
                                                                     {ssm::Owner::kPublic, "Public"},
                                                                     {ssm::Owner::kPrivate, "Private"},
                                                                     {ssm::Owner::kThirdParty, "ThirdParty"},
                                                                     {ssm::Owner::kAll, "All"}});
template <>
constexpr auto kWords<ssm::DocumentFilterKey> =
    std::to_array<Word<ssm::DocumentFilterKey>>({{ssm::DocumentFilterKey::kName, "Name"},
                                                 {ssm::DocumentFilterKey::kOwner, "Owner"},
                                                 {ssm::DocumentFilterKey::kPlatformTypes, "PlatformTypes"},
                                                 {ssm::DocumentFilterKey::kDocumentType, "DocumentType"},
                                                 {ssm::DocumentFilterKey::kTargetType, "TargetType"},
                                                 {ssm::DocumentFilterKey::kSchemaVersion, "SchemaVersion"}});

}  // namespace hanbat

namespace hanbat::ssm {
namespace {

/// What chooses documents: any value of a key, all keys.
struct DocumentFilters {
  Owner owner = Owner::kAll;
  std::vector<std::pair<std::string, std::vector<std::string>>> wanted;  // keys of DocumentFilterKey, and tag:<key>
};

void add_filter(DocumentFilters& filters, const std::string& key, const std::vector<std::string>& values) {
  if (!key.starts_with("tag:") && !find_word<DocumentFilterKey>(key))
    throw InvalidFilterKey("The specified key isn't valid: " + key);
  if (key != word_of(DocumentFilterKey::kOwner)) return filters.wanted.emplace_back(key, values), void();
  const auto owner = values.size() == 1 ? find_word<Owner>(values.front()) : std::nullopt;
  if (!owner)
    throw wire::Error("ValidationException", 400,
                      "Owner takes one of Self, Amazon, Public, Private, ThirdParty and All: " + join(values, ", "));
  filters.owner = *owner;
}

DocumentFilters read_filters(const ListDocumentsInput& in) {
  DocumentFilters filters;
  for (const DocumentKeyValuesFilter& one : in.filters.value_or(std::vector<DocumentKeyValuesFilter>{}))
    add_filter(filters, one.key.value_or(""), one.values.value_or(std::vector<std::string>{}));
  for (const DocumentFilter& one : in.document_filter_list.value_or(std::vector<DocumentFilter>{}))
    add_filter(filters, one.key, {one.value});
  return filters;
}

bool fits(const DocumentIdentifier& document, const std::string& key, const std::vector<std::string>& values) {
  const auto any = [&](auto&& test) { return std::ranges::any_of(values, test); };
  if (key.starts_with("tag:")) {
    const auto tags = document.tags.value_or(std::vector<Tag>{});
    return std::ranges::any_of(tags, [&](const Tag& tag) {
      return tag.key == key.substr(4) && (values.empty() || any([&](const auto& value) { return tag.value == value; }));
    });
  }
  switch (require_word<DocumentFilterKey>(key)) {
    case DocumentFilterKey::kName:
      return any([&](const std::string& value) { return document.name->starts_with(value); });
    case DocumentFilterKey::kPlatformTypes:
      return any([&](const std::string& value) {
        return std::ranges::find(*document.platform_types, value) != document.platform_types->end();
      });
    case DocumentFilterKey::kDocumentType:
      return any([&](const std::string& value) { return document.document_type == value; });
    case DocumentFilterKey::kTargetType:
      return any([&](const std::string& value) { return document.target_type == value; });
    case DocumentFilterKey::kSchemaVersion:
      return any([&](const std::string& value) { return document.schema_version == value; });
    case DocumentFilterKey::kOwner:
      break;
  }
  return true;
}

/// An account's tags are told to itself alone.
region::TagMap tags_for_reader(store::Tx& tx, const Document& document) {
  const bool own = !document.arn.empty() && document.shown != document.arn;
  return own ? region::tags_of(tx, document.arn) : region::TagMap{};
}

/// Reads the documents of an owner's kind in order of how they are shown.
class DocumentReader {
 public:
  DocumentReader(region::Request& rq, Owner owner) : rq_(rq), owner_(owner) {}

  std::vector<DocumentIdentifier> read(const std::optional<std::string>& after, std::size_t most) {
    found_.clear();
    if (owner_ == Owner::kAll || owner_ == Owner::kAmazon || owner_ == Owner::kPublic) add_amazon(after);
    if (owner_ == Owner::kAll || owner_ == Owner::kSelf) add_own(after, most);
    if (owner_ == Owner::kPrivate) add_shared(rq_.account, after, most);
    if (owner_ == Owner::kPublic) add_shared(kEverybody, after, most);
    std::ranges::sort(found_, {}, [](const DocumentIdentifier& one) { return *one.name; });
    if (found_.size() > most) found_.resize(most);
    return std::move(found_);
  }

 private:
  void add(const Document& document) {
    describe_kind_in(found_.emplace_back(), document, tags_for_reader(rq_.tx, document));
  }
  void add_amazon(const std::optional<std::string>& after) {
    for (const Document& one : amazon_documents())
      if (!after || *after < one.name) add(one);
  }
  void add_own(const std::optional<std::string>& after, std::size_t most) {
    const Place place = place_of(rq_);
    for (const DocumentRow& row : region::list_by_name<DocumentHead>(rq_.tx, place, {.after = after, .most = most}))
      add(document_of(row, require_version(rq_.tx, row, {}), place));
  }
  /// They are shown by their ARNs, whose order is that of owners and names.
  void add_shared(std::string_view with, const std::optional<std::string>& after, std::size_t most) {
    SharedDocument from;
    if (const auto arn = after ? parse_arn(*after) : std::nullopt)
      from = {arn->account, arn->resource.substr(arn->resource.find('/') + 1)};
    else if (after && *after > "arn:")
      return;
    for (const SharedDocument& one : shared_documents(rq_.tx, rq_.region, with, from, most))
      add(require_document(rq_.tx, place_of(rq_), document_arn(rq_.region, one.owner, one.name)));
  }

  region::Request& rq_;
  Owner owner_;
  std::vector<DocumentIdentifier> found_;
};

DocumentFormat require_format(const std::optional<std::string>& word, std::string_view operation) {
  const auto format = find_word<DocumentFormat>(word.value_or("JSON"));
  if (!format) throw wire::Error::not_implemented(operation, "DocumentFormat " + *word);
  return *format;
}

/// The content in the format that is asked for; as it was written when that is its own.
std::string content_in(const DocumentVersionRow& version, DocumentFormat format) {
  if (version.format == format) return version.content;
  const Json content = parse_content(version.content, version.format);
  return format == DocumentFormat::kYaml ? json_to_yaml(content) : content.dump();
}

}  // namespace

DocumentDescription describe(store::Tx& tx, const Document& document, std::string_view operation) {
  DocumentDescription about;
  describe_kind_in(about, document, tags_for_reader(tx, document));
  about.latest_version = std::to_string(document.latest);
  about.default_version = std::to_string(document.usual);
  about.status = "Active";
  about.hash_type = "Sha256";
  about.hash = document.version.hash;
  const DocumentFacts facts = facts_of(document, operation);
  if (!facts.description.empty()) about.description = facts.description;
  for (const DocumentParameterFacts& one : facts.parameters) {
    DocumentParameter& parameter = (about.parameters ? *about.parameters : about.parameters.emplace()).emplace_back();
    parameter.name = one.name;
    parameter.type = word_of(one.type);
    parameter.description = one.description;
    if (one.usual) parameter.default_value = text_of(*one.usual);
  }
  return about;
}

ListDocumentsOutput Ssm::list_documents(region::Request& rq, const ListDocumentsInput& in) {
  rq.authorize("ssm:ListDocuments", rq.arn("ssm", "*"));

  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  const DocumentFilters filters = read_filters(in);
  DocumentReader reader(rq, filters.owner);
  auto page = region::pick(
      pager, [&](const std::optional<std::string>& after, std::size_t most) { return reader.read(after, most); },
      [&](const DocumentIdentifier& one) {
        return filters.owner != Owner::kThirdParty &&
               std::ranges::all_of(filters.wanted, [&](const auto& f) { return fits(one, f.first, f.second); });
      },
      [](const DocumentIdentifier& one) { return *one.name; });

  ListDocumentsOutput out;
  out.document_identifiers = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

ListDocumentVersionsOutput Ssm::list_document_versions(region::Request& rq, const ListDocumentVersionsInput& in) {
  authorize_document(rq, "ssm:ListDocumentVersions", in.name);

  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  const Document document = require_document(rq.tx, place_of(rq), in.name);
  std::vector<DocumentVersionRow> rows;
  if (const auto row = find_document_row(rq.tx, {document.owner, rq.region}, document.name)) {
    const std::int64_t below =
        pager.after() ? -parse_int(*pager.after()).value_or(0) : std::numeric_limits<std::int64_t>::max();
    const bool all = document.owner == rq.account || find_share(rq.tx, *row, rq.account) == SharedVersions::kAll;
    // Of a document that shares one version an account sees that one.
    rows = all ? document_versions(rq.tx, *row, below, pager.size() + 1) : std::vector{document.version};
  } else {
    rows.push_back(document.version);
  }
  const auto page =
      pager.cut_read(std::move(rows), [](const DocumentVersionRow& row) { return std::to_string(-row.number); });

  ListDocumentVersionsOutput out;
  out.document_versions.emplace();
  for (const DocumentVersionRow& row : page.items) {
    DocumentVersionInfo& one = out.document_versions->emplace_back();
    one.name = document.shown;
    one.display_name = row.display_name;
    one.document_version = std::to_string(row.number);
    one.version_name = row.name;
    one.created_date = row.created;
    one.is_default_version = row.number == document.usual;
    one.document_format = word_of(row.format);
    one.status = "Active";
  }
  out.next_token = page.next_token;
  return out;
}

DescribeDocumentOutput Ssm::describe_document(region::Request& rq, const DescribeDocumentInput& in) {
  authorize_document(rq, "ssm:DescribeDocument", in.name);

  const Document document = require_document(rq.tx, place_of(rq), in.name, {in.document_version, in.version_name});

  DescribeDocumentOutput out;
  out.document = describe(rq.tx, document, rq.operation.name);
  return out;
}

GetDocumentOutput Ssm::get_document(region::Request& rq, const GetDocumentInput& in) {
  authorize_document(rq, "ssm:GetDocument", in.name);

  const Document document = require_document(rq.tx, place_of(rq), in.name, {in.document_version, in.version_name});
  const DocumentFormat format = require_format(in.document_format, rq.operation.name);

  GetDocumentOutput out;
  describe_document_in(out, document);
  out.status = "Active";
  out.content = content_in(document.version, format);
  out.document_format = word_of(format);
  return out;
}

}  // namespace hanbat::ssm
