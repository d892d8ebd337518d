// The order of a plan: folders before what is in them, in the order of the specification.
#include "guest/deploy_agent/installer.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/text.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

namespace fs = std::filesystem;

struct Planner {
  std::string behavior;
  std::set<std::string> folders;
  std::set<std::string> targets;
  std::vector<InstallStep> steps;

  void make_folder(const fs::path& path) {
    if (path.empty() || path == path.root_path() || folders.contains(path.string())) return;
    if (fs::is_directory(path)) return;
    if (path.has_parent_path()) make_folder(path.parent_path());
    folders.insert(path.string());
    steps.push_back({InstallStep::Kind::kMakeFolder, "", path.string()});
  }

  void copy(const fs::path& source, const fs::path& destination) {
    if (!targets.insert(destination.string()).second)
      throw InstallError(
          "The deployment failed because the application specification file specifies two source files named " +
          source.string() + " and another for the same destination " + destination.string());
    if (fs::symlink_status(destination).type() != fs::file_type::not_found) {
      if (behavior == "RETAIN") return;
      if (behavior != "OVERWRITE")
        throw InstallError("The deployment failed because a specified file already exists at this location: " +
                           destination.string());
    }
    steps.push_back({InstallStep::Kind::kCopy, source.string(), destination.string()});
  }

  void tree(const fs::path& source, const fs::path& destination) {
    make_folder(destination);
    std::set<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(source)) entries.insert(entry.path());
    for (const fs::path& entry : entries) {
      if (fs::is_directory(fs::symlink_status(entry)))
        tree(entry, destination / entry.filename());
      else
        copy(entry, destination / entry.filename());
    }
  }
};

void set_permissions(const Permission& p, const std::string& path, bool folder) {
  uid_t owner = static_cast<uid_t>(-1);
  gid_t group = static_cast<gid_t>(-1);
  if (p.owner) {
    const passwd* user = ::getpwnam(p.owner->c_str());
    if (!user) throw InstallError("can't find user for " + *p.owner);
    owner = user->pw_uid;
  }
  if (p.group) {
    const ::group* found = ::getgrnam(p.group->c_str());
    if (!found) throw InstallError("can't find group for " + *p.group);
    group = found->gr_gid;
  }
  if ((p.owner || p.group) && ::lchown(path.c_str(), owner, group) != 0)
    throw std::system_error(errno, std::generic_category(), "chown " + path);
  if (p.mode && !(folder ? false : fs::is_symlink(path)) && ::chmod(path.c_str(), *p.mode) != 0)
    throw std::system_error(errno, std::generic_category(), "chmod " + path);
}

}  // namespace

std::vector<InstallStep> plan_install(const AppSpec& spec, const std::string& archive,
                                      const std::string& file_exists_behavior) {
  Planner planner{.behavior = file_exists_behavior};
  for (const FileMapping& file : spec.files) {
    const fs::path source = (fs::path(archive) / fs::path(file.source).relative_path()).lexically_normal();
    if (!(source.string() + "/").starts_with(fs::path(archive).lexically_normal().string() + "/"))
      throw InstallError("The deployment failed because a source leads out of the revision: " + file.source);
    std::string clean = source.string();
    while (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
    std::string destination = fs::path(file.destination).lexically_normal().string();
    while (destination.size() > 1 && destination.ends_with('/')) destination.pop_back();
    if (!destination.starts_with('/'))
      throw InstallError("The deployment failed because a destination is no absolute path: " + file.destination);
    if (fs::is_directory(fs::symlink_status(clean))) {
      planner.tree(clean, destination);
    } else if (fs::symlink_status(clean).type() != fs::file_type::not_found) {
      planner.make_folder(destination);
      planner.copy(clean, fs::path(destination) / fs::path(clean).filename());
    } else {
      throw InstallError("No such file or directory - " + clean);
    }
  }
  return planner.steps;
}

void clean_up(const std::string& cleanup_file) {
  const auto listed = find_file(cleanup_file);
  if (!listed) return;
  auto paths = split(*listed, '\n');
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
    if (path->empty()) continue;
    std::error_code ignored;  // a folder that others put files into stays
    fs::remove(*path, ignored);
  }
  fs::remove(cleanup_file);
}

void install(const AppSpec& spec, const std::vector<InstallStep>& steps, const std::string& cleanup_file) {
  const Fd list = open_file(cleanup_file, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0644);
  for (const InstallStep& step : steps) {
    const std::string line = step.destination + "\n";
    if (::write(list.get(), line.data(), line.size()) < 0)
      throw std::system_error(errno, std::generic_category(), "write " + cleanup_file);
    if (step.kind == InstallStep::Kind::kMakeFolder) {
      fs::create_directory(step.destination);
    } else {
      // A new file, never the old one's content: a program that runs keeps the file it started from.
      fs::remove(step.destination);
      fs::copy(step.source, step.destination, fs::copy_options::copy_symlinks);
    }
  }
  for (const Permission& p : spec.permissions)
    for (const InstallStep& step : steps) {
      const bool folder = step.kind == InstallStep::Kind::kMakeFolder;
      if ((folder ? p.directories : p.files) && p.matches(step.destination))
        set_permissions(p, step.destination, folder);
    }
}

}  // namespace hanbat::guest
