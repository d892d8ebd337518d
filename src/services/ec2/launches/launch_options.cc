#include "services/ec2/launches/launch_options.h"

#include "services/ec2/instances/instance_types.h"
#include "services/ec2/metadata/metadata_options.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

void refuse_others(const Request& rq, const std::optional<std::string>& given, std::string_view usual,
                   std::string_view name) {
  if (given.value_or(std::string(usual)) != usual) throw not_done(rq, fmt::format("{}={}", name, *given));
}

void refuse_if(const Request& rq, const std::optional<bool>& given, std::string_view name) {
  if (given.value_or(false)) throw not_done(rq, name);
}

/// Where nobody can reserve any, "open" and "none" come to the same.
void check_reservation(const Request& rq, const CapacityReservationSpecification& asked) {
  if (asked.capacity_reservation_preference != "none")
    refuse_others(rq, asked.capacity_reservation_preference, "open",
                  "CapacityReservationSpecification.CapacityReservationPreference");
}

void check_processors(const Request& rq, const CpuOptionsRequest& asked, std::string_view type_name) {
  refuse_others(rq, asked.amd_sev_snp, "disabled", "CpuOptions.AmdSevSnp");
  refuse_others(rq, asked.nested_virtualization, "disabled", "CpuOptions.NestedVirtualization");
  const InstanceTypeFacts* type = find_instance_type(type_name);
  if (!type) return;
  const CpuOptions usual = cpu_options_of(*type);
  if (asked.core_count.value_or(*usual.core_count) != *usual.core_count)
    throw not_done(rq, fmt::format("CpuOptions.CoreCount beside {}", *usual.core_count));
  if (asked.threads_per_core.value_or(*usual.threads_per_core) != *usual.threads_per_core)
    throw not_done(rq, fmt::format("CpuOptions.ThreadsPerCore beside {}", *usual.threads_per_core));
}

void check_names(const Request& rq, const PrivateDnsNameOptionsRequest& asked) {
  refuse_others(rq, asked.hostname_type, "ip-name", "PrivateDnsNameOptions.HostnameType");
  refuse_if(rq, asked.enable_resource_name_dns_a_record, "PrivateDnsNameOptions.EnableResourceNameDnsARecord");
  refuse_if(rq, asked.enable_resource_name_dns_aaaa_record, "PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord");
}

}  // namespace

void refuse_other_machines(const Request& rq, const RunInstancesInput& in) {
  if (in.enclave_options) refuse_if(rq, in.enclave_options->enabled, "EnclaveOptions.Enabled");
  if (in.maintenance_options)
    refuse_others(rq, in.maintenance_options->auto_recovery, "default", "MaintenanceOptions.AutoRecovery");
  if (in.capacity_reservation_specification) check_reservation(rq, *in.capacity_reservation_specification);
  if (in.cpu_options) check_processors(rq, *in.cpu_options, in.instance_type.value_or(""));
  if (in.private_dns_name_options) check_names(rq, *in.private_dns_name_options);
}

void refuse_what_does_not_act(const Request& rq, const RunInstancesInput& in) {
  // A burstable instance here is never slowed down for want of credits. So "unlimited" is what it gets, and "standard"
  // is taken where every instance of the family has it.
  if (in.credit_specification && in.credit_specification->cpu_credits != "unlimited" &&
      in.credit_specification->cpu_credits != usual_cpu_credits(in.instance_type.value_or("")))
    throw not_done(rq, "CreditSpecification.CpuCredits=" + in.credit_specification->cpu_credits);
  if (in.hibernation_options) refuse_if(rq, in.hibernation_options->configured, "HibernationOptions");
  refuse_other_machines(rq, in);
  if (in.placement && in.placement->tenancy.value_or("default") != "default") throw not_done(rq, "Placement.Tenancy");
  if (in.metadata_options &&
      require_word(in.metadata_options->http_protocol_ipv6, MetadataSwitch::kDisabled) != MetadataSwitch::kDisabled)
    throw not_done(rq, "MetadataOptions.HttpProtocolIpv6");
}

void refuse_what_does_not_act(const Request& rq, const InstanceNetworkInterfaceSpecification& interface) {
  refuse_others(rq, interface.interface_type, "interface", "NetworkInterfaces.InterfaceType");
  if (interface.network_card_index.value_or(0) != 0) throw not_done(rq, "NetworkInterfaces.NetworkCardIndex beside 0");
}

Resource<NetworkInterface> require_own_interface(Request& rq, const RunInstancesInput& in,
                                                 const InstanceNetworkInterfaceSpecification& asked) {
  auto interface = require<NetworkInterface>(rq.tx, place_of(rq), *asked.network_interface_id);
  if (asked.subnet_id || asked.groups || asked.private_ip_address || asked.private_ip_addresses ||
      asked.secondary_private_ip_address_count || asked.description || asked.associate_public_ip_address)
    throw Error("InvalidParameterCombination", 400,
                "A network interface ID may not be specified together with what a new network interface would have");
  if (in.max_count > 1)
    throw Error("InvalidParameterCombination", 400,
                "A network interface ID may not be specified when launching several instances");
  refuse_managed(rq, interface);
  if (interface.shape.attachment)
    throw Error("InvalidNetworkInterface.InUse", 400, fmt::format("Interface: [{}] in use.", interface.id));
  return interface;
}

}  // namespace hanbat::ec2
