// Roles and who may take them.
#include "base/encoding.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/principals/principals.h"
#include "services/iam/tags.h"

namespace hanbat::iam {
namespace {

constexpr int kShortestSession = 3600;
constexpr int kLongestSession = 43200;

void check_session(int seconds) {
  if (seconds < kShortestSession || seconds > kLongestSession)
    throw wire::Error("ValidationError", 400,
                      "The requested MaxSessionDuration must be between 3600 and 43200 seconds.");
}

}  // namespace

Role Iam::role_of(Request& rq, const Entity& e) const {
  Role out{.arn = e.arn, .create_date = e.created, .path = e.path, .role_id = e.id, .role_name = e.name};
  out.assume_role_policy_document = percent_encode(current_trust(rq.tx, e));
  if (const std::string text = e.body.text("description"); !text.empty()) out.description = text;
  out.max_session_duration = static_cast<int>(e.body.integer("max_session", kShortestSession));
  out.permissions_boundary = boundary_of(rq, e);
  if (auto tags = tag_list(rq.tx, e); !tags.empty()) out.tags = std::move(tags);
  RoleLastUsed used;
  if (const Json* kept = e.body.find("last_used")) {
    used.last_used_date = Timestamp{kept->integer("at")};
    used.region = kept->text("region");
  }
  if (const auto recent = identity_.uses.find(e.id)) {
    used.last_used_date = recent->at;
    used.region = recent->region;
  }
  out.role_last_used = used;
  return out;
}

Role Iam::new_role(Request& rq, const Entity& e) const {
  Role out = role_of(rq, e);
  out.description.reset();
  out.max_session_duration.reset();
  out.role_last_used.reset();
  return out;
}

void Iam::refuse_service_linked(const Entity& role) const {
  if (role.body.contains("service_linked"))
    throw UnmodifiableEntityException("Cannot perform the operation on the protected role '" + role.name +
                                      "' - this role is only modifiable by AWS");
}

CreateRoleOutput Iam::create_role(Request& rq, const CreateRoleInput& in) {
  region::ConditionKeys keys = request_tags(in.tags);
  if (in.permissions_boundary) keys["iam:PermissionsBoundary"] = {*in.permissions_boundary};
  Entity role = make(rq, Kind::kRole, in.role_name, in.path);
  rq.authorize("iam:CreateRole", role.arn, keys);
  if (const auto tags = request_tags(in.tags); !tags.empty()) rq.authorize("iam:TagRole", role.arn, tags);

  if (role.path.starts_with("/aws-service-role/"))
    throw InvalidInputException("The path /aws-service-role/ is reserved for service-linked roles.");
  set_trust(rq, role, in.assume_role_policy_document);
  if (in.max_session_duration) check_session(*in.max_session_duration);
  if (in.permissions_boundary) require_boundary_exists(rq, *in.permissions_boundary);
  role.body["max_session"] = in.max_session_duration.value_or(kShortestSession);
  if (in.description) role.body["description"] = *in.description;

  insert(rq, role);
  put_tags(rq.tx, role, in.tags);
  if (in.permissions_boundary) rows::attach(rq.tx, role, Usage::kBoundary, *in.permissions_boundary);

  return {.role = new_role(rq, role)};
}

GetRoleOutput Iam::get_role(Request& rq, const GetRoleInput& in) {
  authorize(rq, "iam:GetRole", Kind::kRole, in.role_name);

  return {.role = role_of(rq, require_role(rq, in.role_name))};
}

ListRolesOutput Iam::list_roles(Request& rq, const ListRolesInput& in) {
  const std::string prefix = in.path_prefix.value_or("/");
  rq.authorize("iam:ListRoles", make_arn("iam", "", rq.account, "role" + prefix));

  const auto page = page_below(rq, in, Kind::kRole, prefix);

  ListRolesOutput out;
  for (const Entity& e : page.items) {
    Role role = role_of(rq, e);
    role.tags.reset();
    role.permissions_boundary.reset();
    role.role_last_used.reset();
    out.roles.push_back(std::move(role));
  }
  end_page(page, out);
  return out;
}

UpdateRoleOutput Iam::update_role(Request& rq, const UpdateRoleInput& in) {
  authorize(rq, "iam:UpdateRole", Kind::kRole, in.role_name);

  Entity role = require_role(rq, in.role_name);
  if (in.max_session_duration) check_session(*in.max_session_duration);
  if (in.description) role.body["description"] = *in.description;
  if (in.max_session_duration) {
    refuse_service_linked(role);
    role.body["max_session"] = *in.max_session_duration;
  }

  rows::update(rq.tx, role);

  return {};
}

UpdateRoleDescriptionOutput Iam::update_role_description(Request& rq, const UpdateRoleDescriptionInput& in) {
  authorize(rq, "iam:UpdateRoleDescription", Kind::kRole, in.role_name);

  Entity role = require_role(rq, in.role_name);
  role.body["description"] = in.description;

  rows::update(rq.tx, role);

  Role shown = role_of(rq, role);
  shown.max_session_duration.reset();
  shown.permissions_boundary.reset();
  shown.role_last_used.reset();
  shown.tags.reset();
  return {.role = std::move(shown)};
}

UpdateAssumeRolePolicyOutput Iam::update_assume_role_policy(Request& rq, const UpdateAssumeRolePolicyInput& in) {
  authorize(rq, "iam:UpdateAssumeRolePolicy", Kind::kRole, in.role_name);

  Entity role = require_role(rq, in.role_name);
  refuse_service_linked(role);
  set_trust(rq, role, in.policy_document);

  rows::update(rq.tx, role);

  return {};
}

DeleteRoleOutput Iam::delete_role(Request& rq, const DeleteRoleInput& in) {
  authorize(rq, "iam:DeleteRole", Kind::kRole, in.role_name);

  const Entity role = require_role(rq, in.role_name);
  refuse_service_linked(role);
  if (!rows::profiles_of(rq.tx, role).empty())
    throw DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.");
  if (!rows::attached(rq.tx, role.id, Usage::kPermissions).empty())
    throw DeleteConflictException("Cannot delete entity, must detach all policies first.");
  if (!rows::inline_policies(rq.tx, role.id).empty())
    throw DeleteConflictException("Cannot delete entity, must delete policies first.");

  rows::remove(rq.tx, role);

  return {};
}

PutRolePermissionsBoundaryOutput Iam::put_role_permissions_boundary(Request& rq,
                                                                    const PutRolePermissionsBoundaryInput& in) {
  authorize(rq, "iam:PutRolePermissionsBoundary", Kind::kRole, in.role_name,
            {{"iam:PermissionsBoundary", {in.permissions_boundary}}});

  const Entity role = require_role(rq, in.role_name);
  refuse_service_linked(role);

  put_boundary(rq, role, in.permissions_boundary);

  return {};
}

DeleteRolePermissionsBoundaryOutput Iam::delete_role_permissions_boundary(
    Request& rq, const DeleteRolePermissionsBoundaryInput& in) {
  authorize(rq, "iam:DeleteRolePermissionsBoundary", Kind::kRole, in.role_name);

  const Entity role = require_role(rq, in.role_name);
  if (!boundary_of(rq, role))
    throw NoSuchEntityException("The role with name " + in.role_name + " does not have a permissions boundary.");

  rows::detach_boundary(rq.tx, role);

  return {};
}

}  // namespace hanbat::iam
