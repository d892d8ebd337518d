// State Manager's associations: which document is to run on which instances, and when.
#include <algorithm>

#include "base/ids.h"
#include "base/schedule.h"
#include "base/time.h"
#include "region/pick.h"
#include "region/tag_keys.h"
#include "services/ssm/associations/runs.h"
#include "services/ssm/commands/invocation.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/documents/documents.h"
#include "services/ssm/parameters/tags.h"
#include "services/ssm/ssm.h"
#include "services/ssm/targets/targets.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

std::string association_arn(const region::Request& rq, const std::string& id) {
  return rq.arn("ssm", "association/" + id);
}

/// The association by its id, or by the document and the instance that it was made for. Throws AssociationDoesNotExist.
AssociationRow require_association(region::Request& rq, const std::optional<std::string>& id,
                                   const std::optional<std::string>& name = {},
                                   const std::optional<std::string>& instance = {}) {
  if (id)
    if (auto found = region::find<AssociationDescription>(rq.tx, place_of(rq), *id)) return *found;
  if (!id && name && instance)
    for (AssociationRow& row : region::list<AssociationDescription>(rq.tx, place_of(rq)))
      if (row.shape.name == name && row.shape.instance_id == instance) return std::move(row);
  throw AssociationDoesNotExist("The specified association does not exist.");
}

/// The id to ask permission about: of what is named by document and instance, that of no particular one.
std::string asked_id(region::Request& rq, const std::optional<std::string>& id, const std::optional<std::string>& name,
                     const std::optional<std::string>& instance) {
  if (id) return *id;
  for (const AssociationRow& row : region::list<AssociationDescription>(rq.tx, place_of(rq)))
    if (row.shape.name == name && row.shape.instance_id == instance) return row.id;
  return "*";
}

region::ConditionKeys tag_keys_of(region::Request& rq, const std::string& id) {
  region::ConditionKeys keys;
  const region::TagMap tags = region::tags_of(rq.tx, association_arn(rq, id));
  region::add_resource_tags(keys, tags);
  for (const auto& [key, value] : tags) keys["ssm:resourceTag/" + key] = {value};
  return keys;
}

void authorize_association(region::Request& rq, std::string_view action, const std::string& id) {
  rq.authorize(action, association_arn(rq, id), tag_keys_of(rq, id));
}

void check_schedule(const std::optional<std::string>& text) {
  if (text && !Schedule::parse(*text))
    throw InvalidSchedule("The schedule expression isn't valid: " + *text + ". Use rate(…) or cron(…).");
}

void check_targets(const std::vector<Target>& targets) {
  for (const Target& target : targets) {
    const std::string key = target.key.value_or("");
    if (key != "InstanceIds" && key != "instanceids" && !key.starts_with("tag:") && key != "tag-key")
      throw InvalidTarget("The target isn't valid: " + key + ". Use InstanceIds, tag:<key> or tag-key.");
    if (!target.values || target.values->empty())
      throw InvalidTarget("The target isn't valid: " + key + " has no values.");
  }
}

/// Also that its document, of which there is one, could be carried out; gives what it is called.
std::string check(region::Request& rq, const AssociationDescription& wanted) {
  const Document document =
      require_document(rq.tx, place_of(rq), wanted.name.value_or(""), {.version = wanted.document_version});
  require_plan(document, wanted.parameters.value_or(Parameters{}), rq, rq.operation.name);
  check_schedule(wanted.schedule_expression);
  const auto targets = wanted.targets.value_or(std::vector<Target>{});
  refuse_resource_groups(rq.operation.name, targets);
  check_targets(targets);
  if (wanted.apply_only_at_cron_interval.value_or(false) && !wanted.schedule_expression)
    throw InvalidSchedule("ApplyOnlyAtCronInterval takes a ScheduleExpression.");
  return document.shown;
}

/// The status of a run on one instance, in State Manager's words.
std::string status_of(const Invocation& run) {
  using enum InvocationStatus;
  switch (run.status) {
    case kPending:
    case kDelayed:
      return "Pending";
    case kInProgress:
    case kCancelling:
      return "InProgress";
    case kSuccess:
      return "Success";
    case kTimedOut:
      return "TimedOut";
    case kFailed:
    case kCancelled:
      break;
  }
  return "Failed";
}

AssociationOverview overview_of(store::Tx& tx, const AssociationRow& row) {
  AssociationOverview overview;
  std::map<std::string, int> counts;
  if (const Json* runs = row.own.find("runs"))
    for (const auto& [instance, command] : runs->members())
      if (const auto run = find_invocation(tx, row.place, command.as_string(), instance)) ++counts[status_of(*run)];
  const auto any = [&](const char* status) { return counts.contains(status); };
  overview.status = any("Pending") || any("InProgress") || counts.empty() ? "Pending"
                    : any("Failed") || any("TimedOut")                    ? "Failed"
                                                                          : "Success";
  if (row.shape.status) overview.status = row.shape.status->name;  // its last run could not begin
  overview.detailed_status = any("InProgress") ? "InProgress" : *overview.status;
  if (!counts.empty()) overview.association_status_aggregated_count = std::move(counts);
  return overview;
}

AssociationDescription describe(store::Tx& tx, const AssociationRow& row) {
  AssociationDescription shape = row.shape;
  shape.overview = overview_of(tx, row);
  if (const std::int64_t last = row.own.integer("last"); last > 0) {
    shape.last_execution_date = Timestamp{last};
    if (shape.overview->status == "Success") shape.last_successful_execution_date = shape.last_execution_date;
  }
  return shape;
}

/// As what makes or changes one tells it.
AssociationDescription describe_new(store::Tx& tx, const AssociationRow& row) {
  AssociationDescription shape = describe(tx, row);
  if (shape.overview->detailed_status == "Pending") shape.overview->detailed_status = "Creating";
  return shape;
}

/// Throws 501 for a filter that looks at what is not kept here.
void check(const region::Request& rq, const std::vector<AssociationFilter>& filters) {
  for (const AssociationFilter& filter : filters) {
    if (filter.key == "ResourceGroupName")
      throw wire::Error::not_implemented(rq.operation.name, "AssociationFilterList " + filter.key);
    if (filter.key.starts_with("LastExecuted") && !parse_iso8601(filter.value))
      throw wire::Error("ValidationException", 400, "The value " + filter.value + " is no time.");
  }
}

bool fits(const AssociationDescription& one, const AssociationFilter& filter) {
  if (filter.key == "InstanceId") return one.instance_id == filter.value;
  if (filter.key == "Name") return one.name == filter.value;
  if (filter.key == "AssociationId") return one.association_id == filter.value;
  if (filter.key == "AssociationName") return one.association_name == filter.value;
  if (filter.key == "AssociationStatusName") return one.overview->status == filter.value;
  const auto at = parse_iso8601(filter.value);
  if (!one.last_execution_date || !at) return false;
  return filter.key == "LastExecutedAfter" ? *one.last_execution_date > *at : *one.last_execution_date < *at;
}

}  // namespace

CreateAssociationOutput Ssm::create_association(region::Request& rq, const CreateAssociationInput& in) {
  const auto tag_keys = region::request_tag_keys(region::tag_map(in.tags));
  authorize_document(rq, "ssm:CreateAssociation", in.name, tag_keys);
  if (in.instance_id) rq.authorize("ssm:CreateAssociation", rq.arn("ec2", "instance/" + *in.instance_id));
  if (!tag_keys.empty()) rq.authorize("ssm:AddTagsToResource", association_arn(rq, "*"), tag_keys);

  if (in.instance_id && in.targets)
    throw wire::Error("ValidationException", 400, "You can specify either InstanceId or Targets, but not both.");
  if (!in.instance_id && (!in.targets || in.targets->empty()))
    throw InvalidParameters("Parameter \"InstanceId\" requires a value.");
  if (in.instance_id && !find_instance(rq.tx, place_of(rq), *in.instance_id))
    throw InvalidInstanceId("Instances [[" + *in.instance_id + "]] not in a valid state for account " + rq.account);
  AssociationRow row;
  row.id = random_uuid();
  row.place = place_of(rq);
  row.created = rq.now();
  row.own = Json::object({{"runs", Json::object()}, {"once", !in.apply_only_at_cron_interval.value_or(false)}});
  AssociationDescription& shape = row.shape;
  shape.name = in.name;
  shape.instance_id = in.instance_id;
  shape.targets = in.targets;
  if (in.instance_id) {
    Target& only = shape.targets.emplace().emplace_back();
    only.key = "InstanceIds";
    only.values = {*in.instance_id};
  }
  shape.parameters = in.parameters;
  shape.schedule_expression = in.schedule_expression;
  shape.association_name = in.association_name;
  shape.document_version = in.document_version.value_or("$DEFAULT");
  shape.apply_only_at_cron_interval = in.apply_only_at_cron_interval.value_or(false);
  shape.name = row.parent = check(rq, shape);
  if (in.instance_id)
    for (const AssociationRow& other : region::list<AssociationDescription>(rq.tx, place_of(rq)))
      if (other.shape.name == shape.name && other.shape.instance_id == in.instance_id) throw AssociationAlreadyExists();

  shape.association_id = row.id;
  shape.association_version = "1";
  shape.date = shape.last_update_association_date = rq.now();
  region::insert(rq.tx, row);
  region::put_tags(rq.tx, association_arn(rq, row.id), region::tag_pairs(in.tags), kTagRules);
  wake(rq.home, rq.tx, row);

  CreateAssociationOutput out;
  out.association_description = describe_new(rq.tx, row);
  return out;
}

DescribeAssociationOutput Ssm::describe_association(region::Request& rq, const DescribeAssociationInput& in) {
  authorize_association(rq, "ssm:DescribeAssociation", asked_id(rq, in.association_id, in.name, in.instance_id));

  const AssociationRow row = require_association(rq, in.association_id, in.name, in.instance_id);
  if (in.association_version && *in.association_version != "$LATEST" &&
      *in.association_version != row.shape.association_version)
    throw InvalidAssociationVersion("The version you specified isn't valid. Only the newest one is kept here.");

  DescribeAssociationOutput out;
  out.association_description = describe(rq.tx, row);
  return out;
}

ListAssociationsOutput Ssm::list_associations(region::Request& rq, const ListAssociationsInput& in) {
  rq.authorize("ssm:ListAssociations", rq.arn("ssm", "*"));

  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  const auto filters = in.association_filter_list.value_or(std::vector<AssociationFilter>{});
  check(rq, filters);
  const auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        return region::list_by_age<AssociationDescription>(rq.tx, place_of(rq), {.after = after, .most = most});
      },
      [&](AssociationRow& row) {
        row.shape = describe(rq.tx, row);
        return std::ranges::all_of(filters, [&](const auto& filter) { return fits(row.shape, filter); });
      },
      region::creation_key);

  ListAssociationsOutput out;
  out.associations.emplace();
  for (const AssociationRow& row : page.items) {
    const AssociationDescription& one = row.shape;
    Association& shown = out.associations->emplace_back();
    shown.association_id = one.association_id;
    shown.association_name = one.association_name;
    shown.association_version = one.association_version;
    shown.document_version = one.document_version;
    shown.instance_id = one.instance_id;
    shown.last_execution_date = one.last_execution_date;
    shown.name = one.name;
    shown.overview = one.overview;
    shown.schedule_expression = one.schedule_expression;
    shown.targets = one.targets;
  }
  out.next_token = page.next_token;
  return out;
}

UpdateAssociationOutput Ssm::update_association(region::Request& rq, const UpdateAssociationInput& in) {
  authorize_association(rq, "ssm:UpdateAssociation", in.association_id);
  if (in.name) authorize_document(rq, "ssm:UpdateAssociation", *in.name);

  AssociationRow row = require_association(rq, in.association_id);
  // As on AWS, what the call does not say is no longer so; document, targets and instance stay.
  AssociationDescription& shape = row.shape;
  if (in.name) shape.name = in.name;
  if (in.targets) shape.targets = in.targets;
  shape.parameters = in.parameters;
  shape.schedule_expression = in.schedule_expression;
  shape.association_name = in.association_name;
  shape.document_version = in.document_version.value_or("$DEFAULT");
  shape.apply_only_at_cron_interval = in.apply_only_at_cron_interval.value_or(false);
  shape.name = row.parent = check(rq, shape);

  shape.status.reset();
  shape.association_version = std::to_string(std::stoi(shape.association_version.value_or("1")) + 1);
  shape.last_update_association_date = rq.now();
  row.own = Json::object({{"runs", Json::object()},
                          {"once", !in.apply_only_at_cron_interval.value_or(false)},
                          {"last", row.own.integer("last")}});
  region::update(rq.tx, row);
  wake(rq.home, rq.tx, row);

  UpdateAssociationOutput out;
  out.association_description = describe_new(rq.tx, row);
  return out;
}

DeleteAssociationOutput Ssm::delete_association(region::Request& rq, const DeleteAssociationInput& in) {
  authorize_association(rq, "ssm:DeleteAssociation", asked_id(rq, in.association_id, in.name, in.instance_id));

  const AssociationRow row = require_association(rq, in.association_id, in.name, in.instance_id);

  region::remove(rq.tx, row);
  rq.home.tasks.cancel(rq.tx, AssociationTask::kKind, row.id);
  return {};
}

StartAssociationsOnceOutput Ssm::start_associations_once(region::Request& rq, const StartAssociationsOnceInput& in) {
  for (const std::string& id : in.association_ids) authorize_association(rq, "ssm:StartAssociationsOnce", id);

  std::vector<AssociationRow> rows;
  for (const std::string& id : in.association_ids) rows.push_back(require_association(rq, id));

  for (AssociationRow& row : rows) {
    row.own["once"] = true;
    region::update(rq.tx, row);
    wake(rq.home, rq.tx, row);
  }
  return {};
}

}  // namespace hanbat::ssm
