// How the region has an operation carried out: one way for every call, from outside or from another service.
#include <stdexcept>

#include "base/ids.h"
#include "http/server.h"
#include "os/fault.h"
#include "region/region.h"
#include "wire/codec.h"
#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::region {
namespace {

// What a call prepares is for rows that others may have changed since, and then prepared anew.
constexpr std::size_t kMostPreparations = 50;

store::Tx::Mode mode_of(const wire::OperationModel& operation) {
  return operation.read_only ? store::Tx::Mode::kRead : store::Tx::Mode::kWrite;
}

}  // namespace

Json Region::call(const Actor& actor, std::string_view service, std::string_view operation, const Json& input) {
  auto [found, known] = require_operation(service, operation);
  const auto in = known.make_input();
  const auto out = known.make_output();
  call(actor, found, known, in.get(), out.get(), [&] { return wire::read_json_input(*known.model, input, in.get()); });
  return wire::value_to_json(*known.model->output, out.get());
}

void Region::call(const Actor& actor, Service& service, const Operation& operation, const void* input, void* output,
                  const ReadInput& read) {
  const std::string id = actor.request_id.empty() ? random_uuid() : actor.request_id;
  CallRecord record{.operation = *operation.model, .caller = actor.caller, .region = actor.region, .request_id = id};
  const auto check = [&] {
    wire::check_input(*operation.model, input, read ? read() : wire::Missing());
    record.input = input;
  };
  const Body body = [&](Request& rq) {
    operation.call(service, rq, input, output);
    record.output = output;
  };
  record_failures(record, actor.tx, check);
  if (actor.tx) return run_within(actor, service, record, body);
  const FaultScope scope(service.model().folder, ".", operation.model->name);
  run_alone(actor, service, record, mode_of(*operation.model), Recorded::kAlways, body);
}

void Region::carry_out(const Actor& actor, const Service& service, CallRecord& record, store::Tx::Mode mode,
                       Recorded recorded, const Body& body) {
  if (actor.tx) return run_within(actor, service, record, body);
  run_alone(actor, service, record, mode, recorded, body);
}

void Region::record_failures(CallRecord& record, store::Tx* tx, const std::function<void()>& body) {
  const auto keep = [&](const wire::Error& error) {
    record.output = nullptr;
    record.error = &error;
    if (tx && tx->mode() == store::Tx::Mode::kWrite) return parts_.trail->record(*tx, record);
    parts_.trail->record(record);
  };
  try {
    body();
  } catch (const wire::Error& error) {
    keep(error);
    throw;
  } catch (const std::exception&) {
    keep(wire::Error("InternalFailure", 500, "An internal error occurred."));
    throw;
  }
}

void Region::run_alone(const Actor& actor, const Service& service, CallRecord& record, store::Tx::Mode mode,
                       Recorded recorded, const Body& body) {
  const bool records = recorded == Recorded::kAlways;
  Timestamp deadline{0};
  Prepared prepared;
  const auto attempt = [&](store::Tx& tx) {
    Request rq(*this, service, record.operation, tx, actor.caller, actor.region, std::string(record.request_id));
    rq.host = actor.host;
    rq.wait_deadline = deadline;
    rq.prepared = &prepared;
    rq.asked = &record.resources;
    body(rq);
    rq.require_authorized();
    if (records && mode == store::Tx::Mode::kWrite) parts_.trail->record(tx, record);
  };
  record_failures(record, nullptr, [&] {
    while (true) {
      const std::uint64_t seen = notifier.count();
      try {
        db.run(mode, store::Durable::kNow, attempt);
        // What was read may have been written a moment ago by somebody who still waits for the disk.
        if (mode == store::Tx::Mode::kRead) db.await_durable();
        return;
      } catch (const WriteFirst& first) {
        db.write(first.write);
      } catch (const PrepareFirst& first) {
        if (prepared.size() == kMostPreparations) throw std::logic_error("a call prepares without end: " + first.key);
        prepared[first.key] = first.make();
      } catch (const WaitForTopic& wait) {
        deadline = rest(actor.caller, wait, seen) ? wait.deadline : clock.now();
      }
    }
  });
  if (records && mode == store::Tx::Mode::kRead) parts_.trail->record(record);
}

bool Region::rest(const Caller& caller, const WaitForTopic& wait, std::uint64_t seen) {
  // Past what a caller may have waiting, and at the daemon's end, the call answers at once with what there is.
  Notifier::Woken woken = Notifier::Woken::kClosed;
  const auto waiting = [&] { woken = wait_until_notified(wait, seen); };
  parts_.server ? parts_.server->rest(caller.arn, waiting) : waiting();
  return woken != Notifier::Woken::kClosed;
}

Notifier::Woken Region::wait_until_notified(const WaitForTopic& wait, std::uint64_t seen) {
  while (true) {
    const Notifier::Woken woken = notifier.wait(wait.topic, seen, clock.time_to(wait.deadline));
    if (woken != Notifier::Woken::kTime || clock.now() >= wait.deadline) return woken;
  }
}

void Region::run_within(const Actor& actor, const Service& service, CallRecord& record, const Body& body) {
  Request rq(*this, service, record.operation, *actor.tx, actor.caller, actor.region, std::string(record.request_id));
  rq.host = actor.host;
  rq.asked = &record.resources;
  rq.prepared = actor.prepared;
  const auto carry_out = [&] {
    body(rq);
    rq.require_authorized();
  };
  const bool reads = actor.tx->mode() == store::Tx::Mode::kRead;
  record_failures(record, actor.tx, [&] { reads ? carry_out() : actor.tx->savepoint(carry_out); });
  reads ? parts_.trail->record(record) : parts_.trail->record(*actor.tx, record);
}

}  // namespace hanbat::region
