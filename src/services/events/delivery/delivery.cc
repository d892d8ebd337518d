// From the bus to the targets. An event becomes, in one transaction, one delivery per target of each rule that wants
// it; a delivery calls the target's service as the target's role, and is tried again as the target's RetryPolicy says.
// The event's id is the idempotency token of what it starts, so a delivery that happens twice starts one thing.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/arn.h"
#include "base/encoding.h"
#include "base/ids.h"
#include "base/schedule.h"
#include "crypto/digest.h"
#include "gen/events/schema.h"
#include "gen/logs/client.h"
#include "services/events/delivery/delivery_task.h"
#include "services/events/delivery/schedule_task.h"
#include "services/events/delivery/target_input.h"
#include "services/events/events.h"
#include "services/events/rules/pattern.h"
#include "store/typed_tasks.h"
#include "wire/error.h"

namespace hanbat::events {
namespace {

constexpr const char* kPrincipal = "events.amazonaws.com";
constexpr int kMostAttempts = 185;
constexpr int kLongestAge_s = 86'400;

std::string schedule_key(const RuleRow& rule) { return rule.arn(); }

// The same event and target always make the same token, in the alphabet and length that all services take.
std::string token_of(const DeliveryTask& delivery) {
  const std::string text = delivery.event.text("id") + "\n" + delivery.rule_arn + "\n" + delivery.target.id;
  return crypto::sha256_hex(text).substr(0, 32);
}

InputRecipe recipe_of(const Target& target) {
  InputRecipe recipe{.input = target.input, .input_path = target.input_path, .input_template = {}, .input_paths = {}};
  if (target.input_transformer) {
    recipe.input_template = target.input_transformer->input_template;
    recipe.input_paths = target.input_transformer->input_paths_map.value_or(std::map<std::string, std::string>{});
  }
  return recipe;
}

bool has_own_input(const Target& target) { return target.input || target.input_path || target.input_transformer; }

// An event that did not reach its target and will not be tried again. Targets name no dead-letter queue, as there are
// none here (operations.txt), so the log is where it is found.
void report_failed_invocation(const DeliveryTask& delivery, std::string_view why) {
  spdlog::error("events: failed invocation: rule {} could not bring event {} ({}) to target {}: {}", delivery.rule_arn,
                delivery.event.text("id"), delivery.event.text("detail-type"), delivery.target.arn, why);
}

// EventBridge tries again what was throttled or failed at the target, and nothing that was refused.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
bool worth_retrying(const wire::Error& error) {
  return error.status() >= 500 ? error.status() != 501
                               : error.code().find("Throttl") != std::string::npos ||
                                     error.code().find("LimitExceeded") != std::string::npos ||
                                     error.code().find("Concurrent") != std::string::npos;
}

// Writes the line of a delivery, into a stream of its own. No role is taken: the group's account must let the service
// write, by a resource policy. The stream and its line are one transaction, so where the stream is there, the line is
// too: it is there once, however often the delivery is made. Throws wire::Error.
void write_log_line(region::Region& home, const Arn& group, const DeliveryTask& delivery, const Json& input) {
  region::Caller service = home.identity().service_caller(parse_arn(delivery.rule_arn)->account, kPrincipal);
  service.source_arn = delivery.rule_arn;
  logs::CreateLogStreamInput stream;
  stream.log_group_name = group.resource.substr(std::string_view("log-group:").size());
  if (stream.log_group_name.ends_with(":*")) stream.log_group_name.resize(stream.log_group_name.size() - 2);
  stream.log_stream_name = token_of(delivery);
  logs::PutLogEventsInput put;
  put.log_group_name = stream.log_group_name;
  put.log_stream_name = stream.log_stream_name;
  logs::InputLogEvent& line = put.log_events.emplace_back();
  line.timestamp = home.clock.now().ms;
  line.message = input.dump();

  std::optional<wire::Error> refusal;
  home.db.write([&](store::Tx& tx) {
    const logs::Client logs(home.as(tx, service, delivery.event.text("region")));
    try {
      logs.create_log_stream(stream);
    } catch (const wire::Error& error) {
      refusal = error;  // committed with its record in the trail
      return;
    }
    logs.put_log_events(put);
  });
  if (refusal && refusal->code() != "ResourceAlreadyExistsException") throw *std::move(refusal);
}

/// What a kind of target calls: the operation, the member that names what it is about, and the one of its idempotency
/// token.
struct TargetCall {
  std::string_view service;
  std::string_view operation;
  std::string_view about;
  std::string_view prefix;  // before the name in the target's ARN
  std::string_view token;
};

constexpr TargetCall kCalls[] = {
    {"codepipeline", "StartPipelineExecution", "name", "", "clientRequestToken"},
    {"codebuild", "StartBuild", "projectName", "project/", "idempotencyToken"},
};

// Starts the target's work. Throws wire::Error.
void invoke(region::Region& home, const DeliveryTask& delivery, const Json& input) {
  const Target& target = delivery.target;
  const Arn arn = *parse_arn(target.arn);
  if (arn.service == "logs") return write_log_line(home, arn, delivery, input);
  const auto call = std::ranges::find(kCalls, std::string_view(arn.service), &TargetCall::service);
  if (call == std::end(kCalls)) throw wire::Error::not_implemented("PutTargets", "targets of " + arn.service);
  region::Caller role = home.assume_role(*target.role_arn, kPrincipal, token_of(delivery), delivery.rule_arn);
  role.user_agent = std::string(kPrincipal) + " rule/" + delivery.rule;
  // A target's own input is the operation's, checked as any caller's; the event itself is none.
  Json asked = has_own_input(target) ? input : Json::object();
  if (asked.is_object()) {
    asked[call->about] = arn.resource.substr(call->prefix.size());
    asked[call->token] = token_of(delivery);
  }
  home.call(home.as(role, delivery.event.text("region")), call->service, call->operation, asked);
}

bool wants(const RuleRow& rule, const Json& event) {
  return rule.enabled() && rule.pattern && Pattern::parse(*rule.pattern).matches(event);
}

}  // namespace

std::span<const store::Migration> Events::migrations() const { return schema(); }

void Events::start() {
  home_.ask_before_publishing([this](store::Tx& tx, const Json& event) { return wants(tx, event); });
  home_.tasks.handle(std::string(region::kDeliverEvent), [this](store::TaskRun& run) { deliver(run); });
  store::handle<DeliveryTask>(
      home_.tasks, [this](store::TaskRun& run, const DeliveryTask& delivery) { deliver_to_target(run, delivery); });
  store::handle<ScheduleTask>(home_.tasks, [this](store::TaskRun& run, const ScheduleTask& task) { fire(run, task); });
}

bool Events::wants(store::Tx& tx, const Json& event) const {
  try {
    const auto rules = rules_of(tx, {event.text("account"), event.text("region"), std::string(kDefaultBus)});
    return std::ranges::any_of(rules, [&](const RuleRow& rule) { return events::wants(rule, event); });
  } catch (const std::exception&) {
    return true;  // what is wrong with a rule is the delivery's to tell, and not the caller's who made the event
  }
}

void Events::deliver(store::TaskRun& run) {
  const bool custom = run.body().contains("bus");
  const Json event = custom ? run.body()["event"] : run.body();
  // On a custom bus, or one of another account, the event is wrapped in where it goes.
  const BusKey bus{custom ? run.body().text("account", event.text("account")) : event.text("account"),
                   event.text("region"), custom ? run.body().text("bus") : std::string(kDefaultBus)};
  run.finish([&](store::Tx& tx) {
    for (const RuleRow& rule : rules_of(tx, bus))
      if (events::wants(rule, event)) add_deliveries(tx, rule, event);
  });
}

void Events::add_deliveries(store::Tx& tx, const RuleRow& rule, const Json& event) {
  for (const Target& target : targets_of(tx, rule))
    store::add_task(
        home_.tasks, tx,
        DeliveryTask{
            .rule = rule.name, .rule_arn = rule.arn(), .target = target, .event = event, .since = home_.clock.now()});
}

void Events::deliver_to_target(store::TaskRun& run, const DeliveryTask& delivery) {
  const Target& target = delivery.target;
  const auto input =
      target_input(recipe_of(target), delivery.event, {delivery.rule_arn, delivery.rule, delivery.since});
  if (!input) return report_failed_invocation(delivery, "its input is no JSON");
  std::string why;
  try {
    invoke(home_, delivery, *input);
    return;
  } catch (const wire::Error& error) {
    why = error.code() + ": " + error.message();
    if (!worth_retrying(error)) return report_failed_invocation(delivery, why);
  } catch (const std::exception& error) {
    why = error.what();
  }
  DeliveryTask again = delivery;
  const std::int64_t tries = ++again.tries;
  const RetryPolicy policy = target.retry_policy.value_or(RetryPolicy{});
  const Seconds age(policy.maximum_event_age_in_seconds.value_or(kLongestAge_s));
  if (tries > policy.maximum_retry_attempts.value_or(kMostAttempts) || home_.clock.now() - delivery.since >= age)
    return report_failed_invocation(delivery, why);
  store::again(run, Seconds(std::min<std::int64_t>(std::int64_t{1} << std::min<std::int64_t>(tries - 1, 10), 600)),
               again);
}

void Events::plan(store::Tx& tx, const RuleRow& rule) {
  home_.tasks.cancel(tx, ScheduleTask::kKind, schedule_key(rule));
  if (!rule.enabled() || !rule.schedule) return;
  const auto at = Schedule::parse(*rule.schedule)->next(home_.clock.now());
  if (!at) return;
  store::add_task(home_.tasks, tx,
                  ScheduleTask{.bus = rule.bus, .rule = rule.name, .schedule = *rule.schedule, .at = *at},
                  schedule_key(rule), *at);
}

void Events::fire(store::TaskRun& run, const ScheduleTask& task) {
  const auto schedule = Schedule::parse(task.schedule);
  // The next time is counted from when this one should have been, so a rate does not drift; times missed while the
  // daemon was down are not made up for.
  auto next = schedule->next(task.at);
  if (next && *next <= home_.clock.now()) next = schedule->next(home_.clock.now());
  const auto send = [&](store::Tx& tx) {
    const auto rule = find_rule(tx, task.bus, task.rule);
    if (!rule || !rule->enabled() || rule->schedule != task.schedule) return;
    add_deliveries(tx, *rule,
                   Json::object({{"version", "0"},
                                 {"id", random_uuid()},
                                 {"detail-type", "Scheduled Event"},
                                 {"source", "aws.events"},
                                 {"account", task.bus.account},
                                 {"time", iso8601(task.at)},
                                 {"region", task.bus.region},
                                 {"resources", Json(std::vector<std::string>{rule->arn()})},
                                 {"detail", Json::object()}}));
  };
  if (!next) return run.finish(send);
  ScheduleTask again = task;
  again.at = *next;
  store::again(run, *next - home_.clock.now(), again, send);
}

}  // namespace hanbat::events
