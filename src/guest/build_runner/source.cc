// DOWNLOAD_SOURCE: the sources as the service role gets them, and the build specification.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/ids.h"
#include "base/text.h"
#include "guest/archive/unpack.h"
#include "guest/build_runner/git_login.h"
#include "guest/build_runner/job.h"
#include "guest/build_runner/revision.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

using border::BuildSource;

// A busy host may plug the network in after the build has begun.
constexpr int kNetworkTries = 120;

/// The credentials, asked for again while the network is not there yet. Throws what the last try said.
Credentials credentials_once_reached(const std::string& url) {
  for (int left = kNetworkTries; left > 1; --left) {
    try {
      return container_credentials(url);
    } catch (const ServiceError&) {
      throw;  // it was reached, and refused
    } catch (const std::exception&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
  }
  return container_credentials(url);
}

bool is_repository(const BuildSource& source) {
  return source.kind == BuildSource::Kind::kCodeCommit || source.kind == BuildSource::Kind::kGit;
}

}  // namespace

Signer Build::signer(const std::string& service) {
  const Timestamp now = SystemClock().now();
  if (!credentials_ || credentials_->expiration < now + std::chrono::minutes(5))
    credentials_ = credentials_once_reached(job_.credentials_url);
  return {*credentials_, job_.region, service};
}

void Build::download_source() {
  source_folder_ = "/codebuild/output/src" + random_from("0123456789", 9) + "/src";
  make_folders(source_folder_);
  scratch_ = "/codebuild/output/tmp";
  make_folders(scratch_, 0755);
  ::chmod(scratch_.c_str(), 01777);
  const BuildSource& source = job_.source;
  if (source.kind != BuildSource::Kind::kNone) {
    // As CodeBuild: the repository's own folder below src, named after its host and path.
    if (is_repository(source)) source_folder_ += "/" + source.location.substr(source.location.find("//") + 2);
    make_folders(source_folder_);
    fetch(source, source_folder_);
  }
  environment_["CODEBUILD_SRC_DIR"] = source_folder_;
  for (const BuildSource& secondary : job_.secondary_sources) {
    const std::string folder = "/codebuild/output/src" + random_from("0123456789", 9) + "/src/" + secondary.identifier;
    make_folders(folder);
    fetch(secondary, folder);
    environment_["CODEBUILD_SRC_DIR_" + secondary.identifier] = folder;
  }
  log_.container("CODEBUILD_SRC_DIR=" + source_folder_);
  load_buildspec();
  prepare_environment();
}

void Build::fetch(const BuildSource& source, const std::string& folder) {
  if (is_repository(source)) return clone(source, folder);
  const std::string& location = source.location;
  const auto slash = location.find('/');
  if (slash == std::string::npos || slash + 1 == location.size())
    throw PhaseFailure("CLIENT_ERROR", "the S3 source location names no object: " + location);
  const std::string bucket = location.substr(0, slash), key = location.substr(slash + 1), file = scratch_ + "/source";
  ObjectHead object;
  try {
    object = download("https://" + bucket + ".s3." + job_.region + ".amazonaws.com", key, source.version, signer("s3"),
                      file);
  } catch (const ServiceError& e) {
    throw PhaseFailure("CLIENT_ERROR",
                       std::string(e.what()) + " for primary source and source version " + source.version);
  }
  if (const auto revision = object.metadata.find(std::string(border::kArtifactRevision));
      source.kind == BuildSource::Kind::kPipeline && source.identifier.empty() && revision != object.metadata.end())
    resolved(revision_ = revision->second);
  // The kind of archive is told by its first bytes: artifacts of a pipeline have no ending.
  const std::string head = read_file(file).substr(0, 4);
  try {
    unpack(file, head.starts_with("PK") ? "zip" : head.starts_with("\x1f\x8b") ? "tgz" : "tar", folder);
  } catch (const BundleError& e) {
    throw PhaseFailure("CLIENT_ERROR", std::string("the source is no archive: ") + e.what());
  }
  std::filesystem::remove(file);
}

void Build::clone(const BuildSource& source, const std::string& folder) {
  const std::string& version = source.version;
  GitAccess access{{"-c", std::string("credential.helper=") + kCredentialHelper, "-c", "credential.UseHttpPath=true"},
                   {}};
  if (source.kind == BuildSource::Kind::kGit) {
    signer("sts");  // the network is there once the build has its credentials
    access = git_access(source.location, git_logins(job_.logins_url));
  }
  auto git = [&](std::vector<std::string> args) {
    std::vector<std::string> argv = {"git", "-c", "advice.detachedHead=false"};
    argv.insert(argv.end(), access.options.begin(), access.options.end());
    if (source.insecure_ssl) argv.insert(argv.end(), {"-c", "http.sslVerify=false"});
    argv.insert(argv.end(), args.begin(), args.end());
    CaptureOptions options;
    options.spawn.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", job_.credentials_url},
                               {"AWS_REGION", job_.region},
                               {"AWS_DEFAULT_REGION", job_.region},
                               {"GIT_TERMINAL_PROMPT", "0"},
                               {"HOME", "/root"}};
    for (const auto& [name, value] : access.variables) options.spawn.variables[name] = value;
    return run_capture(argv, options);
  };
  auto must = [&](std::vector<std::string> args) {
    const Captured done = git(args);
    if (!done.ok())
      throw PhaseFailure("CLIENT_ERROR", std::string(trim(done.err)) + " for primary source and source version " +
                                             (version.empty() ? "the default branch" : version));
    return std::string(trim(done.out));
  };
  const WantedRevision wanted = wanted_revision(version);
  std::vector<std::string> args = {"clone", "-q"};
  // A branch or tag is cloned alone; a commit of no named branch is looked for in all of the history.
  if (source.depth.value_or(0) > 0 && (wanted.commit.empty() || !wanted.name.empty()))
    args.insert(args.end(), {"--depth", std::to_string(*source.depth)});
  if (!wanted.name.empty()) args.insert(args.end(), {"--branch", wanted.name});
  args.insert(args.end(), {source.location, folder});
  must(args);
  if (!wanted.commit.empty()) must({"-C", folder, "checkout", "-q", wanted.commit});
  // A submodule's address may be relative to the repository's; its host asks for the service role's credentials, too.
  if (source.submodules) must({"-C", folder, "submodule", "--quiet", "update", "--init", "--recursive"});
  const std::string head = must({"-C", folder, "rev-parse", "HEAD"});
  if (source.identifier.empty()) resolved(head);
}

void Build::resolved(const std::string& version) {
  log_.write(border::SourceResolved{version});
  environment_["CODEBUILD_RESOLVED_SOURCE_VERSION"] = version;
}

std::string Build::buildspec_text() {
  const std::string& place = job_.buildspec;
  // A text of several lines is the specification itself, another the place where it lies.
  if (place.find('\n') != std::string::npos || place.find("version:") != std::string::npos ||
      place.find('{') != std::string::npos) {
    log_.container("YAML location is the project's own text");
    return place;
  }
  constexpr std::string_view kObject = "arn:aws:s3:::";
  std::string path = source_folder_ + "/" + (place.empty() ? "buildspec.yml" : place);
  if (place.starts_with(kObject)) {
    const std::string object = place.substr(kObject.size());
    const auto slash = object.find('/');
    if (slash == std::string::npos) throw PhaseFailure("YAML_FILE_ERROR", place + " names no object");
    path = scratch_ + "/buildspec";
    try {
      download("https://" + object.substr(0, slash) + ".s3." + job_.region + ".amazonaws.com", object.substr(slash + 1),
               "", signer("s3"), path);
    } catch (const ServiceError& e) {
      throw PhaseFailure("YAML_FILE_ERROR", place + ": " + e.what());
    }
  }
  log_.container("YAML location is " + (place.starts_with(kObject) ? place : path));
  auto text = find_file(path);
  if (!text) throw PhaseFailure("YAML_FILE_ERROR", "stat " + path + ": no such file or directory");
  return *std::move(text);
}

void Build::load_buildspec() {
  try {
    spec_ = BuildSpec::parse(buildspec_text());
  } catch (const BuildSpecError& e) {
    throw PhaseFailure("YAML_FILE_ERROR", e.what());
  }
  if (!spec_.unidentified.empty()) {
    std::string found = "Found possible syntax errors in buildspec: ";
    for (const auto& [section, keys] : spec_.unidentified) {
      found += "\nIn the section " + section + "\n    The following keys cannot be identified:";
      for (const std::string& key : keys) found += "\n        " + key;
    }
    log_.container(found);
  }
  if (spec_.reports_given)
    log_.container("Hanbat makes no test reports: the section reports of the build specification is left undone");
}

}  // namespace hanbat::guest
