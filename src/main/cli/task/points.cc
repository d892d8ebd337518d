// Points as people write them.
#include <fmt/format.h>

#include "main/cli/task/pack.h"

namespace hanbat::cli::task {

std::string points_text(Points points) {
  std::string out = fmt::format("{}.{:02}", points / 100, points % 100);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

}  // namespace hanbat::cli::task
