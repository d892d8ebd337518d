// Repositories made and opened.
#include <fcntl.h>
#include <git2.h>
#include <unistd.h>

#include <mutex>
#include <stdexcept>
#include <string>

#include "os/fault.h"
#include "os/files.h"
#include "os/unfinished.h"
#include "services/codecommit/git/git.h"
#include "services/codecommit/git/library.h"

namespace hanbat::codecommit {

void check(int code, std::string_view what) {
  if (code >= 0) return;
  const git_error* error = git_error_last();
  throw std::runtime_error(std::string(what) + ": " + (error && error->message ? error->message : "unknown"));
}

void ensure_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    git_libgit2_init();
    // A reference may be committed as soon as the call returns: what it reaches must be on disk.
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  });
}

namespace {

/// Makes an empty repository, beside its place until it is whole on disk: a torn file of it would make all that is
/// pushed there later unreadable.
void make_repository(const std::string& folder) {
  const std::string parent = folder.substr(0, folder.rfind('/'));
  make_folders(parent);
  const std::string made = unfinished_name(folder);
  git_repository* repository = nullptr;
  check(git_repository_init(&repository, made.c_str(), 1), "make a repository");
  git_repository_free(repository);
  make_folders(made + "/objects/pack");
  // libgit2 syncs objects, not these.
  for (const char* name : {"/config", "/HEAD"})
    if (const Fd file = open_file(made + name, O_RDONLY); ::fsync(file.get()) != 0) throw_errno("sync " + made + name);
  for (const std::string& changed : {made + "/objects", made}) sync_folder(changed);
  fault_point("repository:before-rename");
  if (::rename(made.c_str(), folder.c_str()) != 0) throw_errno("rename " + made + " to " + folder);
  fault_point("repository:after-rename");
  sync_folder(parent);
}

}  // namespace

GitRepository::GitRepository(const std::string& folder) {
  ensure_library();
  static std::mutex making;
  // A restored backup has files only, so git's empty folder of references may be missing.
  if (!path_exists(folder + "/refs")) {
    std::lock_guard lock(making);
    if (!path_exists(folder)) make_repository(folder);
    make_folders(folder + "/refs");
  }
  check(git_repository_open_bare(&repository_, folder.c_str()), "open a repository");
}

GitRepository GitRepository::to_read(const std::string& folder) {
  ensure_library();
  git_repository* repository = nullptr;
  if (path_exists(folder + "/refs")) {
    check(git_repository_open_bare(&repository, folder.c_str()), "open a repository");
    return GitRepository(repository);
  }
  git_odb* objects = nullptr;
  if (path_exists(folder + "/objects"))
    check(git_odb_open(&objects, (folder + "/objects").c_str()), "open the objects");
  else
    check(git_odb_new(&objects), "make an empty store of objects");
  const int code = git_repository_wrap_odb(&repository, objects);
  git_odb_free(objects);  // the repository has its own share of it
  check(code, "open the objects");
  return GitRepository(repository);
}

GitRepository::~GitRepository() { git_repository_free(repository_); }

}  // namespace hanbat::codecommit
