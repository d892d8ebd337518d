#include "guest/deploy_agent/executor.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/text.h"
#include "guest/archive/unpack.h"
#include "guest/deploy_agent/installer.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

namespace fs = std::filesystem;

/// These run the scripts of the revision that is there, not of the one that comes.
const std::set<std::string> kOfLastSuccessful = {"ApplicationStop", "BeforeBlockTraffic", "AfterBlockTraffic"};

/// The files of a folder that could be application specifications.
bool has_app_spec(const std::string& folder) {
  const auto names = list_folder(folder);
  return std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.starts_with("appspec."); });
}

/// A revision whose specification lies one folder down, as archives of a repository have it, is that folder.
void strip_leading_folder(const std::string& archive) {
  if (has_app_spec(archive)) return;
  std::vector<std::string> with;
  for (const std::string& name : list_folder(archive))
    if (const fs::path inner = fs::path(archive) / name;
        !name.starts_with('.') && fs::is_directory(fs::symlink_status(inner)) && has_app_spec(inner.string()))
      with.push_back(inner.string());
  if (with.size() != 1) return;
  const std::string aside = archive + "-temp";
  remove_tree(aside);
  fs::rename(with[0], aside);
  remove_tree(archive);
  fs::rename(aside, archive);
}

std::string named_folder(const std::string& file) { return std::string(trim(find_file(file).value_or(""))); }

}  // namespace

std::string Executor::folder_for(const std::string& event, const Specification& s) const {
  return kOfLastSuccessful.contains(event) ? named_folder(instruction(s, "_last_successful_install"))
                                           : deployment_folder(s);
}

std::string Executor::app_spec_of(const std::string& folder, const Specification& s) const {
  const std::string archive = folder + "/deployment-archive";
  for (const std::string& name : {s.app_spec_filename, std::string("appspec.yaml"), std::string("appspec.yml")})
    if (path_exists(archive + "/" + name)) return archive + "/" + name;
  throw AppSpecError(
      "The CodeDeploy agent did not find an AppSpec file within the unpacked revision directory at revision-relative "
      "path \"" +
      s.app_spec_filename + "\". The revision was unpacked to directory \"" + archive +
      "\", and the AppSpec file was expected but not found at path \"" + archive + "/" + s.app_spec_filename +
      "\". Consult the AWS CodeDeploy Appspec documentation for more information at "
      "http://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file.html");
}

AppSpec Executor::load_app_spec(const std::string& folder, const Specification& s) const {
  return AppSpec::parse(read_file(app_spec_of(folder, s)));
}

bool Executor::is_noop(const std::string& command, const Specification& s) const {
  if (command == "DownloadBundle" || command == "Install") return false;
  const std::string folder = folder_for(command, s);
  if (folder.empty()) return true;
  try {
    return load_app_spec(folder, s).scripts(command).empty();
  } catch (const AppSpecError&) {
    return false;  // running it reports the error
  }
}

Diagnostics Executor::run(const std::string& command, const Specification& s) {
  try {
    if (command == "DownloadBundle")
      download_bundle(s);
    else if (command == "Install")
      install_revision(s);
    else
      return hook(command, s);
    return {};
  } catch (const std::exception& e) {
    return {Diagnostics::Code::kUnknownError, "", e.what(), ""};
  }
}

void Executor::download_bundle(const Specification& s) {
  const std::string folder = deployment_folder(s), archive = folder + "/deployment-archive",
                    bundle = folder + "/bundle.tar";
  drop_old_revisions(s);
  remove_tree(archive);
  make_folders(folder);
  const std::string etag = fetch_(s, bundle);
  if (!s.etag.empty() && etag != s.etag)
    throw BundleError("Expected deployment artifact bundle etag '" + s.etag + "' but was '" + etag + "'");
  make_folders(archive);
  unpack(bundle, s.bundle_type, archive);
  strip_leading_folder(archive);
  make_folders(settings_.root_dir + "/deployment-instructions");
  write_file_atomic(instruction(s, "_most_recent_install"), folder);
}

void Executor::install_revision(const Specification& s) {
  const std::string folder = deployment_folder(s);
  const std::string file = app_spec_of(folder, s);
  const AppSpec spec = AppSpec::parse(read_file(file));
  spec.require_known_events(fs::path(file).filename().string());
  make_folders(settings_.root_dir + "/deployment-instructions");
  const std::string cleanup = instruction(s, "-cleanup");
  clean_up(cleanup);
  install(
      spec,
      plan_install(spec, folder + "/deployment-archive", spec.file_exists_behavior.value_or(s.file_exists_behavior)),
      cleanup);
  write_file_atomic(instruction(s, "_last_successful_install"), folder);
}

Diagnostics Executor::hook(const std::string& event, const Specification& s) {
  const std::string folder = folder_for(event, s);
  if (folder.empty()) return {};
  const AppSpec spec = load_app_spec(folder, s);
  // Of the deployment that runs, whichever revision's scripts they are.
  const std::string logs = deployment_folder(s) + "/logs";
  make_folders(logs);
  make_folders(settings_.root_dir + "/deployment-logs");
  std::map<std::string, std::string> environment = {{"LIFECYCLE_EVENT", event},
                                                    {"DEPLOYMENT_ID", s.deployment_id},
                                                    {"APPLICATION_NAME", s.application_name},
                                                    {"DEPLOYMENT_GROUP_NAME", s.group_name},
                                                    {"DEPLOYMENT_GROUP_ID", s.group_id},
                                                    {"BUNDLE_BUCKET", s.bucket},
                                                    {"BUNDLE_KEY", s.key}};
  if (!s.version.empty()) environment["BUNDLE_VERSION"] = s.version;
  if (!s.etag.empty()) environment["BUNDLE_ETAG"] = s.etag;
  return run_hooks(spec.scripts(event),
                   {.event = event,
                    .archive = folder + "/deployment-archive",
                    .environment = std::move(environment),
                    .scripts_log = logs + "/scripts.log",
                    .deployments_log = settings_.root_dir + "/deployment-logs/codedeploy-agent-deployments.log"});
}

void Executor::drop_old_revisions(const Specification& s) {
  const std::string group = settings_.root_dir + "/" + s.group_id;
  if (!path_exists(group)) return;
  const std::string keep = named_folder(instruction(s, "_last_successful_install"));
  std::vector<std::pair<fs::file_time_type, std::string>> revisions;
  for (const std::string& name : list_folder(group))
    if (const std::string path = group + "/" + name; path != keep && path != deployment_folder(s))
      revisions.emplace_back(fs::last_write_time(path), path);
  std::sort(revisions.begin(), revisions.end());
  // The one that comes and the one that runs count too.
  const auto allowed = static_cast<std::size_t>(std::max(0, settings_.max_revisions - 1 - (keep.empty() ? 0 : 1)));
  for (std::size_t i = 0; i + allowed < revisions.size(); ++i) remove_tree(revisions[i].second);
}

}  // namespace hanbat::guest
