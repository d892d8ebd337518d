// Repositories, their policies and tags, and the way in: the login token.
#include <algorithm>

#include "base/arn.h"
#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "region/policy/document.h"
#include "region/usage.h"
#include "services/ecr/ecr.h"
#include "services/ecr/images/manifest.h"
#include "services/ecr/images/store.h"
#include "services/ecr/registry_policy.h"
#include "services/ecr/tag_mutability.h"

namespace hanbat::ecr {
namespace {

constexpr std::chrono::hours kLoginLifetime{12};

/// The repository of an ARN, after the caller was authorized for it.
RepositoryRow require_by_arn(region::Request& rq, std::string_view action, const std::string& text,
                             region::ConditionKeys keys = {}) {
  const auto arn = parse_arn(text);
  if (!arn || arn->service != "ecr" || arn->region != rq.region || !arn->resource.starts_with("repository/"))
    throw invalid_parameter("resourceArn", "Invalid ARN");
  return require_repository(rq, action, arn->account, arn->resource.substr(11), std::move(keys));
}

}  // namespace

CreateRepositoryOutput Ecr::create_repository(region::Request& rq, const CreateRepositoryInput& in) {
  const auto tags = region::tag_map(in.tags);
  const region::Place place{rq.account, rq.region};
  const std::string arn = repository_arn(place, in.repository_name);
  region::AccessQuestion question{.action = "ecr:CreateRepository",
                                  .resource = arn,
                                  .keys = region::request_tag_keys(tags),
                                  .resource_account = rq.account};
  if (const auto policy = find_registry_policy(rq.tx, place)) question.resource_policies.push_back(*policy);
  rq.authorize(std::move(question));
  if (!tags.empty()) rq.authorize("ecr:TagResource", arn, region::request_tag_keys(tags));

  require_repository_name(in.repository_name);
  if (in.registry_id && *in.registry_id != rq.account)
    throw InvalidParameterException("A repository is made in the caller's own registry.");
  if (in.encryption_configuration && !find_word<EncryptionType>(in.encryption_configuration->encryption_type))
    throw wire::Error::not_implemented(
        rq.operation.name, "encryptionConfiguration.encryptionType " + in.encryption_configuration->encryption_type);
  if (find_repository(rq.tx, place, in.repository_name))
    throw RepositoryAlreadyExistsException("The repository with name '" + in.repository_name +
                                           "' already exists in the registry with id '" + rq.account + "'");

  RepositoryRow row = make_repository(place, in.repository_name, rq.now());
  set_mutability(row, {in.image_tag_mutability, in.image_tag_mutability_exclusion_filters});
  if (in.image_scanning_configuration)
    row.shape.image_scanning_configuration->scan_on_push =
        in.image_scanning_configuration->scan_on_push.value_or(false);
  region::put_tags(rq.tx, arn, region::tag_pairs(in.tags), kTagRules);
  region::insert(rq.tx, row);

  return {.repository = row.shape};
}

DescribeRepositoriesOutput Ecr::describe_repositories(region::Request& rq, const DescribeRepositoriesInput& in) {
  const region::Pager pager(rq, in, kPageSizes);
  DescribeRepositoriesOutput out;
  out.repositories.emplace();
  if (in.repository_names && !in.repository_names->empty()) {
    if (pager.asked()) throw InvalidParameterException("'repositoryNames' goes without 'nextToken' and 'maxResults'.");
    for (const auto& name : *in.repository_names)
      out.repositories->push_back(require_repository(rq, "DescribeRepositories", in.registry_id, name).shape);
    return out;
  }
  const region::Place place{in.registry_id.value_or(rq.account), rq.region};
  rq.authorize({.action = "ecr:DescribeRepositories",
                .resource = repository_arn(place, "*"),
                .resource_account = place.account});

  auto page = pager.cut_read(
      region::list_by_name<Repository>(rq.tx, place, {.after = pager.after(), .most = pager.size() + 1}), name_of);
  for (RepositoryRow& row : page.items) out.repositories->push_back(std::move(row.shape));
  out.next_token = page.next_token;
  return out;
}

DeleteRepositoryOutput Ecr::delete_repository(region::Request& rq, const DeleteRepositoryInput& in) {
  const RepositoryRow row = require_repository(rq, "DeleteRepository", in.registry_id, in.repository_name);

  const auto images = ecr::list_images(rq.tx, row);
  if (!images.empty() && !in.force.value_or(false))
    throw RepositoryNotEmptyException("The repository with name '" + name_of(row) + "' in registry with id '" +
                                      row.place.account + "' cannot be deleted because it still contains images");

  region::meter(rq.tx, rq.now(), row.place, *row.shape.repository_arn, {});
  remove(rq.tx, rq.home.blobs, row);

  return {.repository = row.shape};
}

DescribeRegistryOutput Ecr::describe_registry(region::Request& rq, const DescribeRegistryInput&) {
  rq.authorize("ecr:DescribeRegistry", "*");
  return {.registry_id = rq.account, .replication_configuration = ReplicationConfiguration{}};
}

GetAuthorizationTokenOutput Ecr::get_authorization_token(region::Request& rq, const GetAuthorizationTokenInput& in) {
  rq.authorize("ecr:GetAuthorizationToken", "*");

  // No longer than the session that asks for it, which has its end at its key.
  Timestamp expires = rq.now() + kLoginLifetime;
  const auto key = rq.home.identity().find_credential(rq.tx, rq.caller.access_key_id);
  if (key && key->expiration) expires = std::min(expires, *key->expiration);
  const std::string token = to_base64("AWS:" + tokens_.login_token(rq.caller, rq.region, expires));

  GetAuthorizationTokenOutput out;
  out.authorization_data.emplace();
  for (const auto& account : in.registry_ids.value_or(std::vector<std::string>{rq.account})) {
    out.authorization_data->push_back({.authorization_token = token,
                                       .expires_at = expires,
                                       .proxy_endpoint = "https://" + registry_host({account, rq.region})});
  }
  return out;
}

GetRepositoryPolicyOutput Ecr::get_repository_policy(region::Request& rq, const GetRepositoryPolicyInput& in) {
  const RepositoryRow row = require_repository(rq, "GetRepositoryPolicy", in.registry_id, in.repository_name);
  const auto policy = policy_of(row);
  if (!policy)
    throw RepositoryPolicyNotFoundException("Repository policy does not exist for the repository with name '" +
                                            name_of(row) + "' in the registry with id '" + row.place.account + "'");
  return {.policy_text = home_.identity().show_principals(rq.tx, *policy),
          .registry_id = row.place.account,
          .repository_name = name_of(row)};
}

SetRepositoryPolicyOutput Ecr::set_repository_policy(region::Request& rq, const SetRepositoryPolicyInput& in) {
  RepositoryRow row = require_repository(rq, "SetRepositoryPolicy", in.registry_id, in.repository_name);

  try {
    const auto document =
        region::policy::parse_document(in.policy_text, region::policy::DocumentKind::kResourceImplied);
    for (const region::policy::Statement& statement : document.statements)
      if (!statement.resources.empty())
        throw region::policy::DocumentError("The repository is the resource; a statement names none.");
    if (home_.identity().find_unknown_principal(rq.tx, document))
      throw invalid_parameter("PolicyText", "Principal not found");
  } catch (const region::policy::DocumentError& error) {
    throw InvalidParameterException(
        "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository "
        "policy provided' (" +
        std::string(error.what()) + ")");
  }

  row.own["policy"] = home_.identity().bind_principals(rq.tx, in.policy_text);
  region::update(rq.tx, row);

  return {.policy_text = in.policy_text, .registry_id = row.place.account, .repository_name = name_of(row)};
}

DeleteRepositoryPolicyOutput Ecr::delete_repository_policy(region::Request& rq, const DeleteRepositoryPolicyInput& in) {
  RepositoryRow row = require_repository(rq, "DeleteRepositoryPolicy", in.registry_id, in.repository_name);

  const auto policy = policy_of(row);
  if (!policy)
    throw RepositoryPolicyNotFoundException("Repository policy does not exist for the repository with name '" +
                                            name_of(row) + "' in the registry with id '" + row.place.account + "'");

  const std::string gone = home_.identity().show_principals(rq.tx, *policy);
  row.own.erase("policy");
  region::update(rq.tx, row);

  return {.policy_text = gone, .registry_id = row.place.account, .repository_name = name_of(row)};
}

TagResourceOutput Ecr::tag_resource(region::Request& rq, const TagResourceInput& in) {
  require_by_arn(rq, "TagResource", in.resource_arn, region::request_tag_keys(region::tag_map(in.tags)));
  region::put_tags(rq.tx, in.resource_arn, region::tag_pairs(in.tags), kTagRules);
  return {};
}

UntagResourceOutput Ecr::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  require_by_arn(rq, "UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));
  region::remove_tags(rq.tx, in.resource_arn, in.tag_keys, kTagRules);
  return {};
}

ListTagsForResourceOutput Ecr::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  require_by_arn(rq, "ListTagsForResource", in.resource_arn);
  return {.tags = region::tag_list<Tag>(region::tags_of(rq.tx, in.resource_arn))};
}

}  // namespace hanbat::ecr
