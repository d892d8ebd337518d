// What both ends of the socket pair between hanbatd and the root daemon agree on, beside the actions themselves.
#pragma once

#include <cstddef>
#include <string>

namespace hanbat::host {

constexpr std::size_t kMessageLimit = 8u << 20;

struct Name {
  std::string name;
  template <class V>
  void visit(V& v) {
    v("name", name);
  }
};

struct PublishImage {
  std::string machine;
  std::string alias;
  template <class V>
  void visit(V& v) {
    v("machine", machine), v("alias", alias);
  }
};

}  // namespace hanbat::host
