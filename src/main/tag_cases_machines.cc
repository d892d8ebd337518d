// Tags of what runs: EC2's resources and the load balancers'.
#include "main/tag_cases.h"

namespace hanbat {
namespace {

const Step kVpc{"CreateVpc", R"({"CidrBlock":"10.1.0.0/16"})", "vpc=Vpc.VpcId", "ec2"};
const Step kSubnet{"CreateSubnet", R"({"VpcId":"$vpc","CidrBlock":"10.1.0.0/24","AvailabilityZone":"ap-northeast-2a"})",
                   "subnet=Subnet.SubnetId", "ec2"};
const Step kSecondSubnet{"CreateSubnet",
                         R"({"VpcId":"$vpc","CidrBlock":"10.1.1.0/24","AvailabilityZone":"ap-northeast-2b"})",
                         "subnet2=Subnet.SubnetId", "ec2"};
const Step kGateway{"CreateInternetGateway", "{}", "igw=InternetGateway.InternetGatewayId", "ec2"};
const Step kAttach{"AttachInternetGateway", R"({"VpcId":"$vpc","InternetGatewayId":"$igw"})", "", "ec2"};
const Step kInsightsPath{"CreateNetworkInsightsPath",
                         R"({"ClientToken":"p","Source":"$igw","DestinationIp":"203.0.113.1","Protocol":"tcp"})",
                         "path=NetworkInsightsPath.NetworkInsightsPathId", "ec2"};
const Step kAddress{"AllocateAddress", "{}", "ip=AllocationId", "ec2"};
const Step kImage{"DescribeImages", R"({"Owners":["amazon"]})", "image=Images.0.ImageId", "ec2"};
const Step kGroup{"CreateSecurityGroup", R"({"GroupName":"g","Description":"d","VpcId":"$vpc"})", "group=GroupId",
                  "ec2"};
const std::vector<Step> kNetwork{kVpc, kSubnet};

struct Ec2Kind {
  std::string type;  // "vpc"
  std::vector<Step> setup;
  std::string create, input, save;  // input: members before the tags', "" or ending with ','
  std::string remove, id_member;    // remove "": it does not go at once
};

TagCase ec2_case(const Ec2Kind& kind) {
  const std::string with_tags = R"("TagSpecifications":[{"ResourceType":")" + kind.type + R"(","Tags":$TAGS}])";
  return {"ec2",
          "arn:aws:ec2:*:*:" + kind.type + "/*",
          "arn:aws:ec2:ap-northeast-2:$A:" + kind.type + "/$id",
          kind.setup,
          {kind.create, "{" + kind.input + with_tags + "}", "id=" + kind.save},
          {kind.remove, R"({")" + kind.id_member + R"(":"$id"})"},
          {"CreateTags", R"({"Resources":["$id"],"Tags":$TAGS})"},
          {"DeleteTags", R"({"Resources":["$id"],"Tags":$KEYS})"},
          {"DescribeTags", R"({"Filters":[{"Name":"resource-id","Values":["$id"]}]})", "Tags"}};
}

TagCase balancer_case(const std::string& kind, std::vector<Step> setup, Step create, const std::string& remove,
                      const std::string& id_member) {
  return {"elasticloadbalancing",
          "arn:aws:elasticloadbalancing:*:*:" + kind,
          "$id",
          std::move(setup),
          std::move(create),
          {remove, R"({")" + id_member + R"(":"$id"})"},
          {"AddTags", R"({"ResourceArns":["$id"],"Tags":$TAGS})"},
          {"RemoveTags", R"({"ResourceArns":["$id"],"TagKeys":$KEYS})"},
          {"DescribeTags", R"({"ResourceArns":["$id"]})", "TagDescriptions.0.Tags"}};
}

/// What a launch makes with tags.
std::vector<Ec2Kind> launched_kinds() {
  const std::string run =
      R"("ImageId":"$image","InstanceType":"t3.small","MinCount":1,"MaxCount":1,"SubnetId":"$subnet",)";
  const std::vector<Step> setup{kVpc, kSubnet, kImage};
  const std::string instance = "Instances.0.";
  return {
      {"instance", setup, "RunInstances", run, instance + "InstanceId", "", ""},
      {"volume", setup, "RunInstances", run, instance + "InstanceId", "", ""},
      {"network-interface", setup, "RunInstances", run, instance + "NetworkInterfaces.0.NetworkInterfaceId", "", ""},
      {"launch-template",
       {},
       "CreateLaunchTemplate",
       R"("LaunchTemplateName":"one","LaunchTemplateData":{"KeyName":"k"},)",
       "LaunchTemplate.LaunchTemplateId",
       "DeleteLaunchTemplate",
       "LaunchTemplateId"},
  };
}

/// What a VPC has beside its subnets and gateways.
std::vector<Ec2Kind> vpc_setting_kinds() {
  return {
      {"vpc-endpoint",
       {kVpc},
       "CreateVpcEndpoint",
       R"("VpcId":"$vpc","ServiceName":"com.amazonaws.ap-northeast-2.s3",)",
       "VpcEndpoint.VpcEndpointId",
       "",
       ""},
      {"prefix-list",
       {},
       "CreateManagedPrefixList",
       R"("PrefixListName":"one","AddressFamily":"IPv4","MaxEntries":1,)",
       "PrefixList.PrefixListId",
       "DeleteManagedPrefixList",
       "PrefixListId"},
      {"dhcp-options",
       {},
       "CreateDhcpOptions",
       R"("DhcpConfigurations":[{"Key":"domain-name","Values":["corp.example"]}],)",
       "DhcpOptions.DhcpOptionsId",
       "DeleteDhcpOptions",
       "DhcpOptionsId"},
      {"network-insights-path",
       {kVpc, kGateway, kAttach},
       "CreateNetworkInsightsPath",
       R"("ClientToken":"c","Source":"$igw","DestinationIp":"203.0.113.1","Protocol":"tcp",)",
       "NetworkInsightsPath.NetworkInsightsPathId",
       "DeleteNetworkInsightsPath",
       "NetworkInsightsPathId"},
      {"network-insights-analysis",
       {kVpc, kGateway, kAttach, kInsightsPath},
       "StartNetworkInsightsAnalysis",
       R"("ClientToken":"a","NetworkInsightsPathId":"$path",)",
       "NetworkInsightsAnalysis.NetworkInsightsAnalysisId",
       "DeleteNetworkInsightsAnalysis",
       "NetworkInsightsAnalysisId"},
  };
}

/// What is made with tags by operations of its own.
std::vector<Ec2Kind> ec2_kinds() {
  const std::string rule =
      R"("GroupId":"$group","IpPermissions":[{"IpProtocol":"tcp","FromPort":1,"ToPort":1,"IpRanges":[{"CidrIp":"10.0.0.0/8"}]}],)";
  return {
      {"vpc", {}, "CreateVpc", R"("CidrBlock":"10.1.0.0/16",)", "Vpc.VpcId", "DeleteVpc", "VpcId"},
      {"subnet",
       {kVpc},
       "CreateSubnet",
       R"("VpcId":"$vpc","CidrBlock":"10.1.0.0/24",)",
       "Subnet.SubnetId",
       "DeleteSubnet",
       "SubnetId"},
      {"internet-gateway",
       {},
       "CreateInternetGateway",
       "",
       "InternetGateway.InternetGatewayId",
       "DeleteInternetGateway",
       "InternetGatewayId"},
      {"natgateway",
       {kVpc, kSubnet, kGateway, kAttach, kAddress},
       "CreateNatGateway",
       R"("SubnetId":"$subnet","AllocationId":"$ip",)",
       "NatGateway.NatGatewayId",
       "",
       "NatGatewayId"},
      {"elastic-ip", {}, "AllocateAddress", "", "AllocationId", "ReleaseAddress", "AllocationId"},
      {"route-table",
       {kVpc},
       "CreateRouteTable",
       R"("VpcId":"$vpc",)",
       "RouteTable.RouteTableId",
       "DeleteRouteTable",
       "RouteTableId"},
      {"network-acl",
       {kVpc},
       "CreateNetworkAcl",
       R"("VpcId":"$vpc",)",
       "NetworkAcl.NetworkAclId",
       "DeleteNetworkAcl",
       "NetworkAclId"},
      {"security-group",
       {kVpc},
       "CreateSecurityGroup",
       R"("GroupName":"g","Description":"d","VpcId":"$vpc",)",
       "GroupId",
       "DeleteSecurityGroup",
       "GroupId"},
      {"security-group-rule",
       {kVpc, kGroup},
       "AuthorizeSecurityGroupIngress",
       rule,
       "SecurityGroupRules.0.SecurityGroupRuleId",
       "",
       "GroupId"},
      {"security-group-rule",
       {kVpc, kGroup},
       "AuthorizeSecurityGroupEgress",
       rule,
       "SecurityGroupRules.0.SecurityGroupRuleId",
       "",
       "GroupId"},
      {"network-interface", kNetwork, "CreateNetworkInterface", R"("SubnetId":"$subnet",)",
       "NetworkInterface.NetworkInterfaceId", "DeleteNetworkInterface", "NetworkInterfaceId"},
      {"key-pair", {}, "CreateKeyPair", R"("KeyName":"k",)", "KeyPairId", "DeleteKeyPair", "KeyPairId"},
  };
}

}  // namespace

std::vector<TagCase> ec2_tag_cases() {
  std::vector<TagCase> all;
  for (const Ec2Kind& kind : ec2_kinds()) all.push_back(ec2_case(kind));
  for (const Ec2Kind& kind : vpc_setting_kinds()) all.push_back(ec2_case(kind));
  for (const Ec2Kind& kind : launched_kinds()) all.push_back(ec2_case(kind));
  for (TagCase& one : all)
    if (one.kind == "arn:aws:ec2:*:*:volume/*") one.find = {"DescribeVolumes", "{}", "id=Volumes.0.VolumeId"};
  TagCase options =
      ec2_case({"dhcp-options", {kVpc}, "DescribeDhcpOptions", "", "DhcpOptions.0.DhcpOptionsId", "", ""});
  TagCase image = ec2_case({"image", {}, "DescribeImages", "", "Images.0.ImageId", "", ""});
  TagCase imported = ec2_case({"key-pair", {}, "ImportKeyPair", "", "KeyPairId", "DeleteKeyPair", "KeyPairId"});
  options.create.input = "{}";
  image.create.input = R"({"Owners":["amazon"]})";
  image.kind = "arn:aws:ec2:*::image/*";
  image.arn = "";
  imported.create.input =
      R"({"KeyName":"k","PublicKeyMaterial":"c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFBSU1Nc0NCWGpOSXNvVkFLTnpEVmVDaDZlUVB5UjZyb0FBSGJ0bHQ1aHFwbjQgdA==","TagSpecifications":[{"ResourceType":"key-pair","Tags":$TAGS}]})";
  all.insert(all.end(), {options, image, imported});
  return all;
}

std::vector<TagCase> balancer_tag_cases() {
  const Step balancer{"CreateLoadBalancer", R"({"Name":"lb","Scheme":"internal","Subnets":["$subnet","$subnet2"]})",
                      "lb=LoadBalancers.0.LoadBalancerArn"};
  const Step target_group{"CreateTargetGroup", R"({"Name":"t","Protocol":"HTTP","Port":80,"VpcId":"$vpc"})",
                          "tg=TargetGroups.0.TargetGroupArn"};
  const std::string forward = R"([{"Type":"forward","TargetGroupArn":"$tg"}])";
  const Step listener{"CreateListener",
                      R"({"LoadBalancerArn":"$lb","Protocol":"HTTP","Port":80,"DefaultActions":)" + forward + "}",
                      "listener=Listeners.0.ListenerArn"};
  const std::vector<Step> network{kVpc, kSubnet, kSecondSubnet};
  const std::vector<Step> balancing{kVpc, kSubnet, kSecondSubnet, balancer, target_group};
  const std::vector<Step> listening{kVpc, kSubnet, kSecondSubnet, balancer, target_group, listener};
  return {
      balancer_case(
          "loadbalancer/app/*/*", network,
          {"CreateLoadBalancer", R"({"Name":"l","Scheme":"internal","Subnets":["$subnet","$subnet2"],"Tags":$TAGS})",
           "id=LoadBalancers.0.LoadBalancerArn"},
          "DeleteLoadBalancer", "LoadBalancerArn"),
      balancer_case("targetgroup/*/*", network,
                    {"CreateTargetGroup", R"({"Name":"g","Protocol":"HTTP","Port":80,"VpcId":"$vpc","Tags":$TAGS})",
                     "id=TargetGroups.0.TargetGroupArn"},
                    "DeleteTargetGroup", "TargetGroupArn"),
      balancer_case(
          "listener/app/*/*/*", balancing,
          {"CreateListener",
           R"({"LoadBalancerArn":"$lb","Protocol":"HTTP","Port":81,"Tags":$TAGS,"DefaultActions":)" + forward + "}",
           "id=Listeners.0.ListenerArn"},
          "DeleteListener", "ListenerArn"),
      balancer_case(
          "listener-rule/app/*/*/*/*", listening,
          {"CreateRule",
           R"({"ListenerArn":"$listener","Priority":1,"Tags":$TAGS,"Conditions":[{"Field":"path-pattern","Values":["/p"]}],"Actions":)" +
               forward + "}",
           "id=Rules.0.RuleArn"},
          "DeleteRule", "RuleArn"),
  };
}

}  // namespace hanbat
