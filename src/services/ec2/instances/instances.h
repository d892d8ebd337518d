// What the instance's operations and tasks share: its states, and how its rows make up what Describe tells.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"
#include "services/ec2/calls/calls.h"
#include "services/ec2/instances/states.h"
#include "services/ec2/tasks.h"

namespace hanbat::ec2 {

/// What becomes of an instance whose guest shuts itself down.
enum class ShutdownBehavior { kStop, kTerminate };
/// Detailed monitoring: metrics by the minute, and not by five.
enum class MonitoringState { kDisabled, kEnabled };

}  // namespace hanbat::ec2

template <>
inline constexpr auto hanbat::kWords<hanbat::ec2::ShutdownBehavior> =
    std::to_array<hanbat::Word<hanbat::ec2::ShutdownBehavior>>(
        {{hanbat::ec2::ShutdownBehavior::kStop, "stop"}, {hanbat::ec2::ShutdownBehavior::kTerminate, "terminate"}});
template <>
inline constexpr auto hanbat::kWords<hanbat::ec2::MonitoringState> =
    std::to_array<hanbat::Word<hanbat::ec2::MonitoringState>>(
        {{hanbat::ec2::MonitoringState::kDisabled, "disabled"}, {hanbat::ec2::MonitoringState::kEnabled, "enabled"}});

namespace hanbat::ec2 {

ShutdownBehavior shutdown_behavior(const Resource<Instance>& row);
Status status_of(const Resource<Instance>& row);
InstanceState state_shape(Status status);
/// Passed once the guest has spoken: its first question for metadata shows that system and network are up.
bool has_passed_checks(const Resource<Instance>& row, Timestamp now);

/// Why a state was entered: AWS's code and text; empty when there is nothing to tell.
struct Why {
  std::string code;
  std::string message;
};

/// Publishes the state that the instance has entered.
void publish_state(region::Region& home, store::Tx& tx, const Resource<Instance>& row);
/// Puts the instance into the state that the event leads to, publishes that, and writes the row. Says whether there is
/// such a state; otherwise nothing happens.
bool pass(region::Region& home, store::Tx& tx, Resource<Instance>& row, InstanceEvent event, const Why& why = {});

/// Completes the shape with what is kept in other rows: interfaces, addresses, volumes, profile.
void fill_instance(store::Tx& tx, Resource<Instance>& row);
/// What the instance's rows hold besides goes with it: interfaces, root volume, profile association.
void release_instance(const Making& at, const Resource<Instance>& row);
std::optional<Resource<NetworkInterface>> primary_interface(store::Tx& tx, const std::string& instance_id);
std::optional<Resource<IamInstanceProfileAssociation>> profile_of(store::Tx& tx, const std::string& instance_id);
void associate_profile(const Making& at, const std::string& instance_id, const IamInstanceProfile& profile);

/// The instance, which is not terminated. Throws IncorrectInstanceState, InvalidInstanceID.NotFound.
Resource<Instance> require_living(Request& rq, const std::string& id);
Error incorrect_state(std::string_view message);

extern const FilterPaths kInstancePaths;

}  // namespace hanbat::ec2
