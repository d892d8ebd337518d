// State machines as tables: which event leads from which status to which. What follows from a transition is the
// machine's own code, which asks the table first; so a test can walk every status with every event, and what the table
// does not have cannot happen.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace hanbat::region {

/// (from, event, to). A machine is a constexpr array of these.
template <class Status, class Event>
struct Transition {
  Status from;
  Event event;
  Status to;
};

/// Where the event leads from the status; nothing when it does not happen there, and then nothing follows from it: it
/// came late, or twice.
template <class Status, class Event, std::size_t N>
constexpr std::optional<Status> find_next(const Transition<Status, Event> (&table)[N], Status from, Event event) {
  for (const auto& transition : table)
    if (transition.from == from && transition.event == event) return transition.to;
  return std::nullopt;
}

/// Whether nothing leads out of the status.
template <class Status, class Event, std::size_t N>
constexpr bool is_final(const Transition<Status, Event> (&table)[N], Status status) {
  for (const auto& transition : table)
    if (transition.from == status && transition.to != status) return false;
  return true;
}

}  // namespace hanbat::region
