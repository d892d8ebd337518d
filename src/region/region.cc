#include "region/region.h"

#include <algorithm>
#include <stdexcept>

#include "base/ids.h"
#include "http/server.h"
#include "os/fault.h"
#include "region/resources.h"
#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::region {
Region::Region(Settings settings, const Parts& parts)
    : settings(std::move(settings)),
      clock(*parts.clock),
      db(*parts.db),
      blobs(*parts.blobs),
      tasks(*parts.tasks),
      vault(*parts.vault),
      parts_(parts) {}

Region::~Region() = default;

host::Host& Region::require_host() const {
  if (parts_.host) return *parts_.host;
  throw wire::Error("ServiceUnavailable", 503,
                    "This region runs without its host side, so it has no machines, networks or balancers. Start it "
                    "with 'hanbat up' as root.");
}

void Region::add(std::unique_ptr<Service> service) { services_.push_back(std::move(service)); }

Service* Region::find_service(std::string_view name) const {
  for (const auto& service : services_) {
    const wire::ServiceModel& model = service->model();
    if (model.folder == name || model.signing_name == name || model.endpoint_prefix == name) return service.get();
  }
  return nullptr;
}

Service& Region::require_service(std::string_view name) const {
  if (Service* found = find_service(name)) return *found;
  throw wire::Error("NotImplemented", 501, "The service " + std::string(name) + " is not implemented.");
}

std::pair<Service&, const Operation&> Region::require_operation(std::string_view service,
                                                                std::string_view operation) const {
  Service& found = require_service(service);
  if (const Operation* known = found.find_operation(operation)) return {found, *known};
  throw wire::Error("NotImplemented", 501,
                    "The operation " + std::string(service) + ":" + std::string(operation) + " is not implemented.");
}

std::vector<store::Migration> Region::migrations() const {
  std::vector<store::Migration> all;
  const auto add = [&](std::span<const store::Migration> steps) { all.insert(all.end(), steps.begin(), steps.end()); };
  add(store::task_migrations());
  add(store::blob_migrations());
  add(resource_migrations());
  for (const auto& service : services_) add(service->migrations());
  return all;
}

void Region::start() {
  FaultScope scope("start");
  db.migrate(migrations());
  blobs.remove_half_written();
  for (const auto& service : services_) {
    scope.rename("start:", service->model().folder);
    service->start();
  }
}

void Region::serve_listener(std::string prefix, ListenerHandler handler) {
  listener_handlers_.emplace_back(std::move(prefix), std::move(handler));
}

const ListenerHandler* Region::find_listener_handler(std::string_view tag) const {
  for (const auto& [prefix, handler] : listener_handlers_)
    if (tag == prefix || (tag.starts_with(prefix) && tag.size() > prefix.size() && tag[prefix.size()] == ':'))
      return &handler;
  return nullptr;
}

void Region::publish(store::Tx& tx, std::string_view account, std::string_view region, const Event& event) {
  Json envelope = envelope_of(event, account, region, clock.now());
  if (wants_event_ && !wants_event_(tx, envelope)) return;
  tasks.add(tx, {.kind = std::string(kDeliverEvent), .body = std::move(envelope)});
}

void Region::notify(store::Tx& tx, std::string topic) {
  tx.on_commit([this, topic = std::move(topic)] { notifier.notify(topic); });
}

Caller Region::assume_role(std::string_view role_arn, std::string_view service_principal, std::string_view session_name,
                           std::string_view source_arn) {
  Caller role = db.read(
      [&](store::Tx& tx) { return identity().assume_role(tx, role_arn, service_principal, session_name, source_arn); });
  role.held_by = service_principal;
  return role;
}

std::optional<Membership> Region::find_membership(store::Tx& tx, std::string_view account) const {
  if (account.empty()) return std::nullopt;
  return parts_.memberships->find_membership(tx, account);
}

}  // namespace hanbat::region
