// Packs of the command line: one to begin with, and the proof of one.
#include <fmt/format.h>

#include <iostream>

#include "base/text.h"
#include "main/cli/parts.h"
#include "main/cli/task/pack.h"
#include "main/cli/task/task_commands.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

void copy_skeleton(const fs::path& from, const fs::path& to, const std::string& name) {
  make_folders(to.string());
  for (const std::string& entry : list_folder(from.string())) {
    if (fs::is_directory(from / entry)) {
      copy_skeleton(from / entry, to / entry, name);
      continue;
    }
    const std::string text = replace_all(read_file((from / entry).string()), "@NAME@", name);
    write_file_atomic((to / entry).string(), text, entry.ends_with(".sh") ? 0755 : 0644);
  }
}

}  // namespace

void make_new_pack(const fs::path& folder) {
  if (fs::exists(folder)) throw Failure(folder.string() + " is there already; name a folder that is not");
  const std::string name = fs::absolute(folder).lexically_normal().filename().string();
  const bool fits = !name.empty() && name.size() <= 40 && name.front() != '-' &&
                    name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!fits) throw Failure("\"" + name + "\" cannot be a pack's name: at most 40 of a-z, 0-9 and -");
  copy_skeleton(Parts::find().task / "skeleton", folder, name);
  print_step("made " + folder.string() + "; task.yaml tells what is what, hanbat task check " + folder.string() +
             " proves it");
}

bool check_pack(const fs::path& folder, Form form) {
  const auto faults = prove_pack(folder);
  if (form == Form::kJson) {
    Json rows = Json::array();
    for (const PackFault& one : faults)
      rows.push_back(
          Json::object({{"file", one.file}, {"line", one.line}, {"item", one.item}, {"message", one.message}}));
    std::cout << rows.pretty() << "\n";
    return faults.empty();
  }
  for (const PackFault& one : faults) std::cout << (folder / one.text()).string() << "\n";
  if (!faults.empty()) {
    std::cout << fmt::format("{} fault{}\n", faults.size(), faults.size() == 1 ? "" : "s");
    return false;
  }
  const Pack pack = require_pack(folder);
  std::cout << fmt::format("{}: {} items, {} points, {}; nothing is wrong\n", pack.name, pack.items.size(),
                           points_text(pack.points), join(pack.languages, " and "));
  return true;
}

}  // namespace hanbat::cli::task
