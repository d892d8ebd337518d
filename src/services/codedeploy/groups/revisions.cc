// Revisions: what can be deployed. Each lies in S3; GitHub, strings and AppSpec content are refused by name.
#include <algorithm>
#include <cctype>

#include "region/page.h"
#include "services/codedeploy/codedeploy.h"
#include "services/codedeploy/groups/names.h"
#include "services/codedeploy/groups/revisions.h"
#include "services/codedeploy/words.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

constexpr std::size_t kMostRevisions = 25;  // of BatchGetApplicationRevisions

GenericRevisionInfo info_of(const Revision& revision, const std::vector<Group>& groups) {
  GenericRevisionInfo out = revision.shape.generic_revision_info.value_or(GenericRevisionInfo{});
  out.register_time = revision.created;
  if (const std::int64_t used = revision.own.integer("first_used")) out.first_used_time = Timestamp{used};
  if (const std::int64_t used = revision.own.integer("last_used")) out.last_used_time = Timestamp{used};
  out.deployment_groups.emplace();
  for (const Group& group : groups)
    if (group.shape.target_revision && location_text(*group.shape.target_revision) == *revision.name)
      out.deployment_groups->push_back(*group.name);
  return out;
}

/// What a bucket cannot be called names none. Source:
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
bool can_name_bucket(std::string_view name) {
  const auto known = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '-' || c == '_'; };
  return name.size() >= 3 && name.size() <= 255 && std::all_of(name.begin(), name.end(), known);
}

void check_filters(const ListApplicationRevisionsInput& in) {
  if (in.s3_key_prefix && !in.s3_bucket)
    throw BucketNameFilterRequiredException("A bucket name is required, but was not provided.");
  if (in.s3_bucket && !can_name_bucket(*in.s3_bucket))
    throw InvalidBucketNameFilterException(
        "The bucket name either doesn't exist or was specified in an invalid format.");
}

bool fits(const Revision& revision, const std::vector<Group>& groups, const ListApplicationRevisionsInput& in) {
  const S3Location& s3 = *revision.shape.revision_location->s3_location;
  if (in.s3_bucket && s3.bucket != in.s3_bucket) return false;
  if (in.s3_key_prefix && !s3.key->starts_with(*in.s3_key_prefix)) return false;
  const auto is_deployed = [&] { return !info_of(revision, groups).deployment_groups->empty(); };
  switch (require_word(in.deployed, StateFilter::kIgnore)) {
    case StateFilter::kInclude:
      return is_deployed();
    case StateFilter::kExclude:
      return !is_deployed();
    case StateFilter::kIgnore:
      return true;
  }
  return true;
}

}  // namespace

RevisionLocation require_s3_revision(std::string_view operation, const std::optional<RevisionLocation>& given) {
  if (!given) throw RevisionRequiredException("Revision is required.");
  const RevisionLocation& revision = *given;
  const std::string type = revision.revision_type.value_or("");
  if (!type.empty() && !find_word<RevisionType>(type))
    throw wire::Error::not_implemented(operation, "revision.revisionType " + type);
  if (!revision.s3_location || revision.s3_location->bucket.value_or("").empty() ||
      revision.s3_location->key.value_or("").empty())
    throw InvalidRevisionException("The revision must name a bucket and a key in S3.");
  const std::string bundle = revision.s3_location->bundle_type.value_or("");
  if (!find_word<BundleType>(bundle))
    throw InvalidRevisionException("The bundle type of the revision is not valid: " + bundle);
  RevisionLocation out = revision;
  out.revision_type = word_of(RevisionType::kS3);
  return out;
}

RegisterApplicationRevisionOutput CodeDeploy::register_application_revision(
    region::Request& rq, const RegisterApplicationRevisionInput& in) {
  authorize(rq, "codedeploy:RegisterApplicationRevision", application_arn(place_of(rq), in.application_name));

  const RevisionLocation location = require_s3_revision("RegisterApplicationRevision", in.revision);
  check_description(in.description.value_or(""));
  require_application(rq.tx, place_of(rq), in.application_name);
  auto revision = find_revision(rq.tx, place_of(rq), in.application_name, location);
  if (!revision) {
    revision = new_revision(place_of(rq), in.application_name, location, rq.now());
    region::insert(rq.tx, *revision);
  }
  if (in.description) {
    if (!revision->shape.generic_revision_info) revision->shape.generic_revision_info.emplace();
    revision->shape.generic_revision_info->description = in.description;
    region::update(rq.tx, *revision);
  }

  return {};
}

GetApplicationRevisionOutput CodeDeploy::get_application_revision(region::Request& rq,
                                                                  const GetApplicationRevisionInput& in) {
  authorize(rq, "codedeploy:GetApplicationRevision", application_arn(place_of(rq), in.application_name));

  const RevisionLocation location = require_s3_revision("GetApplicationRevision", in.revision);
  require_application(rq.tx, place_of(rq), in.application_name);
  const auto revision = find_revision(rq.tx, place_of(rq), in.application_name, location);
  if (!revision)
    throw RevisionDoesNotExistException("No revision found for application name " + in.application_name +
                                        " and the specified location.");

  GetApplicationRevisionOutput out;
  out.application_name = in.application_name;
  out.revision = revision->shape.revision_location;
  out.revision_info = info_of(*revision, groups_of(rq.tx, place_of(rq), in.application_name));
  return out;
}

BatchGetApplicationRevisionsOutput CodeDeploy::batch_get_application_revisions(
    region::Request& rq, const BatchGetApplicationRevisionsInput& in) {
  authorize(rq, "codedeploy:BatchGetApplicationRevisions", application_arn(place_of(rq), in.application_name));

  if (in.revisions.empty()) throw RevisionRequiredException("Revision is required.");
  check_batch(in.revisions.size(), kMostRevisions);
  require_application(rq.tx, place_of(rq), in.application_name);
  const std::vector<Group> groups = groups_of(rq.tx, place_of(rq), in.application_name);
  BatchGetApplicationRevisionsOutput out;
  out.application_name = in.application_name;
  out.revisions.emplace();
  for (const RevisionLocation& asked : in.revisions) {
    const RevisionLocation location = require_s3_revision("BatchGetApplicationRevisions", asked);
    const auto revision = find_revision(rq.tx, place_of(rq), in.application_name, location);
    if (!revision) {
      out.error_message = "No revision found for " + location_text(location);
      continue;
    }
    RevisionInfo& info = out.revisions->emplace_back();
    info.revision_location = revision->shape.revision_location;
    info.generic_revision_info = info_of(*revision, groups);
  }
  return out;
}

ListApplicationRevisionsOutput CodeDeploy::list_application_revisions(region::Request& rq,
                                                                      const ListApplicationRevisionsInput& in) {
  authorize(rq, "codedeploy:ListApplicationRevisions", application_arn(place_of(rq), in.application_name));

  check_filters(in);
  require_application(rq.tx, place_of(rq), in.application_name);
  const std::vector<Group> groups = groups_of(rq.tx, place_of(rq), in.application_name);
  std::vector<Revision> revisions = revisions_of(rq.tx, place_of(rq), in.application_name);
  std::erase_if(revisions, [&](const Revision& revision) { return !fits(revision, groups, in); });
  const auto sort_by = require_word(in.sort_by, RevisionSortBy::kRegisterTime);
  const auto time = [sort_by](const Revision& revision) {
    switch (sort_by) {
      case RevisionSortBy::kRegisterTime:
        return revision.created.ms;
      case RevisionSortBy::kFirstUsedTime:
        return revision.own.integer("first_used");
      case RevisionSortBy::kLastUsedTime:
        return revision.own.integer("last_used");
    }
    return revision.created.ms;
  };
  const bool descending = require_word(in.sort_order, SortOrder::kAscending) == SortOrder::kDescending;
  auto page = region::Pager(rq, in).cut(
      std::move(revisions), [&](const Revision& revision) { return region::page_key(time(revision)) + revision.id; },
      descending ? region::Order::kDescending : region::Order::kAscending);

  ListApplicationRevisionsOutput out;
  out.revisions.emplace();
  for (const Revision& revision : page.items) out.revisions->push_back(*revision.shape.revision_location);
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::codedeploy
