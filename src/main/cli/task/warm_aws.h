// An AWS CLI that is started once for the hundreds of calls of a marking (share/warm-aws).
#pragma once

#include <cstddef>
#include <string>

namespace hanbat::cli::task {

/// Keeps it as long as this object and this process live.
class WarmAws {
 public:
  /// Starts it where the AWS CLI is the distribution's and there are checks enough to be worth its second.
  explicit WarmAws(std::size_t checks);

  /// PATH for the checks: with it in front, or ours.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace hanbat::cli::task
