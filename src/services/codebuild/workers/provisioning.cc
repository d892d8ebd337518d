// How a build gets its machine: role, log stream, address, network, folder.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <thread>

#include "host/client.h"
#include "os/files.h"
#include "services/codebuild/build_phases.h"
#include "services/codebuild/images/curated_images.h"
#include "services/codebuild/words.h"
#include "services/codebuild/workers/build_job.h"
#include "services/codebuild/workers/build_log.h"
#include "services/codebuild/workers/build_network.h"
#include "services/codebuild/workers/build_tasks.h"
#include "services/codebuild/workers/credentials_endpoint.h"

namespace hanbat::codebuild {
namespace {

constexpr const char* kImageAlias = "codebuild";
constexpr Milliseconds kLookForAddress = std::chrono::seconds(1);
constexpr Milliseconds kFirstLook = Milliseconds(100);

struct Size {
  int cpus;
  int memory_mib;
};

/// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html; no more processors than
/// the machine has.
Size size_of(ComputeType type) {
  const int here = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  switch (type) {
    case ComputeType::kSmall:
      return {std::min(2, here), 4096};
    case ComputeType::kMedium:
      return {std::min(4, here), 8192};
    case ComputeType::kLarge:
      return {std::min(8, here), 16384};
  }
  return {};
}

/// AWS's words for an image that its registries do not have; for what is only not here, why.
std::string why_not_pulled(const std::string& image, const std::optional<CuratedImage>& curated) {
  std::string message = "Unable to pull customer's container image. CannotPullContainerError: ";
  if (curated && curated->kind == ImageKind::kStandsIn)
    return message + "the region has no build image; 'hanbat image build codebuild' makes it";
  if (curated)
    return message + image + " is " + std::string(curated->system) +
           ", which nothing here can run (Linux on x86-64 can)";
  if (image.starts_with("aws/codebuild/"))
    return message + "Error response from daemon: pull access denied for " + image +
           ", repository does not exist or may require 'docker login': denied: requested access to the resource is "
           "denied";
  return message + "the region has no image " + image +
         "; 'hanbat image import' brings it, 'hanbat doctor' lists what there is";
}

/// What AWS's build image of the name is made from (images/codebuild/files/usr/lib/hanbat/systems); "" for Ubuntu.
std::string system_of(const std::string& image) {
  if (image.starts_with("aws/codebuild/amazonlinux2-")) return "amazonlinux2";
  return image.starts_with("aws/codebuild/amazonlinux-") ? "al2023" : "";
}

}  // namespace

void BuildTasks::provision(store::TaskRun& run, BuildRow row) {
  const Timestamp now = home_.clock.now();
  end_phase(row.shape, Phase::kQueued, BuildStatus::kSucceeded, now);
  begin_phase(row.shape, Phase::kProvisioning, now);
  const auto refuse = [&](const Refusal& why) { fail(run, std::move(row), Phase::kProvisioning, why); };
  region::Caller role;
  if (const auto refusal = take_role(row, role)) return refuse(*refusal);
  bool wanted = false;
  if (const auto refusal = prepare(row, role, wanted)) return refuse(*refusal);
  if (!wanted) return;
  const auto nic = find_nic(row);
  if (!nic) return run.again(kLookForAddress);

  host::MachineSpec machine;
  if (const auto refusal = describe_machine(row, machine)) return refuse(*refusal);
  machine.nics = {*nic};
  write_folder(row);
  host::Host& host = home_.require_host();
  try {
    // The one is work of the kernel's, the other of Incus's: each would only wait for the other.
    std::future<void> network;
    if (!row.shape.vpc_config) network = std::async(std::launch::async, [this] { apply_network(); });
    host.create_machine(machine);
    if (network.valid()) network.get();
    host.start_machine({machine.name});
  } catch (const host::HostError& error) {
    // Such a machine is refused and always will be.
    if (error.code != host::HostErrorCode::kInvalid) throw;
    return refuse({"CLIENT_ERROR", error.what()});
  }
  // Stopped meanwhile: what removes the machine may have come before it was made.
  if (!home_.db.read([&](store::Tx& tx) { return goes_on(tx, row); })) return host.delete_machine({machine.name});

  end_phase(row.shape, Phase::kProvisioning, BuildStatus::kSucceeded, home_.clock.now());
  Work work = Work::from_json(row.own);
  work.provisioned = true;
  row.own = work.to_json();
  run.again(kFirstLook, [&](store::Tx& tx) { region::update(tx, row); });
}

std::optional<BuildTasks::Refusal> BuildTasks::take_role(const BuildRow& row, region::Caller& role) {
  try {
    role = home_.db.read([&](store::Tx& tx) { return take_service_role(home_, tx, row); });
    return std::nullopt;
  } catch (const wire::Error& error) {
    return Refusal{
        "ACCESS_DENIED",
        "CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) The "
        "provided service role exists, 2) The role name is case-sensitive and matches exactly, and 3) The role "
        "has the necessary trust policy configured. " +
            error.message()};
  }
}

// The stream is made first: a build whose progress cannot be watched does not begin. The address is kept before
// anything is made, so that no other build has it.
std::optional<BuildTasks::Refusal> BuildTasks::prepare(BuildRow& row, const region::Caller& role, bool& wanted) {
  std::optional<std::string> refused_by_ec2;
  try {
    home_.db.write([&](store::Tx& tx) {
      wanted = goes_on(tx, row);
      if (!wanted) return;
      make_stream(as_role(tx, row, role), row);
      if (row.shape.vpc_config) {
        refused_by_ec2 = vpcs_.take_interface(tx, as_role(tx, row, role), row);
      } else {
        take_address(tx, row.id);
      }
      region::update(tx, row);
    });
    if (!refused_by_ec2) return std::nullopt;
    return Refusal{"VPC_CLIENT_ERROR", "Unexpected EC2 error: " + *refused_by_ec2};
  } catch (const wire::Error& error) {
    return Refusal{"ACCESS_DENIED",
                   "Service role " + *row.shape.service_role +
                       " does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams for build " +
                       *row.shape.arn + ". Error message: " + error.message()};
  }
}

std::optional<BuildTasks::Refusal> BuildTasks::describe_machine(const BuildRow& row, host::MachineSpec& machine) {
  const ProjectEnvironment& environment = *row.shape.environment;
  const auto type = find_word<ComputeType>(environment.compute_type);
  if (!type) return Refusal{"CLIENT_ERROR", "there is no compute type " + environment.compute_type + " here"};
  const auto images = home_.require_host().images({});
  const auto known = [&](const std::string& alias) {
    return std::any_of(images.begin(), images.end(),
                       [&](const host::ImageState& there) { return there.alias == alias; });
  };
  const auto curated = find_curated_image(environment.image);
  if (curated && curated->kind == ImageKind::kStandsIn && known(kImageAlias)) {
    machine.image = kImageAlias;
  } else if (!curated && known(environment.image)) {
    machine.image = environment.image;
  } else {
    return Refusal{"BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE", why_not_pulled(environment.image, curated)};
  }
  machine.name = machine_name(row.id);
  const Size size = size_of(*type);
  machine.cpus = size.cpus;
  machine.memory_mib = size.memory_mib;
  host::SharedFolder shared;
  shared.source = folder_of(row.id);
  shared.path = "/hanbat/build";
  host::SharedFolder runtimes;
  runtimes.source = shelf_.folder();
  runtimes.path = "/hanbat/runtimes";
  runtimes.read_only = true;
  machine.folders = {shared, runtimes};
  machine.nesting = true;
  machine.labels.push_back({"account", row.place.account});  // by which processors are shared
  if (const std::string system = system_of(environment.image); machine.image == kImageAlias && !system.empty())
    machine.labels.push_back({"system", system});
  return std::nullopt;
}

void BuildTasks::write_folder(const BuildRow& row) {
  const std::string folder = folder_of(row.id);
  std::filesystem::create_directories(folder);
  make_folders(shelf_.folder(), 0755);
  write_file_atomic(folder + "/job.json", job_of(row).to_json().dump(), 0644);
  const std::string runner = home_.settings.guest_programs + "/build-runner";
  std::filesystem::copy_file(runner, folder + "/build-runner", std::filesystem::copy_options::overwrite_existing);
  chmod((folder + "/build-runner").c_str(), 0755);
}

void BuildTasks::apply_network() {
  // What was read first may not be applied last: the network would lack the other's build.
  const std::lock_guard lock(network_mutex_);
  const auto builds = home_.db.read([&](store::Tx& tx) {
    std::vector<BuildAddress> running;
    for (BuildAddress& one : list_addresses(tx)) {
      const auto row = region::find<Build>(tx, one.build);
      if (row ? !is_complete(row->shape) : region::find<RuntimeFetch>(tx, one.build).has_value())
        running.push_back(std::move(one));
    }
    return running;
  });
  home_.require_host().apply_vpc(build_network(home_.settings.default_region, builds, home_.settings.edge));
  vpcs_.listen(kBuildVpc);
}

std::optional<host::Nic> BuildTasks::find_nic(const BuildRow& row) {
  if (row.shape.vpc_config) {
    // EC2 brings the VPC into the kernel; that the build's interface is in it may come after the machine.
    const auto there = home_.db.read([&](store::Tx& tx) { return find_interface(tx, row.id); });
    if (!there || !vpcs_.listen(there->vpc)) return std::nullopt;
    return host::Nic{.interface_id = there->interface, .mac = there->mac};
  }
  const auto address = home_.db.read([&](store::Tx& tx) { return find_address(tx, row.id); });
  if (!address) return std::nullopt;
  return nic_of({row.id, *address});
}

}  // namespace hanbat::codebuild
