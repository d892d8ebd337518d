#include "main/cli/task/account.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "main/cli/task/board.h"

namespace hanbat::cli::task {
namespace {

constexpr const char* kOwnerRole = "OrganizationAccountAccessRole";
constexpr const char* kJudgeRole = "hanbat-judge";
constexpr const char* kUser = "competitor";
constexpr const char* kPolicyKind = "SERVICE_CONTROL_POLICY";

AdminKey require_admin_key(const Home& home) {
  auto key = find_admin_key(home);
  if (!key || !front_door_answers(front_port()))
    throw Failure("no region runs in " + home.root.string() + "; start it with: hanbat up");
  return *key;
}

std::string role_arn(const std::string& account, const std::string& role) {
  return fmt::format("arn:aws:iam::{}:role/{}", account, role);
}

Json trust_of(const std::string& account) {
  return Json::object(
      {{"Version", "2012-10-17"},
       {"Statement",
        Json::array({Json::object({{"Effect", "Allow"},
                                   {"Principal", Json::object({{"AWS", fmt::format("arn:aws:iam::{}:root", account)}})},
                                   {"Action", "sts:AssumeRole"}})})}});
}

/// Pages of a list of organizations, put together.
Json all_pages(RegionApi& api, const std::string& operation, Json input, const std::string& member) {
  Json out = Json::array();
  while (true) {
    const Json page = api.organizations(operation, input);
    for (const Json& one : page[member].is_array() ? page[member].items() : Json::Array{}) out.push_back(one);
    if (page.text("NextToken").empty()) return out;
    input["NextToken"] = page.text("NextToken");
  }
}

}  // namespace

Management::Management(const Home& home, const std::string& region)
    : region_(region),
      account_(require_admin_key(home).account),
      keys_{find_admin_key(home)->id, find_admin_key(home)->secret, ""},
      api_(region, keys_) {}

void Management::prepare_organization() {
  try {
    api_.organizations("CreateOrganization", Json::object({{"FeatureSet", "ALL"}}));
  } catch (const ApiError& error) {
    if (error.code != "AlreadyInOrganizationException") throw;
  }
  const Json roots = api_.organizations("ListRoots", Json::object());
  const Json& root = roots["Roots"].items().at(0);
  for (const Json& type : root["PolicyTypes"].is_array() ? root["PolicyTypes"].items() : Json::Array{})
    if (type.text("Type") == kPolicyKind) return;
  api_.organizations("EnablePolicyType", Json::object({{"RootId", root.text("Id")}, {"PolicyType", kPolicyKind}}));
}

std::string Management::require_account(const std::string& email, const std::string& name) {
  const auto find = [&]() -> std::string {
    const Json accounts = all_pages(api_, "ListAccounts", Json::object(), "Accounts");
    for (const Json& one : accounts.items())
      if (one.text("Email") == email) return one.text("Id");
    return "";
  };
  if (auto found = find(); !found.empty()) return found;
  const Json asked = api_.organizations("CreateAccount",
                                        Json::object({{"Email", email}, {"AccountName", name}}))["CreateAccountStatus"];
  const Json question = Json::object({{"CreateAccountRequestId", asked.text("Id")}});
  for (int i = 0; i < 600; ++i) {
    const Json status = api_.organizations("DescribeCreateAccountStatus", question)["CreateAccountStatus"];
    if (status.text("State") == "SUCCEEDED") return status.text("AccountId");
    // A start that was cut short asked for it already.
    if (status.text("FailureReason") == "EMAIL_ALREADY_EXISTS") {
      if (auto found = find(); !found.empty()) return found;
    } else if (status.text("State") == "FAILED") {
      throw Failure("the account of " + name + " could not be made: " + status.text("FailureReason"));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  throw Failure("the account of " + name + " is not made after two minutes; hanbat status tells what fails");
}

Keys Management::enter(const std::string& account) {
  if (account == account_) return keys_;
  return api_.assume(role_arn(account, kOwnerRole), "hanbat-task");
}

Keys Management::judge(const std::string& account) {
  RegionApi owner(region_, enter(account));
  owner.query_unless("EntityAlreadyExists", "iam", "CreateRole",
                     {{"RoleName", kJudgeRole}, {"AssumeRolePolicyDocument", trust_of(account_).dump()}});
  // Nothing else may hang on it, whoever made it.
  owner.query("iam", "AttachRolePolicy",
              {{"RoleName", kJudgeRole}, {"PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess"}});
  return api_.assume(role_arn(account, kJudgeRole), "judge");
}

std::string Management::find_policy(const std::string& name) {
  const Json policies = all_pages(api_, "ListPolicies", Json::object({{"Filter", kPolicyKind}}), "Policies");
  for (const Json& one : policies.items())
    if (one.text("Name") == name) return one.text("Id");
  return "";
}

std::string Management::set_clock(const std::string& id, const std::string& name, const std::string& account,
                                  Timestamp end) {
  const std::string content = clock_policy(account, end, board_of(account_, region_));
  std::string policy = id.empty() ? find_policy(name) : id;
  if (policy.empty())
    policy = api_.organizations("CreatePolicy", Json::object({{"Name", name},
                                                              {"Description", "hanbat task: the contest's clock"},
                                                              {"Type", kPolicyKind},
                                                              {"Content", content}}))["Policy"]["PolicySummary"]
                 .text("Id");
  else
    api_.organizations("UpdatePolicy", Json::object({{"PolicyId", policy}, {"Content", content}}));
  try {
    api_.organizations("AttachPolicy", Json::object({{"PolicyId", policy}, {"TargetId", account}}));
  } catch (const ApiError& error) {
    if (error.code != "DuplicatePolicyAttachmentException") throw;
  }
  return policy;
}

void Management::set_cost_limit(const std::string& account, double usd) {
  const Json tag = Json::object({{"Key", "hanbat:cost-limit"}, {"Value", fmt::format("{}", usd)}});
  api_.organizations("TagResource", Json::object({{"ResourceId", account}, {"Tags", Json::array({tag})}}));
}

double Management::spent(const std::string& account) {
  const Timestamp now = SystemClock().now();
  const Json only =
      Json::object({{"Dimensions", Json::object({{"Key", "LINKED_ACCOUNT"}, {"Values", Json::array({account})}})}});
  // A competitor's account is of this contest, which is no year old; the bill's clock may run ahead of the real one.
  const Json answer = api_.call(
      "ce", "GetCostAndUsage",
      Json::object(
          {{"Granularity", "MONTHLY"},
           {"Metrics", Json::array({"UnblendedCost"})},
           {"Filter", only},
           {"TimePeriod", Json::object({{"Start", format_utc(now - std::chrono::hours(24 * 365), "%Y-%m-%d")},
                                        {"End", format_utc(now + std::chrono::hours(24 * 365), "%Y-%m-%d")}})}}));
  double sum = 0;
  for (const Json& part : answer["ResultsByTime"].items())
    sum += std::strtod(part["Total"]["UnblendedCost"].text("Amount").c_str(), nullptr);
  return sum;
}

Keys make_competitor_user(RegionApi& owner) {
  owner.query_unless("EntityAlreadyExists", "iam", "CreateUser", {{"UserName", kUser}});
  owner.query("iam", "AttachUserPolicy",
              {{"UserName", kUser}, {"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}});
  for (const std::string& left : xml_texts(owner.query("iam", "ListAccessKeys", {{"UserName", kUser}}), "AccessKeyId"))
    owner.query("iam", "DeleteAccessKey", {{"UserName", kUser}, {"AccessKeyId", left}});
  const std::string made = owner.query("iam", "CreateAccessKey", {{"UserName", kUser}});
  return {xml_text(made, "AccessKeyId"), xml_text(made, "SecretAccessKey"), ""};
}

std::string clock_policy(const std::string& account, Timestamp end, const std::string& board) {
  const Json roles = Json::array({role_arn(account, kJudgeRole), role_arn(account, kOwnerRole)});
  const Json judge_stays = Json::object(
      {{"Sid", "TheJudgeStays"},
       {"Effect", "Deny"},
       {"Action", "iam:*"},
       {"Resource", roles},
       {"Condition",
        Json::object({{"ArnNotLike", Json::object({{"aws:PrincipalArn", role_arn(account, kOwnerRole)}})}})}});
  // Roles go on working: what was built runs while it is marked.
  const Json users_after =
      Json::object({{"DateGreaterThanEquals", Json::object({{"aws:CurrentTime", iso8601(end)}})},
                    {"ArnLike", Json::object({{"aws:PrincipalArn", fmt::format("arn:aws:iam::{}:user/*", account)}})}});
  const Json over =
      Json::object({{"Sid", "TheTimeIsOver"},
                    {"Effect", "Deny"},
                    {"NotAction", Json::array({"s3:GetObject", "s3:ListBucket", "organizations:DescribeOrganization"})},
                    {"Resource", "*"},
                    {"Condition", users_after}});
  const Json only_the_board =
      Json::object({{"Sid", "TheBoardStays"},
                    {"Effect", "Deny"},
                    {"Action", Json::array({"s3:GetObject", "s3:ListBucket"})},
                    {"NotResource", Json::array({fmt::format("arn:aws:s3:::{}", board),
                                                 fmt::format("arn:aws:s3:::{}/competitors/{}/*", board, account)})},
                    {"Condition", users_after}});
  return Json::object({{"Version", "2012-10-17"}, {"Statement", Json::array({judge_stays, over, only_the_board})}})
      .dump();
}

}  // namespace hanbat::cli::task
