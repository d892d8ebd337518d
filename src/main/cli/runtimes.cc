// The shelf of runtimes, by hand: <state>/shared/runtimes/<name>/<version>/ is a prefix that build machines read. What
// a registry has comes there by itself, when a build first asks.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <vector>

#include "base/ids.h"
#include "base/text.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/shelf.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli {
namespace fs = std::filesystem;

namespace {

fs::path shelf(const Home& home) { return home.root / "shared" / "runtimes"; }

void require_plain(const std::string& word) {
  if (word.empty() || word.front() == '.' || word.size() > 32 ||
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.") != std::string::npos)
    throw Failure(word + " is no name or version of a runtime: small letters, digits and points");
}

std::vector<fs::path> sorted_folders(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none))
    if (entry.is_directory() && !entry.path().filename().string().starts_with('.')) found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

}  // namespace

void hand_over(const Home& home, const fs::path& what) {
  struct stat owner{};
  if (::stat((home.root / "shared").c_str(), &owner) != 0) return;
  run_checked({"chown", "-hR", fmt::format("{}:{}", owner.st_uid, owner.st_gid), what});
}

void add_runtime(const Home& home, const std::string& name, const std::string& version, const std::string& archive) {
  require_plain(name);
  require_plain(version);
  if (!path_exists(home.root / "shared")) throw Failure("there is no region in " + home.root.string() + "; hanbat up");
  make_folders(shelf(home) / name, 0755);
  const fs::path unfinished = shelf(home) / (".new-" + random_uuid()), place = shelf(home) / name / version;
  make_folders(unfinished, 0755);
  try {
    run_checked({"tar", "-C", unfinished, "--no-same-owner", "-xf", archive});
    // Microsoft's archive of .NET has its one program at the root.
    if (name == "dotnet" && !path_exists(unfinished / "bin") && path_exists(unfinished / "dotnet")) {
      make_folders(unfinished / "bin", 0755);
      fs::create_symlink("../dotnet", unfinished / "bin" / "dotnet");
    }
    if (!fs::is_directory(unfinished / "bin")) throw Failure(archive + " has no bin/ at its root: it is no prefix");
    if (!path_exists(unfinished / "SOURCE")) write_file_atomic(unfinished / "SOURCE", "added by the operator\n", 0644);
    hand_over(home, unfinished);
    hand_over(home, shelf(home) / name);
    run_checked({"sync", "-f", unfinished});
    if (path_exists(place)) fs::rename(place, shelf(home) / (".old-" + random_uuid()));
    fs::rename(unfinished, place);
  } catch (...) {
    fs::remove_all(unfinished);
    throw;
  }
  hand_over(home, shelf(home));
  for (const fs::directory_entry& entry : fs::directory_iterator(shelf(home)))
    if (entry.path().filename().string().starts_with(".old-")) fs::remove_all(entry.path());
  print_step(name + " " + version + " is on the shelf");
}

void remove_runtime(const Home& home, const std::string& name, const std::string& version) {
  require_plain(name);
  require_plain(version);
  const fs::path place = shelf(home) / name / version;
  if (!path_exists(place))
    throw Failure(name + " " + version + " is not on the shelf; what is: hanbat image runtime list");
  const fs::path old = shelf(home) / (".old-" + random_uuid());
  fs::rename(place, old);
  fs::remove_all(old);
}

void list_runtimes(const Home& home, Form form) {
  Json rows = Json::array();
  for (const fs::path& name : sorted_folders(shelf(home)))
    for (const fs::path& version : sorted_folders(name))
      rows.push_back(Json::object({{"name", name.filename().string()},
                                   {"version", version.filename().string()},
                                   {"source", trim(find_file(version / "SOURCE").value_or(""))}}));
  if (form == Form::kJson)
    std::cout << rows.pretty() << "\n";
  else if (rows.items().empty())
    std::cout << "nothing is on the shelf; what a build asks for comes there by itself, or: hanbat image runtime add\n";
  else
    for (const Json& row : rows.items())
      std::cout << fmt::format("{} {}  {}\n", row.text("name"), row.text("version"), row.text("source"));
}

}  // namespace hanbat::cli
