// A Host of memory alone, for tests of services.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/client.h"

namespace hanbat::host {

/// Actions change its public data at once; tests read and set them. Refuses what the root daemon would refuse. Two
/// actions may come at once where one is about networks and the other about machines, and no others.
class FakeHost final : public Host {
 public:
  std::map<std::string, VpcSpec> vpc_specs;
  std::map<std::string, std::string> vpc_spaces;  ///< of those that are not "a"
  std::map<std::string, MachineSpec> machine_specs;
  std::map<std::string, MachineStatus> machine_status;
  std::map<std::string, MachineCounters> machine_counters;
  std::map<std::string, std::string> consoles;
  std::map<std::string, ImageState> image_states;
  BalancersSpec balancers;
  std::vector<TargetHealth> targets;                  ///< what balancer_health() answers
  std::vector<ResponseTimes> response_times;          ///< what take_times() answers next
  std::map<std::string, std::vector<LogBatch>> logs;  ///< by balancer, the oldest first
  std::map<CountSource, std::vector<Count>> counted;  ///< what counts() answers
  std::vector<ListenSpec> listens;
  std::optional<TrialResult> trial_result;  ///< what try_packet() answers; none: there is no kernel to ask
  std::vector<PacketTrial> trials;          ///< what it was asked
  std::string fail_next;                    ///< when not empty, the next action throws HostError with this message
  HostErrorCode fail_code = HostErrorCode::kFailed;  ///< and with this code
  std::string fail_always;                           ///< when not empty, so does every action until it is

#define HANBAT_DECLARE(name, Argument, Result) Result name(const Argument& argument) override;
  HANBAT_HOST_ACTIONS(HANBAT_DECLARE)
#undef HANBAT_DECLARE

 private:
  void may_fail();
  void require_machine(const std::string& name) const;

  std::mutex failing_;  // over fail_next
};

}  // namespace hanbat::host
