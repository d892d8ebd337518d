// A version row holds its value as it is stored: a SecureString sealed.
#include "services/ssm/parameter_rows.h"

#include "services/ssm/ssm.h"

namespace hanbat::ssm {

std::optional<store::Row> find_version(region::Request& rq, const std::string& name, std::int64_t version) {
  return rq.tx.find(std::string("SELECT ") + kVersionColumns +
                        " FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ? AND version = ?",
                    rq.account, rq.region, name, version);
}

std::optional<std::int64_t> newest_version(region::Request& rq, const std::string& name) {
  const auto row = rq.tx.find("SELECT version FROM ssm_parameters WHERE account = ? AND region = ? AND name = ?",
                              rq.account, rq.region, name);
  return row ? std::optional(row->integer(0)) : std::nullopt;
}

ParameterMetadata metadata(region::Request& rq, const store::Row& row) {
  const Json body = row.json(3);
  ParameterMetadata m;
  m.name = row.text(0);
  m.arn = parameter_arn(rq, row.text(0));
  m.type = body.text("type");
  if (m.type == "SecureString") m.key_id = body.text("key_id", "alias/aws/ssm");
  m.last_modified_date = Timestamp{body.integer("modified")};
  m.last_modified_user = body.text("modified_by");
  if (body.contains("description")) m.description = body.text("description");
  if (body.contains("allowed_pattern")) m.allowed_pattern = body.text("allowed_pattern");
  m.version = row.integer(1);
  m.tier = body.text("tier", "Standard");
  m.data_type = body.text("data_type", "text");
  m.policies.emplace();
  return m;
}

}  // namespace hanbat::ssm
