// The lists of what runs: networks, instances, balancers, parameters, commands, and the trail.
#include "base/encoding.h"
#include "main/list_cases.h"
#include "main/list_cases_insights.h"
#include "services/acm/fixtures.h"

namespace hanbat {
namespace {

Step import_certificate(const std::string& save) {
  return {"ImportCertificate",
          R"({"Certificate":")" + to_base64(acm::kSelfSigned) + R"(","PrivateKey":")" + to_base64(acm::kSelfSignedKey) +
              R"("})",
          save + "=CertificateArn", "acm"};
}

const Step kVpc{"CreateVpc", R"({"CidrBlock":"10.1.0.0/16"})", "vpc=Vpc.VpcId", "ec2"};
const Step kSubnet{"CreateSubnet", R"({"VpcId":"$vpc","CidrBlock":"10.1.0.0/24","AvailabilityZone":"ap-northeast-2a"})",
                   "subnet=Subnet.SubnetId", "ec2"};
const Step kSecondSubnet{"CreateSubnet",
                         R"({"VpcId":"$vpc","CidrBlock":"10.1.1.0/24","AvailabilityZone":"ap-northeast-2b"})",
                         "subnet2=Subnet.SubnetId", "ec2"};
const Step kGateway{"CreateInternetGateway", "{}", "igw=InternetGateway.InternetGatewayId", "ec2"};
const Step kAttach{"AttachInternetGateway", R"({"VpcId":"$vpc","InternetGatewayId":"$igw"})", "", "ec2"};
const Step kImage{"DescribeImages", R"({"Owners":["amazon"]})", "image=Images.0.ImageId", "ec2"};
const Step kRun{"RunInstances",
                R"({"ImageId":"$image","InstanceType":"t3.small","MinCount":1,"MaxCount":1,"SubnetId":"$subnet"})",
                "id=Instances.0.InstanceId", "ec2"};
const Step kGroup{"CreateSecurityGroup", R"({"GroupName":"g","Description":"d","VpcId":"$vpc"})", "group=GroupId",
                  "ec2"};
const Step kBalancer{"CreateLoadBalancer", R"({"Name":"lb$P","Scheme":"internal","Subnets":["$subnet","$subnet2"]})",
                     "lb=LoadBalancers.0.LoadBalancerArn"};
const Step kTargetGroup{"CreateTargetGroup", R"({"Name":"t$P","Protocol":"HTTP","Port":80,"VpcId":"$vpc"})",
                        "tg=TargetGroups.0.TargetGroupArn"};
const std::string kForward = R"([{"Type":"forward","TargetGroupArn":"$tg"}])";
const Step kListener{"CreateListener",
                     R"({"LoadBalancerArn":"$lb","Protocol":"HTTP","Port":80,"DefaultActions":)" + kForward + "}",
                     "listener=Listeners.0.ListenerArn"};
const std::vector<Step> kNetwork{kVpc, kSubnet}, kBalancing{kVpc, kSubnet, kSecondSubnet, kBalancer, kTargetGroup};
const std::vector<Step> kListening{kVpc, kSubnet, kSecondSubnet, kBalancer, kTargetGroup, kListener};
const std::string kContent =
    R"("Content":"{\"schemaVersion\":\"2.2\",\"description\":\"d$N\",\"mainSteps\":[{\"action\":\"aws:runShellScript\",\"name\":\"s\",\"inputs\":{\"runCommand\":[]}}]}"})";
const std::vector<Step> kMachines{kVpc, kSubnet, kImage};
const Step kInstanceProfile{"CreateInstanceProfile", R"({"InstanceProfileName":"i"})", "", "iam"};
const std::vector<Step> kProfiled{kVpc, kSubnet, kImage, kInstanceProfile};
const Step kRunProfiled{
    "RunInstances",
    R"({"ImageId":"$image","InstanceType":"t3.small","MinCount":1,"MaxCount":1,"SubnetId":"$subnet","IamInstanceProfile":{"Name":"i"}})",
    "id=Instances.0.InstanceId", "ec2"};

/// Of endpoints and prefix lists.
std::vector<ListCase> endpoint_cases() {
  return {
      {"ec2",
       "DescribeVpcEndpoints",
       "{}",
       {kVpc},
       {{"CreateVpcEndpoint", R"({"VpcId":"$vpc","ServiceName":"com.amazonaws.ap-northeast-2.s3"})",
         "id=VpcEndpoint.VpcEndpointId"}},
       {{"DeleteVpcEndpoints", R"({"VpcEndpointIds":["$id"]})"}}},
      {"ec2", "DescribeVpcEndpointServices", "{}", {}, {}, {}, 0},
      {"ec2", "DescribePrefixLists", "{}", {}, {}, {}, 0},
      {"ec2",
       "DescribeManagedPrefixLists",
       "{}",
       {},
       {{"CreateManagedPrefixList", R"({"PrefixListName":"l$N","AddressFamily":"IPv4","MaxEntries":1})",
         "id=PrefixList.PrefixListId"}},
       {{"DeleteManagedPrefixList", R"({"PrefixListId":"$id"})"}}},
      {"ec2",
       "GetManagedPrefixListEntries",
       R"({"PrefixListId":"$list"})",
       {{"CreateManagedPrefixList",
         R"({"PrefixListName":"l$P","AddressFamily":"IPv4","MaxEntries":10,"Entries":[{"Cidr":"10.0.0.0/8"},{"Cidr":"172.16.0.0/12"},{"Cidr":"192.168.0.0/16"},{"Cidr":"203.0.113.0/24"},{"Cidr":"198.51.100.0/24"},{"Cidr":"192.0.2.0/24"}]})",
         "list=PrefixList.PrefixListId", "ec2"}},
       {},
       {},
       0},
      {"ec2",
       "GetManagedPrefixListAssociations",
       R"({"PrefixListId":"$list"})",
       {kVpc,
        {"CreateManagedPrefixList", R"({"PrefixListName":"l$P","AddressFamily":"IPv4","MaxEntries":1})",
         "list=PrefixList.PrefixListId", "ec2"}},
       {{"CreateSecurityGroup", R"({"GroupName":"g$N","Description":"d","VpcId":"$vpc"})", "id=GroupId"},
        {"AuthorizeSecurityGroupIngress",
         R"({"GroupId":"$id","IpPermissions":[{"IpProtocol":"-1","PrefixListIds":[{"PrefixListId":"$list"}]}]})"}},
       {{"DeleteSecurityGroup", R"({"GroupId":"$id"})"}}},
  };
}

}  // namespace

std::vector<ListCase> network_cases() {
  std::vector<ListCase> all = endpoint_cases();
  const std::vector<ListCase> more{
      {"ec2",
       "DescribeVpcs",
       "{}",
       {},
       {{"CreateVpc", R"({"CidrBlock":"10.$N.0.0/16"})", "id=Vpc.VpcId"}},
       {{"DeleteVpc", R"({"VpcId":"$id"})"}},
       4},
      {"ec2",
       "DescribeSubnets",
       "{}",
       {kVpc},
       {{"CreateSubnet", R"({"VpcId":"$vpc","CidrBlock":"10.1.$N.0/24"})", "id=Subnet.SubnetId"}},
       {{"DeleteSubnet", R"({"SubnetId":"$id"})"}}},
      {"ec2",
       "DescribeDhcpOptions",
       "{}",
       {kVpc},
       {{"CreateDhcpOptions", R"({"DhcpConfigurations":[{"Key":"domain-name","Values":["d$N.example"]}]})",
         "id=DhcpOptions.DhcpOptionsId"}},
       {{"DeleteDhcpOptions", R"({"DhcpOptionsId":"$id"})"}}},
      {"ec2",
       "DescribeNetworkAcls",
       "{}",
       {kVpc},
       {{"CreateNetworkAcl", R"({"VpcId":"$vpc"})", "id=NetworkAcl.NetworkAclId"}},
       {{"DeleteNetworkAcl", R"({"NetworkAclId":"$id"})"}}},
      {"ec2",
       "DescribeInternetGateways",
       "{}",
       {},
       {{"CreateInternetGateway", "{}", "id=InternetGateway.InternetGatewayId"}},
       {{"DeleteInternetGateway", R"({"InternetGatewayId":"$id"})"}},
       4},
      {"ec2",
       "DescribeLaunchTemplates",
       "{}",
       {},
       {{"CreateLaunchTemplate", R"({"LaunchTemplateName":"template$N","LaunchTemplateData":{"KeyName":"k"}})",
         "id=LaunchTemplate.LaunchTemplateId"}},
       {{"DeleteLaunchTemplate", R"({"LaunchTemplateId":"$id"})"}}},
      {"ec2",
       "DescribeLaunchTemplateVersions",
       R"({"LaunchTemplateName":"template$P"})",
       {{"CreateLaunchTemplate", R"({"LaunchTemplateName":"template$P","LaunchTemplateData":{"KeyName":"k"}})"}},
       {{"CreateLaunchTemplateVersion",
         R"({"LaunchTemplateName":"template$P","LaunchTemplateData":{"KeyName":"k$N"}})"}},
       {}},
      {"ec2",
       "DescribeNatGateways",
       "{}",
       {kVpc, kSubnet, kGateway, kAttach},
       {{"AllocateAddress", "{}", "ip=AllocationId"},
        {"CreateNatGateway", R"({"SubnetId":"$subnet","AllocationId":"$ip"})", "id=NatGateway.NatGatewayId"}},
       {},
       5},
      {"ec2",
       "DescribeRouteTables",
       "{}",
       {kVpc},
       {{"CreateRouteTable", R"({"VpcId":"$vpc"})", "id=RouteTable.RouteTableId"}},
       {{"DeleteRouteTable", R"({"RouteTableId":"$id"})"}}},
  };
  const std::vector<ListCase> insights = insights_cases();
  all.insert(all.end(), insights.begin(), insights.end());
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<ListCase> security_cases() {
  return {
      {"ec2",
       "DescribeAddressesAttribute",
       R"({"Attribute":"domain-name"})",
       {},
       {{"AllocateAddress", "{}", "ip=AllocationId"}},
       {{"ReleaseAddress", R"({"AllocationId":"$ip"})"}},
       5},
      {"ec2",
       "DescribeSecurityGroups",
       "{}",
       {kVpc},
       {{"CreateSecurityGroup", R"({"GroupName":"g$N","Description":"d","VpcId":"$vpc"})", "id=GroupId"}},
       {{"DeleteSecurityGroup", R"({"GroupId":"$id"})"}}},
      {"ec2",
       "DescribeSecurityGroupRules",
       R"({"Filters":[{"Name":"group-id","Values":["$group"]}]})",
       {kVpc, kGroup},
       {{"AuthorizeSecurityGroupIngress",
         R"({"GroupId":"$group","IpPermissions":[{"IpProtocol":"tcp","FromPort":$N,"ToPort":$N,"IpRanges":[{"CidrIp":"10.0.0.0/8"}]}]})",
         "id=SecurityGroupRules.0.SecurityGroupRuleId"}},
       {{"RevokeSecurityGroupIngress", R"({"GroupId":"$group","SecurityGroupRuleIds":["$id"]})"}}},
      {"ec2",
       "DescribeNetworkInterfaces",
       "{}",
       kNetwork,
       {{"CreateNetworkInterface", R"({"SubnetId":"$subnet"})", "id=NetworkInterface.NetworkInterfaceId"}},
       {{"DeleteNetworkInterface", R"({"NetworkInterfaceId":"$id"})"}}},
      {"ec2",
       "DescribeTags",
       "{}",
       {kVpc},
       {{"CreateTags", R"({"Resources":["$vpc"],"Tags":[{"Key":"k$N","Value":"v"}]})"}},
       {{"DeleteTags", R"({"Resources":["$vpc"],"Tags":[{"Key":"k$N"}]})"}}},
  };
}

std::vector<ListCase> instance_cases() {
  return {
      {"ec2", "DescribeImages", "{}", {}, {}, {}, 0},
      {"ec2", "DescribeInstanceTypes", "{}", {}, {}, {}, 0},
      {"ec2", "DescribeInstanceTypeOfferings", "{}", {}, {}, {}, 0},
      {"ec2", "DescribeInstances", "{}", kMachines, {kRun}, {}, 7},
      {"ec2", "DescribeInstanceStatus", R"({"IncludeAllInstances":true})", kMachines, {kRun}, {}, 7},
      {"ec2", "DescribeInstanceCreditSpecifications", "{}", kMachines, {kRun}, {}, 7},
      {"ec2", "DescribeVolumes", "{}", kMachines, {kRun}, {}, 7},
      {"ec2", "DescribeVolumeStatus", "{}", kMachines, {kRun}, {}, 7},
      {"ec2", "DescribeIamInstanceProfileAssociations", "{}", kProfiled, {kRunProfiled}, {}, 7},
  };
}

std::vector<ListCase> balancer_cases() {
  return {
      {"elasticloadbalancing",
       "DescribeLoadBalancers",
       "{}",
       {kVpc, kSubnet, kSecondSubnet},
       {{"CreateLoadBalancer", R"({"Name":"lb$N","Scheme":"internal","Subnets":["$subnet","$subnet2"]})",
         "id=LoadBalancers.0.LoadBalancerArn"}},
       {{"DeleteLoadBalancer", R"({"LoadBalancerArn":"$id"})"}}},
      {"elasticloadbalancing",
       "DescribeTargetGroups",
       "{}",
       {kVpc},
       {{"CreateTargetGroup", R"({"Name":"t$N","Protocol":"HTTP","Port":80,"VpcId":"$vpc"})",
         "id=TargetGroups.0.TargetGroupArn"}},
       {{"DeleteTargetGroup", R"({"TargetGroupArn":"$id"})"}}},
      {"elasticloadbalancing",
       "DescribeListeners",
       R"({"LoadBalancerArn":"$lb"})",
       kBalancing,
       {{"CreateListener",
         R"({"LoadBalancerArn":"$lb","Protocol":"HTTP","Port":8$N,"DefaultActions":)" + kForward + "}",
         "id=Listeners.0.ListenerArn"}},
       {{"DeleteListener", R"({"ListenerArn":"$id"})"}}},
      {"elasticloadbalancing",
       "DescribeRules",
       R"({"ListenerArn":"$listener"})",
       kListening,
       {{"CreateRule",
         R"({"ListenerArn":"$listener","Priority":$N,"Conditions":[{"Field":"path-pattern","Values":["/p$N"]}],"Actions":)" +
             kForward + "}",
         "id=Rules.0.RuleArn"}},
       {{"DeleteRule", R"({"RuleArn":"$id"})"}}},
      {"elasticloadbalancing",
       "DescribeListenerCertificates",
       R"({"ListenerArn":"$listener"})",
       {kVpc,
        kSubnet,
        kSecondSubnet,
        kBalancer,
        kTargetGroup,
        import_certificate("default"),
        {"CreateListener",
         R"({"LoadBalancerArn":"$lb","Protocol":"HTTPS","Port":443,"Certificates":[{"CertificateArn":"$default"}],"DefaultActions":)" +
             kForward + "}",
         "listener=Listeners.0.ListenerArn"}},
       {import_certificate("id"),
        {"AddListenerCertificates", R"({"ListenerArn":"$listener","Certificates":[{"CertificateArn":"$id"}]})"}},
       {{"RemoveListenerCertificates", R"({"ListenerArn":"$listener","Certificates":[{"CertificateArn":"$id"}]})"}}},
      {"elasticloadbalancing", "DescribeSSLPolicies", "{}", {}, {}, {}, 0},
  };
}

std::vector<ListCase> secret_cases() {
  const Step make{"CreateSecret",
                  R"({"Name":"s$N","SecretString":"v","ClientRequestToken":"00000000-0000-4000-8000-000000000001"})"};
  const Step remove{"DeleteSecret", R"({"SecretId":"s$N","ForceDeleteWithoutRecovery":true})"};
  return {
      {"acm",
       "ListCertificates",
       R"({"Includes":{"keyTypes":["EC_prime256v1"]}})",
       {},
       {import_certificate("id")},
       {{"DeleteCertificate", R"({"CertificateArn":"$id"})"}}},
      {"secretsmanager", "ListSecrets", "{}", {}, {make}, {remove}},
      {"secretsmanager",
       "BatchGetSecretValue",
       R"({"Filters":[{"Key":"name","Values":["s"]}]})",
       {},
       {make},
       {remove},
       9,
       "SecretValues"},
      {"secretsmanager",
       "ListSecretVersionIds",
       R"({"SecretId":"p$P"})",
       {{"CreateSecret", R"({"Name":"p$P","ClientRequestToken":"00000000-0000-4000-8000-000000000001"})"}},
       {{"PutSecretValue",
         R"({"SecretId":"p$P","SecretString":"v","ClientRequestToken":"00000000-0000-4000-8000-0000000000$N$N","VersionStages":["l$N"]})"}},
       {{"UpdateSecretVersionStage",
         R"({"SecretId":"p$P","VersionStage":"l$N","RemoveFromVersionId":"00000000-0000-4000-8000-0000000000$N$N"})"}},
       9,
       "Versions"},
  };
}

std::vector<ListCase> document_cases() {
  return {
      {"ssm",
       "ListDocuments",
       "{}",
       {},
       {{"CreateDocument", R"({"Name":"d-$N",)" + kContent}},
       {{"DeleteDocument", R"({"Name":"d-$N"})"}}},
      {"ssm",
       "ListDocumentVersions",
       R"({"Name":"versions$P"})",
       {{"CreateDocument", R"({"Name":"versions$P",)" + kContent}},
       {{"UpdateDocument", R"({"Name":"versions$P",)" + kContent}},
       {}},
      {"ssm",
       "DescribeDocumentPermission",
       R"({"Name":"shared$P","PermissionType":"Share"})",
       {{"CreateDocument", R"({"Name":"shared$P",)" + kContent}},
       {{"ModifyDocumentPermission",
         R"({"Name":"shared$P","PermissionType":"Share","AccountIdsToAdd":["11111111111$N"]})"}},
       {{"ModifyDocumentPermission",
         R"({"Name":"shared$P","PermissionType":"Share","AccountIdsToRemove":["11111111111$N"]})"}},
       8,
       "AccountIds"},
  };
}

std::vector<ListCase> parameter_and_command_cases() {
  return {
      {"ssm",
       "DescribeParameters",
       "{}",
       {},
       {{"PutParameter", R"({"Name":"/p/$N","Value":"v","Type":"String"})"}},
       {{"DeleteParameter", R"({"Name":"/p/$N"})"}}},
      {"ssm",
       "GetParametersByPath",
       R"({"Path":"/p"})",
       {},
       {{"PutParameter", R"({"Name":"/p/$N","Value":"v","Type":"String"})"}},
       {{"DeleteParameter", R"({"Name":"/p/$N"})"}}},
      {"ssm",
       "GetParameterHistory",
       R"({"Name":"/h$P"})",
       {{"PutParameter", R"({"Name":"/h$P","Value":"v","Type":"String"})"}},
       {{"PutParameter", R"({"Name":"/h$P","Value":"v$N","Type":"String","Overwrite":true})"}},
       {}},
      {"ssm", "DescribeInstanceInformation", "{}", {}, {{"@agent"}}, {}},
      {"ssm",
       "ListCommands",
       "{}",
       {{"@agent"}},
       {{"SendCommand",
         R"({"DocumentName":"AWS-RunShellScript","InstanceIds":["$instance"],"Parameters":{"commands":["true"]}})"}},
       {}},
      {"ssm",
       "ListCommandInvocations",
       "{}",
       {{"@agent"}},
       {{"SendCommand",
         R"({"DocumentName":"AWS-RunShellScript","InstanceIds":["$instance"],"Parameters":{"commands":["true"]}})"}},
       {}},
      {"ssm",
       "DescribeSessions",
       R"({"State":"Active"})",
       {{"@agent"}},
       {{"StartSession", R"({"Target":"$instance"})"}},
       {}},
      {"ssm",
       "ListAssociations",
       "{}",
       {},
       {{"CreateAssociation",
         R"({"Name":"AWS-RunShellScript","Targets":[{"Key":"tag:n","Values":["$N"]}],"Parameters":{"commands":["true"]}})"}},
       {}},
      {"cloudtrail",
       "LookupEvents",
       R"({"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"CreateLogGroup"}]})",
       {},
       {{"CreateLogGroup", R"({"logGroupName":"g$N"})", "", "logs"}, {"@flush"}},
       {}},
  };
}

}  // namespace hanbat
