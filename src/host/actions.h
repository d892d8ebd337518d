// The closed set of what hanbatd may ask of the root daemon. Arguments and results are plain structs, each of which
// names its fields once, in visit(), from which JSON encoding and the strict decoding come. Specs are whole wanted
// states: applying one twice does nothing more.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"
#include "host/balancers/spec.h"
#include "host/balancers/target_times.h"
#include "host/counts.h"
#include "host/machines/spec.h"
#include "host/networks/packet.h"
#include "host/networks/spec.h"
#include "os/fd.h"

namespace hanbat::host {

/// The argument of what takes none.
struct Nothing {
  template <class V>
  void visit(V&) {}
};

/// kNote: nothing is wrong, and something is to be known.
enum class Severity { kOk, kMissing, kNote };

/// How one part of the region is, and the words that say how to get it when it is missing.
struct Finding {
  std::string what;
  Severity severity = Severity::kOk;
  std::string detail;
  std::string remedy;

  template <class V>
  void visit(V& v) {
    v("what", what), v("severity", severity), v("detail", detail), v("remedy", remedy);
  }
};

/// Every action, once: X(name, argument, result). The methods of Host and of all that are one, the client's calls, the
/// root daemon's table and the fuzzer come from this list.
///
///   apply_vpc         makes the VPC be as the spec says; only the difference is done, what the spec leaves out goes
///   vpcs              the edge, and all VPCs
///   try_packet        sends a packet on trial through a VPC and tells how it fared; nobody in a machine learns of it
///   listen            a listening TCP socket in the edge or in a VPC's namespace; see ListenSpec for what is allowed
///   create_machine    makes a stopped machine; one of the same name stays as it is
///   start_machine     starts it and puts its NICs into their VPC; a running one stays as it is
///   delete_machine    stops it by force and removes it with its disk; none of that name: nothing to do
///   console           the last bytes (at most 64 KiB) that the machine wrote on its console
///   apply_balancers   the whole wanted set; no request fails by a change that leaves its listener there
///   take_times        how long targets took to answer since it was asked last
///   take_logs         the oldest batch of a balancer's records, the same until it is dropped; what has come is closed
///                     into one when there is no older
///   drop_logs         the batch lies where it belongs; one that is gone: nothing to do
///   counts            what VPCs or balancers have carried; see counts.h
///   drop_counts       these are booked; what goes on, or has risen since, stays
///   health            how the region's own parts are
#define HANBAT_HOST_ACTIONS(X)                           \
  X(apply_vpc, VpcSpec, void)                            \
  X(remove_vpc, VpcName, void)                           \
  X(vpcs, Nothing, std::vector<VpcState>)                \
  X(try_packet, PacketTrial, TrialResult)                \
  X(listen, ListenSpec, Fd)                              \
  X(create_machine, MachineSpec, void)                   \
  X(start_machine, MachineName, void)                    \
  X(stop_machine, MachineStop, void)                     \
  X(restart_machine, MachineName, void)                  \
  X(delete_machine, MachineName, void)                   \
  X(machines, Nothing, std::vector<MachineState>)        \
  X(console, MachineName, std::string)                   \
  X(images, Nothing, std::vector<ImageState>)            \
  X(apply_balancers, BalancersSpec, void)                \
  X(balancer_health, Nothing, std::vector<TargetHealth>) \
  X(take_times, Nothing, std::vector<ResponseTimes>)     \
  X(take_logs, BalancerName, LogBatch)                   \
  X(drop_logs, LogBatchName, void)                       \
  X(counts, CountsOf, std::vector<Count>)                \
  X(drop_counts, BookedCounts, void)                     \
  X(health, Nothing, std::vector<Finding>)

}  // namespace hanbat::host

namespace hanbat {

template <>
inline constexpr auto kWords<host::Severity> = std::to_array<Word<host::Severity>>(
    {{host::Severity::kOk, "ok"}, {host::Severity::kMissing, "missing"}, {host::Severity::kNote, "note"}});

}  // namespace hanbat
