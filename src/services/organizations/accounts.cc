// Member accounts: made, with the role by which the management account enters them, and shown.
#include <functional>

#include "base/arn.h"
#include "base/ids.h"
#include "gen/iam/client.h"
#include "services/organizations/organizations.h"

namespace hanbat::organizations {
namespace {

constexpr std::string_view kPrincipal = "organizations.amazonaws.com";
// AWS begins with 10 and raises that on request; here nobody has to be asked.
constexpr std::size_t kMostAccounts = 1000;

CreateAccountStatus status_of(const AccountRequest& request) {
  CreateAccountStatus out;
  out.id = request.id;
  out.account_name = request.body.text("name");
  out.state = std::string(word_of(request.state));
  out.requested_timestamp = request.requested;
  if (request.state == RequestState::kInProgress) return out;
  out.completed_timestamp = Timestamp{request.body.integer("completed")};
  if (request.state == RequestState::kSucceeded) out.account_id = request.account;
  if (request.body.contains("failure")) out.failure_reason = request.body.text("failure");
  return out;
}

Json trust_in(const std::string& account) {
  return Json::object(
      {{"Version", "2012-10-17"},
       {"Statement",
        Json::array({Json::object({{"Effect", "Allow"},
                                   {"Principal", Json::object({{"AWS", make_arn("iam", "", account, "root")}})},
                                   {"Action", "sts:AssumeRole"}})})}});
}

/// Calls what may have been done already by a try that died.
void once(const std::function<void()>& call) {
  try {
    call();
  } catch (const wire::Error& error) {
    if (error.code() != "EntityAlreadyExists") throw;
  }
}

}  // namespace

Account Organizations::account_of(store::Tx& tx, const OrganizationRow& organization, const Node& node) const {
  Account out;
  out.id = node.id;
  out.arn = arn_of(organization, node);
  out.email = node.body.text("email");
  out.name = node.name;
  out.status = "ACTIVE";
  out.state = "ACTIVE";
  out.joined_method = node.body.text("method");
  out.joined_timestamp = Timestamp{node.body.integer("joined")};
  out.paths = {{rows::path_to(tx, organization, node)}};
  return out;
}

CreateAccountOutput Organizations::create_account(region::Request& rq, const CreateAccountInput& in) {
  const OrganizationRow organization = require_managed_with_tags(rq, "CreateAccount", {}, in.tags);

  std::size_t accounts = 0;
  bool taken = false;
  for (const Node& node : rows::nodes(rq.tx, organization.id)) {
    accounts += node.kind == NodeKind::kAccount;
    taken = taken || (node.kind == NodeKind::kAccount && node.body.text("email") == in.email);
  }
  for (const AccountRequest& request : rows::requests(rq.tx, organization.id)) {
    accounts += request.state == RequestState::kInProgress;
    taken = taken || (request.state == RequestState::kInProgress && request.body.text("email") == in.email);
  }
  if (accounts >= kMostAccounts)
    throw ConstraintViolationException("You have exceeded the allowed number of AWS accounts.")
        .with("Reason", "ACCOUNT_NUMBER_LIMIT_EXCEEDED");

  AccountRequest request{.id = "car-" + random_hex(32),
                         .organization_id = organization.id,
                         .account = random_from("123456789", 1) + random_from("0123456789", 11),
                         .requested = rq.now()};
  while (rows::find_node(rq.tx, request.account) || request.account == home_.settings.default_account)
    request.account = random_from("123456789", 1) + random_from("0123456789", 11);
  Json tags = Json::object();
  for (const auto& [key, value] : region::merged_tags({}, region::tag_pairs(in.tags), kTagRules)) tags[key] = value;
  request.body = Json::object({{"name", in.account_name},
                               {"email", in.email},
                               {"role", in.role_name.value_or("OrganizationAccountAccessRole")},
                               {"tags", std::move(tags)}});
  if (taken) {
    request.state = RequestState::kFailed;
    request.body["failure"] = "EMAIL_ALREADY_EXISTS";
    request.body["completed"] = rq.now().ms;
  } else {
    rq.add_task(
        {.kind = "organizations.create-account", .key = request.id, .body = Json::object({{"request", request.id}})});
  }
  rows::insert(rq.tx, request);

  return {.create_account_status = status_of(request)};
}

void Organizations::open_account(store::TaskRun& run) {
  const std::string id = run.body().text("request");
  const auto request = home_.db.read([&](store::Tx& tx) { return rows::find_request(tx, id); });
  const auto organization = home_.db.read([&](store::Tx& tx) {
    return request ? rows::find(tx, request->organization_id) : std::optional<OrganizationRow>();
  });
  if (!organization || request->state != RequestState::kInProgress) return;

  const iam::Client iam(home_, home_.identity().service_caller(request->account, kPrincipal),
                        home_.settings.default_region);
  const std::string role = request->body.text("role");
  once([&] {
    iam.create_role(
        {.assume_role_policy_document = trust_in(organization->management_account).dump(), .role_name = role});
  });
  iam.put_role_policy(
      {.policy_document = full_aws_access("").content, .policy_name = "AdministratorAccess", .role_name = role});

  run.finish([&](store::Tx& tx) {
    // Read again: the type of policy may have been enabled meanwhile.
    const auto now = rows::find(tx, organization->id);
    if (!now) return;
    AccountRequest done = *request;
    done.state = RequestState::kSucceeded;
    done.body["completed"] = home_.clock.now().ms;
    rows::update(tx, done);
    const Node account{
        done.account,
        now->id,
        now->root_id,
        NodeKind::kAccount,
        done.body.text("name"),
        Json::object({{"email", done.body.text("email")}, {"joined", home_.clock.now().ms}, {"method", "CREATED"}})};
    add(tx, *now, account);
    region::TagPairs tags;
    for (const auto& [key, value] : done.body["tags"].members()) tags.emplace_back(key, value.as_string());
    region::put_tags(tx, arn_of(*now, account), tags, kTagRules);
  });
}

DescribeCreateAccountStatusOutput Organizations::describe_create_account_status(
    region::Request& rq, const DescribeCreateAccountStatusInput& in) {
  const OrganizationRow organization = require_managed(rq, "DescribeCreateAccountStatus");

  const auto request = rows::find_request(rq.tx, in.create_account_request_id);
  if (!request || request->organization_id != organization.id)
    throw CreateAccountStatusNotFoundException("We can't find a create account request with the Id you specified.");

  return {.create_account_status = status_of(*request)};
}

ListCreateAccountStatusOutput Organizations::list_create_account_status(region::Request& rq,
                                                                        const ListCreateAccountStatusInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListCreateAccountStatus");

  std::vector<CreateAccountStatus> all;
  for (const AccountRequest& request : rows::requests(rq.tx, organization.id))
    if (!in.states || std::find(in.states->begin(), in.states->end(), word_of(request.state)) != in.states->end())
      all.push_back(status_of(request));

  auto page = cut_page(rq, in, std::move(all), [](const CreateAccountStatus& status) { return *status.id; });
  return {.create_account_statuses = std::move(page.items), .next_token = std::move(page.next_token)};
}

ListAccountsOutput Organizations::list_accounts(region::Request& rq, const ListAccountsInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListAccounts");

  std::vector<Account> all;
  for (const Node& node : rows::nodes(rq.tx, organization.id))
    if (node.kind == NodeKind::kAccount) all.push_back(account_of(rq.tx, organization, node));

  auto page = cut_page(rq, in, std::move(all), [](const Account& account) { return *account.id; });
  return {.accounts = std::move(page.items), .next_token = std::move(page.next_token)};
}

DescribeAccountOutput Organizations::describe_account(region::Request& rq, const DescribeAccountInput& in) {
  const OrganizationRow organization = require_managed(rq, "DescribeAccount", in.account_id);

  const auto node = rows::find_node(rq.tx, in.account_id);
  if (!node || node->organization_id != organization.id)
    throw AccountNotFoundException("You specified an account that doesn't exist.");

  return {.account = account_of(rq.tx, organization, *node)};
}

ListAccountsForParentOutput Organizations::list_accounts_for_parent(region::Request& rq,
                                                                    const ListAccountsForParentInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListAccountsForParent", in.parent_id);

  require_parent(rq, organization, in.parent_id);
  std::vector<Account> all;
  for (const Node& node : rows::children(rq.tx, in.parent_id, NodeKind::kAccount))
    all.push_back(account_of(rq.tx, organization, node));

  auto page = cut_page(rq, in, std::move(all), [](const Account& account) { return *account.id; });
  return {.accounts = std::move(page.items), .next_token = std::move(page.next_token)};
}

}  // namespace hanbat::organizations
