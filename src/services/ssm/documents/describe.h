// A document as AWS's shapes tell it.
#pragma once

#include <string>

#include "gen/ssm/model.h"
#include "services/ssm/documents/documents.h"

namespace hanbat::ssm {

/// What the answers about a document have in common.
template <class Shape>
void describe_document_in(Shape& out, const Document& document) {
  const DocumentVersionRow& version = document.version;
  out.name = document.shown;
  out.created_date = version.created;
  out.display_name = version.display_name;
  out.version_name = version.name;
  out.document_version = std::to_string(version.number);
  out.document_type = "Command";
  out.document_format = word_of(version.format);
}

/// The same with what DescribeDocument and ListDocuments add.
template <class Shape>
void describe_kind_in(Shape& out, const Document& document, const region::TagMap& tags) {
  describe_document_in(out, document);
  out.owner = document.owner;
  out.platform_types = document.version.platforms;
  out.schema_version = document.version.schema_version;
  out.target_type = document.version.target_type;
  out.tags = region::tag_list<Tag>(tags);
}

DocumentDescription describe(store::Tx& tx, const Document& document, std::string_view operation);

}  // namespace hanbat::ssm
