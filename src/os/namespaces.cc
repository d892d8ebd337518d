#include "os/namespaces.h"

#include <fcntl.h>
#include <sched.h>

#include <cstdlib>

#include "os/files.h"

namespace hanbat {

Fd open_network_namespace(const std::string& name_or_path) {
  return open_file(name_or_path.find('/') == std::string::npos ? "/run/netns/" + name_or_path : name_or_path, O_RDONLY);
}

Fd current_network_namespace() { return open_file("/proc/thread-self/ns/net", O_RDONLY); }

InNetworkNamespace::InNetworkNamespace(int namespace_fd) : before_(current_network_namespace()) {
  if (::setns(namespace_fd, CLONE_NEWNET) < 0) throw_errno("enter a network namespace");
}

InNetworkNamespace::InNetworkNamespace(const std::string& name_or_path)
    : InNetworkNamespace(open_network_namespace(name_or_path).get()) {}

InNetworkNamespace::~InNetworkNamespace() {
  // A thread that cannot get back would do other tenants' work in this namespace: better to end.
  if (::setns(before_.get(), CLONE_NEWNET) < 0) std::abort();
}

}  // namespace hanbat
