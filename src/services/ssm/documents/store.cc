#include "services/ssm/documents/store.h"

namespace hanbat::ssm {
namespace {

const std::string kDocumentVersionColumns = "version, version_name, hash, content, body";

std::optional<std::string> text_in(const Json& json, const char* name) {
  return json.contains(name) ? std::optional(json.text(name)) : std::nullopt;
}

DocumentVersionRow document_version_of(const store::Row& row) {
  const Json body = row.json(4);
  return {.number = row.integer(0),
          .name = row.find_text(1),
          .hash = row.text(2),
          .content = row.text(3),
          .format = require_word<DocumentFormat>(body.text("format")),
          .created = {body.integer("created")},
          .schema_version = body.text("schema"),
          .platforms = body.texts("platforms"),
          .display_name = text_in(body, "display_name"),
          .target_type = text_in(body, "target_type")};
}

std::optional<DocumentVersionRow> document_version_of(const std::optional<store::Row>& row) {
  return row ? std::optional(document_version_of(*row)) : std::nullopt;
}

Json body_of(const DocumentVersionRow& version) {
  Json body = Json::object({{"format", word_of(version.format)},
                            {"created", version.created.ms},
                            {"schema", version.schema_version},
                            {"platforms", Json(version.platforms)}});
  if (version.display_name) body["display_name"] = *version.display_name;
  if (version.target_type) body["target_type"] = *version.target_type;
  return body;
}

}  // namespace

std::optional<DocumentRow> find_document_row(store::Tx& tx, const Place& place, std::string_view name) {
  return region::find_named<DocumentHead>(tx, place, "", name);
}

DocumentRow new_document_row(const Place& place, const std::string& name, Timestamp now) {
  DocumentRow row;
  row.id = place.account + ":" + place.region + ":" + name;
  row.place = place;
  row.name = name;
  row.created = now;
  return row;
}

void remove_document(store::Tx& tx, const DocumentRow& document) {
  for (const char* table : {"ssm_document_versions", "ssm_document_shares"})
    tx.exec(std::string("DELETE FROM ") + table + " WHERE account = ? AND region = ? AND name = ?",
            document.place.account, document.place.region, *document.name);
  region::remove(tx, document);
}

std::optional<DocumentVersionRow> find_document_version(store::Tx& tx, const DocumentRow& document,
                                                        std::int64_t number) {
  return document_version_of(tx.find("SELECT " + kDocumentVersionColumns +
                                         " FROM ssm_document_versions WHERE account = ? AND region = ? AND name = ? "
                                         "AND version = ?",
                                     document.place.account, document.place.region, *document.name, number));
}

std::optional<DocumentVersionRow> find_document_version_named(store::Tx& tx, const DocumentRow& document,
                                                              std::string_view name) {
  return document_version_of(tx.find("SELECT " + kDocumentVersionColumns +
                                         " FROM ssm_document_versions WHERE account = ? AND region = ? AND name = ? "
                                         "AND version_name = ?",
                                     document.place.account, document.place.region, *document.name, name));
}

std::vector<DocumentVersionRow> document_versions(store::Tx& tx, const DocumentRow& document, std::int64_t below,
                                                  std::size_t most) {
  std::vector<DocumentVersionRow> versions;
  for (const auto& row : tx.query("SELECT " + kDocumentVersionColumns +
                                      " FROM ssm_document_versions WHERE account = ? AND region = ? AND name = ? AND "
                                      "version < ? ORDER BY version DESC LIMIT ?",
                                  document.place.account, document.place.region, *document.name, below, most))
    versions.push_back(document_version_of(row));
  return versions;
}

std::int64_t count_document_versions(store::Tx& tx, const DocumentRow& document) {
  return tx
      .find("SELECT COUNT(*) FROM ssm_document_versions WHERE account = ? AND region = ? AND name = ?",
            document.place.account, document.place.region, *document.name)
      ->integer(0);
}

void insert_document_version(store::Tx& tx, const DocumentRow& document, const DocumentVersionRow& version) {
  tx.exec(
      "INSERT INTO ssm_document_versions (account, region, name, version, version_name, hash, content, body) VALUES "
      "(?, ?, ?, ?, ?, ?, ?, ?)",
      document.place.account, document.place.region, *document.name, version.number, version.name, version.hash,
      version.content, body_of(version));
}

void remove_document_version(store::Tx& tx, const DocumentRow& document, std::int64_t number) {
  tx.exec("DELETE FROM ssm_document_versions WHERE account = ? AND region = ? AND name = ? AND version = ?",
          document.place.account, document.place.region, *document.name, number);
}

std::vector<ShareRow> shares_of(store::Tx& tx, const DocumentRow& document, std::string_view after, std::size_t most) {
  std::vector<ShareRow> shares;
  for (const auto& row : tx.query("SELECT shared_with, version FROM ssm_document_shares WHERE account = ? AND region = "
                                  "? AND name = ? AND shared_with > ? ORDER BY shared_with LIMIT ?",
                                  document.place.account, document.place.region, *document.name, after, most))
    shares.push_back({row.text(0), require_word<SharedVersions>(row.text(1))});
  return shares;
}

std::optional<SharedVersions> find_share(store::Tx& tx, const DocumentRow& document, std::string_view account) {
  const auto row = tx.find(
      "SELECT version FROM ssm_document_shares WHERE account = ? AND region = ? AND name = ? AND "
      "shared_with IN (?, ?) ORDER BY shared_with LIMIT 1",
      document.place.account, document.place.region, *document.name, account, kEverybody);
  return row ? std::optional(require_word<SharedVersions>(row->text(0))) : std::nullopt;
}

void put_share(store::Tx& tx, const DocumentRow& document, const ShareRow& share) {
  tx.exec(
      "INSERT INTO ssm_document_shares (account, region, name, shared_with, version) VALUES (?, ?, ?, ?, ?) ON "
      "CONFLICT (account, region, name, shared_with) DO UPDATE SET version = excluded.version",
      document.place.account, document.place.region, *document.name, share.account, word_of(share.versions));
}

void remove_share(store::Tx& tx, const DocumentRow& document, std::string_view account) {
  tx.exec("DELETE FROM ssm_document_shares WHERE account = ? AND region = ? AND name = ? AND shared_with = ?",
          document.place.account, document.place.region, *document.name, account);
}

std::vector<SharedDocument> shared_documents(store::Tx& tx, std::string_view region, std::string_view shared_with,
                                             const SharedDocument& after, std::size_t most) {
  std::vector<SharedDocument> found;
  for (const auto& row : tx.query("SELECT account, name FROM ssm_document_shares WHERE region = ? AND shared_with = ? "
                                  "AND (account, name) > (?, ?) ORDER BY account, name LIMIT ?",
                                  region, shared_with, after.owner, after.name, most))
    found.push_back({row.text(0), row.text(1)});
  return found;
}

}  // namespace hanbat::ssm
