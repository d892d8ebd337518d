#include "services/codebuild/workers/credentials_endpoint.h"

#include <memory>

#include "base/text.h"
#include "host/client.h"
#include "http/server.h"
#include "region/held_keys.h"
#include "services/codebuild/build_machine.h"
#include "services/codebuild/shelf/base_images.h"
#include "services/codebuild/shelf/runtime_shelf.h"
#include "services/codebuild/sources/git_hosts.h"
#include "services/codebuild/workers/build_job.h"
#include "services/codebuild/workers/build_network.h"

namespace hanbat::codebuild {

region::Caller take_service_role(region::Region& home, store::Tx& tx, const BuildRow& row) {
  region::Caller role = home.identity().assume_role(tx, *row.shape.service_role, kPrincipal,
                                                    "AWSCodeBuild-" + uuid_of(row.id), row.parent);
  role.session_keys = {{"codebuild:projectArn", row.parent}, {"codebuild:buildArn", row.shape.arn.value_or("")}};
  return role;
}

namespace {

constexpr const char* kTag = "build-credentials";
constexpr Seconds kLifetime = std::chrono::hours(1);
constexpr Seconds kRenewBefore = std::chrono::minutes(15);

std::string tag_of(const std::string& vpc) { return std::string(kTag) + ":" + vpc; }

void give_credentials(region::Region& home, region::HeldKeys& held, const BuildRow& row, http::Exchange& exchange) {
  const auto keys = held.get(home, row.id, [&](store::Tx& tx) { return take_service_role(home, tx, row); });
  const Json body = Json::object({{"RoleArn", *row.shape.service_role},
                                  {"AccessKeyId", keys.access_key_id},
                                  {"SecretAccessKey", keys.secret_access_key},
                                  {"Token", keys.session_token},
                                  {"Expiration", iso8601(keys.expiration)}});
  exchange.send({200, {{"Content-Type", "application/json"}}, body.dump()});
}

/// To the runner, as long as it fetches sources: the build's own commands come after that.
void give_logins(region::Region& home, const BuildRow& row, http::Exchange& exchange) {
  Json logins = Json::array();
  if (current_phase(row.shape) <= Phase::kDownloadSource)
    for (const border::GitLogin& login : home.db.read([&](store::Tx& tx) { return git_logins(home, tx, row); }))
      logins.push_back(login.to_json());
  exchange.send({200, {{"Content-Type", "application/json"}}, logins.dump()});
}

/// The build that calls, while it is under way. It is known by the address that it calls from; the kernel lets it use
/// no other.
std::optional<BuildRow> find_caller(region::Region& home, const http::RequestHead& head) {
  const std::string vpc = head.listener_tag.substr(head.listener_tag.find(':') + 1);
  auto row = home.db.read([&](store::Tx& tx) {
    return vpc == kBuildVpc ? find_build_at(tx, head.peer_address) : find_build_in(tx, vpc, head.peer_address);
  });
  if (row && is_complete(row->shape)) row.reset();
  return row;
}

void answer(region::Region& home, region::HeldKeys& held, RuntimeShelf& shelf, http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  const auto row = find_caller(home, head);
  // The path of credentials is AWS's, and begins as those of a registry do.
  if (row && head.raw_path == credentials_path(*row) && head.method == "GET")
    return give_credentials(home, held, *row, exchange);
  if (row && head.raw_path == logins_path(*row) && head.method == "GET") return give_logins(home, *row, exchange);
  if (row && head.method == "GET" && head.raw_path.starts_with(runtimes_path(*row) + "/")) {
    const auto parts = split(std::string_view(head.raw_path).substr(runtimes_path(*row).size() + 1), '/');
    if (parts.size() == 2) return exchange.send(shelf.answer(*row, parts[0], parts[1]));
  }
  if (row && is_base_image_path(head.raw_path)) return answer_base_image(home, shelf, *row, exchange);
  exchange.send({404, {{"Content-Type", "text/plain"}}, "There are no credentials here for you.\n"});
}

}  // namespace

void serve_build_credentials(region::Region& home, RuntimeShelf& shelf) {
  // Shared, as a handler is copied.
  home.serve_listener(kTag, [&home, &shelf, held = std::make_shared<region::HeldKeys>(kLifetime, kRenewBefore)](
                                http::Exchange& exchange) { answer(home, *held, shelf, exchange); });
}

void listen_for_build_credentials(region::Region& home, const std::string& vpc) {
  http::Server* server = home.find_server();
  if (!server) return;
  host::ListenSpec spec;
  spec.vpc_id = vpc;
  spec.address = "169.254.170.2";
  spec.port = 80;
  // The namespace may be a new one, in which the old listener hears nothing.
  server->remove_listeners(tag_of(vpc));
  server->add_listener(home.require_host().listen(spec), {.tag = tag_of(vpc)});
}

void stop_listening_for_build_credentials(region::Region& home, const std::string& vpc) {
  if (http::Server* server = home.find_server()) server->remove_listeners(tag_of(vpc));
}

}  // namespace hanbat::codebuild
