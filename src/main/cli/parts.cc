#include "main/cli/parts.h"

#include <cstdlib>

namespace hanbat::cli {
namespace fs = std::filesystem;

Parts Parts::beside(const fs::path& hanbat) {
  const fs::path prefix = hanbat.parent_path().parent_path();
  const fs::path libexec = prefix / "libexec" / "hanbat";
  if (fs::exists(libexec / "hanbat-hostd"))
    return {hanbat,
            libexec / "hanbatd",
            libexec / "hanbat-hostd",
            libexec / "guest",
            libexec / "ssh",
            prefix / "share" / "hanbat" / "images",
            prefix / "share" / "hanbat" / "bundle",
            prefix / "share" / "hanbat" / "task"};
  const fs::path folder = hanbat.parent_path(), build = prefix.parent_path();
  return {hanbat,        folder / "hanbatd", folder / "hanbat-hostd", build / "guest",
          build / "ssh", build / "images",   build / "bundle",        build / "task"};
}

Parts Parts::find() {
  Parts parts = beside(fs::read_symlink("/proc/self/exe"));
  if (const char* named = std::getenv("HANBAT_RECIPES"); named && *named) parts.recipes = fs::absolute(named);
  return parts;
}

}  // namespace hanbat::cli
