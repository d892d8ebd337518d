// The registry's way in: routes, logins, errors.
#include "services/ecr/registry.h"

#include <spdlog/spdlog.h>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "region/front_door.h"
#include "services/ecr/ecr.h"
#include "services/ecr/registry_access.h"
#include "store/durability.h"
#include "wire/error.h"

namespace hanbat::ecr {
namespace {

/// "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com" → account and region.
std::optional<std::pair<std::string, std::string>> registry_of_host(const std::string& host) {
  const auto parts = split(host, '.');
  if (parts.size() < 4 || parts[1] != "dkr" || (parts[2] != "ecr" && parts[2] != "ecr-fips") || parts[0].size() != 12)
    return std::nullopt;
  return std::pair(parts[0], parts[3]);
}

}  // namespace

void rethrow_as_registry_error(const wire::Error& error) {
  const std::string& code = error.code();
  if (code == "RepositoryNotFoundException") throw RegistryError{404, "NAME_UNKNOWN", error.message()};
  if (code == "ImageTagAlreadyExistsException") throw RegistryError{400, "TAG_INVALID", error.message()};
  if (code == "LayersNotFoundException") throw RegistryError{400, "MANIFEST_BLOB_UNKNOWN", error.message()};
  if (code == "ReferencedImagesNotFoundException") throw RegistryError{404, "MANIFEST_UNKNOWN", error.message()};
  if (code == "InvalidParameterException") throw RegistryError{400, "NAME_INVALID", error.message()};
  if (code.starts_with("AccessDenied")) throw RegistryError{403, "DENIED", error.message()};
  throw RegistryError{error.status(), "UNKNOWN", error.message()};
}

Registry::Registry(region::Region& home, const region::Service& service, Uploads& uploads, const Tokens& tokens,
                   http::Exchange& exchange)
    : home_(home),
      service_(service),
      uploads_(uploads),
      tokens_(tokens),
      exchange_(exchange),
      head_(exchange.head()),
      request_id_(random_uuid()) {}

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
  caller_ = login->caller;
  region::describe_connection(caller_, head_);
  account_ = caller_.account;
  region_ = login->region;
  // The name says which registry is meant; the plain address stands for the one that the token was made in.
  if (const auto named = registry_of_host(head_.host())) {
    account_ = named->first;
    region_ = named->second;
  }
}

void Registry::serve() {
  try {
    const Route route = parse_route(head_);
    if (route.kind == Route::Kind::kBlob && head_.query("ticket")) return serve_blob(route);
    log_in();
    dispatch(route);
  } catch (const RegistryError& error) {
    send_error(error);
  } catch (const http::Error&) {
    throw;
  } catch (const std::exception& error) {
    if (exchange_.answered()) throw;
    spdlog::error("{} {} {}: {}", request_id_, head_.method, head_.raw_path, error.what());
    const bool full = store::tells_full_disk(error);
    send_error({full ? 503 : 500, full ? "UNAVAILABLE" : "UNKNOWN",
                full ? "The region's disk is full. Free some space, then try again."
                     : "The request failed in the region itself; its log says why, under " + request_id_ + "."});
  }
}

void Registry::send_error(const RegistryError& error) {
  http::Headers headers{{"Content-Type", "application/json; charset=utf-8"},
                        {"Docker-Distribution-Api-Version", "registry/2.0"}};
  if (error.status == 401)
    headers.add("WWW-Authenticate", std::string("Basic realm=\"") +
                                        (head_.tls_version.empty() ? "http://" : "https://") +
                                        std::string(head_.headers.get("Host")) + "/\",service=\"ecr.amazonaws.com\"");
  const Json body =
      Json::object({{"errors", Json::array({Json::object({{"code", error.code}, {"message", error.message}})})}});
  exchange_.send({error.status, std::move(headers), body.dump() + "\n"});
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

RepositoryRow Registry::repository_for(std::string_view action, const std::string& name) {
  return with_repository(store::Tx::Mode::kRead, action, name,
                         [](region::Request&, const RepositoryRow& repository) { return repository; });
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
