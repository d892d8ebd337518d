// Credentials for repositories of other hosts: one set for each kind of host in an account and region. The token lies
// in the database only sealed under the region's key, and no call shows it; a build that clones from such a host is
// given it while it does (git_hosts.h).
#include "services/codebuild/sources/source_credentials.h"

#include "base/text.h"
#include "services/codebuild/codebuild.h"

namespace hanbat::codebuild {
namespace {

std::string credentials_arn(const region::Request& rq, ServerType server) {
  return rq.arn("codebuild", "token/" + lower(word_of(server)));
}

/// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ImportSourceCredentials.html
void check(const region::Request& rq, const ImportSourceCredentialsInput& in, ServerType server) {
  if (in.auth_type == "OAUTH")
    throw InvalidInputException("An OAUTH connection is made in the console; it cannot be imported");
  const auto type = find_word<AuthType>(in.auth_type);
  if (!type) throw wire::Error::not_implemented(rq.operation.name, "authType=" + in.auth_type);
  const bool basic = *type == AuthType::kBasicAuth;
  if (basic && server != ServerType::kBitbucket)
    throw InvalidInputException("Auth type BASIC_AUTH is not supported for server type " + in.server_type);
  if (basic && !in.username) throw InvalidInputException("Username must be specified for auth type BASIC_AUTH");
  if (!basic && in.username) throw InvalidInputException("Username is not supported for auth type " + in.auth_type);
}

}  // namespace

std::string source_token_purpose(std::string_view arn) { return "codebuild.source:" + std::string(arn); }

ImportSourceCredentialsOutput CodeBuild::import_source_credentials(region::Request& rq,
                                                                   const ImportSourceCredentialsInput& in) {
  region::ConditionKeys keys{{"codebuild:authType", {in.auth_type}},
                             {"codebuild:serverType", {in.server_type}},
                             {"codebuild:shouldOverwrite", {in.should_overwrite.value_or(true) ? "true" : "false"}}};
  if (in.username) keys["codebuild:username"] = {*in.username};
  rq.authorize("codebuild:ImportSourceCredentials", "*", keys);

  const auto server = require_word<ServerType>(in.server_type);
  check(rq, in, server);
  SourceCredentialsRow row;
  row.id = credentials_arn(rq, server);
  row.place = place_of(rq);
  row.created = rq.now();
  row.shape.arn = row.id;
  row.shape.auth_type = in.auth_type;
  row.shape.server_type = in.server_type;
  row.own = Json::object(
      {{"username", in.username.value_or("")}, {"token", home_.vault.seal(in.token, source_token_purpose(row.id))}});
  const bool there = region::find<SourceCredentialsInfo>(rq.tx, row.id).has_value();
  if (there && !in.should_overwrite.value_or(true))
    throw ResourceAlreadyExistsException("Access token with server type " + in.server_type + " already exists");
  there ? region::update(rq.tx, row) : region::insert(rq.tx, row);

  return {.arn = row.id};
}

ListSourceCredentialsOutput CodeBuild::list_source_credentials(region::Request& rq, const ListSourceCredentialsInput&) {
  rq.authorize("codebuild:ListSourceCredentials", "*");

  ListSourceCredentialsOutput out;
  out.source_credentials_infos.emplace();
  for (SourceCredentialsRow& row : region::list<SourceCredentialsInfo>(rq.tx, place_of(rq)))
    out.source_credentials_infos->push_back(std::move(row.shape));
  return out;
}

DeleteSourceCredentialsOutput CodeBuild::delete_source_credentials(region::Request& rq,
                                                                   const DeleteSourceCredentialsInput& in) {
  rq.authorize("codebuild:DeleteSourceCredentials", "*");

  const auto row = region::find<SourceCredentialsInfo>(rq.tx, place_of(rq), in.arn);
  if (!row) throw ResourceNotFoundException("Could not find access token with arn " + in.arn);
  region::remove(rq.tx, *row);
  return {.arn = in.arn};
}

}  // namespace hanbat::codebuild
