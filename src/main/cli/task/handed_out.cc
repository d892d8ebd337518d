#include "main/cli/task/handed_out.h"

#include <algorithm>

#include "base/utf8.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kLargest = 32 << 20;
constexpr std::size_t kLongestKey = 1024;

}  // namespace

std::vector<HandedOut> list_handed_out(const fs::path& kit) {
  std::vector<HandedOut> out;
  const fs::path folder = kit / "handout";
  if (fs::is_regular_file(folder)) out.push_back({"handout", folder, fs::file_size(folder)});
  if (!fs::is_directory(folder)) return out;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      out.push_back({entry.path().lexically_relative(kit).generic_string(), entry.path(), entry.file_size()});
  std::ranges::sort(out, {}, &HandedOut::name);
  return out;
}

bool can_be_posted(const std::string& key, std::uintmax_t size) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return size <= kLargest && key.size() <= kLongestKey && is_utf8(key) && std::ranges::none_of(key, is_control);
}

}  // namespace hanbat::cli::task
