// How often a task tries what its own program cannot mend.
#pragma once

namespace hanbat::store {

/// With the tasks' backoff about five minutes of trying: longer than a host's programs are exchanged. For
/// Handling::max_attempts.
inline constexpr int kAttemptsOfFiveMinutes = 16;

}  // namespace hanbat::store
