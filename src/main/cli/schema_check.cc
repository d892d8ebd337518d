#include "main/cli/schema_check.h"

#include "base/text.h"
#include "main/cli/control.h"
#include "main/cli/parts.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli {

void require_known_schema(const std::filesystem::path& state_folder) {
  if (!path_exists(state_folder / "region.db")) return;
  const Captured check = run_capture({Parts::find().hanbatd, "--check", "--home", state_folder});
  if (!check.ok()) throw Failure(std::string(trim(check.err.empty() ? check.out : check.err)));
}

}  // namespace hanbat::cli
