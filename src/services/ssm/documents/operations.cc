// ListDocuments, DescribeDocument, GetDocument: of AWS's own documents, those that this region carries out.
#include <algorithm>

#include "base/json.h"
#include "crypto/digest.h"
#include "region/page.h"
#include "services/ssm/documents/documents.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr Timestamp kMade{1'635'897'600'000};

std::string document_arn(const region::Request& rq, std::string_view name) {
  return "arn:aws:ssm:" + rq.region + "::document/" + std::string(name);
}

/// The document as GetDocument gives it. What it runs is told, not how AWS's agent would: here each becomes a script.
std::string content_of(const DocumentFacts& document) {
  Json parameters = Json::object(), inputs = Json::object();
  for (const DocumentParameterFacts& one : document.parameters) {
    Json facts = Json::object({{"type", one.type}, {"description", one.description}});
    if (one.usual) facts["default"] = one.type == "StringMap" ? Json::parse(*one.usual) : Json(*one.usual);
    if (!one.allowed.empty()) {
      facts["allowedValues"] = Json::array();
      for (const std::string_view value : one.allowed) facts["allowedValues"].push_back(value);
    }
    if (!one.pattern.empty()) facts["allowedPattern"] = one.pattern;
    parameters[std::string(one.name)] = std::move(facts);
    inputs[one.name == "commands"           ? "runCommand"
           : one.name == "executionTimeout" ? "timeoutSeconds"
                                            : std::string(one.name)] = "{{ " + std::string(one.name) + " }}";
  }
  Json json = Json::object(
      {{"schemaVersion", document.schema_version}, {"description", document.description}, {"parameters", parameters}});
  if (document.schema_version == "1.2")
    json["runtimeConfig"] =
        Json::object({{std::string(document.plugin_type), Json::object({{"properties", Json::array({inputs})}})}});
  else
    json["mainSteps"] =
        Json::array({Json::object({{"action", document.plugin_type}, {"name", document.plugin}, {"inputs", inputs}})});
  return json.dump();
}

bool fits(const DocumentFacts& document, const std::string& key, const std::vector<std::string>& values) {
  const auto any = [&](auto&& test) { return std::any_of(values.begin(), values.end(), test); };
  if (key == "Name") return any([&](const std::string& value) { return document.name.starts_with(value); });
  if (key == "Owner")
    return any([](const std::string& value) { return value == "Amazon" || value == "Public" || value == "All"; });
  if (key == "PlatformTypes") return any([](const std::string& value) { return value == "Linux"; });
  if (key == "DocumentType") return any([](const std::string& value) { return value == "Command"; });
  if (key == "SchemaVersion") return any([&](const std::string& value) { return document.schema_version == value; });
  throw InvalidFilterKey("The specified key isn't valid: " + key);
}

template <class Shape>
void describe_document_in(Shape& out, const DocumentFacts& document) {
  out.name = std::string(document.name);
  out.created_date = kMade;
  out.owner = "Amazon";
  out.platform_types = {"Linux"};
  out.document_version = "1";
  out.document_type = "Command";
  out.schema_version = std::string(document.schema_version);
  out.document_format = "JSON";
  out.tags.emplace();
}

}  // namespace

ListDocumentsOutput Ssm::list_documents(region::Request& rq, const ListDocumentsInput& in) {
  rq.authorize("ssm:ListDocuments", rq.arn("ssm", "*"));

  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  std::vector<DocumentIdentifier> all;
  for (const DocumentFacts& document : documents()) {
    bool wanted = true;
    if (in.filters)
      for (const auto& filter : *in.filters)
        wanted = fits(document, filter.key.value_or(""), filter.values.value_or(std::vector<std::string>{})) && wanted;
    if (in.document_filter_list)
      for (const auto& filter : *in.document_filter_list) wanted = fits(document, filter.key, {filter.value}) && wanted;
    if (wanted) describe_document_in(all.emplace_back(), document);
  }
  auto page = pager.cut(std::move(all), [](const DocumentIdentifier& one) { return *one.name; });

  ListDocumentsOutput out;
  out.document_identifiers = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

DescribeDocumentOutput Ssm::describe_document(region::Request& rq, const DescribeDocumentInput& in) {
  rq.authorize("ssm:DescribeDocument", document_arn(rq, in.name.substr(in.name.rfind('/') + 1)));

  const DocumentFacts& document = require_document(in.name);
  check_document_version(in.document_version);

  DescribeDocumentOutput out;
  DocumentDescription& about = out.document.emplace();
  describe_document_in(about, document);
  about.description = std::string(document.description);
  about.latest_version = about.default_version = "1";
  about.status = "Active";
  about.hash_type = "Sha256";
  about.hash = crypto::sha256_hex(content_of(document));
  for (const DocumentParameterFacts& one : document.parameters) {
    DocumentParameter& parameter = (about.parameters ? *about.parameters : about.parameters.emplace()).emplace_back();
    parameter.name = std::string(one.name);
    parameter.type = std::string(one.type);
    parameter.description = std::string(one.description);
    if (one.usual) parameter.default_value = std::string(*one.usual);
  }
  return out;
}

GetDocumentOutput Ssm::get_document(region::Request& rq, const GetDocumentInput& in) {
  rq.authorize("ssm:GetDocument", document_arn(rq, in.name.substr(in.name.rfind('/') + 1)));

  const DocumentFacts& document = require_document(in.name);
  check_document_version(in.document_version);
  if (in.document_format.value_or("JSON") != "JSON")
    throw wire::Error::not_implemented("GetDocument", "DocumentFormat " + *in.document_format);

  GetDocumentOutput out;
  out.name = std::string(document.name);
  out.created_date = kMade;
  out.document_version = "1";
  out.status = "Active";
  out.content = content_of(document);
  out.document_type = "Command";
  out.document_format = "JSON";
  return out;
}

}  // namespace hanbat::ssm
