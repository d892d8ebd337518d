// The account as a whole: its alias, and how much of everything it has.
#include "services/iam/iam.h"
#include "services/iam/pages.h"

namespace hanbat::iam {

CreateAccountAliasOutput Iam::create_account_alias(Request& rq, const CreateAccountAliasInput& in) {
  rq.authorize("iam:CreateAccountAlias", "*");

  if (rows::is_alias_of_another(rq.tx, in.account_alias, rq.account))
    throw EntityAlreadyExistsException("The account alias " + in.account_alias + " already exists.");

  rows::set_alias(rq.tx, rq.account, in.account_alias);

  return {};
}

DeleteAccountAliasOutput Iam::delete_account_alias(Request& rq, const DeleteAccountAliasInput& in) {
  rq.authorize("iam:DeleteAccountAlias", "*");

  if (!rows::remove_alias(rq.tx, rq.account, in.account_alias))
    throw NoSuchEntityException("The account alias " + in.account_alias + " cannot be found.");

  return {};
}

ListAccountAliasesOutput Iam::list_account_aliases(Request& rq, const ListAccountAliasesInput& in) {
  rq.authorize("iam:ListAccountAliases", "*");

  const auto page = cut_page(rq, in, rows::aliases(rq.tx, rq.account), [](const std::string& alias) { return alias; });

  ListAccountAliasesOutput out;
  out.account_aliases = page.items;
  end_page(page, out);
  return out;
}

GetAccountSummaryOutput Iam::get_account_summary(Request& rq, const GetAccountSummaryInput&) {
  rq.authorize("iam:GetAccountSummary", "*");

  const auto count = [&](Kind kind) { return static_cast<int>(rows::count(rq.tx, rq.account, kind)); };
  std::size_t versions = 0;
  for (const Entity& policy : rows::list(rq.tx, rq.account, Kind::kPolicy))
    versions += rows::versions(rq.tx, policy).size();

  GetAccountSummaryOutput out;
  out.summary_map = {{"Users", count(Kind::kUser)},
                     {"UsersQuota", 5000},
                     {"Groups", count(Kind::kGroup)},
                     {"GroupsQuota", 300},
                     {"Roles", count(Kind::kRole)},
                     {"RolesQuota", 1000},
                     {"InstanceProfiles", count(Kind::kProfile)},
                     {"InstanceProfilesQuota", 1000},
                     {"Policies", count(Kind::kPolicy)},
                     {"PoliciesQuota", 1500},
                     {"PolicyVersionsInUse", static_cast<int>(versions)},
                     {"PolicyVersionsInUseQuota", 10000},
                     {"VersionsPerPolicyQuota", 5},
                     {"PolicySizeQuota", 6144},
                     {"UserPolicySizeQuota", 2048},
                     {"GroupPolicySizeQuota", 5120},
                     {"RolePolicySizeQuota", 10240},
                     {"AssumeRolePolicySizeQuota", 2048},
                     {"AttachedPoliciesPerUserQuota", 10},
                     {"AttachedPoliciesPerGroupQuota", 10},
                     {"AttachedPoliciesPerRoleQuota", 10},
                     {"GroupsPerUserQuota", 10},
                     {"AccessKeysPerUserQuota", 2},
                     {"AccountAccessKeysPresent", 0},
                     {"AccountMFAEnabled", 0},
                     {"MFADevices", 0},
                     {"MFADevicesInUse", 0},
                     {"Providers", count(Kind::kProvider)},
                     {"ServerCertificates", 0},
                     {"ServerCertificatesQuota", 20},
                     {"SigningCertificatesPerUserQuota", 2},
                     {"AccountPasswordPresent", 0},
                     {"AccountSigningCertificatesPresent", 0},
                     {"GlobalEndpointTokenVersion", 1}};
  return out;
}

}  // namespace hanbat::iam
