#include "region/request.h"

#include <algorithm>
#include <stdexcept>

#include "base/arn.h"
#include "base/text.h"
#include "region/actor.h"
#include "region/region.h"
#include "region/service.h"
#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::region {

Request::Request(Region& home, const Service& service, const wire::OperationModel& operation, store::Tx& tx,
                 Caller caller, std::string region, std::string request_id)
    : home(home),
      service(service),
      operation(operation),
      tx(tx),
      caller(std::move(caller)),
      account(this->caller.account),
      region(std::move(region)),
      request_id(std::move(request_id)),
      asked_(operation) {}

Timestamp Request::now() const { return home.clock.now(); }

const Clock& Request::clock() const { return home.clock; }

Actor Request::as(Caller caller) {
  Actor actor(home, tx, std::move(caller), region);
  actor.request_id = request_id;
  actor.host = host;
  actor.prepared = prepared;
  return actor;
}

void Request::authorize(std::string_view action, std::string_view resource, const ConditionKeys& keys) {
  authorize(AccessQuestion{.action = std::string(action), .resource = std::string(resource), .keys = keys});
}

void Request::authorize(AccessQuestion question) {
  if (question.resource_account.empty()) {
    // An ARN that names another account is another's resource: a role of theirs, say, is not the caller's to pass.
    const auto arn = parse_arn(question.resource);
    question.resource_account = arn && arn->account.size() == 12 ? arn->account : account;
  }
  asked_.note(question);
  if (asked && std::find(asked->begin(), asked->end(), question.resource) == asked->end())
    asked->push_back(question.resource);
  service.add_resource_policies(*this, question);
  home.authorizer().authorize(*this, question);
}

bool Request::names_resource(std::string_view action, std::string_view arn) const {
  return region::names_resource(operation, action, arn);
}

bool Request::names_key(std::string_view action, std::string_view key) const {
  return region::names_key(operation, action, key);
}

void Request::authorize_pass_role(std::string_view role_arn, std::string_view service_principal,
                                  std::string_view associated_resource) {
  if (!wildcard_match("arn:aws:iam::*:role/*", role_arn))
    throw wire::Error("ValidationException", 400, "The role ARN is not valid: " + std::string(role_arn));
  ConditionKeys keys{{"iam:PassedToService", {std::string(service_principal)}}};
  if (!associated_resource.empty()) keys["iam:AssociatedResourceArn"] = {std::string(associated_resource)};
  authorize("iam:PassRole", role_arn, keys);
}

void Request::publish(const Event& event) { home.publish(tx, account, region, event); }

void Request::add_task(store::NewTask task) { home.tasks.add(tx, std::move(task)); }

void Request::notify(std::string topic) { home.notify(tx, std::move(topic)); }

void Request::wait_for(const std::string& topic, Milliseconds longest) {
  if (wait_deadline.ms == 0) wait_deadline = now() + longest;
  if (now() < wait_deadline) throw WaitForTopic{topic, wait_deadline};
}

const void* Request::find_prepared(const std::string& name) const {
  if (!prepared) throw std::logic_error(std::string(operation.name) + " has to prepare, inside another's transaction");
  const auto found = prepared->find(name);
  return found == prepared->end() ? nullptr : found->second.get();
}

std::string Request::arn(std::string_view service_name, std::string_view resource) const {
  return make_arn(service_name, region, account, resource);
}

}  // namespace hanbat::region
