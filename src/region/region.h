// The region: what its services share, and the services themselves. `main` builds one; it is handed around by
// reference.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "host/edge_range.h"
#include "region/actor.h"
#include "region/authorization.h"
#include "region/events.h"
#include "region/identity.h"
#include "region/notifier.h"
#include "region/organization.h"
#include "region/service.h"
#include "region/trail.h"
#include "region/vault.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/tasks.h"
#include "wire/input_check.h"

namespace hanbat::host {
class Host;
}
namespace hanbat::http {
class Authority;
class Exchange;
class Server;
}  // namespace hanbat::http

namespace hanbat::region {

/// What the daemon was started with.
struct Settings {
  std::string state_folder;  // everything that survives lies below it
  std::string default_account = "123456789012";
  std::string default_region = "ap-northeast-2";
  int port = 4566;
  std::string guest_programs;  // folder of the static programs that go into instances and builds
  host::EdgeRange edge = {};   // of which public addresses are
};

/// Fills the input of a call; returns the required members that were not there.
using ReadInput = std::function<wire::Missing()>;

/// Of which calls the trail has a record: one that only looks whether a change would do is none, unless it is refused.
enum class Recorded { kAlways, kWhenRefused };

/// Serves requests that arrive on listeners of its own (IMDS): picked by the listener's tag.
using ListenerHandler = std::function<void(http::Exchange&)>;

/// What a region is made of, each of it made before the region and outliving it. Null is what it can be without.
struct Parts {
  const Clock* clock;
  store::Database* db;
  store::Blobs* blobs;
  store::Tasks* tasks;
  const Vault* vault;
  Identity* identity;
  Authorizer* authorizer;
  const Memberships* memberships;
  Trail* trail;
  host::Host* host = nullptr;
  http::Authority* authority = nullptr;
  http::Server* server = nullptr;
};

class Region {
 public:
  Region(Settings settings, const Parts& parts);
  ~Region();

  const Settings settings;
  const Clock& clock;
  store::Database& db;
  store::Blobs& blobs;
  store::Tasks& tasks;
  Notifier notifier;
  const Vault& vault;

  /// The host side. Throws wire::Error ServiceUnavailable, naming the way out, when the daemon runs without it.
  host::Host& require_host() const;
  host::Host* find_host() const { return parts_.host; }
  /// The region's certificate authority; null in tests.
  http::Authority* authority() const { return parts_.authority; }

  /// The HTTP server, to which services add listeners of their own (IMDS). Null in tests.
  http::Server* find_server() const { return parts_.server; }

  void add(std::unique_ptr<Service> service);
  /// By signing name, endpoint prefix or folder name: "ecr", "elasticloadbalancing", "codedeploy-commands".
  Service* find_service(std::string_view name) const;
  Service& require_service(std::string_view name) const;
  /// Throws 501 NotImplemented by name.
  std::pair<Service&, const Operation&> require_operation(std::string_view service, std::string_view operation) const;
  const std::vector<std::unique_ptr<Service>>& services() const { return services_; }

  Identity& identity() const { return *parts_.identity; }
  Authorizer& authorizer() const { return *parts_.authorizer; }
  std::optional<Membership> find_membership(store::Tx& tx, std::string_view account) const;

  /// The steps of everybody's schema: the store's, then what services share, then each service's.
  std::vector<store::Migration> migrations() const;
  /// Runs all migrations, then every service's start().
  void start();

  /// Requests whose listener's tag is `prefix`, or starts with `prefix` and ':', go to the handler.
  void serve_listener(std::string prefix, ListenerHandler handler);
  const ListenerHandler* find_listener_handler(std::string_view tag) const;

  /// Somebody who calls, each time in a transaction of its own and never inside one: `s3::Client(home.as(role,
  /// region))`.
  Actor as(Caller caller, std::string region) { return {*this, std::move(caller), std::move(region)}; }
  /// Somebody who calls inside the transaction.
  Actor as(store::Tx& tx, Caller caller, std::string region) {
    return {*this, tx, std::move(caller), std::move(region)};
  }

  /// Calls an operation that is known by name only, with an input by the model's names of its members, and answers its
  /// output likewise. Throws as a call from outside does, also for an input of the wrong kind.
  Json call(const Actor& actor, std::string_view service, std::string_view operation, const Json& input);

  /// Calls an operation, for the front door and the generated clients: has the input read into its struct, unless that
  /// is filled already, and checks it; then has the service carry it out, in the actor's transaction or in one of its
  /// own. There it waits as the operation asks (long polls), at most as long as it says. However it ends, the trail has
  /// it.
  void call(const Actor& actor, Service& service, const Operation& operation, const void* input, void* output,
            const ReadInput& read = nullptr);

  using Body = std::function<void(Request&)>;
  /// Runs the body of a call, in the actor's transaction or in one of its own with this mode, holds it to the table of
  /// its operation and has the trail keep the record: with what changed in one transaction, and however it ends. For
  /// requests that are no modelled operation (git's, the registry's); `body` may complete the record.
  void carry_out(const Actor& actor, const Service& service, CallRecord& record, store::Tx::Mode mode,
                 Recorded recorded, const Body& body);

  /// Whether anybody wants an event (its whole envelope) on the default bus of its account and region, as far as the
  /// transaction sees. Throws nothing.
  using WantsEvent = std::function<bool(store::Tx&, const Json& event)>;
  /// Until this is said, all events are taken for wanted.
  void ask_before_publishing(WantsEvent wants) { wants_event_ = std::move(wants); }
  /// Publishes on the default bus of that account and region; an event that nobody wants is not kept.
  void publish(store::Tx& tx, std::string_view account, std::string_view region, const Event& event);
  /// After the commit, wakes the calls that wait for the topic.
  void notify(store::Tx& tx, std::string topic);
  /// A session of the role that the service takes for itself, in a transaction of its own; see Identity::assume_role.
  Caller assume_role(std::string_view role_arn, std::string_view service_principal, std::string_view session_name,
                     std::string_view source_arn = {});

 private:
  /// Runs `body`, and records the call when it throws.
  void record_failures(CallRecord& record, store::Tx* tx, const std::function<void()>& body);
  /// Runs the call's body in transactions of its own until it has ended.
  void run_alone(const Actor& actor, const Service& service, CallRecord& record, store::Tx::Mode mode,
                 Recorded recorded, const Body& body);
  /// Runs the call's body inside the actor's transaction.
  void run_within(const Actor& actor, const Service& service, CallRecord& record, const Body& body);
  /// Waits outside any transaction, until there is reason to look again or the call's time is over; false when there is
  /// no more waiting.
  bool rest(const Caller& caller, const WaitForTopic& wait, std::uint64_t seen);
  Notifier::Woken wait_until_notified(const WaitForTopic& wait, std::uint64_t seen);

  const Parts parts_;
  WantsEvent wants_event_;
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<std::pair<std::string, ListenerHandler>> listener_handlers_;
};

}  // namespace hanbat::region
