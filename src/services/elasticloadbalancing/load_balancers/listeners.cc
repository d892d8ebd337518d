// Listeners: a port of a load balancer and what happens to what comes in there.
#include <fmt/format.h>

#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "host/balancers/spec.h"
#include "services/elasticloadbalancing/attributes.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/load_balancers/actions.h"
#include "services/elasticloadbalancing/load_balancers/certificates.h"
#include "services/elasticloadbalancing/pages.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::size_t kMostListeners = 50;  // of a load balancer

void check_protocol(const std::string& protocol) {
  if (!find_word<host::BalancerProtocol>(protocol))
    throw UnsupportedProtocolException(fmt::format("Listener protocol '{}' must be one of 'HTTPS, HTTP'", protocol));
}

void check_port(int port) {
  if (port < 1 || port > 65535) throw validation_error(fmt::format("Port '{}' must be between '1' and '65535'", port));
}

void refuse_duplicate(Request& rq, const std::string& balancer, int port, std::string_view except) {
  for (const auto& other : list_of<Listener>(rq.tx, balancer))
    if (other.shape.port == port && other.id != except)
      throw DuplicateListenerException("A listener already exists on this port for this load balancer");
}

std::vector<ListenerAttribute> attributes_of(const Resource<Listener>& row) {
  std::vector<ListenerAttribute> out;
  for (const AttributeFact& fact : listener_attributes().facts)
    out.push_back({std::string(fact.key), text_attribute(row.own, fact.key)});
  return out;
}

region::ConditionKeys keys_of(const std::optional<std::string>& protocol, const std::optional<std::string>& policy) {
  region::ConditionKeys keys;
  if (protocol) keys["elasticloadbalancing:ListenerProtocol"] = {*protocol};
  if (policy) keys["elasticloadbalancing:SecurityPolicy"] = {*policy};
  return keys;
}

}  // namespace

CreateListenerOutput ElasticLoadBalancing::create_listener(Request& rq, const CreateListenerInput& in) {
  authorize_making(rq, "elasticloadbalancing:CreateListener", in.load_balancer_arn,
                   replace_all(in.load_balancer_arn, ":loadbalancer/", ":listener/") + "/*", in.tags,
                   keys_of(in.protocol, in.ssl_policy));

  check_mutual_authentication(rq, in.mutual_authentication);
  const auto balancer = require<LoadBalancer>(rq, in.load_balancer_arn);
  if (!in.port) throw validation_error("A listener port must be specified");
  if (!in.protocol) throw validation_error("A listener protocol must be specified");
  check_protocol(*in.protocol);
  check_port(*in.port);
  refuse_duplicate(rq, balancer.id, *in.port, "");
  if (list_of<Listener>(rq.tx, balancer.id).size() >= kMostListeners)
    throw TooManyListenersException("You've reached the limit on the number of listeners per load balancer");
  const auto actions = checked_actions(rq, in.default_actions, balancer.id, *in.protocol);

  Resource<Listener> row;
  row.id = fmt::format("{}/{}", replace_all(balancer.id, ":loadbalancer/", ":listener/"), random_hex(16));
  row.place = {rq.account, rq.region};
  row.name = std::to_string(*in.port);
  row.scope = row.parent = balancer.id;
  row.created = rq.now();
  row.shape.listener_arn = row.id;
  row.shape.load_balancer_arn = balancer.id;
  row.shape.port = in.port;
  row.shape.default_actions = actions;
  take_tls(rq, row, {in.protocol, in.ssl_policy, in.certificates});
  insert(rq.tx, row);
  note_certificates(rq.tx, row.place, balancer.id);
  region::put_tags(rq.tx, row.id, region::tag_pairs(in.tags), kTagRules);
  touch(rq);

  return {.listeners = {{row.shape}}};
}

DescribeListenersOutput ElasticLoadBalancing::describe_listeners(Request& rq, const DescribeListenersInput& in) {
  rq.authorize("elasticloadbalancing:DescribeListeners", "*");

  if (!in.load_balancer_arn && !in.listener_arns)
    throw validation_error("You must specify either listener ARNs or a load balancer ARN");
  if (in.load_balancer_arn && in.listener_arns)
    throw validation_error("You can specify either listener ARNs or a load balancer ARN, but not both");
  const region::Pager pager(rq, in, kPageSizes);
  Placed<Listener> found;
  if (in.load_balancer_arn) {
    const auto balancer = require<LoadBalancer>(rq, *in.load_balancer_arn);
    found = by_age(list_of<Listener>(rq.tx, balancer.id));
  } else {
    for (const std::string& arn : *in.listener_arns)
      found.emplace_back(region::page_key(static_cast<std::int64_t>(found.size())), require<Listener>(rq, arn).shape);
  }

  auto page = cut_page(pager, std::move(found));
  return {.listeners = std::move(page.items), .next_marker = std::move(page.next_token)};
}

ModifyListenerOutput ElasticLoadBalancing::modify_listener(Request& rq, const ModifyListenerInput& in) {
  authorize(rq, "elasticloadbalancing:ModifyListener", in.listener_arn, keys_of(in.protocol, in.ssl_policy));

  check_mutual_authentication(rq, in.mutual_authentication);
  auto row = require<Listener>(rq, in.listener_arn);
  if (in.protocol) check_protocol(*in.protocol);
  if (in.port) {
    check_port(*in.port);
    refuse_duplicate(rq, row.parent, *in.port, row.id);
    row.shape.port = in.port;
    row.name = std::to_string(*in.port);
  }
  take_tls(rq, row, {in.protocol, in.ssl_policy, in.certificates});
  if (in.default_actions)
    row.shape.default_actions = checked_actions(rq, *in.default_actions, row.parent, *row.shape.protocol);

  update(rq.tx, row);
  note_certificates(rq.tx, row.place, row.parent);
  touch(rq);
  return {.listeners = {{row.shape}}};
}

DescribeListenerAttributesOutput ElasticLoadBalancing::describe_listener_attributes(
    Request& rq, const DescribeListenerAttributesInput& in) {
  rq.authorize("elasticloadbalancing:DescribeListenerAttributes", "*");

  return {.attributes = attributes_of(require<Listener>(rq, in.listener_arn))};
}

ModifyListenerAttributesOutput ElasticLoadBalancing::modify_listener_attributes(
    Request& rq, const ModifyListenerAttributesInput& in) {
  authorize(rq, "elasticloadbalancing:ModifyListenerAttributes", in.listener_arn);

  auto row = require<Listener>(rq, in.listener_arn);
  for (const ListenerAttribute& one : in.attributes)
    set_attribute(row.own, listener_attributes(), "ModifyListenerAttributes", one.key.value_or(""),
                  one.value.value_or(""));

  update(rq.tx, row);
  touch(rq);
  return {.attributes = attributes_of(row)};
}

DeleteListenerOutput ElasticLoadBalancing::delete_listener(Request& rq, const DeleteListenerInput& in) {
  authorize(rq, "elasticloadbalancing:DeleteListener", in.listener_arn);

  const auto row = require<Listener>(rq, in.listener_arn);

  for (const auto& rule : list_of<Rule>(rq.tx, row.id)) remove(rq.tx, rule);
  remove(rq.tx, row);
  note_certificates(rq.tx, row.place, row.parent);
  touch(rq);
  return {};
}

}  // namespace hanbat::elasticloadbalancing
