// The lists of who there is: IAM and Organizations.
#include "main/list_cases.h"

namespace hanbat {
namespace {

const char* kTrust =
    R"("AssumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}")";
const char* kPolicy =
    R"("PolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:ListAllMyBuckets\",\"Resource\":\"*\"}]}")";

std::string join(std::initializer_list<const char*> parts) {
  std::string all;
  for (const char* part : parts) all += part;
  return all;
}

}  // namespace

std::vector<ListCase> iam_cases() {
  const Step user{"CreateUser", R"({"UserName":"u"})"};
  const Step group{"CreateGroup", R"({"GroupName":"g"})"};
  const Step role{"CreateRole", join({R"({"RoleName":"r",)", kTrust, "}"})};
  const Step policy{"CreatePolicy", join({R"({"PolicyName":"p",)", kPolicy, "}"}), "p=Policy.Arn"};
  const Step policies{"CreatePolicy", join({R"({"PolicyName":"p$N",)", kPolicy, "}"}), "arn=Policy.Arn"};
  const Step profile{"CreateInstanceProfile", R"({"InstanceProfileName":"i"})"};
  const std::string inline_policy = join({R"("PolicyName":"p$N",)", kPolicy, "}"});
  const std::string tag = R"("Tags":[{"Key":"k$N","Value":"v"}]})", untag = R"("TagKeys":["k$N"]})";
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
      {"iam", "ListPolicies", R"({"Scope":"Local"})", {}, {policies}, {{"DeletePolicy", R"({"PolicyArn":"$arn"})"}}},
      {"iam",
       "ListInstanceProfiles",
       "{}",
       {},
       {{"CreateInstanceProfile", R"({"InstanceProfileName":"i$N"})"}},
       {{"DeleteInstanceProfile", R"({"InstanceProfileName":"i$N"})"}}},
      {"iam",
       "ListAccessKeys",
       R"({"UserName":"u"})",
       {user},
       {{"CreateAccessKey", R"({"UserName":"u"})", "key=AccessKey.AccessKeyId"}},
       {{"DeleteAccessKey", R"({"UserName":"u","AccessKeyId":"$key"})"}},
       2},
      {"iam",
       "ListServiceSpecificCredentials",
       R"({"UserName":"u"})",
       {user},
       {{"CreateServiceSpecificCredential", R"({"UserName":"u","ServiceName":"codecommit.amazonaws.com"})"}},
       {},
       2,
       "ServiceSpecificCredentials"},
      {"iam", "ListAccountAliases", "{}", {}, {{"CreateAccountAlias", R"({"AccountAlias":"alias-$A"})"}}, {}, 1},
      {"iam",
       "GetGroup",
       R"({"GroupName":"g"})",
       {group},
       {{"CreateUser", R"({"UserName":"u$N"})"}, {"AddUserToGroup", R"({"GroupName":"g","UserName":"u$N"})"}},
       {{"RemoveUserFromGroup", R"({"GroupName":"g","UserName":"u$N"})"}}},
      {"iam",
       "ListGroupsForUser",
       R"({"UserName":"u"})",
       {user},
       {{"CreateGroup", R"({"GroupName":"g$N"})"}, {"AddUserToGroup", R"({"GroupName":"g$N","UserName":"u"})"}},
       {{"RemoveUserFromGroup", R"({"GroupName":"g$N","UserName":"u"})"}}},
      {"iam",
       "ListUserPolicies",
       R"({"UserName":"u"})",
       {user},
       {{"PutUserPolicy", R"({"UserName":"u",)" + inline_policy}},
       {{"DeleteUserPolicy", R"({"UserName":"u","PolicyName":"p$N"})"}}},
      {"iam",
       "ListGroupPolicies",
       R"({"GroupName":"g"})",
       {group},
       {{"PutGroupPolicy", R"({"GroupName":"g",)" + inline_policy}},
       {{"DeleteGroupPolicy", R"({"GroupName":"g","PolicyName":"p$N"})"}}},
      {"iam",
       "ListRolePolicies",
       R"({"RoleName":"r"})",
       {role},
       {{"PutRolePolicy", R"({"RoleName":"r",)" + inline_policy}},
       {{"DeleteRolePolicy", R"({"RoleName":"r","PolicyName":"p$N"})"}}},
      {"iam",
       "ListAttachedUserPolicies",
       R"({"UserName":"u"})",
       {user},
       {policies, {"AttachUserPolicy", R"({"UserName":"u","PolicyArn":"$arn"})"}},
       {{"DetachUserPolicy", R"({"UserName":"u","PolicyArn":"$arn"})"}}},
      {"iam",
       "ListAttachedGroupPolicies",
       R"({"GroupName":"g"})",
       {group},
       {policies, {"AttachGroupPolicy", R"({"GroupName":"g","PolicyArn":"$arn"})"}},
       {{"DetachGroupPolicy", R"({"GroupName":"g","PolicyArn":"$arn"})"}}},
      {"iam",
       "ListAttachedRolePolicies",
       R"({"RoleName":"r"})",
       {role},
       {policies, {"AttachRolePolicy", R"({"RoleName":"r","PolicyArn":"$arn"})"}},
       {{"DetachRolePolicy", R"({"RoleName":"r","PolicyArn":"$arn"})"}}},
      {"iam",
       "ListEntitiesForPolicy",
       R"({"PolicyArn":"$p"})",
       {policy},
       {{"CreateGroup", R"({"GroupName":"g$N"})"}, {"AttachGroupPolicy", R"({"GroupName":"g$N","PolicyArn":"$p"})"}},
       {{"DetachGroupPolicy", R"({"GroupName":"g$N","PolicyArn":"$p"})"}}},
      {"iam",
       "ListPolicyVersions",
       R"({"PolicyArn":"$p"})",
       {policy},
       {{"CreatePolicyVersion", join({R"({"PolicyArn":"$p",)", kPolicy, "}"}), "v=PolicyVersion.VersionId"}},
       {{"DeletePolicyVersion", R"({"PolicyArn":"$p","VersionId":"$v"})"}},
       4},
      {"iam",
       "ListInstanceProfilesForRole",
       R"({"RoleName":"r"})",
       {role},
       {{"CreateInstanceProfile", R"({"InstanceProfileName":"i$N"})"},
        {"AddRoleToInstanceProfile", R"({"InstanceProfileName":"i$N","RoleName":"r"})"}},
       {{"RemoveRoleFromInstanceProfile", R"({"InstanceProfileName":"i$N","RoleName":"r"})"}}},
      {"iam",
       "ListUserTags",
       R"({"UserName":"u"})",
       {user},
       {{"TagUser", R"({"UserName":"u",)" + tag}},
       {{"UntagUser", R"({"UserName":"u",)" + untag}}},
      {"iam",
       "ListRoleTags",
       R"({"RoleName":"r"})",
       {role},
       {{"TagRole", R"({"RoleName":"r",)" + tag}},
       {{"UntagRole", R"({"RoleName":"r",)" + untag}}},
      {"iam",
       "ListPolicyTags",
       R"({"PolicyArn":"$p"})",
       {policy},
       {{"TagPolicy", R"({"PolicyArn":"$p",)" + tag}},
       {{"UntagPolicy", R"({"PolicyArn":"$p",)" + untag}}},
      {"iam",
       "ListInstanceProfileTags",
       R"({"InstanceProfileName":"i"})",
       {profile},
       {{"TagInstanceProfile", R"({"InstanceProfileName":"i",)" + tag}},
       {{"UntagInstanceProfile", R"({"InstanceProfileName":"i",)" + untag}}},
      {"iam",
       "SimulateCustomPolicy",
       R"({"PolicyInputList":["{\"Version\":\"2012-10-17\",\"Statement\":[]}"],"ActionNames":["s3:GetObject","s3:PutObject","s3:ListBucket","ec2:RunInstances","iam:GetUser","sts:AssumeRole","logs:PutLogEvents","ssm:GetParameter"]})",
       {},
       {},
       {},
       0},
      {"iam",
       "SimulatePrincipalPolicy",
       R"({"PolicySourceArn":"arn:aws:iam::$A:user/u","ActionNames":["s3:GetObject","s3:PutObject","s3:ListBucket","ec2:RunInstances","iam:GetUser","sts:AssumeRole","logs:PutLogEvents","ssm:GetParameter"]})",
       {user},
       {},
       {},
       0},
  };
}

std::vector<ListCase> organizations_cases() {
  const Step organization{"CreateOrganization"};
  const Step root{"ListRoots", "{}", "root=Roots.0.Id"};
  const Step enable{"EnablePolicyType", R"({"RootId":"$root","PolicyType":"SERVICE_CONTROL_POLICY"})"};
  const std::string content =
      R"("Description":"d","Type":"SERVICE_CONTROL_POLICY","Content":"{\"Version\":\"2012-10-17\",\"Statement\":[]}"})";
  const Step policy{"CreatePolicy", R"({"Name":"p",)" + content, "p=Policy.PolicySummary.Id"};
  const Step policies{"CreatePolicy", R"({"Name":"p$N",)" + content, "id=Policy.PolicySummary.Id"};
  const Step unit{"CreateOrganizationalUnit", R"({"ParentId":"$root","Name":"u"})", "unit=OrganizationalUnit.Id"};
  const Step units{"CreateOrganizationalUnit", R"({"ParentId":"$root","Name":"u$N"})", "id=OrganizationalUnit.Id"};
  const Step account{"CreateAccount", R"({"AccountName":"a$N","Email":"a$N@example.com"})"};
  const Step no_unit{"DeleteOrganizationalUnit", R"({"OrganizationalUnitId":"$id"})"};
  return {
      {"organizations", "ListRoots", "{}", {organization}, {}, {}, 0},
      {"organizations", "ListParents", R"({"ChildId":"$unit"})", {organization, root, unit}, {}, {}, 0},
      {"organizations", "ListAccounts", "{}", {organization}, {account}, {}, 7},
      {"organizations", "ListAccountsForParent", R"({"ParentId":"$root"})", {organization, root}, {account}, {}, 7},
      {"organizations", "ListCreateAccountStatus", "{}", {organization}, {account}, {}, 7},
      {"organizations",
       "ListChildren",
       R"({"ParentId":"$root","ChildType":"ORGANIZATIONAL_UNIT"})",
       {organization, root},
       {units},
       {no_unit}},
      {"organizations",
       "ListOrganizationalUnitsForParent",
       R"({"ParentId":"$root"})",
       {organization, root},
       {units},
       {no_unit}},
      {"organizations",
       "ListPolicies",
       R"({"Filter":"SERVICE_CONTROL_POLICY"})",
       {organization, root, enable},
       {policies},
       {{"DeletePolicy", R"({"PolicyId":"$id"})"}}},
      {"organizations",
       "ListPoliciesForTarget",
       R"({"Filter":"SERVICE_CONTROL_POLICY","TargetId":"$unit"})",
       {organization, root, enable, unit},
       {policies, {"AttachPolicy", R"({"PolicyId":"$id","TargetId":"$unit"})"}},
       {{"DetachPolicy", R"({"PolicyId":"$id","TargetId":"$unit"})"}},
       4},
      {"organizations",
       "ListTargetsForPolicy",
       R"({"PolicyId":"$p"})",
       {organization, root, enable, policy},
       {units, {"AttachPolicy", R"({"PolicyId":"$p","TargetId":"$id"})"}},
       {{"DetachPolicy", R"({"PolicyId":"$p","TargetId":"$id"})"}}},
      {"organizations",
       "ListTagsForResource",
       R"({"ResourceId":"$unit"})",
       {organization, root, unit},
       {{"TagResource", R"({"ResourceId":"$unit","Tags":[{"Key":"k$N","Value":"v"}]})"}},
       {{"UntagResource", R"({"ResourceId":"$unit","TagKeys":["k$N"]})"}}},
  };
}

}  // namespace hanbat
