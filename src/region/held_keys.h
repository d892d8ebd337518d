// Keys that a machine's own tools ask for again and again (IMDS, the builds' credentials endpoint): the same ones are
// given until they near their end, so that who asks without end fills nothing.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "region/identity.h"

namespace hanbat::region {

class Region;

/// Safe from all threads.
class HeldKeys {
 public:
  /// Keys of that lifetime are renewed when so much of it is left.
  HeldKeys(Seconds lifetime, Seconds renew_before) : lifetime_(lifetime), renew_before_(renew_before) {}

  /// The keys of that name; new ones of the session that `open` opens, in a transaction, when none are held. Throws
  /// what `open` does.
  TemporaryCredentials get(Region& home, const std::string& name, const std::function<Caller(store::Tx&)>& open);

 private:
  const Seconds lifetime_;
  const Seconds renew_before_;
  std::mutex mutex_;
  std::map<std::string, TemporaryCredentials> held_;
};

}  // namespace hanbat::region
