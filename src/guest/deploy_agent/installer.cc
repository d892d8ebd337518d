// The order of a plan: folders before what is in them, in the order of the specification.
#include "guest/deploy_agent/installer.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "base/text.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::guest {
namespace {

namespace fs = std::filesystem;

/// Before the path of a line of the cleanup file: a context that was set, not a thing that was made.
const std::string kContextLine("semanage\0", 9);

void note(const Fd& cleanup, const std::string& what) {
  const std::string line = what + "\n";
  if (::write(cleanup.get(), line.data(), line.size()) < 0)
    throw std::system_error(errno, std::generic_category(), "write the cleanup file");
}

struct Planner {
  std::string behavior;
  std::set<std::string> folders;
  std::map<std::string, std::string> targets;  // what is copied to it
  std::vector<InstallStep> steps;

  void make_folder(const fs::path& path) {
    if (path.empty() || path == path.root_path() || folders.contains(path.string())) return;
    if (fs::is_directory(path)) return;
    if (const auto copied = targets.find(path.string()); copied != targets.end())
      throw InstallError(
          "The deployment failed because the application specification file includes an mkdir command more than once "
          "for the same destination path (" +
          path.string() + ") from (" + copied->second +
          "). Update the files section of the AppSpec file, and then try again.");
    if (path.has_parent_path()) make_folder(path.parent_path());
    folders.insert(path.string());
    steps.push_back({InstallStep::Kind::kMakeFolder, "", path.string()});
  }

  void copy(const fs::path& source, const fs::path& destination) {
    if (fs::symlink_status(destination).type() != fs::file_type::not_found) {
      if (behavior == "RETAIN") return;
      if (behavior != "OVERWRITE")
        throw InstallError("The deployment failed because a specified file already exists at this location: " +
                           destination.string());
    }
    if (const auto other = targets.find(destination.string()); other != targets.end())
      throw InstallError(
          "The deployment failed because the application specification file specifies two source files named " +
          source.string() + " and " + other->second + " for the same destination (" + destination.string() +
          "). Remove one of the source file paths from the AppSpec file, and then try again.");
    if (folders.contains(destination.string()))
      throw InstallError(
          "The deployment failed because the application specification file calls for installing the file " +
          source.string() + ", but a file with that name already exists at the location (" + destination.string() +
          "). Update your AppSpec file or directory structure, and then try again.");
    targets.emplace(destination.string(), source.string());
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

/// Runs a tool of the instance; what it failed with is "" when it did not.
std::string failure_of(const std::vector<std::string>& command) {
  int code = 127;
  try {
    code = run_capture(command).exit_code;
  } catch (const std::system_error&) {  // there is none
  }
  return code == 0 ? "" : "Failed command: " + join(command, " ") + ". Exit code: exit " + std::to_string(code);
}

void set_acls(const Permission& p, const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) throw std::system_error(errno, std::generic_category(), "stat " + path);
  if (const auto failed = failure_of({"setfacl", "--set", full_acl(p.acls, found.st_mode), path}); !failed.empty())
    throw InstallError(
        "The deployment failed because of a problem with the acls permission settings in the application specification "
        "file for this object: " +
        path + ". " + failed);
}

void set_context(const SecurityContext& context, const std::string& path, const Fd& cleanup) {
  std::vector<std::string> add{"semanage", "fcontext", "-a"};
  if (!context.user.empty()) add.insert(add.end(), {"-s", context.user});
  add.insert(add.end(), {"-t", context.type});
  if (!context.range.empty()) add.insert(add.end(), {"-r", context.range});
  const std::string real = fs::canonical(path).string();
  add.push_back(real);
  for (const auto& command : {add, {"restorecon", "-v", real}})
    if (const auto failed = failure_of(command); !failed.empty())
      throw InstallError(
          "The deployment failed because the application specification file contains an error in the settings for the "
          "context parameter. Update the permissions section of the AppSpec file, and then try again. " +
          failed);
  note(cleanup, kContextLine + real);
}

void set_owner(const Permission& p, const std::string& path) {
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
  if (::lchown(path.c_str(), owner, group) != 0)
    throw std::system_error(errno, std::generic_category(), "chown " + path);
}

void copy_file(const std::string& source, const std::string& destination) {
  struct stat found{};
  if (::lstat(source.c_str(), &found) != 0) throw InstallError("No such file or directory @ rb_sysopen - " + source);
  // A new file, never the old one's content: a program that runs keeps the file it started from.
  fs::remove(destination);
  fs::copy(source, destination, fs::copy_options::copy_symlinks);
  if (::lchown(destination.c_str(), found.st_uid, found.st_gid) != 0)
    throw std::system_error(errno, std::generic_category(), "chown " + destination);
  if (S_ISLNK(found.st_mode)) return;
  if (::chmod(destination.c_str(), found.st_mode & 07777) != 0)
    throw std::system_error(errno, std::generic_category(), "chmod " + destination);
  const std::array<timespec, 2> times{found.st_atim, found.st_mtim};
  ::utimensat(AT_FDCWD, destination.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
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
    } else {
      planner.make_folder(destination);
      planner.copy(clean, fs::path(destination) / fs::path(clean).filename());
    }
  }
  return planner.steps;
}

std::vector<PermissionStep> plan_permissions(const AppSpec& spec, const std::vector<InstallStep>& steps) {
  using Kind = InstallStep::Kind;
  std::vector<PermissionStep> planned;
  std::set<std::string> taken;
  const auto add = [&](const std::string& path, const Permission& p) {
    if (!taken.insert(path).second)
      throw InstallError("The deployment failed because the permissions setting for (" + path +
                         ") is specified more than once in the application specification file. Update the files "
                         "section of the AppSpec file, and then try again.");
    planned.push_back({path, &p});
  };
  for (const Permission& p : spec.permissions) {
    const auto named =
        std::find_if(steps.begin(), steps.end(), [&](const auto& s) { return s.destination == p.object; });
    if (named != steps.end() && named->kind == Kind::kCopy) {
      if (!p.files) continue;
      p.require_for_file();
      p.require_file_acl();
      add(p.object, p);
      continue;
    }
    if (named == steps.end() && !fs::is_directory(p.object)) continue;
    for (const Kind kind : {Kind::kCopy, Kind::kMakeFolder})
      for (const InstallStep& step : steps) {
        if (step.kind != kind || !(kind == Kind::kCopy ? p.files : p.directories) || !p.matches(step.destination))
          continue;
        if (kind == Kind::kCopy) p.require_file_acl();
        add(step.destination, p);
      }
  }
  return planned;
}

void clean_up(const std::string& cleanup_file) {
  const auto listed = find_file(cleanup_file);
  if (!listed) return;
  auto paths = split(*listed, '\n');
  if (!paths.empty()) paths.pop_back();  // what comes after the last end of a line
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
    if (path->empty()) continue;
    if (path->starts_with(kContextLine)) {
      failure_of({"semanage", "fcontext", "-d", path->substr(kContextLine.size())});
      continue;
    }
    std::error_code ignored;  // a folder that others put files into stays
    fs::remove(*path, ignored);
  }
  fs::remove(cleanup_file);
}

void install(const AppSpec& spec, const std::vector<InstallStep>& steps, const std::string& cleanup_file) {
  const auto permissions = plan_permissions(spec, steps);
  const Fd list = open_file(cleanup_file, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0644);
  for (const InstallStep& step : steps) {
    note(list, step.destination);
    if (step.kind == InstallStep::Kind::kMakeFolder)
      fs::create_directory(step.destination);
    else
      copy_file(step.source, step.destination);
  }
  // In the order of AWS's agent: a change of the owner comes last and takes set-user-id away.
  for (const auto& [path, p] : permissions) {
    if (p->mode && !fs::is_symlink(path) && ::chmod(path.c_str(), *p->mode) != 0)
      throw std::system_error(errno, std::generic_category(), "chmod " + path);
    if (!p->acls.empty()) set_acls(*p, path);
    if (p->context) set_context(*p->context, path, list);
    if (p->owner || p->group) set_owner(*p, path);
  }
}

}  // namespace hanbat::guest
