// A region for tests: database in memory, a clock that stands still, tasks that run when told, everybody allowed.
// Header only, so that no daemon links it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "os/files.h"
#include "os/writers_turn.h"
#include "region/region.h"
#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::region {

/// Lets everyone do everything but what a test refuses, and remembers what was asked.
class AllowAll final : public Authorizer {
 public:
  void authorize(Request&, const AccessQuestion& question) override {
    asked.push_back(question);
    if (refuses && refuses(question)) throw wire::Error("AccessDenied", 403, "refused " + question.action);
  }
  /// A condition key's values, joined by ',', in the last question about the action on a resource that fits the
  /// pattern; "no key" when the question had none, "not asked" when there was no such question.
  std::string condition_key_of(std::string_view action, std::string_view resource, std::string_view key) const {
    for (auto question = asked.rbegin(); question != asked.rend(); ++question) {
      if (question->action != action || !wildcard_match(resource, question->resource)) continue;
      const auto found = question->keys.find(std::string(key));
      return found == question->keys.end() ? "no key" : join(found->second, ",");
    }
    return "not asked";
  }
  std::function<bool(const AccessQuestion&)> refuses;
  std::vector<AccessQuestion> asked;
};

/// A condition key that a call is expected to ask with: see AllowAll::condition_key_of.
struct ExpectedKey {
  std::string action;
  std::string resource;
  std::string key;
  std::string value;
};

/// Knows the keys and logins that a test gives it; lends every role to every service.
class FakeIdentity final : public Identity {
 public:
  /// What a test has keys and git credentials be; nobody's unless it says.
  std::function<std::optional<Credential>(std::string_view access_key_id)> credentials;
  std::function<std::optional<Caller>(std::string_view name, std::string_view password)> git_users;

  std::optional<Credential> find_credential(store::Tx&, std::string_view access_key_id) override {
    return credentials ? credentials(access_key_id) : std::nullopt;
  }
  std::optional<Caller> find_git_caller(store::Tx&, std::string_view name, std::string_view password) override {
    return git_users ? git_users(name, password) : std::nullopt;
  }
  Caller assume_role(store::Tx&, std::string_view role_arn, std::string_view service, std::string_view name,
                     std::string_view) override {
    Caller caller = service_caller("123456789012", service);
    caller.kind = Caller::Kind::kAssumedRole;
    caller.principal_arn = role_arn;
    caller.arn = std::string(role_arn) + "/" + std::string(name);
    return caller;
  }
  std::optional<RoleFacts> find_role(store::Tx&, std::string_view) override { return std::nullopt; }
  Caller open_session(const RoleFacts& role, std::string_view, const SessionOptions&) override {
    return service_caller(role.account, "test");
  }
  Json find_managed_policy(store::Tx&, std::string_view) override { return {}; }
  std::optional<std::string> find_key_account(store::Tx&, std::string_view) override { return std::nullopt; }
  TemporaryCredentials issue_keys(store::Tx&, const Caller& session, Seconds) override {
    return {"ASIATEST", "secret", "token", {0}, session};
  }
  Caller service_caller(std::string_view account, std::string_view service) override {
    Caller caller;
    caller.kind = Caller::Kind::kService;
    caller.account = account;
    caller.name = service;
    return caller;
  }
};

/// How a caller came: "<address>|<user agent>|<referer>|<tls or plain>".
inline std::string connection_of(const Caller& caller) {
  return caller.source_ip + "|" + caller.user_agent + "|" + caller.referer + "|" +
         (caller.secure_transport ? "tls" : "plain");
}

/// Keeps what is recorded of calls, in order; of a call in a transaction once that is committed.
class FakeTrail final : public Trail {
 public:
  struct Entry {
    std::string operation;
    std::string error;  // its code; "" of a call that succeeded
    Caller caller;
    std::string region;
    std::vector<std::string> resources;
    Json request;
  };

  void record(store::Tx& tx, const CallRecord& call) override {
    tx.on_commit([this, entry = entry_of(call)] { add(entry); });
  }
  void record(const CallRecord& call) override { add(entry_of(call)); }

  std::vector<Entry> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
  }

 private:
  static Entry entry_of(const CallRecord& call) {
    return {std::string(call.operation.name),
            call.error ? call.error->code() : "",
            call.caller,
            std::string(call.region),
            call.resources,
            call.request};
  }
  void add(const Entry& entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(entry);
  }

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// The user that tests call as.
inline Caller test_user() {
  Caller user;
  user.kind = Caller::Kind::kUser;
  user.account = "123456789012";
  user.arn = user.principal_arn = "arn:aws:iam::123456789012:user/tester";
  user.user_id = "AIDATESTTESTTESTTEST";
  user.name = "tester";
  return user;
}

class TestRegion {
 public:
  /// Puts real parts in the place of the stand-ins; all but the region itself is made when it is called.
  using Adjust = std::function<void(TestRegion&, Parts&)>;

  explicit TestRegion(host::Host* host = nullptr)
      : TestRegion([host](TestRegion&, Parts& parts) { parts.host = host; }) {}
  explicit TestRegion(const Adjust& adjust)
      : db(store::open_sqlite(":memory:")),
        blobs(folder + "/blobs", *db),
        tasks(store::make_tasks(*db, clock)),
        vault(folder),
        home(Settings{.state_folder = folder, .guest_programs = folder}, parts(adjust)) {
    guard_writers_turn();
  }

  /// Makes a service as main does, from (Region&, arguments…).
  template <class S, class... Args>
  S& add(Args&&... args) {
    auto service = std::make_unique<S>(home, std::forward<Args>(args)...);
    S& out = *service;
    home.add(std::move(service));
    return out;
  }
  /// Makes what is to be a part of the region, for Adjust; it lives as long as the region.
  template <class T, class... Args>
  T& keep(Args&&... args) {
    auto made = std::make_shared<T>(std::forward<Args>(args)...);
    T& out = *made;
    kept.push_back(std::move(made));
    return out;
  }
  /// Migrations and every service's start().
  void start() { home.start(); }
  /// The schema as it was before this step of a module's, for a test that fills the old tables; start() does the rest.
  void migrate_before(std::string_view module, int number) {
    std::vector<store::Migration> steps = home.migrations();
    std::erase_if(steps, [&](const store::Migration& step) { return step.module == module && step.number >= number; });
    db->migrate(steps);
  }
  int run_until_idle() { return tasks->run_until_idle(); }

 private:
  const TemporaryFolder folder_{"hanbat-test"};  // goes last: what is in it may be written to until then

 public:
  const std::string folder = folder_.path();
  const std::string region = "ap-northeast-2";
  FakeClock clock;
  std::unique_ptr<store::Database> db;
  store::Blobs blobs;
  std::unique_ptr<store::Tasks> tasks;
  Vault vault;
  AllowAll authorizer;
  FakeIdentity identity;
  FakeTrail trail;
  NoMemberships memberships;
  std::vector<std::shared_ptr<void>> kept;
  Region home;
  Caller user = test_user();

 private:
  Parts parts(const Adjust& adjust) {
    Parts out{.clock = &clock,
              .db = db.get(),
              .blobs = &blobs,
              .tasks = tasks.get(),
              .vault = &vault,
              .identity = &identity,
              .authorizer = &authorizer,
              .memberships = &memberships,
              .trail = &trail};
    adjust(*this, out);
    return out;
  }
};

}  // namespace hanbat::region
