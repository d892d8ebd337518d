// What carries a build out after the commit that started it: its machine, what the runner in it reports, its end.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "region/region.h"
#include "services/codebuild/build_machine.h"
#include "services/codebuild/shelf/runtime_shelf.h"
#include "services/codebuild/store.h"
#include "services/codebuild/workers/build_in_vpc.h"
#include "store/typed_tasks.h"

namespace hanbat::host {
struct MachineSpec;
struct Nic;
}  // namespace hanbat::host

namespace hanbat::codebuild {

/// Drives a build: provision, then follow the runner's events until they end.
struct CarryOutBuild {
  static constexpr std::string_view kKind = "codebuild.build";
  std::string build;  // its id

  Json to_json() const { return Json::object({{"build", build}}); }
  static CarryOutBuild from_json(const Json& json) { return {json.text("build")}; }
};

/// Removes a build's machine, its folder and its address. The build itself may be gone.
struct RemoveBuildMachine {
  static constexpr std::string_view kKind = "codebuild.remove";
  std::string build;

  Json to_json() const { return Json::object({{"build", build}}); }
  static RemoveBuildMachine from_json(const Json& json) { return {json.text("build")}; }
};

class BuildTasks {
 public:
  explicit BuildTasks(region::Region& home) : home_(home), shelf_(home, [this] { apply_network(); }), vpcs_(home) {}

  void start();
  /// Has done what follows from a transition; in the transaction that writes the build.
  void apply(store::Tx& tx, const BuildRow& row, const Effects& effects);
  /// Lets the event act on the build, writes it, and has done what follows; nothing when it has ended before.
  void end(store::Tx& tx, BuildRow& row, BuildEvent event);

 private:
  void meter(store::Tx& tx, const BuildRow& row) const;
  /// Why a build cannot go on, as its phase shows it.
  struct Refusal {
    std::string_view code;
    std::string message;
  };

  void carry_out(store::TaskRun& run, const CarryOutBuild& task);
  void provision(store::TaskRun& run, BuildRow row);
  void follow(store::TaskRun& run, BuildRow row);
  void fail(store::TaskRun& run, BuildRow row, Phase phase, const Refusal& refusal);
  /// What was tried again and again ends as the region's fault, in the build's open phase.
  void give_up(store::Tx& tx, const CarryOutBuild& task, std::string_view why);
  void remove_machine(store::TaskRun& run, const RemoveBuildMachine& task);
  bool machine_runs(const BuildRow& row) const;

  /// Takes the service role into `role`, or says why not.
  std::optional<Refusal> take_role(const BuildRow& row, region::Caller& role);
  /// Makes the log stream and gives the build an address, if one is free, or its interface in its own VPC; `wanted` is
  /// whether the build goes on.
  std::optional<Refusal> prepare(BuildRow& row, const region::Caller& role, bool& wanted);
  std::optional<Refusal> describe_machine(const BuildRow& row, host::MachineSpec& machine);
  void write_folder(const BuildRow& row);
  void apply_network();
  /// The machine's NIC, and its network as far as it is ours to make; nothing while the network is not there.
  std::optional<host::Nic> find_nic(const BuildRow& row);

  /// Whether the build is there and has not been stopped meanwhile.
  bool goes_on(store::Tx& tx, const BuildRow& row) const;
  /// CodeBuild as the holder of the build's service role, in the transaction.
  region::Actor as_role(store::Tx& tx, const BuildRow& row, region::Caller role) const;
  std::string folder_of(std::string_view build) const;

  region::Region& home_;
  RuntimeShelf shelf_;
  VpcBuilds vpcs_;
  std::mutex network_mutex_;
};

}  // namespace hanbat::codebuild
