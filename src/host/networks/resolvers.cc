// Who answers for names: in each VPC a dnsmasq for these beside one for DHCP, and one of the host's.
#include <exception>

#include "host/error.h"
#include "host/networks/kernel.h"
#include "host/networks/lent.h"
#include "host/networks/networks.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

constexpr const char* kServersOfResolved = "/run/systemd/resolve/resolv.conf";

}  // namespace

void Networks::apply_dns(Vpc& vpc, DnsmasqFiles wanted) {
  const std::string folder = folder_of(vpc.spec.id);
  const auto leases = lend(vpc.dnsmasq.leases, wanted.leases);
  const bool anew = wanted.config != vpc.dnsmasq.config || !leases;
  if (!anew) wanted.leases = *leases;
  const std::string name = namespace_name(vpc.spec.id);
  if (wanted.hosts != vpc.dnsmasq.hosts || !path_exists(folder + "/hosts"))
    write_file_atomic(folder + "/hosts", wanted.hosts);
  if (wanted.leases != vpc.dnsmasq.leases || !path_exists(folder + "/leases"))
    write_file_atomic(folder + "/leases", wanted.leases);
  if (anew) {
    write_file_atomic(folder + "/dnsmasq.conf", wanted.config);
    stop_dnsmasq(folder);
  } else if (wanted.leases != vpc.dnsmasq.leases) {
    reload_dnsmasq(folder);
  }
  // First, as one of an older version had the port of names, too.
  start_dnsmasq(name, folder);
  const std::string names = folder + "/" + kNamesFolder;
  if (wanted.names != vpc.dnsmasq.names) {
    stop_dnsmasq(names);
    make_folders(names);
    write_file_atomic(names + "/dnsmasq.conf", wanted.names);
  } else if (wanted.hosts != vpc.dnsmasq.hosts) {
    reload_dnsmasq(names);
  }
  if (!wanted.names.empty()) start_dnsmasq(name, names);
  vpc.dnsmasq = std::move(wanted);
}

void Networks::stop_resolvers(const std::string& id) {
  stop_dnsmasq(folder_of(id));
  stop_dnsmasq(folder_of(id) + "/" + kNamesFolder);
}

/// One that runs with an older version's settings is started anew. systemd-resolved, which may ask ours for names of
/// the region's (`hanbat trust`), is not asked in turn, but whom it asks: each would wait for the other.
void Networks::start_resolver_of_host() {
  const bool resolved = find_file("/etc/resolv.conf").value_or("").find("nameserver 127.0.0.53") != std::string::npos &&
                        path_exists(kServersOfResolved);
  const std::string edge = folder_ + "/edge", path = edge + "/dnsmasq.conf",
                    wanted = dnsmasq_of_host(edge, range_, resolved ? kServersOfResolved : "");
  if (find_file(path) != wanted) stop_dnsmasq(edge);
  if (!path_exists(edge + "/" + kBalancersFile)) write_file_atomic(edge + "/" + kBalancersFile, "");
  write_file_atomic(path, wanted);
  start_dnsmasq("", edge);
}

void Networks::tell_host_balancers() {
  std::vector<const VpcSpec*> vpcs;
  for (const auto& [id, vpc] : vpcs_) vpcs.push_back(&vpc.spec);
  const std::string edge = folder_ + "/edge", path = edge + "/" + kBalancersFile,
                    wanted = public_balancers(vpcs, range_);
  if (find_file(path) == wanted) return;
  write_file_atomic(path, wanted);
  reload_dnsmasq(edge);
}

void Networks::revive_resolvers() {
  std::lock_guard lock(mutex_);
  std::string failure;
  const auto revive = [&](const std::string& name, const std::string& folder) {
    try {
      start_dnsmasq(name, folder);
    } catch (const std::exception& error) {
      failure = error.what();  // of one network: the others' resolvers have their turn
    }
  };
  revive("", folder_ + "/edge");
  for (const auto& [id, vpc] : vpcs_) {
    if (!vpc.dnsmasq.config.empty()) revive(namespace_name(id), folder_of(id));
    if (!vpc.dnsmasq.names.empty()) revive(namespace_name(id), folder_of(id) + "/" + kNamesFolder);
  }
  if (!failure.empty()) throw HostError(HostErrorCode::kFailed, failure);
}

}  // namespace hanbat::host
