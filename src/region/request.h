// One call of one operation, as its handler sees it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "base/time.h"
#include "region/actor.h"
#include "region/authorization.h"
#include "region/events.h"
#include "region/identity.h"
#include "region/permission_check.h"
#include "store/database.h"
#include "store/tasks.h"

namespace hanbat::wire {
struct OperationModel;
}

namespace hanbat::region {

class Region;
class Service;

/// Thrown by Request::wait_for; the front door ends the transaction, waits, and calls the handler again.
struct WaitForTopic {
  std::string topic;
  Timestamp deadline;  // when the waiting ends with an answer
};

/// Thrown by a handler that only reads when something must first be written (a default that is made on first use): the
/// front door ends the transaction, runs `write` in one of its own and calls the handler again.
struct WriteFirst {
  std::function<void(store::Tx&)> write;
};

/// Thrown by Request::prepare; the front door ends the transaction, makes what is missing outside of any and calls the
/// handler again.
struct PrepareFirst {
  std::string key;
  std::function<std::shared_ptr<const void>()> make;
};

/// Lives as long as the call. Used by the handler's thread only.
class Request {
 public:
  Request(Region& home, const Service& service, const wire::OperationModel& operation, store::Tx& tx, Caller caller,
          std::string region, std::string request_id);

  Region& home;            // everything the region has
  const Service& service;  // whose operation this is
  const wire::OperationModel& operation;
  store::Tx& tx;  // committed when the handler returns, rolled back when it throws
  const Caller caller;
  const std::string account;  // the caller's account, which owns what is made
  const std::string region;   // "ap-northeast-2"
  const std::string request_id;
  /// The Host header of an outside call, "" for one in process; for URLs in answers.
  std::string host;
  /// Until when wait_for may make this call wait; {0} before its first wait.
  Timestamp wait_deadline{0};
  /// Where authorize() notes the resources that it asks about, for the trail; or null.
  std::vector<std::string>* asked = nullptr;
  /// What prepare() made for this call so far; null where no front door can call the handler again.
  const Prepared* prepared = nullptr;

  Timestamp now() const;
  const Clock& clock() const;

  /// Somebody else who calls in this request's transaction: `codebuild::Client(rq.as(role))`. Of the request's own
  /// caller, on whose behalf the service calls, `Client(rq)`.
  Actor as(Caller caller);

  /// Throws the protocol's access-denied error unless the caller may do `action` ("s3:GetObject") to `resource` (an
  /// ARN, or "*"). Called before anything is looked up by name. Throws std::logic_error when the operation's table
  /// (operations.txt) does not have the question.
  void authorize(std::string_view action, std::string_view resource, const ConditionKeys& keys = {});
  /// The same with a resource policy (a bucket's, a repository's) and the account that owns the resource.
  void authorize(AccessQuestion question);
  /// iam:PassRole of the role to the service ("codebuild.amazonaws.com"), for the resource that will use it
  /// (iam:AssociatedResourceArn; "" when the call is about none). Throws ValidationException for what is no role's ARN.
  void authorize_pass_role(std::string_view role_arn, std::string_view service_principal,
                           std::string_view associated_resource);
  /// Whether the operation's table has the action on such a resource: to refuse an ARN of the caller's in AWS's words
  /// before it is asked about.
  bool names_resource(std::string_view action, std::string_view arn) const;
  /// Whether the table has the condition key for the action.
  bool names_key(std::string_view action, std::string_view key) const;
  /// Throws std::logic_error unless the call has asked for what its operation must ask for. Region::call does this for
  /// every operation that succeeds; who serves a request that is no modelled operation does it there.
  void require_authorized() const { asked_.require_complete(); }

  /// Tells the default event bus, with this transaction.
  void publish(const Event& event);
  /// Adds a task with this transaction.
  void add_task(store::NewTask task);
  /// After the commit, wakes the calls that wait for the topic.
  void notify(std::string topic);
  /// For long polls: ends this try and calls the handler anew when the topic is notified; returns (so that the handler
  /// answers that there is nothing) once `longest` has passed since the call began.
  void wait_for(const std::string& topic, Milliseconds longest);

  /// What the change needs and is no row: a blob, git's objects. All wait for the one writer, so it is made outside of
  /// the transaction: the first time this ends the try, `make` runs and the handler is called anew, which is when this
  /// returns what was made. `make` is called once per key, uses nothing of this request and throws what the operation
  /// answers; the rows may have changed meanwhile, so the key says all of them that it depends on. What is made lives
  /// until the call has ended, and cleans up after itself when the change did not come about. Throws std::logic_error
  /// where the handler cannot be called again.
  template <class Made>
  const Made& prepare(std::string_view key, std::function<Made()> make) {
    const std::string name = typeid(Made).name() + (" " + std::string(key));
    if (const void* made = find_prepared(name)) return *static_cast<const Made*>(made);
    throw PrepareFirst{name, [make = std::move(make)] { return std::make_shared<const Made>(make()); }};
  }

  /// "arn:aws:<service>:<region>:<account>:<resource>"
  std::string arn(std::string_view service_name, std::string_view resource) const;

 private:
  /// Null when it is not made yet. Throws std::logic_error where nobody can make it.
  const void* find_prepared(const std::string& name) const;

  PermissionCheck asked_;
};

}  // namespace hanbat::region
