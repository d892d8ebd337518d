// A region for tests: database in memory, a clock that stands still, tasks that run when told, everybody allowed.
// Header only, so that no daemon links it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/text.h"
#include "os/writers_turn.h"
#include "region/region.h"
#include "wire/error.h"

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
  std::string told(std::string_view action, std::string_view resource, std::string_view key) const {
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

/// A condition key that a call is expected to tell of: see AllowAll::told.
struct Told {
  std::string action;
  std::string resource;
  std::string key;
  std::string value;
};

/// Knows no keys; lends every role to every service.
class FakeIdentity : public Identity {
 public:
  std::optional<Credential> find_credential(store::Tx&, std::string_view) override { return std::nullopt; }
  std::optional<Caller> find_git_caller(store::Tx&, std::string_view, std::string_view) override {
    return std::nullopt;
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

class TestRegion {
 public:
  explicit TestRegion(host::Host* host = nullptr)
      : folder(std::filesystem::temp_directory_path() / ("hanbat-test-" + random_hex(12))),
        db(store::open_sqlite(":memory:")),
        blobs(folder + "/blobs", *db),
        tasks(store::make_tasks(*db, clock)),
        home(Settings{.state_folder = folder, .guest_programs = folder}, clock, *db, blobs, *tasks, host, nullptr) {
    guard_writers_turn();
    home.set_authorizer(authorizer);
    home.set_identity(identity);
    user.kind = Caller::Kind::kUser;
    user.account = "123456789012";
    user.arn = user.principal_arn = "arn:aws:iam::123456789012:user/tester";
    user.user_id = "AIDATESTTESTTESTTEST";
    user.name = "tester";
  }
  ~TestRegion() { std::filesystem::remove_all(folder); }

  /// Makes a service as main does, from (Region&, arguments…).
  template <class S, class... Args>
  S& add(Args&&... args) {
    auto service = std::make_unique<S>(home, std::forward<Args>(args)...);
    S& out = *service;
    home.add(std::move(service));
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

  std::string folder;
  FakeClock clock;
  std::unique_ptr<store::Database> db;
  store::Blobs blobs;
  std::unique_ptr<store::Tasks> tasks;
  AllowAll authorizer;
  FakeIdentity identity;
  Region home;
  Caller user;
  const std::string region = "ap-northeast-2";
};

}  // namespace hanbat::region
