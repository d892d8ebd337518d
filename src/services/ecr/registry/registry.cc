// The registry's way in: routes, logins, errors.
#include "services/ecr/registry/registry.h"

#include "base/encoding.h"
#include "base/text.h"
#include "services/ecr/ecr.h"

namespace hanbat::ecr {
namespace {

/// "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com" → account and region.
std::optional<std::pair<std::string, std::string>> registry_of_host(const std::string& host) {
  const auto parts = split(host, '.');
  if (parts.size() < 4 || parts[1] != "dkr" || (parts[2] != "ecr" && parts[2] != "ecr-fips") || parts[0].size() != 12)
    return std::nullopt;
  return std::pair(parts[0], parts[3]);
}

/// An error of ECR's in the registry's codes.
RegistryError in_registry_codes(const wire::Error& error) {
  if (const auto* own = dynamic_cast<const RegistryError*>(&error)) return *own;
  const std::string& code = error.code();
  if (code == "RepositoryNotFoundException") return {404, "NAME_UNKNOWN", error.message()};
  if (code == "ImageTagAlreadyExistsException") return {400, "TAG_INVALID", error.message()};
  if (code == "LayersNotFoundException") return {400, "MANIFEST_BLOB_UNKNOWN", error.message()};
  if (code == "ReferencedImagesNotFoundException") return {404, "MANIFEST_UNKNOWN", error.message()};
  if (code == "InvalidParameterException") return {400, "NAME_INVALID", error.message()};
  if (code == region::kThrottled) return {429, "TOOMANYREQUESTS", error.message()};
  if (code.starts_with("AccessDenied")) return {403, "DENIED", error.message()};
  if (code == "ServiceUnavailable") return {503, "UNAVAILABLE", error.message()};
  return {error.status(), "UNKNOWN", error.message()};
}

}  // namespace

Registry::Registry(region::Region& home, const region::Service& service, Uploads& uploads, const Tokens& tokens,
                   http::Exchange& exchange)
    : home_(home),
      service_(service),
      uploads_(uploads),
      tokens_(tokens),
      exchange_(exchange),
      head_(exchange.head()),
      gate_(home, exchange) {}

Registry::Route Registry::parse_route(const http::RequestHead& head) {
  const auto path = percent_decode(head.raw_path);
  if (!path || *path == "/v2" || *path == "/v2/") return {};
  const std::string rest = path->substr(4);
  // A repository's name has slashes, so the last known word decides.
  const auto cut = [&](std::string_view word, Route::Kind kind) -> std::optional<Route> {
    const auto at = rest.rfind(word);
    if (at == std::string::npos || at == 0) return std::nullopt;
    return Route{kind, rest.substr(0, at), rest.substr(at + word.size())};
  };
  if (auto route = cut("/blobs/uploads", Route::Kind::kUploads)) {
    while (route->reference.starts_with('/')) route->reference.erase(0, 1);
    if (!route->reference.empty()) route->kind = Route::Kind::kUpload;
    return *route;
  }
  for (auto [word, kind] : {std::pair{"/manifests/", Route::Kind::kManifest},
                            {"/blobs/", Route::Kind::kBlob},
                            {"/tags/list", Route::Kind::kTags},
                            {"/referrers/", Route::Kind::kReferrers}})
    if (auto route = cut(word, kind)) return *route;
  throw RegistryError{404, "UNSUPPORTED", "The registry has no such resource."};
}

void Registry::log_in() {
  const std::string_view value = head_.headers.get("Authorization");
  std::optional<Login> login;
  if (value.size() > 6 && iequals(value.substr(0, 6), "Basic ")) {
    const auto text = from_base64(trim(value.substr(6)));
    if (text && text->starts_with("AWS:"))
      login = tokens_.read_login(std::string_view(*text).substr(4), home_.clock.now());
    if (!login)
      throw RegistryError{403, "DENIED", "Your authorization token has expired. Reauthenticate and try again."};
  }
  if (!login) throw RegistryError{401, "UNAUTHORIZED", "Not Authorized"};
  // The name says which registry is meant; the plain address stands for the one that the token was made in.
  const auto named = registry_of_host(head_.host());
  account_ = named ? named->first : login->caller.account;
  gate_.enter(std::move(login->caller), named ? named->second : login->region, region::Load::kData);
}

void Registry::serve() {
  const auto steps = [&] {
    const Route route = parse_route(head_);
    if (route.kind == Route::Kind::kBlob && head_.query("ticket")) return serve_blob(route);
    log_in();
    dispatch(route);
  };
  gate_.pass(steps, [&](const wire::Error& error) { refuse(error); });
}

void Registry::refuse(const wire::Error& given) {
  const RegistryError error = in_registry_codes(given);
  http::Headers headers{{"Content-Type", "application/json; charset=utf-8"},
                        {"Docker-Distribution-Api-Version", "registry/2.0"}};
  if (error.status() == 401)
    headers.add("WWW-Authenticate", std::string("Basic realm=\"") +
                                        (head_.tls_version.empty() ? "http://" : "https://") +
                                        std::string(head_.headers.get("Host")) + "/\",service=\"ecr.amazonaws.com\"");
  if (error.status() == 405) headers.add("Allow", error.allow);
  const Json body =
      Json::object({{"errors", Json::array({Json::object({{"code", error.code()}, {"message", error.message()}})})}});
  exchange_.send({error.status(), std::move(headers), body.dump() + "\n"});
}

void Registry::dispatch(const Route& route) {
  switch (route.kind) {
    case Route::Kind::kBase:
      return exchange_.send(
          {200, {{"Docker-Distribution-Api-Version", "registry/2.0"}, {"Content-Type", "application/json"}}, "{}"});
    case Route::Kind::kManifest:
      return serve_manifest(route);
    case Route::Kind::kBlob:
      return serve_blob(route);
    case Route::Kind::kUploads:
      return begin_upload(route);
    case Route::Kind::kUpload:
      return serve_upload(route);
    case Route::Kind::kTags:
      return list_tags(route);
    case Route::Kind::kReferrers:
      return list_referrers(route);
  }
}

std::string Registry::location(const std::string& rest) const { return "/v2/" + rest; }

void Registry::created(const RepositoryRow& repository, const std::string& digest) {
  exchange_.send({201,
                  {{"Location", location(name_of(repository) + "/blobs/" + digest)},
                   {"Docker-Content-Digest", digest},
                   {"Docker-Distribution-Api-Version", "registry/2.0"}},
                  ""});
}

bool Ecr::claims(const http::RequestHead& head) const {
  return head.raw_path == "/v2" || head.raw_path.starts_with("/v2/");
}

void Ecr::serve(http::Exchange& exchange) { Registry(home_, *this, uploads_, tokens_, exchange).serve(); }

}  // namespace hanbat::ecr
