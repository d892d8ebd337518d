// The host side as hanbatd sees it: one method per action of the root daemon. HostClient speaks over the socket pair
// that hanbat-hostd left us; FakeHost keeps everything in memory for tests of services.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "host/actions.h"
#include "os/fd.h"

namespace hanbat::host {

/// An action that failed. `code` is one of Invalid (the spec is refused and always will be), NotFound, Busy,
/// Failed (the machine could not; trying again may help) and Gone (the root daemon is away).
struct HostError : std::runtime_error {
  HostError(std::string error_code, const std::string& message)
      : std::runtime_error(message), code(std::move(error_code)) {}
  std::string code;
};

/// All methods block until the effect is there, throw HostError, are idempotent, and may be called from all threads.
class Host {
 public:
  virtual ~Host() = default;

  /// Makes the VPC be as the spec says; only the difference is done. Whole-state: what the spec leaves out is removed.
  virtual void apply_vpc(const VpcSpec& spec) = 0;
  virtual void remove_vpc(const std::string& id) = 0;
  /// The edge, and all VPCs.
  virtual std::vector<VpcState> vpcs() = 0;
  /// A listening TCP socket in the edge or in a VPC's namespace; see ListenSpec for what is allowed.
  virtual Fd listen(const ListenSpec& spec) = 0;

  /// Makes a stopped machine; one of the same name stays as it is.
  virtual void create_machine(const MachineSpec& spec) = 0;
  /// Starts it and puts its NICs into their VPC. A running one stays as it is.
  virtual void start_machine(const std::string& name) = 0;
  virtual void stop_machine(const std::string& name, StopMode mode) = 0;
  virtual void restart_machine(const std::string& name) = 0;
  /// Stops it by force and removes it with its disk. None of that name: nothing to do.
  virtual void delete_machine(const std::string& name) = 0;
  virtual std::vector<MachineState> machines() = 0;
  /// The last bytes (at most 64 KiB) that the machine wrote on its console.
  virtual std::string console(const std::string& name) = 0;

  virtual ImageState import_image(const ImageSpec& spec) = 0;
  /// Makes an image of a stopped machine.
  virtual ImageState publish_image(const std::string& machine, const std::string& alias) = 0;
  virtual std::vector<ImageState> images() = 0;
  virtual void delete_image(const std::string& alias) = 0;

  /// The whole wanted set of load balancers; no request fails by a change that leaves its listener there.
  virtual void apply_balancers(const BalancersSpec& spec) = 0;
  virtual std::vector<TargetHealth> balancer_health() = 0;

  /// Removes what carries our name and is not wanted; returns what was removed, in words.
  virtual std::vector<std::string> sweep(const SweepSpec& spec) = 0;
  /// What the machine lacks for all this.
  virtual std::vector<Finding> doctor() = 0;
};

/// The Host behind a socket. Requests go out at once and answers come back in any order; a thread of this object reads
/// them.
class HostClient final : public Host {
 public:
  explicit HostClient(Fd socket);
  ~HostClient() override;

  void apply_vpc(const VpcSpec& spec) override;
  void remove_vpc(const std::string& id) override;
  std::vector<VpcState> vpcs() override;
  Fd listen(const ListenSpec& spec) override;
  void create_machine(const MachineSpec& spec) override;
  void start_machine(const std::string& name) override;
  void stop_machine(const std::string& name, StopMode mode) override;
  void restart_machine(const std::string& name) override;
  void delete_machine(const std::string& name) override;
  std::vector<MachineState> machines() override;
  std::string console(const std::string& name) override;
  ImageState import_image(const ImageSpec& spec) override;
  ImageState publish_image(const std::string& machine, const std::string& alias) override;
  std::vector<ImageState> images() override;
  void delete_image(const std::string& alias) override;
  void apply_balancers(const BalancersSpec& spec) override;
  std::vector<TargetHealth> balancer_health() override;
  std::vector<std::string> sweep(const SweepSpec& spec) override;
  std::vector<Finding> doctor() override;

 private:
  class Connection;
  Json call(std::string_view action, Json arguments, Fd* descriptor = nullptr);
  std::unique_ptr<Connection> connection_;
};

/// A Host of memory alone: actions change its public data at once; tests read and set them. Not safe from several
/// threads.
class FakeHost final : public Host {
 public:
  std::map<std::string, VpcSpec> vpc_specs;
  std::map<std::string, std::string> vpc_spaces;  ///< of those that are not "a"
  std::map<std::string, MachineSpec> machine_specs;
  std::map<std::string, std::string> machine_status;  ///< running | stopped
  std::map<std::string, std::string> consoles;
  std::map<std::string, ImageState> image_states;
  BalancersSpec balancers;
  std::vector<TargetHealth> health;  ///< what balancer_health() answers
  std::vector<ListenSpec> listens;
  std::string fail_next;  ///< when not empty, the next action throws HostError Failed with this message

  void apply_vpc(const VpcSpec& spec) override;
  void remove_vpc(const std::string& id) override;
  std::vector<VpcState> vpcs() override;
  Fd listen(const ListenSpec& spec) override;
  void create_machine(const MachineSpec& spec) override;
  void start_machine(const std::string& name) override;
  void stop_machine(const std::string& name, StopMode mode) override;
  void restart_machine(const std::string& name) override;
  void delete_machine(const std::string& name) override;
  std::vector<MachineState> machines() override;
  std::string console(const std::string& name) override;
  ImageState import_image(const ImageSpec& spec) override;
  ImageState publish_image(const std::string& machine, const std::string& alias) override;
  std::vector<ImageState> images() override;
  void delete_image(const std::string& alias) override;
  void apply_balancers(const BalancersSpec& spec) override;
  std::vector<TargetHealth> balancer_health() override;
  std::vector<std::string> sweep(const SweepSpec& spec) override;
  std::vector<Finding> doctor() override;

 private:
  void may_fail();
};

}  // namespace hanbat::host
