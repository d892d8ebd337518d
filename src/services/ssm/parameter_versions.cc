// What was: the history of a parameter, and the labels of its versions.
#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "services/ssm/parameter_rows.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {

GetParameterHistoryOutput Ssm::get_parameter_history(region::Request& rq, const GetParameterHistoryInput& in) {
  authorize(rq, "ssm:GetParameterHistory", in.name);

  if (!newest_version(rq, in.name)) throw ParameterNotFound("Parameter " + in.name + " not found.");
  const std::size_t limit = static_cast<std::size_t>(in.max_results.value_or(50));
  const std::int64_t after = parse_int(in.next_token.value_or("0")).value_or(0);

  GetParameterHistoryOutput out;
  out.parameters.emplace();
  for (const auto& row : rq.tx.query(std::string("SELECT ") + kVersionColumns +
                                         " FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ? "
                                         "AND version > ? ORDER BY version",
                                     rq.account, rq.region, in.name, after)) {
    if (out.parameters->size() == limit) {
      out.next_token = std::to_string(*out.parameters->back().version);
      break;
    }
    const ParameterMetadata m = metadata(rq, row);
    ParameterHistory& h = out.parameters->emplace_back();
    h.name = m.name;
    h.type = m.type;
    h.key_id = m.key_id;
    h.last_modified_date = m.last_modified_date;
    h.last_modified_user = m.last_modified_user;
    h.description = m.description;
    h.value = answer(rq, row, in.with_decryption.value_or(false)).value;
    h.allowed_pattern = m.allowed_pattern;
    h.version = m.version;
    h.labels = row.json(3).texts("labels");
    h.tier = m.tier;
    h.data_type = m.data_type;
    h.policies.emplace();
  }
  return out;
}

LabelParameterVersionOutput Ssm::label_parameter_version(region::Request& rq, const LabelParameterVersionInput& in) {
  authorize(rq, "ssm:LabelParameterVersion", in.name);

  const auto newest = newest_version(rq, in.name);
  if (!newest) throw ParameterNotFound("Parameter " + in.name + " not found.");
  const std::int64_t version = in.parameter_version.value_or(*newest);
  if (!find_version(rq, in.name, version))
    throw ParameterVersionNotFound("Systems Manager could not find version " + std::to_string(version) + " of " +
                                   in.name + ". Verify the version and try again.");

  LabelParameterVersionOutput out;
  out.parameter_version = version;
  out.invalid_labels.emplace();
  std::vector<std::string> good;
  for (const std::string& label : in.labels) {
    const bool bad = label.empty() || std::isdigit(static_cast<unsigned char>(label[0])) ||
                     lower(label).starts_with("aws") || lower(label).starts_with("ssm");
    (bad ? *out.invalid_labels : good).push_back(label);
  }
  // A label is on one version only, so it moves.
  for (const auto& row : rq.tx.query(std::string("SELECT ") + kVersionColumns +
                                         " FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ?",
                                     rq.account, rq.region, in.name)) {
    Json body = row.json(3);
    std::vector<std::string> labels = body.texts("labels");
    std::erase_if(labels, [&](const std::string& l) { return std::find(good.begin(), good.end(), l) != good.end(); });
    if (row.integer(1) == version) labels.insert(labels.end(), good.begin(), good.end());
    if (labels.size() > 10)
      throw ParameterVersionLabelLimitExceeded("A parameter version can have a maximum of ten labels.");
    body["labels"] = Json(labels);
    rq.tx.exec(
        "UPDATE ssm_parameter_versions SET body = ? WHERE account = ? AND region = ? AND name = ? AND version = ?",
        body, rq.account, rq.region, in.name, row.integer(1));
  }
  return out;
}

UnlabelParameterVersionOutput Ssm::unlabel_parameter_version(region::Request& rq,
                                                             const UnlabelParameterVersionInput& in) {
  authorize(rq, "ssm:UnlabelParameterVersion", in.name);

  if (!newest_version(rq, in.name)) throw ParameterNotFound("Parameter " + in.name + " not found.");
  const auto row = find_version(rq, in.name, in.parameter_version);
  if (!row)
    throw ParameterVersionNotFound("Systems Manager could not find version " + std::to_string(in.parameter_version) +
                                   " of " + in.name + ". Verify the version and try again.");

  UnlabelParameterVersionOutput out;
  out.removed_labels.emplace();
  out.invalid_labels.emplace();
  Json body = row->json(3);
  std::vector<std::string> labels = body.texts("labels");
  for (const std::string& label : in.labels)
    (std::erase(labels, label) > 0 ? out.removed_labels : out.invalid_labels)->push_back(label);
  body["labels"] = Json(labels);
  rq.tx.exec("UPDATE ssm_parameter_versions SET body = ? WHERE account = ? AND region = ? AND name = ? AND version = ?",
             body, rq.account, rq.region, in.name, in.parameter_version);
  return out;
}

}  // namespace hanbat::ssm
