// The rows of documents, which lie with everybody's resources; their versions come in bulk and have a table of their
// own, as has whom they are shared with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arn.h"
#include "base/json.h"
#include "base/time.h"
#include "region/resources.h"
#include "services/ssm/documents/content.h"
#include "services/ssm/place.h"
#include "store/database.h"

namespace hanbat::ssm {

/// What is the same for all versions of a document: which is the newest, which is used, which number was given last.
struct DocumentHead {
  std::int64_t latest = 0, usual = 1, given = 0;

  Json to_json() const { return Json::object({{"latest", latest}, {"default", usual}, {"given", given}}); }
  static DocumentHead from_json(const Json& json) {
    return {.latest = json.integer("latest"), .usual = json.integer("default"), .given = json.integer("given")};
  }
};

/// AWS's own documents belong to no account: "".
inline std::string document_arn(std::string_view region, std::string_view account, std::string_view name) {
  return make_arn("ssm", region, account, "document/" + std::string(name));
}

/// Which of a document's versions an account may use that it is shared with.
enum class SharedVersions { kDefault, kLatest, kAll };

}  // namespace hanbat::ssm

namespace hanbat {

template <>
inline constexpr auto kWords<ssm::SharedVersions> =
    std::to_array<Word<ssm::SharedVersions>>({{ssm::SharedVersions::kDefault, "$DEFAULT"},
                                              {ssm::SharedVersions::kLatest, "$LATEST"},
                                              {ssm::SharedVersions::kAll, "$ALL"}});

}  // namespace hanbat

namespace hanbat::region {

template <>
struct KindOf<ssm::DocumentHead> {
  static constexpr std::string_view kRows = "ssm/document";
  static std::string arn(const Resource<ssm::DocumentHead>& row) {
    return ssm::document_arn(row.place.region, row.place.account, *row.name);
  }
};

}  // namespace hanbat::region

namespace hanbat::ssm {

using DocumentRow = region::Resource<DocumentHead>;
std::optional<DocumentRow> find_document_row(store::Tx& tx, const Place& place, std::string_view name);
DocumentRow new_document_row(const Place& place, const std::string& name, Timestamp now);
/// With its versions, its tags and whom it is shared with.
void remove_document(store::Tx& tx, const DocumentRow& document);

struct DocumentVersionRow {
  std::int64_t number = 0;
  std::optional<std::string> name;
  std::string hash;
  std::string content;
  DocumentFormat format = DocumentFormat::kJson;
  Timestamp created{0};
  std::string schema_version;
  std::vector<std::string> platforms;
  std::optional<std::string> display_name, target_type;
};
std::optional<DocumentVersionRow> find_document_version(store::Tx& tx, const DocumentRow& document,
                                                        std::int64_t number);
std::optional<DocumentVersionRow> find_document_version_named(store::Tx& tx, const DocumentRow& document,
                                                              std::string_view name);
/// Newest first, those below the number, `most` at most.
std::vector<DocumentVersionRow> document_versions(store::Tx& tx, const DocumentRow& document, std::int64_t below,
                                                  std::size_t most);
std::int64_t count_document_versions(store::Tx& tx, const DocumentRow& document);
void insert_document_version(store::Tx& tx, const DocumentRow& document, const DocumentVersionRow& version);
void remove_document_version(store::Tx& tx, const DocumentRow& document, std::int64_t number);

/// What stands for everybody among the accounts that a document is shared with.
inline constexpr std::string_view kEverybody = "all";
struct ShareRow {
  std::string account;  ///< that it is shared with
  SharedVersions versions = SharedVersions::kDefault;
};
/// In order of accounts, those after the one, `most` at most.
std::vector<ShareRow> shares_of(store::Tx& tx, const DocumentRow& document, std::string_view after, std::size_t most);
/// What the account may use of it, also as one of everybody; nothing when it may not.
std::optional<SharedVersions> find_share(store::Tx& tx, const DocumentRow& document, std::string_view account);
void put_share(store::Tx& tx, const DocumentRow& document, const ShareRow& share);
void remove_share(store::Tx& tx, const DocumentRow& document, std::string_view account);

/// A document of another account.
struct SharedDocument {
  std::string owner, name;
};
/// What is shared in the region with `shared_with` (an account, or everybody), in order of owners and names, after the
/// one, `most` at most.
std::vector<SharedDocument> shared_documents(store::Tx& tx, std::string_view region, std::string_view shared_with,
                                             const SharedDocument& after, std::size_t most);

}  // namespace hanbat::ssm
