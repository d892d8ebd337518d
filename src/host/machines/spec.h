// What hanbatd asks of the host's machines, and what it hears of them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"

namespace hanbat::host {

/// A NIC of a machine: an interface that some VpcSpec has (applied before or after; the NIC joins the VPC when both are
/// there).
struct Nic {
  std::string interface_id;
  std::string mac;

  template <class V>
  void visit(V& v) {
    v("interface_id", interface_id), v("mac", mac);
  }
};

/// A folder of the host seen inside a machine, with the machine's root as its owner (uids shifted).
struct SharedFolder {
  std::string source;  ///< absolute, within the state directory's shared/ folder
  std::string path;    ///< absolute, in the guest
  bool read_only = false;

  template <class V>
  void visit(V& v) {
    v("source", source), v("path", path), v("read_only", read_only);
  }
};

struct Label {
  std::string key;
  std::string value;

  template <class V>
  void visit(V& v) {
    v("key", key), v("value", value);
  }

  friend bool operator==(const Label&, const Label&) = default;
};

/// A system container: an EC2 instance or a build machine.
struct MachineSpec {
  std::string name;   ///< the instance id (i-…) or another name of letters, digits and dashes, at most 63
  std::string image;  ///< alias of an imported image
  int cpus = 1;
  int memory_mib = 512;
  int disk_gib = 8;
  std::vector<Nic> nics;  ///< in order: eth0, eth1…
  std::vector<SharedFolder> folders;
  bool nesting = false;            ///< docker or podman inside
  std::vector<Label> environment;  ///< given to the guest's first process
  std::vector<Label> labels;

  template <class V>
  void visit(V& v) {
    v("name", name), v("image", image), v("cpus", cpus), v("memory_mib", memory_mib), v("disk_gib", disk_gib),
        v("nics", nics), v("folders", folders), v("nesting", nesting), v("environment", environment),
        v("labels", labels);
  }
};

enum class MachineStatus { kRunning, kStopped, kOther };

/// What a machine has used since it started.
struct MachineCounters {
  std::int64_t cpu_ns = 0;  ///< of all its processors together
  std::int64_t received_bytes = 0;
  std::int64_t sent_bytes = 0;
  std::int64_t received_packets = 0;
  std::int64_t sent_packets = 0;

  template <class V>
  void visit(V& v) {
    v("cpu_ns", cpu_ns), v("received_bytes", received_bytes), v("sent_bytes", sent_bytes),
        v("received_packets", received_packets), v("sent_packets", sent_packets);
  }
};

struct MachineState {
  std::string name;
  MachineStatus status = MachineStatus::kOther;
  std::int64_t started_at_ms = 0;
  std::int64_t memory_bytes = 0;
  MachineCounters counters;
  std::vector<Label> labels;

  template <class V>
  void visit(V& v) {
    v("name", name), v("status", status), v("started_at_ms", started_at_ms), v("memory_bytes", memory_bytes),
        v("counters", counters), v("labels", labels);
  }
};

/// How a machine is stopped: graceful asks its init and after the timeout forces; force does so at once.
enum class StopMode { kGraceful, kForce };

struct MachineStop {
  std::string name;
  StopMode mode = StopMode::kGraceful;

  template <class V>
  void visit(V& v) {
    v("name", name), v("mode", mode);
  }
};

struct MachineName {
  std::string name;

  template <class V>
  void visit(V& v) {
    v("name", name);
  }
};

/// An image of the region, by each of its names.
struct ImageState {
  std::string alias;
  std::string fingerprint;
  std::int64_t size_bytes = 0;

  template <class V>
  void visit(V& v) {
    v("alias", alias), v("fingerprint", fingerprint), v("size_bytes", size_bytes);
  }
};

}  // namespace hanbat::host

namespace hanbat {

template <>
inline constexpr auto kWords<host::MachineStatus> =
    std::to_array<Word<host::MachineStatus>>({{host::MachineStatus::kRunning, "running"},
                                              {host::MachineStatus::kStopped, "stopped"},
                                              {host::MachineStatus::kOther, "other"}});

template <>
inline constexpr auto kWords<host::StopMode> =
    std::to_array<Word<host::StopMode>>({{host::StopMode::kGraceful, "graceful"}, {host::StopMode::kForce, "force"}});

}  // namespace hanbat
