// How long targets take to answer, as the host side tells it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hanbat::host {

/// How many answers took so long.
struct TimeCount {
  std::int64_t microseconds = 0;
  std::int64_t count = 0;

  template <class V>
  void visit(V& v) {
    v("microseconds", microseconds), v("count", count);
  }
};

/// How long a target took to answer, each time once, to about one percent.
struct ResponseTimes {
  std::string target_group_id;
  std::string ip;
  int port = 0;
  std::vector<TimeCount> times;

  template <class V>
  void visit(V& v) {
    v("target_group_id", target_group_id), v("ip", ip), v("port", port), v("times", times);
  }
};

}  // namespace hanbat::host
