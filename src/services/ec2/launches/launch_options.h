// What a launch may say of a machine beside its type, its network and its disk.
#pragma once

#include "gen/ec2/model.h"
#include "services/ec2/calls/calls.h"

namespace hanbat::ec2 {

/// Takes each option where it says what every instance here is anyway, as tools send it whether or not somebody chose.
/// Throws NotImplemented with the option's name where it asks for something else. Source: RunInstances in EC2's API
/// reference.
void refuse_what_does_not_act(const Request& rq, const RunInstancesInput& in);

/// The part of it that a launch template is held to when it is made.
void refuse_other_machines(const Request& rq, const RunInstancesInput& in);

/// The same of an interface that the call describes.
void refuse_what_does_not_act(const Request& rq, const InstanceNetworkInterfaceSpecification& interface);

/// The interface that the caller has made for the machine. Source: RunInstances in EC2's API reference,
/// InstanceNetworkInterfaceSpecification.
Resource<NetworkInterface> require_own_interface(Request& rq, const RunInstancesInput& in,
                                                 const InstanceNetworkInterfaceSpecification& asked);

}  // namespace hanbat::ec2
