// The gate: what happens to every request from outside, whatever it speaks. Its steps, in their order:
//
//   1. route         which service, operation and resource are meant                         the dialect
//   2. authenticate  whose login or signature it carries                                     the dialect
//   3. enter         the caller is described by the connection                               Gate::enter
//   4. check         the input is held against the model                                     Region::call
//   5. carry out     in one transaction, which the operation's table must find authorized    Region::call, carry_out
//   6. record        in the trail, allowed or refused                                        Region::call, carry_out
//   7. answer        or refuse: whatever stopped a step is one error, written in the         Gate::pass
//                    words of the dialect
//
// The dialects are AWS's protocols (FrontDoor), git over HTTP (CodeCommit) and docker's registry (ECR).
#pragma once

#include <functional>
#include <string>

#include "region/actor.h"
#include "region/region.h"
#include "region/request_rates.h"
#include "region/trail.h"

namespace hanbat::http {
class Exchange;
}
namespace hanbat::wire {
class Error;
}

namespace hanbat::region {

/// The code of who asks too often, in the words of AWS's JSON services.
inline constexpr std::string_view kThrottled = "ThrottlingException";

/// One request on its way through. Used by the handler's thread only.
class Gate {
 public:
  Gate(Region& home, http::Exchange& exchange);

  /// Runs the steps. What stops them before the answer has begun goes to `refuse`: an error of AWS's as it is, any
  /// other as one, InternalFailure (500) or ServiceUnavailable (503, when the disk is full), with a line in the log.
  /// http::Error is the HTTP server's.
  void pass(const std::function<void()>& steps, const std::function<void(const wire::Error&)>& refuse);

  /// Lets the authenticated caller in, described by the connection it came by. Once. Throws wire::Error
  /// ThrottlingException when the caller's account asks too often (request_rates.h); the connection then ends, so that
  /// who goes on asking has to come anew.
  void enter(Caller caller, std::string region, Load load = Load::kCall);

  /// Names the request as S3 names its own, by 16 capital letters and digits. Before it enters.
  void take_short_id();

  const std::string& request_id() const { return actor_.request_id; }
  /// Who entered; nobody before.
  const Actor& actor() const { return actor_; }

  /// Carries out a modelled operation: steps 4 to 6.
  void call(Service& service, const Operation& operation, const void* input, void* output, const ReadInput& read);

  /// A record of what a request that is no modelled one does, for carry_out.
  CallRecord record_of(const wire::OperationModel& operation) const;
  /// Carries such a request out: steps 5 and 6. See Region::carry_out.
  void carry_out(const Service& service, CallRecord& record, store::Tx::Mode mode, Recorded recorded,
                 const std::function<void(Request&)>& body);

 private:
  http::Exchange& exchange_;
  Actor actor_;
};

}  // namespace hanbat::region
