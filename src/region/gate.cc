#include "region/gate.h"

#include <spdlog/spdlog.h>

#include "base/ids.h"
#include "http/server.h"
#include "region/entrances.h"
#include "region/front_door.h"
#include "store/durability.h"
#include "wire/error.h"

namespace hanbat::region {
namespace {

constexpr std::size_t kShortId = 16;

/// What is said of an exception that is no error of AWS's.
/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonErrors.html
wire::Error failure_of(const std::exception& error, const std::string& request_id) {
  if (store::is_disk_full(error))
    return {"ServiceUnavailable", 503,
            "The region's disk is full, so nothing can be written; what is stored can be read. Free some space, then "
            "try again."};
  return {"InternalFailure", 500,
          "The request failed in the region itself; its log says why, under " + request_id + "."};
}

}  // namespace

Gate::Gate(Region& home, http::Exchange& exchange)
    : exchange_(exchange), actor_(home, Caller(), home.settings.default_region) {
  actor_.request_id = random_uuid();
  actor_.host = exchange.head().headers.get("host");
}

void Gate::take_short_id() { actor_.request_id = random_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ", kShortId); }

void Gate::pass(const std::function<void()>& steps, const std::function<void(const wire::Error&)>& refuse) {
  const http::RequestHead& head = exchange_.head();
  const auto log = [&](std::string_view what) {
    spdlog::error("{} {} {}: {}", request_id(), head.method, head.raw_path, what);
  };
  try {
    steps();
  } catch (const wire::Error& error) {
    if (exchange_.answered()) throw;
    // Who comes from a network and has not shown who they are, has to connect anew for another try, and is counted
    // there (host/listening/).
    if (actor_.caller.arn.empty() && head.listener_tag == kNetworkTag) exchange_.close_after();
    if (error.status() >= 500 && error.status() != 501) log(error.code() + ": " + error.message());
    refuse(error);
  } catch (const http::Error&) {
    throw;
  } catch (const std::exception& error) {
    if (exchange_.answered()) throw;
    log(error.what());
    refuse(failure_of(error, request_id()));
  }
}

void Gate::enter(Caller caller, std::string region, Load load) {
  RequestRates* rates = RatesScope::current();
  // Who is nobody's user is known by the address alone.
  const std::string& who = caller.account.empty() ? exchange_.head().peer_address : caller.account;
  if (rates && !rates->take(who, load, actor_.home.clock.now())) {
    exchange_.close_after();
    // https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html
    throw wire::Error(std::string(kThrottled), 400, "Rate exceeded");
  }
  const http::RequestHead& head = exchange_.head();
  caller.source_ip = head.peer_address;
  if (service_behind(actor_.home, head.listener_tag))
    caller.request_keys.merge(
        keys_of(find_entrance_keeper(actor_.home)->entrance_of(head), std::string(head.peer_address)));
  caller.secure_transport = !head.tls_version.empty();
  caller.user_agent = head.headers.get("user-agent");
  caller.referer = head.headers.get("referer");
  actor_.caller = std::move(caller);
  actor_.region = std::move(region);
}

void Gate::call(Service& service, const Operation& operation, const void* input, void* output, const ReadInput& read) {
  actor_.home.call(actor_, service, operation, input, output, read);
}

CallRecord Gate::record_of(const wire::OperationModel& operation) const {
  return {.operation = operation, .caller = actor_.caller, .region = actor_.region, .request_id = actor_.request_id};
}

void Gate::carry_out(const Service& service, CallRecord& record, store::Tx::Mode mode, Recorded recorded,
                     const std::function<void(Request&)>& body) {
  actor_.home.carry_out(actor_, service, record, mode, recorded, body);
}

}  // namespace hanbat::region
