// std::visit with one lambda per alternative: a variant's new alternative does not compile until it is handled.
#pragma once

namespace hanbat {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

}  // namespace hanbat
