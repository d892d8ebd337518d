// Where the region is open to a local network, and by which name: what `hanbat up --listen` wrote for the daemons.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "http/authority.h"

namespace hanbat::host {

/// The abstract Unix socket at which hanbatd waits for the connections that HAProxy passes on.
inline constexpr const char* kDoorSocket = "hanbat-door";
inline constexpr int kListenPort = 443;
inline constexpr int kListenSshPort = 2222;

/// Closed is a region without a setting. What stands in the state folder:
///     listen/setting.json       this
///     listen/certificate.pem    the operator's own certificate with its chain, where one was given
///     listen/key.pem            its key, for hanbatd's user alone
struct ListenSetting {
  std::string address;  ///< IPv4, of this machine
  int port = kListenPort;
  int ssh_port = kListenSshPort;
  std::string name;  ///< "class.example.org": the region's endpoint; AWS's names are below it

  /// "class.example.org", with the port where that is not HTTPS's own.
  std::string authority() const;

  /// Throws HostError Invalid, saying what is wrong, for what cannot be listened at or be a name for all of AWS's.
  static ListenSetting require(std::string_view address_and_port, std::string_view name, int ssh_port);
  /// Nothing when the region is closed. Throws HostError Invalid when the file is not what save() wrote.
  static std::optional<ListenSetting> find(const std::filesystem::path& state_folder);
  void save(const std::filesystem::path& state_folder) const;
  /// Closes the region from the daemons' next start on.
  static void remove(const std::filesystem::path& state_folder);

  friend bool operator==(const ListenSetting&, const ListenSetting&) = default;
};

/// The operator's certificate. Nothing when none was given, or it cannot be read by this user.
std::optional<http::CertificatePem> find_own_certificate(const std::filesystem::path& state_folder);
/// Keeps it, or with nothing removes it.
void save_own_certificate(const std::filesystem::path& state_folder, const std::optional<http::CertificatePem>& own);
/// Lets hanbatd's user alone read the key.
void give_key_to(const std::filesystem::path& state_folder, unsigned uid, unsigned gid);

}  // namespace hanbat::host
