#include "main/cli/listen.h"

#include <fmt/format.h>

#include <iostream>
#include <optional>

#include "host/edge_range.h"
#include "host/ipv4.h"
#include "host/listening/setting.h"
#include "main/cli/control.h"
#include "os/files.h"
#include "os/sockets.h"

namespace hanbat::cli {
namespace fs = std::filesystem;

namespace {

std::optional<http::CertificatePem> read_certificate(const ListenWish& wish) {
  if (wish.certificate.empty() && wish.key.empty()) return std::nullopt;
  if (wish.certificate.empty() || wish.key.empty()) throw Failure("--certificate and --key go together");
  return http::CertificatePem{read_file(wish.certificate), read_file(wish.key)};
}

/// Of the names that clients use, those that the certificate is not for; they are shown the region's own.
void check_certificate(const http::CertificatePem& own, const std::string& name) {
  bool good = false;
  try {
    good = http::is_certificate_for(own, name);
  } catch (const std::runtime_error& error) {
    throw Failure(fmt::format("the certificate: {}", error.what()));
  }
  if (!good) throw Failure("the certificate is not for " + name);
  const std::string region = "ap-northeast-2.";
  for (const std::string& each : {"s3." + name, "git-codecommit." + region + name,
                                  "123456789012.dkr.ecr." + region + name, "balancer." + region + "elb." + name})
    if (!http::is_certificate_for(own, each))
      print_step(fmt::format("the certificate is not for names like {}: for them the region's own CA signs", each));
}

/// Whether nobody has the port; the address has to be this machine's.
void require_free(const std::string& address, int port) {
  try {
    listen_tcp(address, static_cast<std::uint16_t>(port));
  } catch (const std::system_error& error) {
    throw Failure(fmt::format("cannot {}", error.what()));
  }
}

}  // namespace

void settle_listening(const Home& home, const ListenWish& wish) {
  const auto now = host::ListenSetting::find(home.root);
  if (wish.address.empty()) {
    if (!wish.name.empty() || !wish.certificate.empty() || !wish.key.empty() || wish.ssh_port != 0)
      throw Failure("say at which address of this machine: --listen ADDRESS[:PORT]");
    return;
  }
  if (wish.address == "off") {
    if (now) host::ListenSetting::remove(home.root);
    return;
  }
  const int ssh_port = wish.ssh_port != 0 ? wish.ssh_port : now ? now->ssh_port : host::kListenSshPort;
  const auto wanted =
      host::ListenSetting::require(wish.address, wish.name.empty() && now ? now->name : wish.name, ssh_port);
  if (host::EdgeRange::of(home.root).whole().holds(host::require_address(wanted.address, "listen")))
    throw Failure(wanted.address + " is of the region's own range");
  const auto certificate = read_certificate(wish);
  if (certificate) check_certificate(*certificate, wanted.name);
  // For the same name the certificate of before stays, when no other is given.
  if (now == wanted && !certificate) return;
  if (!now || now->address != wanted.address || now->port != wanted.port) require_free(wanted.address, wanted.port);
  if (!now || now->address != wanted.address || now->ssh_port != wanted.ssh_port)
    require_free(wanted.address, wanted.ssh_port);
  if (certificate || !now || now->name != wanted.name) host::save_own_certificate(home.root, certificate);
  wanted.save(home.root);
}

bool listening_changed(const Home& home) {
  std::error_code none;
  const auto changed = fs::last_write_time(home.root / "listen", none);
  return !none && changed > fs::last_write_time(home.control_socket(), none);
}

std::string listening_lines(const Home& home) {
  const auto setting = host::ListenSetting::find(home.root);
  if (!setting) return "";
  return fmt::format("https://{} at {}:{}, SSH at port {}", setting->authority(), setting->address, setting->port,
                     setting->ssh_port);
}

}  // namespace hanbat::cli
