// Documents as commands, associations and their readers find them: one's own, those of other accounts that are shared,
// and AWS's own.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "region/region.h"
#include "region/request.h"
#include "services/ssm/documents/content.h"
#include "services/ssm/documents/plan.h"
#include "services/ssm/documents/store.h"
#include "services/ssm/place.h"

namespace hanbat::ssm {

/// Bytes of a document; with the parameters that it is run with, too.
inline constexpr std::size_t kLargestDocument = 65536;

/// One version of a document.
struct Document {
  std::string owner;  ///< an account, or "Amazon"
  std::string name;   ///< without its owner
  std::string shown;  ///< as the caller knows it: by its ARN when another account shares it
  std::string arn;
  std::int64_t latest = 1, usual = 1;
  DocumentVersionRow version;
};

/// Which version of a document is meant: $DEFAULT, $LATEST or a number, and the name of it.
struct Selector {
  std::optional<std::string> version, name;
};

/// AWS's own documents, in order of names.
std::span<const Document> amazon_documents();

/// What the name begins with, if AWS keeps such names to itself.
/// Source: CreateDocument in the Systems Manager API reference; the longer ones that it names begin with these.
std::optional<std::string_view> reserved_prefix(const std::string& name);

/// The ARN that a document's name stands for in the place, whether there is one or not; an ARN stands for itself.
std::string arn_of_document(const Place& place, const std::string& name_or_arn);

/// Throws InvalidDocument when there is none that the account may use, InvalidDocumentVersion when it has no such
/// version, or none that is shared.
Document require_document(store::Tx& tx, const Place& place, const std::string& name_or_arn,
                          const Selector& selector = {});
/// The version of a row that exists. Throws InvalidDocumentVersion.
DocumentVersionRow require_version(store::Tx& tx, const DocumentRow& row, const Selector& selector);
/// A document of the account's own. Throws InvalidDocument.
DocumentRow require_own_document(store::Tx& tx, const Place& place, const std::string& name);
Document document_of(const DocumentRow& row, DocumentVersionRow version, const Place& reader);

/// What the document says.
DocumentFacts facts_of(const Document& document, std::string_view operation);
/// The document with these parameters, ready to be carried out. Throws InvalidParameters, also for what {{ssm:name}}
/// names and the caller may not read or is not there, and UnsupportedPlatformType for what is for Windows alone.
Plan require_plan(const Document& document, const Parameters& parameters, const region::Actor& caller,
                  std::string_view operation);

/// rq.authorize of the document by its name or ARN, with its tags. Throws InvalidDocument for what is no document's
/// ARN.
void authorize_document(region::Request& rq, std::string_view action, const std::string& name_or_arn,
                        region::ConditionKeys keys = {});

}  // namespace hanbat::ssm
