// Tasks whose bodies are types: one place writes and reads each. A body is a struct with
//     static constexpr std::string_view kKind = "codebuild.build";
//     Json to_json() const;
//     static Body from_json(const Json& json);  // throws JsonError on what it cannot read
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "store/tasks.h"

namespace hanbat::store {

/// Adds a task, as Tasks::add does.
template <class Body>
void add_task(Tasks& tasks, Tx& tx, const Body& body, std::string key = {}, Timestamp due = {0}) {
  tasks.add(tx, {.kind = std::string(Body::kKind), .key = std::move(key), .body = body.to_json(), .due = due});
}

/// The same task again after the delay, with this body.
template <class Body>
void again(TaskRun& run, Milliseconds delay, const Body& body, const std::function<void(Tx&)>& also = nullptr) {
  run.again(delay, body.to_json(), also);
}

/// Names the handler of the tasks with such bodies.
template <class Body>
void handle(Tasks& tasks, std::function<void(TaskRun&, const Body&)> handler, TaskOptions options = {}) {
  tasks.handle(
      std::string(Body::kKind),
      [handler = std::move(handler)](TaskRun& run) { handler(run, Body::from_json(run.body())); }, std::move(options));
}

}  // namespace hanbat::store
