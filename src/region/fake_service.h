// A stand-in for another service in tests: answers the operations that a test names with functions. Header only.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "region/region.h"
#include "wire/operation.h"

namespace hanbat::region {

class FakeService final : public Service {
 public:
  FakeService(Region&, std::string folder) : folder_(std::move(folder)) {
    model_.folder = model_.signing_name = model_.endpoint_prefix = folder_;
  }
  /// As strict as the real service: its operations take what those of the model take.
  FakeService(Region&, const wire::ServiceModel& real) : model_(real) {}

  /// Answers the operation with `body(rq, in)`, which asks for these permissions, or for none.
  template <class In, class Out>
  void on(std::string name, std::function<Out(Request&, const In&)> body,
          std::span<const wire::Permission> permissions = {}) {
    Entry& entry = entries_[name];
    entry.name = name;
    for (const wire::OperationModel& real : model_.operations)
      if (real.name == name) entry.model = real;
    entry.model.name = entry.name;
    entry.model.service = &model_;
    entry.model.input = &In::shape();
    entry.model.output = &Out::shape();
    entry.model.permissions = permissions;
    entry.model.asks_nothing = permissions.empty();
    entry.body = [body = std::move(body)](Request& rq, const void* in, void* out) {
      *static_cast<Out*>(out) = body(rq, *static_cast<const In*>(in));
    };
    entry.operation = {&entry.model, &FakeService::dispatch,
                       [] { return std::shared_ptr<void>(std::make_shared<In>()); },
                       [] { return std::shared_ptr<void>(std::make_shared<Out>()); }};
  }

  const wire::ServiceModel& model() const override { return model_; }
  const Operation* find_operation(std::string_view name) const override {
    const auto found = entries_.find(std::string(name));
    return found == entries_.end() ? nullptr : &found->second.operation;
  }

 private:
  struct Entry {
    std::string name;
    wire::OperationModel model;
    Operation operation;
    std::function<void(Request&, const void*, void*)> body;
  };

  static void dispatch(Service& service, Request& rq, const void* in, void* out) {
    static_cast<FakeService&>(service).entries_.at(std::string(rq.operation.name)).body(rq, in, out);
  }

  std::string folder_;
  wire::ServiceModel model_{};
  std::map<std::string, Entry> entries_;
};

}  // namespace hanbat::region
