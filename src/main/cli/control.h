// Speaks with hostd over its control socket: one JSON line asks, JSON lines tell the progress, the last one the
// outcome.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/json.h"
#include "main/cli/home.h"

namespace hanbat::cli {

/// What a command says when it cannot do its work; main prints it and exits with 1.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Prints a step of a command, indented under what the command is about.
void print_step(const std::string& line);

/// Sends the request and returns the last answer; nothing when no hostd listens. Lines with "progress" go to
/// `progress`. Throws Failure with hostd's words when the answer is an error or the connection breaks.
std::optional<Json> find_answer(const Home& home, const Json& request,
                                const std::function<void(const std::string&)>& progress = {});

/// Whether the front door answers at 127.0.0.1.
bool front_door_answers(int port);

}  // namespace hanbat::cli
