// OpenID Connect providers: kept and named in trust policies. No token of theirs is exchanged for a session:
// sts:AssumeRoleWithWebIdentity is not built.
#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/checksum.h"
#include "http/shown_certificates.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/tags.h"

namespace hanbat::iam {
namespace {

constexpr std::int64_t kMostProviders = 100;
constexpr std::size_t kMostClientIds = 100;
constexpr std::size_t kMostThumbprints = 5;
constexpr std::string_view kHttps = "https://";

/// "https://server.example.com/path" → "server.example.com/path", which is its name in its ARN.
std::string name_of_url(const std::string& url) {
  const std::string_view rest = std::string_view(url).substr(std::min(kHttps.size(), url.size()));
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (!url.starts_with(kHttps) || host.empty() || host.find_first_of(":@ ") != std::string_view::npos ||
      rest.find_first_of("?# ") != std::string_view::npos)
    throw wire::Error("ValidationError", 400, "Invalid Open ID Connect Provider URL");
  return std::string(rest.ends_with('/') ? rest.substr(0, rest.size() - 1) : rest);
}

std::vector<std::string> without_repetitions(const std::vector<std::string>& all) {
  std::vector<std::string> out;
  for (const std::string& one : all)
    if (std::ranges::find(out, one) == out.end()) out.push_back(one);
  return out;
}

std::vector<std::string> checked_client_ids(const std::vector<std::string>& ids) {
  auto unique = without_repetitions(ids);
  if (unique.size() > kMostClientIds)
    throw LimitExceededException("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: " +
                                 std::to_string(kMostClientIds));
  return unique;
}

std::vector<std::string> checked_thumbprints(const std::vector<std::string>& given) {
  if (given.size() > kMostThumbprints)
    throw InvalidInputException("Thumbprint list must contain fewer than 5 entries.");
  std::vector<std::string> all;
  for (const std::string& one : given) {
    const std::string print = lower(one);
    if (print.find_first_not_of("0123456789abcdef") != std::string::npos)
      throw InvalidInputException("The thumbprint " + one + " is not valid.");
    all.push_back(print);
  }
  return without_repetitions(all);
}

constexpr auto kLongestLook = std::chrono::seconds(5);

/// Of the last certificate that the provider's host shows, which belongs to whom its others are signed by.
/// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
std::vector<std::string> found_thumbprints(const Iam::ShownCertificates& shown, const std::string& name) {
  std::vector<std::string> certificates;
  try {
    certificates = shown(name.substr(0, name.find('/')));
  } catch (const std::exception&) {
    // What went wrong on the way would tell a caller what lies in the region's own network.
  }
  if (certificates.empty())
    throw OpenIdIdpCommunicationErrorException(
        "The request failed because IAM cannot connect to the OpenID Connect identity provider URL.");
  crypto::Checksum print("sha1");
  print.update(certificates.back());
  return {to_hex(print.finish())};
}

std::vector<std::string> texts_of(const Entity& provider, std::string_view member) {
  std::vector<std::string> all;
  if (const Json* list = provider.body.find(member))
    for (const Json& each : list->items()) all.push_back(each.as_string());
  return all;
}

}  // namespace

std::vector<std::string> Iam::shown_certificates(const std::string& host) {
  return http::shown_certificates({.scheme = http::Endpoint::Scheme::kHttps, .host = host, .port = 443}, kLongestLook);
}

Entity Iam::require_provider(Request& rq, const std::string& arn) const {
  auto found = rows::find_by_arn(rq.tx, arn);
  if (!found || found->kind != Kind::kProvider || found->account != rq.account)
    throw NoSuchEntityException("OpenIDConnect Provider not found for arn " + arn);
  return std::move(*found);
}

CreateOpenIDConnectProviderOutput Iam::create_open_id_connect_provider(Request& rq,
                                                                       const CreateOpenIDConnectProviderInput& in) {
  Entity provider = make(rq, Kind::kProvider, name_of_url(in.url), std::nullopt);
  const auto tags = request_tags(in.tags);
  rq.authorize("iam:CreateOpenIDConnectProvider", provider.arn, tags);
  if (!tags.empty()) rq.authorize("iam:TagOpenIDConnectProvider", provider.arn, tags);

  provider.body["client_ids"] = Json(checked_client_ids(in.client_id_list.value_or(std::vector<std::string>())));
  if (rows::count(rq.tx, rq.account, Kind::kProvider) >= kMostProviders)
    throw LimitExceededException("Cannot exceed quota for OpenIdConnectProvidersPerAccount: " +
                                 std::to_string(kMostProviders));
  provider.body["thumbprints"] =
      Json(in.thumbprint_list ? checked_thumbprints(*in.thumbprint_list)
                              : rq.prepare<std::vector<std::string>>(
                                    in.url, [this, name = provider.name] { return found_thumbprints(shown_, name); }));

  insert(rq, provider);
  put_tags(rq.tx, provider, in.tags);

  CreateOpenIDConnectProviderOutput out;
  out.open_id_connect_provider_arn = provider.arn;
  if (auto shown = tag_list(rq.tx, provider); !shown.empty()) out.tags = std::move(shown);
  return out;
}

GetOpenIDConnectProviderOutput Iam::get_open_id_connect_provider(Request& rq, const GetOpenIDConnectProviderInput& in) {
  authorize_arn(rq, "iam:GetOpenIDConnectProvider", in.open_id_connect_provider_arn);

  const Entity provider = require_provider(rq, in.open_id_connect_provider_arn);

  GetOpenIDConnectProviderOutput out;
  out.client_id_list = texts_of(provider, "client_ids");
  out.create_date = provider.created;
  out.tags = tag_list(rq.tx, provider);
  out.thumbprint_list = texts_of(provider, "thumbprints");
  out.url = provider.name;
  return out;
}

ListOpenIDConnectProvidersOutput Iam::list_open_id_connect_providers(Request& rq,
                                                                     const ListOpenIDConnectProvidersInput&) {
  rq.authorize("iam:ListOpenIDConnectProviders", "*");

  ListOpenIDConnectProvidersOutput out;
  out.open_id_connect_provider_list.emplace();
  for (const Entity& provider : rows::list(rq.tx, rq.account, Kind::kProvider))
    out.open_id_connect_provider_list->push_back({.arn = provider.arn});
  return out;
}

DeleteOpenIDConnectProviderOutput Iam::delete_open_id_connect_provider(Request& rq,
                                                                       const DeleteOpenIDConnectProviderInput& in) {
  authorize_arn(rq, "iam:DeleteOpenIDConnectProvider", in.open_id_connect_provider_arn);

  // AWS deletes one that is not there, too.
  const auto found = rows::find_by_arn(rq.tx, in.open_id_connect_provider_arn);
  if (found && found->kind == Kind::kProvider && found->account == rq.account) rows::remove(rq.tx, *found);

  return {};
}

AddClientIDToOpenIDConnectProviderOutput Iam::add_client_id_to_open_id_connect_provider(
    Request& rq, const AddClientIDToOpenIDConnectProviderInput& in) {
  authorize_arn(rq, "iam:AddClientIDToOpenIDConnectProvider", in.open_id_connect_provider_arn);

  Entity provider = require_provider(rq, in.open_id_connect_provider_arn);
  auto ids = texts_of(provider, "client_ids");
  ids.push_back(in.client_id);
  provider.body["client_ids"] = Json(checked_client_ids(ids));

  rows::update(rq.tx, provider);

  return {};
}

RemoveClientIDFromOpenIDConnectProviderOutput Iam::remove_client_id_from_open_id_connect_provider(
    Request& rq, const RemoveClientIDFromOpenIDConnectProviderInput& in) {
  authorize_arn(rq, "iam:RemoveClientIDFromOpenIDConnectProvider", in.open_id_connect_provider_arn);

  Entity provider = require_provider(rq, in.open_id_connect_provider_arn);
  auto ids = texts_of(provider, "client_ids");
  std::erase(ids, in.client_id);
  provider.body["client_ids"] = Json(ids);

  rows::update(rq.tx, provider);

  return {};
}

UpdateOpenIDConnectProviderThumbprintOutput Iam::update_open_id_connect_provider_thumbprint(
    Request& rq, const UpdateOpenIDConnectProviderThumbprintInput& in) {
  authorize_arn(rq, "iam:UpdateOpenIDConnectProviderThumbprint", in.open_id_connect_provider_arn);

  Entity provider = require_provider(rq, in.open_id_connect_provider_arn);
  provider.body["thumbprints"] = Json(checked_thumbprints(in.thumbprint_list));

  rows::update(rq.tx, provider);

  return {};
}

TagOpenIDConnectProviderOutput Iam::tag_open_id_connect_provider(Request& rq, const TagOpenIDConnectProviderInput& in) {
  authorize_arn(rq, "iam:TagOpenIDConnectProvider", in.open_id_connect_provider_arn, request_tags(in.tags));

  tag(rq, require_provider(rq, in.open_id_connect_provider_arn), in.tags);

  return {};
}

UntagOpenIDConnectProviderOutput Iam::untag_open_id_connect_provider(Request& rq,
                                                                     const UntagOpenIDConnectProviderInput& in) {
  authorize_arn(rq, "iam:UntagOpenIDConnectProvider", in.open_id_connect_provider_arn,
                region::removed_tag_keys(in.tag_keys));

  untag(rq, require_provider(rq, in.open_id_connect_provider_arn), in.tag_keys);

  return {};
}

ListOpenIDConnectProviderTagsOutput Iam::list_open_id_connect_provider_tags(
    Request& rq, const ListOpenIDConnectProviderTagsInput& in) {
  authorize_arn(rq, "iam:ListOpenIDConnectProviderTags", in.open_id_connect_provider_arn);

  const auto page = cut_page(rq, in, tag_list(rq.tx, require_provider(rq, in.open_id_connect_provider_arn)),
                             [](const Tag& tag) { return tag.key; });

  ListOpenIDConnectProviderTagsOutput out;
  out.tags = page.items;
  end_page(page, out);
  return out;
}

}  // namespace hanbat::iam
