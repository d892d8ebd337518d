// The files that a kit hands out beside the task's text, as the board has them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace hanbat::cli::task {

struct HandedOut {
  std::string name;  // within the kit: "handout/app.py"
  std::filesystem::path file;
  std::uintmax_t size = 0;  // bytes
};

/// All files of the kit's handout, by name; none where the pack hands nothing out.
std::vector<HandedOut> list_handed_out(const std::filesystem::path& kit);

/// Whether an object of that key can be one of the board: at most 32 MiB, as it is sent and read whole, and a key that
/// S3 and its XML can carry. What cannot is in the kit alone.
bool can_be_posted(const std::string& key, std::uintmax_t size);

}  // namespace hanbat::cli::task
