#include "os/unfinished.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "os/files.h"

namespace hanbat {
namespace {

constexpr std::string_view kMark = ".new";

bool is_unfinished(std::string_view name) {
  const auto mark = name.rfind(kMark);
  if (mark == std::string_view::npos) return false;
  const std::string_view rest = name.substr(mark + kMark.size());
  const auto is_number = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const auto dot = rest.find('.');
  return dot != std::string_view::npos && is_number(rest.substr(0, dot)) && is_number(rest.substr(dot + 1));
}

}  // namespace

std::string unfinished_name(const std::string& path) {
  static std::atomic<unsigned> serial{0};
  return path + std::string(kMark) + std::to_string(::getpid()) + "." + std::to_string(serial++);
}

void remove_unfinished(const std::string& folder) {
  if (!path_exists(folder)) return;
  for (const std::string& name : list_folder(folder))
    if (is_unfinished(name)) remove_tree(folder + "/" + name);
}

}  // namespace hanbat
