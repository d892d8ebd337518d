#include "host/listening/listen_config.h"

#include <fmt/format.h>

#include "host/networks/plan.h"

namespace hanbat::host {
namespace {

/// Counts connections by the client's address, and takes no more of one than it may have.
std::string counting(int connections, int new_connections) {
  return fmt::format(
      "  stick-table type ip size 20k expire 60s store conn_cur,conn_rate(10s)\n"
      "  tcp-request connection track-sc0 src\n"
      "  tcp-request connection reject if {{ sc0_conn_cur gt {} }} || {{ sc0_conn_rate gt {} }}\n",
      connections, new_connections);
}

}  // namespace

HaproxyFiles haproxy_of_listening(const ListenSetting& setting, const std::string& edge, const std::string& folder,
                                  const std::map<std::string, std::string>& certificates, const ListenLimits& limits) {
  HaproxyFiles files;
  files.secrets = certificates;
  files.config = fmt::format(
      "global\n  stats socket {0}/worker.sock mode 600 level admin expose-fd listeners\n  maxconn {2}\n  nbthread 1\n"
      "  log /dev/null local0\n  user {1}\n  group {1}\n  chroot {0}/root\n"
      "  ssl-default-bind-options ssl-min-ver TLSv1.2\n"
      "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 10m\n  timeout server 10m\n"
      "  timeout http-request 30s\n  timeout http-keep-alive 60s\n  timeout client-fin 30s\n  timeout tunnel 12h\n",
      folder, kHaproxyUser, limits.all_connections);
  files.config += fmt::format(
      "frontend door\n  bind {0}:{1}\n{2}"
      "  tcp-request inspect-delay 10s\n"
      "  acl ours req.ssl_sni -i {3}\n  acl ours req.ssl_sni -m end -i .{3}\n"
      "  acl ours req.ssl_sni -m end -i .amazonaws.com\n"
      // What is no TLS, or asks for nobody's name here, is cut: nothing is answered in clear.
      "  tcp-request content accept if {{ req.ssl_hello_type 1 }} ours\n  tcp-request content reject\n"
      "  use_backend balancers_tls if {{ req.ssl_sni -m end -i .elb.{3} }}\n  default_backend hanbatd\n"
      "backend hanbatd\n  server hanbatd abns@{4} send-proxy-v2\n"
      "backend balancers_tls\n  server here abns@hanbat-balancers send-proxy-v2\n",
      setting.address, setting.port, counting(limits.connections, limits.new_connections), setting.name, kDoorSocket);
  files.config += fmt::format(
      "frontend balancers_here\n  mode http\n  bind abns@hanbat-balancers accept-proxy ssl crt {}/{}/ alpn http/1.1\n"
      "  option forwardfor\n  default_backend balancers\n"
      "backend balancers\n  mode http\n  server host 127.0.0.1:{}\n",
      folder, kSecretsFolder, kBalancerPort);
  files.config += fmt::format(
      "frontend ssh\n  bind {}:{}\n{}  timeout client 12h\n  default_backend ssh_at_edge\n"
      "backend ssh_at_edge\n  timeout server 12h\n  server sshd {}:22\n",
      setting.address, setting.ssh_port, counting(limits.ssh_connections, limits.ssh_connections * 3), edge);
  return files;
}

}  // namespace hanbat::host
