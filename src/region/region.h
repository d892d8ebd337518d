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
};

/// Serves requests that arrive on listeners of its own (IMDS): picked by the listener's tag.
using ListenerHandler = std::function<void(http::Exchange&)>;

class Region {
 public:
  Region(Settings settings, const Clock& clock, store::Database& db, store::Blobs& blobs, store::Tasks& tasks,
         host::Host* host, http::Authority* authority);
  ~Region();

  const Settings settings;
  const Clock& clock;
  store::Database& db;
  store::Blobs& blobs;
  store::Tasks& tasks;
  Notifier notifier;
  const Vault vault;

  /// The host side. Throws wire::Error ServiceUnavailable, naming the way out, when the daemon runs without it.
  host::Host& require_host() const;
  host::Host* find_host() const { return host_; }
  /// The region's certificate authority; null in tests.
  http::Authority* authority() const { return authority_; }

  /// The HTTP server, to which services add listeners of their own (IMDS); main hands it in. Null in tests.
  http::Server* find_server() const { return server_; }
  void set_server(http::Server& server) { server_ = &server; }

  void add(std::unique_ptr<Service> service);
  /// By signing name, endpoint prefix or folder name: "ecr", "elasticloadbalancing", "codedeploy-commands".
  Service* find_service(std::string_view name) const;
  Service& require_service(std::string_view name) const;
  const std::vector<std::unique_ptr<Service>>& services() const { return services_; }

  /// iam hands these in from its constructor.
  void set_identity(Identity& identity) { identity_ = &identity; }
  void set_authorizer(Authorizer& authorizer) { authorizer_ = &authorizer; }
  Identity& identity() const { return *identity_; }
  Authorizer& authorizer() const { return *authorizer_; }
  /// cloudtrail hands this in from its constructor; null where nobody keeps a trail.
  void set_trail(Trail& trail) { trail_ = &trail; }
  Trail* find_trail() const { return trail_; }
  /// organizations hands itself in; a region without it has no organization.
  void set_memberships(const Memberships& memberships) { memberships_ = &memberships; }
  std::optional<Membership> find_membership(store::Tx& tx, std::string_view account) const;

  /// The steps of everybody's schema: the store's, then what services share, then each service's.
  std::vector<store::Migration> migrations() const;
  /// Runs all migrations, then every service's start().
  void start();

  /// Requests whose listener's tag is `prefix`, or starts with `prefix` and ':', go to the handler.
  void serve_listener(std::string prefix, ListenerHandler handler);
  const ListenerHandler* find_listener_handler(std::string_view tag) const;

  /// Calls an operation in a transaction of its own. Waits as the operation asks (long polls), at most as long as it
  /// says. `host` is the Host header of an outside call. However it ends, the trail has it.
  void call(Service& service, const Operation& operation, const Caller& caller, std::string_view region,
            const void* input, void* output, std::string_view request_id = {}, std::string_view host = {});
  /// Calls an operation inside a request's transaction.
  void call(Request& rq, Service& service, const Operation& operation, const Caller& caller, const void* input,
            void* output);

  /// Tells the default bus of that account and region.
  void publish(store::Tx& tx, std::string_view account, std::string_view region, const Event& event);
  /// After the commit, wakes the calls that wait for the topic.
  void notify(store::Tx& tx, std::string topic);
  /// A session of the role for the service in a transaction of its own; see Identity::assume_role.
  Caller assume_role(std::string_view role_arn, std::string_view service_principal, std::string_view session_name,
                     std::string_view source_arn = {});

 private:
  /// Waits outside any transaction, until there is reason to look again or the call's time is over.
  Notifier::Woken wait_until_notified(const WaitForTopic& wait, std::uint64_t seen);
  /// Runs `body`, and tells the trail when it throws.
  void record_failures(CallRecord& record, store::Tx* tx, const std::function<void()>& body);

  host::Host* host_;
  http::Authority* authority_;
  http::Server* server_ = nullptr;
  Identity* identity_ = nullptr;
  Authorizer* authorizer_ = nullptr;
  Trail* trail_ = nullptr;
  const Memberships* memberships_ = nullptr;
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<std::pair<std::string, ListenerHandler>> listener_handlers_;
};

}  // namespace hanbat::region
