// What a service adds to its answers that depends on who asked and not on what was done.
#pragma once

namespace hanbat::wire {
struct RequestView;
struct Response;
}  // namespace hanbat::wire

namespace hanbat::region {

/// A service that is one, too, is asked about each answer and refusal of its own before it goes out. Any thread.
class Dressing {
 public:
  virtual ~Dressing() = default;
  virtual void dress(const wire::RequestView& request, wire::Response& response) const = 0;
};

}  // namespace hanbat::region
