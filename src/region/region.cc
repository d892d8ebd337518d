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
namespace {

// What a call prepares is for rows that others may have changed since, and then prepared anew.
constexpr std::size_t kMostPreparations = 50;

store::Tx::Mode mode_of(const Operation& operation) {
  return operation.model->read_only ? store::Tx::Mode::kRead : store::Tx::Mode::kWrite;
}

/// Calls the operation and holds it to its table: an answer without authorization never leaves, nor is anything of it
/// committed.
void carry_out(const Operation& operation, Service& service, Request& rq, const void* input, void* output) {
  operation.call(service, rq, input, output);
  rq.require_authorized();
}

}  // namespace

Region::Region(Settings settings, const Clock& clock, store::Database& db, store::Blobs& blobs, store::Tasks& tasks,
               host::Host* host, http::Authority* authority)
    : settings(std::move(settings)),
      clock(clock),
      db(db),
      blobs(blobs),
      tasks(tasks),
      vault(this->settings.state_folder),
      host_(host),
      authority_(authority) {}

Region::~Region() = default;

host::Host& Region::require_host() const {
  if (host_) return *host_;
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
  blobs.sweep();
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

void Region::record_failures(CallRecord& record, store::Tx* tx, const std::function<void()>& body) {
  const auto keep = [&](const wire::Error& error) {
    record.output = nullptr;
    record.error = &error;
    if (tx) return trail_->record(*tx, record);
    trail_->record(record);
  };
  try {
    body();
  } catch (const wire::Error& error) {
    if (trail_) keep(error);
    throw;
  } catch (const std::exception&) {
    if (trail_) keep(wire::Error("InternalFailure", 500, "An internal error occurred."));
    throw;
  }
}

Notifier::Woken Region::wait_until_notified(const WaitForTopic& wait, std::uint64_t seen) {
  while (true) {
    const Notifier::Woken woken = notifier.wait(wait.topic, seen, clock.time_to(wait.deadline));
    if (woken != Notifier::Woken::kTime || clock.now() >= wait.deadline) return woken;
  }
}

void Region::call(Service& service, const Operation& operation, const Caller& caller, std::string_view region,
                  const void* input, void* output, std::string_view request_id, std::string_view host) {
  const FaultScope scope(service.model().folder, ".", operation.model->name);
  const std::string id = request_id.empty() ? random_uuid() : std::string(request_id);
  const store::Tx::Mode mode = mode_of(operation);
  CallRecord record{.operation = *operation.model, .caller = caller, .region = region, .request_id = id};
  record.input = input;
  Timestamp deadline{0};
  Prepared prepared;
  const auto attempt = [&](store::Tx& tx) {
    Request rq(*this, service, *operation.model, tx, caller, std::string(region), id);
    rq.host = host;
    rq.wait_deadline = deadline;
    rq.asked = &record.resources;
    rq.prepared = &prepared;
    carry_out(operation, service, rq, input, output);
    record.output = output;
    if (trail_ && mode == store::Tx::Mode::kWrite) trail_->record(tx, record);
  };
  record_failures(record, nullptr, [&] {
    while (true) {
      const std::uint64_t seen = notifier.count();
      try {
        return db.run(mode, attempt);
      } catch (const WriteFirst& first) {
        db.write(first.write);
      } catch (const PrepareFirst& first) {
        if (prepared.size() == kMostPreparations) throw std::logic_error("a call prepares without end: " + first.key);
        prepared[first.key] = first.make();
      } catch (const WaitForTopic& wait) {
        deadline = wait.deadline;
        // Past what a caller may have waiting, and at the daemon's end, the call answers at once with what there is.
        Notifier::Woken woken = Notifier::Woken::kClosed;
        const auto rest = [&] { woken = wait_until_notified(wait, seen); };
        server_ ? server_->rest(caller.arn, rest) : rest();
        if (woken == Notifier::Woken::kClosed) deadline = clock.now();
      }
    }
  });
  if (trail_ && mode == store::Tx::Mode::kRead) trail_->record(record);
}

void Region::call(Request& rq, Service& service, const Operation& operation, const Caller& caller, const void* input,
                  void* output) {
  Request inner(*this, service, *operation.model, rq.tx, caller, rq.region, rq.request_id);
  inner.host = rq.host;
  CallRecord record{.operation = *operation.model, .caller = caller, .region = rq.region, .request_id = rq.request_id};
  record.input = input;
  inner.asked = &record.resources;
  inner.prepared = rq.prepared;
  const bool reads = rq.tx.mode() == store::Tx::Mode::kRead;
  record_failures(record, reads ? nullptr : &rq.tx, [&] {
    if (reads) return carry_out(operation, service, inner, input, output);
    rq.tx.savepoint([&] { carry_out(operation, service, inner, input, output); });
  });
  record.output = output;
  if (!trail_) return;
  if (reads) return trail_->record(record);
  trail_->record(rq.tx, record);
}

void Region::publish(store::Tx& tx, std::string_view account, std::string_view region, const Event& event) {
  region::publish(tx, tasks, clock.now(), account, region, event);
}

void Region::notify(store::Tx& tx, std::string topic) {
  tx.on_commit([this, topic = std::move(topic)] { notifier.notify(topic); });
}

Caller Region::assume_role(std::string_view role_arn, std::string_view service_principal, std::string_view session_name,
                           std::string_view source_arn) {
  return db.read(
      [&](store::Tx& tx) { return identity().assume_role(tx, role_arn, service_principal, session_name, source_arn); });
}

std::optional<Membership> Region::find_membership(store::Tx& tx, std::string_view account) const {
  if (!memberships_ || account.empty()) return std::nullopt;
  return memberships_->find_membership(tx, account);
}

}  // namespace hanbat::region
