// Instance profiles: what hands a role to an EC2 instance.
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/tags.h"

namespace hanbat::iam {

InstanceProfile Iam::profile_of(Request& rq, const Entity& e) const {
  InstanceProfile out{.arn = e.arn,
                      .create_date = e.created,
                      .instance_profile_id = e.id,
                      .instance_profile_name = e.name,
                      .path = e.path};
  if (const auto role = rows::profile_role(rq.tx, e)) {
    out.roles.push_back(role_of(rq, *role));
    out.roles.back().role_last_used.reset();
    out.roles.back().tags.reset();
    out.roles.back().permissions_boundary.reset();
    out.roles.back().max_session_duration.reset();
    out.roles.back().description.reset();
  }
  if (auto tags = tag_list(rq.tx, e); !tags.empty()) out.tags = std::move(tags);
  return out;
}

CreateInstanceProfileOutput Iam::create_instance_profile(Request& rq, const CreateInstanceProfileInput& in) {
  Entity profile = make(rq, Kind::kProfile, in.instance_profile_name, in.path);
  const auto tags = request_tags(in.tags);
  rq.authorize("iam:CreateInstanceProfile", profile.arn, tags);
  if (!tags.empty()) rq.authorize("iam:TagInstanceProfile", profile.arn, tags);

  insert(rq, profile);
  put_tags(rq.tx, profile, in.tags);

  return {.instance_profile = profile_of(rq, profile)};
}

GetInstanceProfileOutput Iam::get_instance_profile(Request& rq, const GetInstanceProfileInput& in) {
  authorize(rq, "iam:GetInstanceProfile", Kind::kProfile, in.instance_profile_name);

  return {.instance_profile = profile_of(rq, require_profile(rq, in.instance_profile_name))};
}

ListInstanceProfilesOutput Iam::list_instance_profiles(Request& rq, const ListInstanceProfilesInput& in) {
  const std::string prefix = in.path_prefix.value_or("/");
  rq.authorize("iam:ListInstanceProfiles", make_arn("iam", "", rq.account, "instance-profile" + prefix));

  const auto page = page_below(rq, in, Kind::kProfile, prefix);

  ListInstanceProfilesOutput out;
  for (const Entity& e : page.items) {
    out.instance_profiles.push_back(profile_of(rq, e));
    out.instance_profiles.back().tags.reset();
  }
  end_page(page, out);
  return out;
}

DeleteInstanceProfileOutput Iam::delete_instance_profile(Request& rq, const DeleteInstanceProfileInput& in) {
  authorize(rq, "iam:DeleteInstanceProfile", Kind::kProfile, in.instance_profile_name);

  const Entity profile = require_profile(rq, in.instance_profile_name);
  if (rows::profile_role(rq.tx, profile))
    throw DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.");

  rows::remove(rq.tx, profile);

  return {};
}

AddRoleToInstanceProfileOutput Iam::add_role_to_instance_profile(Request& rq, const AddRoleToInstanceProfileInput& in) {
  authorize(rq, "iam:AddRoleToInstanceProfile", Kind::kProfile, in.instance_profile_name);
  const auto named = rows::find(rq.tx, rq.account, Kind::kRole, in.role_name);
  rq.authorize_pass_role(named ? named->arn : make(rq, Kind::kRole, in.role_name, {}).arn, "ec2.amazonaws.com", {});

  const Entity profile = require_profile(rq, in.instance_profile_name);
  const Entity role = require_role(rq, in.role_name);
  refuse_service_linked(role);
  if (rows::profile_role(rq.tx, profile))
    throw LimitExceededException("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");

  rows::set_profile_role(rq.tx, profile, role);

  return {};
}

RemoveRoleFromInstanceProfileOutput Iam::remove_role_from_instance_profile(
    Request& rq, const RemoveRoleFromInstanceProfileInput& in) {
  authorize(rq, "iam:RemoveRoleFromInstanceProfile", Kind::kProfile, in.instance_profile_name);

  const Entity profile = require_profile(rq, in.instance_profile_name);
  const Entity role = require_role(rq, in.role_name);
  const auto have = rows::profile_role(rq.tx, profile);
  if (!have || have->id != role.id)
    throw NoSuchEntityException("Role " + in.role_name + " in Instance Profile " + in.instance_profile_name +
                                " cannot be found.");

  rows::clear_profile_role(rq.tx, profile);

  return {};
}

ListInstanceProfilesForRoleOutput Iam::list_instance_profiles_for_role(Request& rq,
                                                                       const ListInstanceProfilesForRoleInput& in) {
  authorize(rq, "iam:ListInstanceProfilesForRole", Kind::kRole, in.role_name);

  const Entity role = require_role(rq, in.role_name);
  const auto page = cut_page(rq, in, rows::profiles_of(rq.tx, role), [](const Entity& e) { return e.name; });

  ListInstanceProfilesForRoleOutput out;
  for (const Entity& e : page.items) {
    out.instance_profiles.push_back(profile_of(rq, e));
    out.instance_profiles.back().tags.reset();
  }
  end_page(page, out);
  return out;
}

}  // namespace hanbat::iam
