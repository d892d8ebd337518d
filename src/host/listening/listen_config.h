// HAProxy's configuration where the region is open to a local network, computed from the setting alone.
//   address:port      TLS alone; the name that a client asks for (SNI) says where it goes:
//                       NAME, *.NAME, *.amazonaws.com  to hanbatd as it is, with the client's address before it
//                       *.elb.NAME                     TLS ends here, then to the balancer of that name
//   address:ssh_port  to the SSH server at the edge
#pragma once

#include <string>

#include "host/balancers/haproxy_config.h"
#include "host/listening/setting.h"

namespace hanbat::host {

/// Of one client's address, and of all.
struct ListenLimits {
  int connections = 100;
  int ssh_connections = 30;
  int new_connections = 400;  ///< in ten seconds
  int all_connections = 4000;
};

/// `edge` is the address of the SSH server. `certificates`: PEMs with their keys for balancers' names, by file name.
HaproxyFiles haproxy_of_listening(const ListenSetting& setting, const std::string& edge, const std::string& folder,
                                  const std::map<std::string, std::string>& certificates,
                                  const ListenLimits& limits = {});

}  // namespace hanbat::host
