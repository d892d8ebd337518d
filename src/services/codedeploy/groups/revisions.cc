// Revisions: what can be deployed. Each lies in S3; GitHub, strings and AppSpec content are refused by name.
#include <algorithm>

#include "services/codedeploy/codedeploy.h"
#include "services/codedeploy/groups/revisions.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

GenericRevisionInfo info_of(Store& store, region::Request& rq, const std::string& application, const RevisionRow& row) {
  GenericRevisionInfo out;
  out.description = row.description;
  out.register_time = row.registered;
  if (row.first_used.ms) out.first_used_time = row.first_used;
  if (row.last_used.ms) out.last_used_time = row.last_used;
  out.deployment_groups.emplace();
  for (const std::string& name : store.list_groups(rq.tx, place_of(rq), application)) {
    const auto group = store.find_group(rq.tx, place_of(rq), application, name);
    if (group->target_revision && location_text(*group->target_revision) == location_text(row.location))
      out.deployment_groups->push_back(name);
  }
  return out;
}

bool deployed(Store& store, region::Request& rq, const std::string& application, const RevisionRow& row) {
  return !info_of(store, rq, application, row).deployment_groups->empty();
}

}  // namespace

RevisionLocation require_s3_revision(std::string_view operation, const std::optional<RevisionLocation>& given) {
  if (!given) throw RevisionRequiredException("Revision is required.");
  const RevisionLocation& revision = *given;
  const std::string type = revision.revision_type.value_or(revision.s3_location ? "S3" : "");
  if (type != "S3" && !type.empty()) throw wire::Error::not_implemented(operation, "revision.revisionType " + type);
  if (type.empty() || !revision.s3_location || revision.s3_location->bucket.value_or("").empty() ||
      revision.s3_location->key.value_or("").empty())
    throw InvalidRevisionException("The revision must name a bucket and a key in S3.");
  const std::string bundle = revision.s3_location->bundle_type.value_or("");
  if (bundle != "zip" && bundle != "tar" && bundle != "tgz")
    throw InvalidRevisionException("The bundle type of the revision is not valid: " + bundle);
  RevisionLocation out = revision;
  out.revision_type = "S3";
  return out;
}

RegisterApplicationRevisionOutput CodeDeploy::register_application_revision(
    region::Request& rq, const RegisterApplicationRevisionInput& in) {
  authorize(rq, "codedeploy:RegisterApplicationRevision", place_of(rq).application_arn(in.application_name));

  const RevisionLocation location = require_s3_revision("RegisterApplicationRevision", in.revision);
  store_.require_application(rq.tx, place_of(rq), in.application_name);
  RevisionRow row{.location = location, .description = in.description, .registered = rq.now()};
  if (auto known = store_.find_revision(rq.tx, place_of(rq), in.application_name, location)) {
    row = *known;
    if (in.description) row.description = in.description;
  }
  store_.put(rq.tx, place_of(rq), in.application_name, row);

  return {};
}

GetApplicationRevisionOutput CodeDeploy::get_application_revision(region::Request& rq,
                                                                  const GetApplicationRevisionInput& in) {
  authorize(rq, "codedeploy:GetApplicationRevision", place_of(rq).application_arn(in.application_name));

  const RevisionLocation location = require_s3_revision("GetApplicationRevision", in.revision);
  store_.require_application(rq.tx, place_of(rq), in.application_name);
  const auto row = store_.find_revision(rq.tx, place_of(rq), in.application_name, location);
  if (!row)
    throw RevisionDoesNotExistException("No revision found for application name " + in.application_name +
                                        " and the specified location.");

  GetApplicationRevisionOutput out;
  out.application_name = in.application_name;
  out.revision = row->location;
  out.revision_info = info_of(store_, rq, in.application_name, *row);
  return out;
}

BatchGetApplicationRevisionsOutput CodeDeploy::batch_get_application_revisions(
    region::Request& rq, const BatchGetApplicationRevisionsInput& in) {
  authorize(rq, "codedeploy:BatchGetApplicationRevisions", place_of(rq).application_arn(in.application_name));

  store_.require_application(rq.tx, place_of(rq), in.application_name);
  BatchGetApplicationRevisionsOutput out;
  out.application_name = in.application_name;
  out.revisions.emplace();
  for (const RevisionLocation& asked : in.revisions) {
    const RevisionLocation location = require_s3_revision("BatchGetApplicationRevisions", asked);
    const auto row = store_.find_revision(rq.tx, place_of(rq), in.application_name, location);
    if (!row) {
      out.error_message = "No revision found for " + location_text(location);
      continue;
    }
    RevisionInfo& info = out.revisions->emplace_back();
    info.revision_location = row->location;
    info.generic_revision_info = info_of(store_, rq, in.application_name, *row);
  }
  return out;
}

ListApplicationRevisionsOutput CodeDeploy::list_application_revisions(region::Request& rq,
                                                                      const ListApplicationRevisionsInput& in) {
  authorize(rq, "codedeploy:ListApplicationRevisions", place_of(rq).application_arn(in.application_name));

  store_.require_application(rq.tx, place_of(rq), in.application_name);
  std::vector<RevisionRow> rows = store_.list_revisions(rq.tx, place_of(rq), in.application_name);
  const std::string wanted = in.deployed.value_or("ignore");
  std::erase_if(rows, [&](const RevisionRow& row) {
    const S3Location& s3 = *row.location.s3_location;
    if (in.s3_bucket && s3.bucket != in.s3_bucket) return true;
    if (in.s3_key_prefix && !s3.key->starts_with(*in.s3_key_prefix)) return true;
    if (wanted == "ignore") return false;
    return deployed(store_, rq, in.application_name, row) != (wanted == "include");
  });
  const auto time = [&](const RevisionRow& row) {
    if (in.sort_by == "firstUsedTime") return row.first_used;
    return in.sort_by == "lastUsedTime" ? row.last_used : row.registered;
  };
  const bool descending = in.sort_order.value_or("descending") == "descending";
  std::stable_sort(rows.begin(), rows.end(), [&](const RevisionRow& a, const RevisionRow& b) {
    return descending ? time(a) > time(b) : time(a) < time(b);
  });

  ListApplicationRevisionsOutput out;
  out.revisions.emplace();
  for (const RevisionRow& row : rows) out.revisions->push_back(row.location);
  out.next_token = Paging(in.next_token).cut(*out.revisions);
  return out;
}

}  // namespace hanbat::codedeploy
