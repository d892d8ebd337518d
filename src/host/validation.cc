// The checks of names, machines and folders. The root daemon trusts nothing that comes from hanbatd, which talks to the
// world.
#include "host/validation.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "host/error.h"
#include "host/s3_address.h"
#include "host/validation_rules.h"
#include "os/files.h"

namespace hanbat::host {

[[noreturn]] void refuse(std::string_view what, std::string_view why) {
  throw HostError(HostErrorCode::kInvalid, std::string(what) + ": " + std::string(why));
}

void require_within(std::int64_t value, std::int64_t least, std::int64_t most, std::string_view what) {
  if (value < least || value > most) refuse(what, "out of range: " + std::to_string(value));
}

void require_at_most(std::size_t count, std::size_t most, std::string_view what) {
  if (count > most) refuse(what, "too many: " + std::to_string(count));
}

void require_mac(std::string_view text, std::string_view what) {
  if (text.size() != 17) refuse(what, "no MAC address");
  for (std::size_t i = 0; i < 17; ++i)
    if (i % 3 == 2
            ? text[i] != ':'
            : !std::isxdigit(static_cast<unsigned char>(text[i])) || std::isupper(static_cast<unsigned char>(text[i])))
      refuse(what, "no MAC address in lower case");
}

void require_plain_text(std::string_view text, std::string_view what, std::size_t most) {
  if (text.size() > most) refuse(what, "too long");
  for (const unsigned char c : text)
    if (c < 0x20 || c == 0x7f) refuse(what, "control characters");
}

void require_public_address(std::string_view text, std::string_view what, const EdgeRange& edge) {
  if (!edge.public_range().holds(require_address(text, what))) refuse(what, "not in " + edge.public_range().text());
}

void require_interface_id(std::string_view text) {
  require_name(text, "interface id");
  if (device_name(std::string(text)) == "hb-edge") refuse("interface id", "reserved: " + std::string(text));
}

void require_name(std::string_view text, std::string_view what, std::size_t most) {
  if (text.empty() || text.size() > most || text.front() == '-')
    refuse(what, "no name: " + std::string(text.substr(0, 80)));
  for (const unsigned char c : text)
    if (!std::isalnum(c) && c != '-') refuse(what, "no name: " + std::string(text.substr(0, 80)));
}

void require_vpc_id(std::string_view text, std::string_view what) {
  require_name(text, what, 40);
  // Beside the VPCs' namespaces and folders lie those of the edge and of the host.
  if (text == "edge" || text == "host") refuse(what, "reserved: " + std::string(text));
}

void require_dns_name(std::string_view text, std::string_view what) {
  if (text.empty() || text.size() > 253 || text.front() == '-' || text.front() == '.' || text.back() == '.')
    refuse(what, "no DNS name");
  for (const unsigned char c : text)
    if (!(std::islower(c) || std::isdigit(c) || c == '-' || c == '.' || c == '_'))
      refuse(what, "no DNS name: " + std::string(text.substr(0, 80)));
}

void validate(const PacketTrial& trial) {
  require_vpc_id(trial.vpc_id, "vpc id");
  if (!trial.interface_id.empty()) require_interface_id(trial.interface_id);
  if (!trial.source.empty() || trial.interface_id.empty()) require_address(trial.source, "source");
  require_address(trial.destination, "destination");
  require_within(trial.port, 1, 65535, "port");
}

void validate(const VpcName& vpc) { require_vpc_id(vpc.name, "vpc id"); }

void validate(const BookedCounts& booked) {
  require_at_most(booked.counts.size(), 10000, "counts");
  for (const BookedCount& one : booked.counts) {
    require_vpc_id(one.vpc_id, "vpc id");
    require_name(one.id, "id of what is counted", 100);
    if (!one.part.empty()) require_name(one.part, "part of what is counted", 100);
  }
}

void validate(const MachineName& machine) { require_name(machine.name, "machine name"); }

void validate(const MachineStop& stop) { require_name(stop.name, "machine name"); }

void validate(const ListenSpec& spec, const EdgeRange& edge) {
  if (spec.vpc_id.empty()) {
    if (spec.address != edge.endpoint() && spec.address != s3_address(edge))
      refuse("address", "not allowed at the edge");
    if (spec.port != 80 && spec.port != 443) refuse("port", "not allowed at the edge");
    return;
  }
  require_vpc_id(spec.vpc_id, "vpc id");
  if (spec.address == s3_address(edge)) {
    if (spec.port != 80 && spec.port != 443) refuse("port", "not allowed at an endpoint");
    return;
  }
  if (spec.address != "169.254.169.254" && spec.address != "169.254.170.2") refuse("address", "not allowed in a VPC");
  if (spec.port != 80) refuse("port", "not allowed in a VPC");
}

void validate(const MachineSpec& spec, const std::string& shared_folder) {
  require_name(spec.name, "machine name");
  require_name(spec.image, "image");
  require_within(spec.cpus, 1, 128, "cpus");
  require_within(spec.memory_mib, 64, 1 << 20, "memory_mib");
  require_within(spec.disk_gib, 1, 16384, "disk_gib");
  require_at_most(spec.nics.size(), 8, "nics");
  for (const auto& nic : spec.nics) {
    require_interface_id(nic.interface_id);
    require_mac(nic.mac, "MAC");
  }
  require_at_most(spec.folders.size(), 8, "folders");
  for (const auto& folder : spec.folders) {
    if (!folder.source.starts_with(shared_folder + "/") || folder.source.find("/..") != std::string::npos ||
        folder.source.find("/.") != std::string::npos)
      refuse("shared folder", "not below " + shared_folder);
    require_plain_text(folder.source, "shared folder", 512);
    require_plain_text(folder.path, "shared folder's path", 256);
    if (!folder.path.starts_with('/') || folder.path.find("/..") != std::string::npos)
      refuse("shared folder's path", "not absolute");
  }
  require_at_most(spec.environment.size(), 100, "environment");
  for (const auto& variable : spec.environment) {
    if (variable.key.empty() || variable.key.size() > 255 ||
        variable.key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") !=
            std::string::npos)
      refuse("environment", "no name of a variable");
    require_plain_text(variable.value, "environment", 4096);
  }
  require_at_most(spec.labels.size(), 100, "labels");
  for (const auto& label : spec.labels) {
    require_name(label.key, "label");
    require_plain_text(label.value, "label", 1024);
  }
}

void require_own_folder(const std::string& shared_folder, const std::string& source) {
  // hanbatd owns the shared folder and may have put links in it: what it names must lie there for real.
  const std::string below = source.substr(std::min(source.size(), shared_folder.size() + 1));
  const Fd root = open_file(shared_folder, O_PATH | O_DIRECTORY);
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const Fd folder(static_cast<int>(::syscall(SYS_openat2, root.get(), below.c_str(), &how, sizeof how)));
  if (!folder) refuse("shared folder", source + " is no folder of its own below " + shared_folder);
}

}  // namespace hanbat::host
