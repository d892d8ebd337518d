// Documents of one's own: made, given versions, and deleted.
#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"
#include "region/tags.h"
#include "services/ssm/associations/runs.h"
#include "services/ssm/documents/describe.h"
#include "services/ssm/documents/documents.h"
#include "services/ssm/parameters/tags.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr std::int64_t kMostDocuments = 500, kMostVersions = 1000;

void check_document_name(const std::string& name) {
  if (const auto prefix = reserved_prefix(name))
    throw wire::Error(
        "ValidationException", 400,
        "The document name " + name + " begins with " + std::string(*prefix) + ", which is reserved by AWS.");
}

/// The version that the call brings, without its number; its content is checked.
template <class In>
DocumentVersionRow new_version(const region::Request& rq, const In& in) {
  DocumentVersionRow version;
  const auto format = find_word<DocumentFormat>(in.document_format.value_or("JSON"));
  if (!format) throw wire::Error::not_implemented(rq.operation.name, "DocumentFormat " + *in.document_format);
  if (in.content.size() > kLargestDocument) throw MaxDocumentSizeExceeded("The size limit of a document is 64 KB.");
  const DocumentFacts facts = read_content(parse_content(in.content, *format), rq.operation.name);
  version.name = in.version_name;
  version.hash = crypto::sha256_hex(in.content);
  version.content = in.content;
  version.format = *format;
  version.created = rq.now();
  version.schema_version = facts.schema_version;
  version.platforms = platforms_of(facts);
  version.display_name = in.display_name;
  version.target_type = in.target_type;
  return version;
}

void check_unused(store::Tx& tx, const DocumentRow& row) {
  if (!shares_of(tx, row, "", 1).empty())
    throw InvalidDocumentOperation(
        "You attempted to delete a document while it is still shared. You must stop sharing the document before you "
        "can delete it.");
  if (!region::list_by_age<AssociationDescription>(tx, row.place, {.parent = *row.name, .most = 1}).empty())
    throw AssociatedInstances();
}

void delete_version(store::Tx& tx, DocumentRow row, const Selector& selector) {
  const DocumentVersionRow version = require_version(tx, row, selector);
  if (version.number == row.shape.usual)
    throw InvalidDocumentOperation("The default version of a document can't be deleted: " +
                                   std::to_string(version.number));
  remove_document_version(tx, row, version.number);
  row.shape.latest = document_versions(tx, row, row.shape.given + 1, 1).front().number;
  region::update(tx, row);
}

}  // namespace

CreateDocumentOutput Ssm::create_document(region::Request& rq, const CreateDocumentInput& in) {
  const auto tag_keys = region::request_tag_keys(region::tag_map(in.tags));
  const std::string arn = document_arn(rq.region, rq.account, in.name);
  rq.authorize("ssm:CreateDocument", arn, tag_keys);
  if (!tag_keys.empty()) rq.authorize("ssm:AddTagsToResource", arn, tag_keys);

  check_document_name(in.name);
  if (in.document_type.value_or("Command") != "Command")
    throw wire::Error::not_implemented(rq.operation.name, "DocumentType " + *in.document_type);
  const Place place = place_of(rq);
  if (find_document_row(rq.tx, place, in.name))
    throw DocumentAlreadyExists("Document with same name " + in.name + " already exists");
  if (region::count<DocumentHead>(rq.tx, place) >= kMostDocuments)
    throw DocumentLimitExceeded("You can have at most 500 active SSM documents.");
  DocumentVersionRow version = new_version(rq, in);

  DocumentRow row = new_document_row(place, in.name, rq.now());
  row.shape.latest = row.shape.usual = row.shape.given = version.number = 1;
  region::insert(rq.tx, row);
  insert_document_version(rq.tx, row, version);
  region::put_tags(rq.tx, arn, region::tag_pairs(in.tags), kTagRules);

  CreateDocumentOutput out;
  out.document_description = describe(rq.tx, document_of(row, std::move(version), place), rq.operation.name);
  return out;
}

UpdateDocumentOutput Ssm::update_document(region::Request& rq, const UpdateDocumentInput& in) {
  authorize_document(rq, "ssm:UpdateDocument", in.name);

  const Place place = place_of(rq);
  DocumentRow row = require_own_document(rq.tx, place, in.name);
  const std::string before = in.document_version.value_or("$LATEST");
  const DocumentVersionRow latest = require_version(rq.tx, row, {.version = before});
  if (latest.number != row.shape.latest)
    throw InvalidDocumentVersion("Only the latest version of a document can be updated: " +
                                 std::to_string(row.shape.latest));
  DocumentVersionRow version = new_version(rq, in);
  if (version.schema_version == "1.2" || latest.schema_version == "1.2")
    throw InvalidDocumentSchemaVersion("Documents of schema version 1.2 can't be updated.");
  if (version.hash == latest.hash && version.format == latest.format)
    throw DuplicateDocumentContent(
        "The content of the association document matches another document. Change the content of the document and try "
        "again.");
  if (in.version_name && find_document_version_named(rq.tx, row, *in.version_name))
    throw DuplicateDocumentVersionName("The version name has already been used in this document: " + *in.version_name);
  if (count_document_versions(rq.tx, row) >= kMostVersions)
    throw DocumentVersionLimitExceeded(
        "The document has too many versions. Delete one or more document versions and try again.");

  if (!version.display_name) version.display_name = latest.display_name;
  if (!version.target_type) version.target_type = latest.target_type;
  row.shape.latest = version.number = ++row.shape.given;
  region::update(rq.tx, row);
  insert_document_version(rq.tx, row, version);
  run_associations_of(rq.home, rq.tx, place, in.name, "$LATEST");

  UpdateDocumentOutput out;
  out.document_description = describe(rq.tx, document_of(row, std::move(version), place), rq.operation.name);
  return out;
}

UpdateDocumentDefaultVersionOutput Ssm::update_document_default_version(region::Request& rq,
                                                                        const UpdateDocumentDefaultVersionInput& in) {
  authorize_document(rq, "ssm:UpdateDocumentDefaultVersion", in.name);

  DocumentRow row = require_own_document(rq.tx, place_of(rq), in.name);
  const DocumentVersionRow version = require_version(rq.tx, row, {.version = in.document_version});

  const bool changed = row.shape.usual != version.number;
  row.shape.usual = version.number;
  region::update(rq.tx, row);
  if (changed) run_associations_of(rq.home, rq.tx, place_of(rq), in.name, "$DEFAULT");

  UpdateDocumentDefaultVersionOutput out;
  auto& about = out.description.emplace();
  about.name = in.name;
  about.default_version = std::to_string(version.number);
  about.default_version_name = version.name;
  return out;
}

DeleteDocumentOutput Ssm::delete_document(region::Request& rq, const DeleteDocumentInput& in) {
  authorize_document(rq, "ssm:DeleteDocument", in.name);

  const DocumentRow row = require_own_document(rq.tx, place_of(rq), in.name);
  if (in.document_version || in.version_name) {
    delete_version(rq.tx, row, {in.document_version, in.version_name});
    return {};
  }
  check_unused(rq.tx, row);

  remove_document(rq.tx, row);
  return {};
}

}  // namespace hanbat::ssm
