// UPLOAD_ARTIFACTS: which files are an artifact, and where it goes.
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "guest/archive/zip.h"
#include "guest/build_runner/job.h"

namespace hanbat::guest {
namespace {

namespace fs = std::filesystem;

using border::BuildOutput;

bool any_match(const std::vector<std::string>& patterns, const std::string& path) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return artifact_match(pattern.starts_with("./") ? pattern.substr(2) : pattern, path);
  });
}

}  // namespace

std::vector<std::string> folders_of(const std::string& root, const std::string& pattern) {
  const fs::path path = (fs::path(root) / pattern).lexically_normal();  // an absolute pattern stands for itself
  std::vector<std::string> out;
  glob_t found{};
  if (::glob(path.c_str(), 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i)
      if (fs::is_directory(found.gl_pathv[i])) out.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return out;
}

std::vector<std::pair<std::string, std::string>> files_below(const std::vector<std::string>& folders,
                                                             const ArtifactSpec& spec) {
  std::vector<std::pair<std::string, std::string>> files;
  std::set<std::string> names;
  for (const fs::path folder : folders)
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_directory() && !entry.is_symlink()) continue;
      const std::string path = entry.path().lexically_relative(folder).string();
      if (!any_match(spec.files, path) || any_match(spec.exclude_paths, path)) continue;
      fs::path source = entry.path();
      if (entry.is_symlink() && !spec.enable_symlinks) {
        if (!fs::is_regular_file(source)) continue;  // of a folder, or of nothing
        source = fs::canonical(source);
      }
      const std::string name = spec.discard_paths ? entry.path().filename().string() : path;
      if (names.insert(name).second) files.emplace_back(source.string(), name);
    }
  std::sort(files.begin(), files.end());
  return files;
}

void Build::upload_artifacts() {
  if (job_.artifacts.kind != BuildOutput::Kind::kNone) {
    if (!spec_.artifacts.files.empty()) {
      upload_one(job_.artifacts, spec_.artifacts);
    } else if (job_.artifacts.may_be_empty) {
      store(job_.artifacts, job_.artifacts.key, {});
    } else if (job_.secondary_artifacts.empty()) {  // else they may be all there is
      throw PhaseFailure("CLIENT_ERROR",
                         "no matching artifact paths found: the build specification has no artifacts.files");
    }
  }
  for (const BuildOutput& secondary : job_.secondary_artifacts) {
    const auto found = spec_.secondary_artifacts.find(secondary.identifier);
    if (found == spec_.secondary_artifacts.end())
      throw PhaseFailure("CLIENT_ERROR", "no definition for artifact with identifier " + secondary.identifier);
    upload_one(secondary, found->second);
  }
}

std::string Build::expand(const std::string& text) {
  if (text.find_first_of("$`") == std::string::npos) return text;
  Shell& shell = shell_of(spec_.run_as);
  shell.run("hanbat_text=\"" + text + "\"");
  return shell.variable("hanbat_text");
}

void Build::upload_one(const BuildOutput& target, ArtifactSpec spec) {
  const std::string base = expand(spec.base_directory);
  log_.container("Expanding base directory path: " + (base.empty() ? "." : base));
  const std::vector<std::string> folders = folders_of(source_folder_, base);
  if (folders.empty())
    throw PhaseFailure("CLIENT_ERROR", "no matching base directory path found for " + spec.base_directory);
  for (std::string& pattern : spec.files) pattern = expand(pattern);
  log_.container("Assembling file list");
  const auto files = files_below(folders, spec);
  if (files.empty()) throw PhaseFailure("CLIENT_ERROR", "no matching artifact paths found");
  log_.container("Found " + std::to_string(files.size()) + " file(s)");
  store(target, key_of(target, spec), files);
}

std::string Build::key_of(const BuildOutput& target, const ArtifactSpec& spec) {
  std::string prefix = target.key_prefix, name = target.key.substr(prefix.size());
  if (!spec.s3_prefix.empty() && !target.build_folder.empty()) prefix = spec.s3_prefix + "/" + target.build_folder;
  if (target.name_from_spec && !spec.name.empty()) name = expand(spec.name);
  return prefix + name;
}

void Build::store(const BuildOutput& target, const std::string& key,
                  const std::vector<std::pair<std::string, std::string>>& files) {
  const std::string url = "https://" + target.bucket + ".s3." + job_.region + ".amazonaws.com";
  border::ArtifactStored stored{target.identifier, "arn:aws:s3:::" + target.bucket + "/" + key, "", ""};
  ObjectMetadata metadata;
  if (!revision_.empty()) metadata[std::string(border::kArtifactRevision)] = revision_;
  try {
    if (target.packaging == BuildOutput::Packaging::kZip) {
      const std::string zip = scratch_ + "/artifact.zip";
      make_zip(files, zip);
      const FileDigests digests = digests_of(zip);
      upload(url, key, signer("s3"), zip, metadata);
      stored.sha256 = digests.sha256;
      stored.md5 = digests.md5;
      fs::remove(zip);
    } else {
      for (const auto& [path, name] : files) upload(url, key + "/" + name, signer("s3"), path);
    }
  } catch (const ServiceError& e) {
    throw PhaseFailure("CLIENT_ERROR", std::string("Failed to upload artifacts: ") + e.what());
  }
  log_.write(std::move(stored));
}

}  // namespace hanbat::guest
