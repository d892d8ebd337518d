// Repositories, their policies and tags, and the way in: the login token.
#include <algorithm>

#include "base/arn.h"
#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "region/policy/document.h"
#include "services/ecr/ecr.h"

namespace hanbat::ecr {
namespace {

constexpr std::size_t kMostTags = 50;
constexpr std::chrono::hours kLoginLifetime{12};

Repository describe(const RepositoryRow& row) {
  Repository out;
  out.created_at = row.created;
  out.encryption_configuration = EncryptionConfiguration{.encryption_type = "AES256"};
  out.image_scanning_configuration = ImageScanningConfiguration{.scan_on_push = false};
  out.image_tag_mutability = row.mutability;
  out.registry_id = row.account;
  out.repository_arn = row.arn();
  out.repository_name = row.name;
  out.repository_uri = row.registry_host() + "/" + row.name;
  return out;
}

void check_mutability(const region::Request& rq, const std::string& word) {
  if (word == "MUTABLE" || word == "IMMUTABLE") return;
  if (word == "IMMUTABLE_WITH_EXCLUSION" || word == "MUTABLE_WITH_EXCLUSION")
    throw wire::Error::not_implemented(rq.operation.name, "imageTagMutability " + word);
  throw InvalidParameterException(
      "Invalid parameter at 'imageTagMutability' failed to satisfy constraint: 'Member must "
      "satisfy enum value set: [MUTABLE, IMMUTABLE]'");
}

void check_tags(const std::map<std::string, std::string>& tags) {
  if (tags.size() > kMostTags) throw TooManyTagsException("A repository can have at most 50 tags.");
  for (const auto& [key, value] : tags)
    if (key.empty() || key.size() > 128 || value.size() > 256 || key.starts_with("aws:"))
      throw InvalidTagParameterException("The tag '" + key + "' is not valid.");
}

/// The repository of an ARN, after the caller was authorized for it.
RepositoryRow require_by_arn(region::Request& rq, std::string_view action, const std::string& text,
                             region::ConditionKeys keys = {}) {
  const auto arn = parse_arn(text);
  if (!arn || arn->service != "ecr" || arn->region != rq.region || !arn->resource.starts_with("repository/"))
    throw InvalidParameterException("Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'");
  return require_repository(rq, action, arn->account, arn->resource.substr(11), std::move(keys));
}

}  // namespace

CreateRepositoryOutput Ecr::create_repository(region::Request& rq, const CreateRepositoryInput& in) {
  const auto tags = region::tag_map(in.tags);
  const std::string arn = repository_arn(rq.region, rq.account, in.repository_name);
  rq.authorize("ecr:CreateRepository", arn, region::request_tag_keys(tags));
  if (!tags.empty()) rq.authorize("ecr:TagResource", arn, region::request_tag_keys(tags));

  if (!is_repository_name(in.repository_name))
    throw InvalidParameterException(
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression "
        "'(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''");
  if (in.registry_id && *in.registry_id != rq.account)
    throw InvalidParameterException("A repository is made in the caller's own registry.");
  const std::string mutability = in.image_tag_mutability.value_or("MUTABLE");
  check_mutability(rq, mutability);
  check_tags(tags);
  if (in.image_scanning_configuration && in.image_scanning_configuration->scan_on_push.value_or(false))
    throw wire::Error::not_implemented(rq.operation.name, "imageScanningConfiguration.scanOnPush");
  if (in.encryption_configuration && in.encryption_configuration->encryption_type != "AES256")
    throw wire::Error::not_implemented(
        rq.operation.name, "encryptionConfiguration.encryptionType " + in.encryption_configuration->encryption_type);
  if (find_repository(rq.tx, rq.account, rq.region, in.repository_name))
    throw RepositoryAlreadyExistsException("The repository with name '" + in.repository_name +
                                           "' already exists in the registry with id '" + rq.account + "'");

  const RepositoryRow row{random_uuid(), rq.account, rq.region, in.repository_name, mutability, tags, {}, rq.now()};
  insert(rq.tx, row);

  return {.repository = describe(row)};
}

DescribeRepositoriesOutput Ecr::describe_repositories(region::Request& rq, const DescribeRepositoriesInput& in) {
  DescribeRepositoriesOutput out;
  out.repositories.emplace();
  if (in.repository_names && !in.repository_names->empty()) {
    if (in.next_token || in.max_results)
      throw InvalidParameterException("'repositoryNames' goes without 'nextToken' and 'maxResults'.");
    for (const auto& name : *in.repository_names)
      out.repositories->push_back(describe(require_repository(rq, "DescribeRepositories", in.registry_id, name)));
    return out;
  }
  const std::string account = in.registry_id.value_or(rq.account);
  rq.authorize({.action = "ecr:DescribeRepositories",
                .resource = repository_arn(rq.region, account, "*"),
                .resource_account = account});

  const Page page = read_page(in.next_token, in.max_results);
  const auto all = list_repositories(rq.tx, account, rq.region);
  for (std::size_t i = page.first; i < all.size() && i < page.first + page.count; ++i)
    out.repositories->push_back(describe(all[i]));
  if (page.first + page.count < all.size()) out.next_token = std::to_string(page.first + page.count);
  return out;
}

DeleteRepositoryOutput Ecr::delete_repository(region::Request& rq, const DeleteRepositoryInput& in) {
  const RepositoryRow row = require_repository(rq, "DeleteRepository", in.registry_id, in.repository_name);

  const auto images = ecr::list_images(rq.tx, row);
  if (!images.empty() && !in.force.value_or(false))
    throw RepositoryNotEmptyException("The repository with name '" + row.name + "' in registry with id '" +
                                      row.account + "' cannot be deleted because it still contains images");

  remove(rq.tx, rq.home.blobs, row);

  return {.repository = describe(row)};
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
  // A client on the host is told the address that it used, since AWS's names mean nothing there.
  const std::string host = lower(rq.host);
  const bool outside = !host.empty() && host.find("amazonaws.com") == std::string::npos;

  GetAuthorizationTokenOutput out;
  out.authorization_data.emplace();
  for (const auto& account : in.registry_ids.value_or(std::vector<std::string>{rq.account})) {
    RepositoryRow registry;
    registry.account = account;
    registry.region = rq.region;
    out.authorization_data->push_back(
        {.authorization_token = token,
         .expires_at = expires,
         .proxy_endpoint = outside ? "http://" + host : "https://" + registry.registry_host()});
  }
  return out;
}

PutImageTagMutabilityOutput Ecr::put_image_tag_mutability(region::Request& rq, const PutImageTagMutabilityInput& in) {
  RepositoryRow row = require_repository(rq, "PutImageTagMutability", in.registry_id, in.repository_name);

  check_mutability(rq, in.image_tag_mutability);

  row.mutability = in.image_tag_mutability;
  update(rq.tx, row);

  return {.image_tag_mutability = row.mutability, .registry_id = row.account, .repository_name = row.name};
}

GetRepositoryPolicyOutput Ecr::get_repository_policy(region::Request& rq, const GetRepositoryPolicyInput& in) {
  const RepositoryRow row = require_repository(rq, "GetRepositoryPolicy", in.registry_id, in.repository_name);
  if (!row.policy)
    throw RepositoryPolicyNotFoundException("Repository policy does not exist for the repository with name '" +
                                            row.name + "' in the registry with id '" + row.account + "'");
  return {.policy_text = home_.identity().show_principals(rq.tx, *row.policy),
          .registry_id = row.account,
          .repository_name = row.name};
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
      throw InvalidParameterException(
          "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'");
  } catch (const region::policy::DocumentError& error) {
    throw InvalidParameterException(
        "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository "
        "policy provided' (" +
        std::string(error.what()) + ")");
  }

  row.policy = home_.identity().bind_principals(rq.tx, in.policy_text);
  update(rq.tx, row);

  return {.policy_text = in.policy_text, .registry_id = row.account, .repository_name = row.name};
}

DeleteRepositoryPolicyOutput Ecr::delete_repository_policy(region::Request& rq, const DeleteRepositoryPolicyInput& in) {
  RepositoryRow row = require_repository(rq, "DeleteRepositoryPolicy", in.registry_id, in.repository_name);

  if (!row.policy)
    throw RepositoryPolicyNotFoundException("Repository policy does not exist for the repository with name '" +
                                            row.name + "' in the registry with id '" + row.account + "'");

  const std::string gone = home_.identity().show_principals(rq.tx, *std::exchange(row.policy, std::nullopt));
  update(rq.tx, row);

  return {.policy_text = gone, .registry_id = row.account, .repository_name = row.name};
}

TagResourceOutput Ecr::tag_resource(region::Request& rq, const TagResourceInput& in) {
  RepositoryRow row =
      require_by_arn(rq, "TagResource", in.resource_arn, region::request_tag_keys(region::tag_map(in.tags)));
  for (const auto& tag : in.tags) row.tags[tag.key] = tag.value;
  check_tags(row.tags);
  update(rq.tx, row);
  return {};
}

UntagResourceOutput Ecr::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  RepositoryRow row = require_by_arn(rq, "UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));
  for (const auto& key : in.tag_keys) row.tags.erase(key);
  update(rq.tx, row);
  return {};
}

ListTagsForResourceOutput Ecr::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  ListTagsForResourceOutput out;
  out.tags.emplace();
  for (const auto& [key, value] : require_by_arn(rq, "ListTagsForResource", in.resource_arn).tags)
    out.tags->push_back({.key = key, .value = value});
  return out;
}

}  // namespace hanbat::ecr
