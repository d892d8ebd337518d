// Tags of who there is: IAM and Organizations.
#include "main/tag_cases.h"

namespace hanbat {
namespace {

const std::string kTrust =
    R"("AssumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}")";
const std::string kDocument =
    R"("PolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}")";
const std::string kContent =
    R"("Description":"d","Type":"SERVICE_CONTROL_POLICY","Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}")";
const Step kOrganization{"CreateOrganization"};
const Step kRoot{"ListRoots", "{}", "root=Roots.0.Id"};

/// `noun` as the operations have it, `name` its member and value: `"UserName":"u"`.
TagCase iam_case(const std::string& noun, const std::string& kind, const std::string& name, const std::string& make) {
  return {"iam",
          "arn:aws:iam::*:" + kind + "/*",
          "$id",
          {},
          {"Create" + noun, "{" + make + R"(,"Tags":$TAGS})", "id=" + noun + ".Arn"},
          {"Delete" + noun, "{" + name + "}"},
          {"Tag" + noun, "{" + name + R"(,"Tags":$TAGS})"},
          {"Untag" + noun, "{" + name + R"(,"TagKeys":$KEYS})"},
          {"List" + noun + "Tags", "{" + name + "}", "Tags"}};
}

TagCase organizations_case(const std::string& kind, const std::string& arn, Step create, Step remove) {
  return {"organizations",
          kind,
          arn,
          {kOrganization, kRoot},
          std::move(create),
          std::move(remove),
          {"TagResource", R"({"ResourceId":"$id","Tags":$TAGS})"},
          {"UntagResource", R"({"ResourceId":"$id","TagKeys":$KEYS})"},
          {"ListTagsForResource", R"({"ResourceId":"$id"})", "Tags"}};
}

TagCase provider_case() {
  const std::string arn = R"("OpenIDConnectProviderArn":"$id")";
  return {"iam",
          "arn:aws:iam::*:oidc-provider/*",
          "$id",
          {},
          {"CreateOpenIDConnectProvider", R"({"Url":"https://idp.example.com/a","ThumbprintList":[],"Tags":$TAGS})",
           "id=OpenIDConnectProviderArn"},
          {"DeleteOpenIDConnectProvider", "{" + arn + "}"},
          {"TagOpenIDConnectProvider", "{" + arn + R"(,"Tags":$TAGS})"},
          {"UntagOpenIDConnectProvider", "{" + arn + R"(,"TagKeys":$KEYS})"},
          {"ListOpenIDConnectProviderTags", "{" + arn + "}", "Tags"}};
}

}  // namespace

std::vector<TagCase> iam_tag_cases() {
  return {
      provider_case(), iam_case("User", "user", R"("UserName":"u")", R"("UserName":"u")"),
      iam_case("Role", "role", R"("RoleName":"r")", R"("RoleName":"r",)" + kTrust),
      iam_case("Policy", "policy", R"("PolicyArn":"$id")", R"("PolicyName":"p",)" + kDocument),
      iam_case("InstanceProfile", "instance-profile", R"("InstanceProfileName":"i")", R"("InstanceProfileName":"i")")};
}

std::vector<TagCase> organizations_tag_cases() {
  return {organizations_case("arn:aws:organizations::*:root/o-*/r-*", "", {"ListRoots", "{}", "id=Roots.0.Id"}, {}),
          organizations_case("arn:aws:organizations::*:account/o-*/*", "",
                             {"DescribeOrganization", "{}", "id=Organization.MasterAccountId"}, {}),
          organizations_case("arn:aws:organizations::*:ou/o-*/ou-*", "$arn",
                             {"CreateOrganizationalUnit", R"({"ParentId":"$root","Name":"u","Tags":$TAGS})",
                              "id=OrganizationalUnit.Id"},
                             {"DeleteOrganizationalUnit", R"({"OrganizationalUnitId":"$id"})"}),
          organizations_case(
              "arn:aws:organizations::*:policy/*", "$arn",
              {"CreatePolicy", R"({"Name":"p",)" + kContent + R"(,"Tags":$TAGS})", "id=Policy.PolicySummary.Id"},
              {"DeletePolicy", R"({"PolicyId":"$id"})"})};
}

}  // namespace hanbat
