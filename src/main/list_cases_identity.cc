// The lists of who there is: IAM and Organizations.
#include "main/list_cases.h"

namespace hanbat {
namespace {

const char* const kTrust =
    R"("AssumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}")";
const char* const kPolicyDocument =
    R"("PolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:ListAllMyBuckets\",\"Resource\":\"*\"}]}")";

std::string join(std::initializer_list<const char*> parts) {
  std::string all;
  for (const char* part : parts) all += part;
  return all;
}

const Step kUser{"CreateUser", R"({"UserName":"u$P"})"};
const Step kUserGroup{"CreateGroup", R"({"GroupName":"g$P"})"};
const Step kRole{"CreateRole", join({R"({"RoleName":"r$P",)", kTrust, "}"})};
const Step kPolicy{"CreatePolicy", join({R"({"PolicyName":"p$P",)", kPolicyDocument, "}"}), "p=Policy.Arn"};
const Step kPolicies{"CreatePolicy", join({R"({"PolicyName":"p$N",)", kPolicyDocument, "}"}), "arn=Policy.Arn"};
const Step kProfile{"CreateInstanceProfile", R"({"InstanceProfileName":"i$P"})"};
const Step kProvider{"CreateOpenIDConnectProvider", R"({"Url":"https://idp$P.example.com","ThumbprintList":[]})",
                     "arn=OpenIDConnectProviderArn"};
// An RSA key of 2048 bits, the item's number among the digits of its modulus.
const std::string kSshKey =
    "ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQDON52+jzox+gU2HhCkarGUblipbxv9rdLbdVdfXegFmoRcvyVDGGN/ufk3xM+AwZfwKqA5"
    "sVkkWDGiBXh6R24K6el+$N0jOHsuqK2lkTGLhq+xBHy/9qFIKrpni+LT+WINgwAv8y6RYIO6KDFvhIc6LFLwm3X6nnffGK2GH07f"
    "TD+Xn7nIpwFdJX19iagT2kF/sm5+8EeSUpDutR8gUF1zDeWzRUbZuxfiLRMWzrZvoItJLuxeQ2NfMPvbEMhHp7xbT7voZZmpeKfi"
    "YJfRopbfHSOPG7pUNlJk5smgfcvZ/UmrAanJ+daZRwqju7VTgcOuTItL14KGAGlY+T3Cbjv0T";
const std::string kInlinePolicy = join({R"("PolicyName":"p$N",)", kPolicyDocument, "}"});
const std::string kTag = R"("Tags":[{"Key":"k$N","Value":"v"}]})", kUntag = R"("TagKeys":["k$N"]})";
const Step kOrganization{"CreateOrganization"};
const Step kRoot{"ListRoots", "{}", "root=Roots.0.Id"};
const Step kEnable{"EnablePolicyType", R"({"RootId":"$root","PolicyType":"SERVICE_CONTROL_POLICY"})"};
const std::string kContent =
    R"("Description":"d","Type":"SERVICE_CONTROL_POLICY","Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"})";
const Step kControlPolicy{"CreatePolicy", R"({"Name":"p",)" + kContent, "p=Policy.PolicySummary.Id"};
const Step kControlPolicies{"CreatePolicy", R"({"Name":"p$N",)" + kContent, "id=Policy.PolicySummary.Id"};
const Step kUnit{"CreateOrganizationalUnit", R"({"ParentId":"$root","Name":"u"})", "unit=OrganizationalUnit.Id"};
const Step kUnits{"CreateOrganizationalUnit", R"({"ParentId":"$root","Name":"u$N"})", "id=OrganizationalUnit.Id"};
const Step kAccount{"CreateAccount", R"({"AccountName":"a$N","Email":"a$N-$A@example.com"})"};
const Step kWork{"@work"};
const Step kNoUnit{"DeleteOrganizationalUnit", R"({"OrganizationalUnitId":"$id"})"};

}  // namespace

std::vector<ListCase> iam_entity_cases() {
  return {
      {"iam",
       "ListUsers",
       "{}",
       {},
       {{"CreateUser", R"({"UserName":"u$N"})"}},
       {{"DeleteUser", R"({"UserName":"u$N"})"}}},
      {"iam",
       "ListGroups",
       "{}",
       {},
       {{"CreateGroup", R"({"GroupName":"g$N"})"}},
       {{"DeleteGroup", R"({"GroupName":"g$N"})"}}},
      {"iam",
       "ListRoles",
       "{}",
       {},
       {{"CreateRole", join({R"({"RoleName":"r$N",)", kTrust, "}"})}},
       {{"DeleteRole", R"({"RoleName":"r$N"})"}}},
      {"iam", "ListPolicies", R"({"Scope":"Local"})", {}, {kPolicies}, {{"DeletePolicy", R"({"PolicyArn":"$arn"})"}}},
      {"iam",
       "ListInstanceProfiles",
       "{}",
       {},
       {{"CreateInstanceProfile", R"({"InstanceProfileName":"i$N"})"}},
       {{"DeleteInstanceProfile", R"({"InstanceProfileName":"i$N"})"}}},
      {"iam",
       "ListAccessKeys",
       R"({"UserName":"u$P"})",
       {kUser},
       {{"CreateAccessKey", R"({"UserName":"u$P"})", "key=AccessKey.AccessKeyId"}},
       {{"DeleteAccessKey", R"({"UserName":"u$P","AccessKeyId":"$key"})"}},
       2},
      {"iam",
       "ListServiceSpecificCredentials",
       R"({"UserName":"u$P"})",
       {kUser},
       {{"CreateServiceSpecificCredential", R"({"UserName":"u$P","ServiceName":"codecommit.amazonaws.com"})"}},
       {},
       2,
       "ServiceSpecificCredentials"},
      {"iam",
       "ListSSHPublicKeys",
       R"({"UserName":"u$P"})",
       {kUser},
       {{"UploadSSHPublicKey", R"({"UserName":"u$P","SSHPublicKeyBody":")" + kSshKey + R"("})",
         "id=SSHPublicKey.SSHPublicKeyId"}},
       {{"DeleteSSHPublicKey", R"({"UserName":"u$P","SSHPublicKeyId":"$id"})"}},
       5,
       "SSHPublicKeys"},
      {"iam", "ListMFADevices", R"({"UserName":"u$P"})", {kUser}, {}, {}, 0},
      {"iam", "ListSigningCertificates", R"({"UserName":"u$P"})", {kUser}, {}, {}, 0},
      {"iam", "ListVirtualMFADevices", "{}", {}, {}, {}, 0},
      {"iam", "ListAccountAliases", "{}", {}, {{"CreateAccountAlias", R"({"AccountAlias":"alias-$A"})"}}, {}, 1},
  };
}

std::vector<ListCase> iam_relation_cases() {
  return {
      {"iam",
       "GetGroup",
       R"({"GroupName":"g$P"})",
       {kUserGroup},
       {{"CreateUser", R"({"UserName":"u$N"})"}, {"AddUserToGroup", R"({"GroupName":"g$P","UserName":"u$N"})"}},
       {{"RemoveUserFromGroup", R"({"GroupName":"g$P","UserName":"u$N"})"}}},
      {"iam",
       "ListGroupsForUser",
       R"({"UserName":"u$P"})",
       {kUser},
       {{"CreateGroup", R"({"GroupName":"g$N"})"}, {"AddUserToGroup", R"({"GroupName":"g$N","UserName":"u$P"})"}},
       {{"RemoveUserFromGroup", R"({"GroupName":"g$N","UserName":"u$P"})"}}},
      {"iam",
       "ListInstanceProfilesForRole",
       R"({"RoleName":"r$P"})",
       {kRole},
       {{"CreateInstanceProfile", R"({"InstanceProfileName":"i$N"})"},
        {"AddRoleToInstanceProfile", R"({"InstanceProfileName":"i$N","RoleName":"r$P"})"}},
       {{"RemoveRoleFromInstanceProfile", R"({"InstanceProfileName":"i$N","RoleName":"r$P"})"}}},
  };
}

std::vector<ListCase> iam_policy_cases() {
  return {
      {"iam",
       "ListUserPolicies",
       R"({"UserName":"u$P"})",
       {kUser},
       {{"PutUserPolicy", R"({"UserName":"u$P",)" + kInlinePolicy}},
       {{"DeleteUserPolicy", R"({"UserName":"u$P","PolicyName":"p$N"})"}}},
      {"iam",
       "ListGroupPolicies",
       R"({"GroupName":"g$P"})",
       {kUserGroup},
       {{"PutGroupPolicy", R"({"GroupName":"g$P",)" + kInlinePolicy}},
       {{"DeleteGroupPolicy", R"({"GroupName":"g$P","PolicyName":"p$N"})"}}},
      {"iam",
       "ListRolePolicies",
       R"({"RoleName":"r$P"})",
       {kRole},
       {{"PutRolePolicy", R"({"RoleName":"r$P",)" + kInlinePolicy}},
       {{"DeleteRolePolicy", R"({"RoleName":"r$P","PolicyName":"p$N"})"}}},
      {"iam",
       "ListAttachedUserPolicies",
       R"({"UserName":"u$P"})",
       {kUser},
       {kPolicies, {"AttachUserPolicy", R"({"UserName":"u$P","PolicyArn":"$arn"})"}},
       {{"DetachUserPolicy", R"({"UserName":"u$P","PolicyArn":"$arn"})"}}},
      {"iam",
       "ListAttachedGroupPolicies",
       R"({"GroupName":"g$P"})",
       {kUserGroup},
       {kPolicies, {"AttachGroupPolicy", R"({"GroupName":"g$P","PolicyArn":"$arn"})"}},
       {{"DetachGroupPolicy", R"({"GroupName":"g$P","PolicyArn":"$arn"})"}}},
      {"iam",
       "ListAttachedRolePolicies",
       R"({"RoleName":"r$P"})",
       {kRole},
       {kPolicies, {"AttachRolePolicy", R"({"RoleName":"r$P","PolicyArn":"$arn"})"}},
       {{"DetachRolePolicy", R"({"RoleName":"r$P","PolicyArn":"$arn"})"}}},
      {"iam",
       "ListEntitiesForPolicy",
       R"({"PolicyArn":"$p"})",
       {kPolicy},
       {{"CreateGroup", R"({"GroupName":"g$N"})"}, {"AttachGroupPolicy", R"({"GroupName":"g$N","PolicyArn":"$p"})"}},
       {{"DetachGroupPolicy", R"({"GroupName":"g$N","PolicyArn":"$p"})"}}},
      {"iam",
       "ListPolicyVersions",
       R"({"PolicyArn":"$p"})",
       {kPolicy},
       {{"CreatePolicyVersion", join({R"({"PolicyArn":"$p",)", kPolicyDocument, "}"}), "v=PolicyVersion.VersionId"}},
       {{"DeletePolicyVersion", R"({"PolicyArn":"$p","VersionId":"$v"})"}},
       4},
  };
}

std::vector<ListCase> iam_tag_and_simulation_cases() {
  return {
      {"iam",
       "ListUserTags",
       R"({"UserName":"u$P"})",
       {kUser},
       {{"TagUser", R"({"UserName":"u$P",)" + kTag}},
       {{"UntagUser", R"({"UserName":"u$P",)" + kUntag}}},
      {"iam",
       "ListRoleTags",
       R"({"RoleName":"r$P"})",
       {kRole},
       {{"TagRole", R"({"RoleName":"r$P",)" + kTag}},
       {{"UntagRole", R"({"RoleName":"r$P",)" + kUntag}}},
      {"iam",
       "ListPolicyTags",
       R"({"PolicyArn":"$p"})",
       {kPolicy},
       {{"TagPolicy", R"({"PolicyArn":"$p",)" + kTag}},
       {{"UntagPolicy", R"({"PolicyArn":"$p",)" + kUntag}}},
      {"iam",
       "ListInstanceProfileTags",
       R"({"InstanceProfileName":"i$P"})",
       {kProfile},
       {{"TagInstanceProfile", R"({"InstanceProfileName":"i$P",)" + kTag}},
       {{"UntagInstanceProfile", R"({"InstanceProfileName":"i$P",)" + kUntag}}},
      {"iam",
       "ListOpenIDConnectProviderTags",
       R"({"OpenIDConnectProviderArn":"$arn"})",
       {kProvider},
       {{"TagOpenIDConnectProvider", R"({"OpenIDConnectProviderArn":"$arn",)" + kTag}},
       {{"UntagOpenIDConnectProvider", R"({"OpenIDConnectProviderArn":"$arn",)" + kUntag}}},
      {"iam",
       "SimulateCustomPolicy",
       R"({"PolicyInputList":["{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"],"ActionNames":["s3:GetObject","s3:PutObject","s3:ListBucket","ec2:RunInstances","iam:GetUser","sts:AssumeRole","logs:PutLogEvents","ssm:GetParameter"]})",
       {},
       {},
       {},
       0},
      {"iam",
       "SimulatePrincipalPolicy",
       R"({"PolicySourceArn":"arn:aws:iam::$A:user/u$P","ActionNames":["s3:GetObject","s3:PutObject","s3:ListBucket","ec2:RunInstances","iam:GetUser","sts:AssumeRole","logs:PutLogEvents","ssm:GetParameter"]})",
       {kUser},
       {},
       {},
       0},
  };
}

std::vector<ListCase> organizations_cases() {
  return {
      {"organizations", "ListRoots", "{}", {kOrganization}, {}, {}, 0},
      {"organizations", "ListAWSServiceAccessForOrganization", "{}", {kOrganization}, {}, {}, 0},
      {"organizations", "ListParents", R"({"ChildId":"$unit"})", {kOrganization, kRoot, kUnit}, {}, {}, 0},
      {"organizations", "ListAccounts", "{}", {kOrganization}, {kAccount, kWork}, {}, 7},
      {"organizations",
       "ListAccountsForParent",
       R"({"ParentId":"$root"})",
       {kOrganization, kRoot, kUnit},
       {kAccount, kWork},
       {},
       7},
      {"organizations", "ListCreateAccountStatus", "{}", {kOrganization}, {kAccount, kWork}, {}, 7},
      {"organizations",
       "ListChildren",
       R"({"ParentId":"$root","ChildType":"ORGANIZATIONAL_UNIT"})",
       {kOrganization, kRoot},
       {kUnits},
       {kNoUnit}},
      {"organizations",
       "ListOrganizationalUnitsForParent",
       R"({"ParentId":"$root"})",
       {kOrganization, kRoot},
       {kUnits},
       {kNoUnit}},
      {"organizations",
       "ListPolicies",
       R"({"Filter":"SERVICE_CONTROL_POLICY"})",
       {kOrganization, kRoot, kEnable},
       {kControlPolicies},
       {{"DeletePolicy", R"({"PolicyId":"$id"})"}}},
      {"organizations",
       "ListPoliciesForTarget",
       R"({"Filter":"SERVICE_CONTROL_POLICY","TargetId":"$unit"})",
       {kOrganization, kRoot, kEnable, kUnit},
       {kControlPolicies, {"AttachPolicy", R"({"PolicyId":"$id","TargetId":"$unit"})"}},
       {{"DetachPolicy", R"({"PolicyId":"$id","TargetId":"$unit"})"}},
       4},
      {"organizations",
       "ListTargetsForPolicy",
       R"({"PolicyId":"$p"})",
       {kOrganization, kRoot, kEnable, kControlPolicy},
       {kUnits, {"AttachPolicy", R"({"PolicyId":"$p","TargetId":"$id"})"}},
       {{"DetachPolicy", R"({"PolicyId":"$p","TargetId":"$id"})"}}},
      {"organizations",
       "ListTagsForResource",
       R"({"ResourceId":"$unit"})",
       {kOrganization, kRoot, kUnit},
       {{"TagResource", R"({"ResourceId":"$unit","Tags":[{"Key":"k$N","Value":"v"}]})"}},
       {{"UntagResource", R"({"ResourceId":"$unit","TagKeys":["k$N"]})"}}},
  };
}

}  // namespace hanbat
