// What tools say of a machine that nobody chose, and an interface that was made before its machine.
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

class LaunchOptions : public Ec2Test {
 protected:
  RunInstancesInput usual() { return launch(subnet_); }
  std::string code(const RunInstancesInput& in) {
    return code_of([&] { ec2.run_instances(in); });
  }
  std::string run(const RunInstancesInput& in) {
    const std::string id = *ec2.run_instances(in).instances->front().instance_id;
    test.run_until_idle();
    return id;
  }
  std::string interface() {
    return *ec2.create_network_interface({.subnet_id = subnet_}).network_interface->network_interface_id;
  }
  NetworkInterface told(const std::string& id) {
    return ec2.describe_network_interfaces({.network_interface_ids = {{id}}}).network_interfaces->front();
  }
  RunInstancesInput on(const std::string& interface_id) {
    RunInstancesInput in = usual();
    in.subnet_id.reset();
    InstanceNetworkInterfaceSpecification one;
    one.device_index = 0;
    one.network_card_index = 0;
    one.network_interface_id = interface_id;
    in.network_interfaces = {{one}};
    return in;
  }

  const std::string subnet_ = subnet(vpc(), "10.1.0.0/24");
};

TEST_F(LaunchOptions, WhatEveryInstanceIsMayBeSaid) {
  RunInstancesInput in = usual();
  in.enclave_options = EnclaveOptionsRequest{.enabled = false};
  in.maintenance_options = InstanceMaintenanceOptionsRequest{.auto_recovery = "default"};
  in.cpu_options.emplace().core_count = 1;
  in.cpu_options->threads_per_core = 2;
  in.private_dns_name_options.emplace().hostname_type = "ip-name";
  in.private_dns_name_options->enable_resource_name_dns_a_record = false;
  in.capacity_reservation_specification.emplace().capacity_reservation_preference = "none";
  EXPECT_EQ(instance(run(in)).capacity_reservation_specification->capacity_reservation_preference, "none");
  EXPECT_EQ(instance(run(usual())).capacity_reservation_specification->capacity_reservation_preference, "open");
}

TEST_F(LaunchOptions, WhatNoInstanceIsIsNotDone) {
  RunInstancesInput in = usual();
  in.enclave_options = EnclaveOptionsRequest{.enabled = true};
  EXPECT_EQ(code(in), "NotImplemented");
  in = usual();
  in.maintenance_options = InstanceMaintenanceOptionsRequest{.auto_recovery = "disabled"};
  EXPECT_EQ(code(in), "NotImplemented");
  in = usual();
  in.cpu_options.emplace().core_count = 2;
  EXPECT_EQ(code(in), "NotImplemented");
  in.cpu_options->core_count = 1;
  in.cpu_options->threads_per_core = 1;
  EXPECT_EQ(code(in), "NotImplemented");
  in = usual();
  in.private_dns_name_options.emplace().hostname_type = "resource-name";
  EXPECT_EQ(code(in), "NotImplemented");
  in = usual();
  in.capacity_reservation_specification.emplace().capacity_reservation_preference = "capacity-reservations-only";
  EXPECT_EQ(code(in), "NotImplemented");
}

TEST_F(LaunchOptions, ATemplateIsHeldToTheSameWhenItIsMade) {
  CreateLaunchTemplateInput in{.launch_template_data = {.instance_type = "t3.small"}, .launch_template_name = "web"};
  in.launch_template_data.image_id = image();
  in.launch_template_data.enclave_options.emplace().enabled = false;
  in.launch_template_data.maintenance_options.emplace().auto_recovery = "default";
  in.launch_template_data.capacity_reservation_specification.emplace().capacity_reservation_preference = "open";
  ec2.create_launch_template(in);
  RunInstancesInput launched;
  launched.max_count = launched.min_count = 1;
  launched.subnet_id = subnet_;
  launched.launch_template.emplace().launch_template_name = "web";
  EXPECT_EQ(code(launched), "");

  in.launch_template_name = "secret";
  in.launch_template_data.enclave_options->enabled = true;
  EXPECT_EQ(code_of([&] { ec2.create_launch_template(in); }), "NotImplemented");
}

TEST_F(LaunchOptions, AnInterfaceThatWasMadeBeforeIsTheMachinesAndStaysWhenItGoes) {
  const std::string own = interface();
  const std::string id = run(on(own));
  EXPECT_EQ(instance(id).private_ip_address, told(own).private_ip_address);
  EXPECT_EQ(instance(id).subnet_id, subnet_);
  EXPECT_EQ(instance(id).network_interfaces->size(), 1u);
  EXPECT_EQ(told(own).status, "in-use");
  EXPECT_EQ(told(own).attachment->delete_on_termination, false);

  ec2.terminate_instances({.instance_ids = {id}});
  test.run_until_idle();
  EXPECT_EQ(told(own).status, "available");
  run(on(own));
  EXPECT_EQ(told(own).status, "in-use");
}

TEST_F(LaunchOptions, AnInterfaceOfTheCallersGoesWithItsMachineWhenHeSaysSo) {
  const std::string own = interface();
  RunInstancesInput in = on(own);
  in.network_interfaces->front().delete_on_termination = true;
  const std::string id = run(in);
  ec2.terminate_instances({.instance_ids = {id}});
  test.run_until_idle();
  EXPECT_EQ(code_of([&] { told(own); }), "InvalidNetworkInterfaceID.NotFound");
}

TEST_F(LaunchOptions, AnInterfaceIsOneMachinesAndDecidesForItself) {
  const std::string own = interface();
  RunInstancesInput in = on(own);
  in.max_count = 2;
  EXPECT_EQ(code(in), "InvalidParameterCombination");
  in = on(own);
  in.network_interfaces->front().groups = {{"sg-0123456789abcdef0"}};
  EXPECT_EQ(code(in), "InvalidParameterCombination");
  in.network_interfaces->front().groups.reset();
  in.network_interfaces->front().associate_public_ip_address = true;
  EXPECT_EQ(code(in), "InvalidParameterCombination");
  EXPECT_EQ(code(on("eni-0123456789abcdef0")), "InvalidNetworkInterfaceID.NotFound");
  run(on(own));
  EXPECT_EQ(code(on(own)), "InvalidNetworkInterface.InUse");
  in = on(interface());
  in.network_interfaces->front().network_card_index = 1;
  EXPECT_EQ(code(in), "NotImplemented");
}

}  // namespace
}  // namespace hanbat::ec2
