// Where the parts of Hanbat lie. Everything is found from the running program's own path, so that an installation, a
// copy of one and a build folder work wherever they are.
#pragma once

#include <filesystem>

namespace hanbat::cli {

/// The one place that knows both layouts:
///
///     installed   bin/hanbat     libexec/hanbat/{hanbatd, hanbat-hostd, guest/, ssh/}   share/hanbat/{images, bundle,
///     task}/ built       src/main/{hanbat, hanbatd, hanbat-hostd}   guest/   ssh/   images/, bundle/ and task/ (links
///     to the sources)
struct Parts {
  std::filesystem::path hanbat;
  std::filesystem::path hanbatd;
  std::filesystem::path hostd;
  /// The programs that run inside instances and builds.
  std::filesystem::path guest;
  /// What sshd runs for git clients.
  std::filesystem::path ssh;
  /// The recipes of the machine images; HANBAT_RECIPES names others.
  std::filesystem::path recipes;
  /// What makes a bundle for machines without a network.
  std::filesystem::path bundle;
  /// What task packs need beside themselves: the schema, the checks' helpers, the skeleton of a new pack.
  std::filesystem::path task;

  /// Those of the running program.
  static Parts find();
  /// Those of a program `hanbat` at this path.
  static Parts beside(const std::filesystem::path& hanbat);
};

}  // namespace hanbat::cli
