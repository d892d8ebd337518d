// Network namespaces: opened by name or path, entered by one thread for a while.
#pragma once

#include <functional>
#include <string>

#include "os/fd.h"

namespace hanbat {

/// A namespace by `ip netns` name ("hb-vpc-1") or by path ("/proc/42/ns/net").
Fd open_network_namespace(const std::string& name_or_path);
/// The calling thread's own.
Fd current_network_namespace();

/// The calling thread is in the namespace while this object lives, and back where it was afterwards. Only the same
/// thread may destroy it. Sockets that are made meanwhile stay in that namespace for ever.
class InNetworkNamespace {
 public:
  explicit InNetworkNamespace(int namespace_fd);
  explicit InNetworkNamespace(const std::string& name_or_path);
  ~InNetworkNamespace();
  InNetworkNamespace(const InNetworkNamespace&) = delete;
  InNetworkNamespace& operator=(const InNetworkNamespace&) = delete;

 private:
  Fd before_;
};

}  // namespace hanbat
