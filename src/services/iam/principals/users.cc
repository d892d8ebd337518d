// Users.
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/tags.h"

namespace hanbat::iam {

User Iam::user_of(Request& rq, const Entity& e) const {
  User out{.arn = e.arn, .create_date = e.created, .path = e.path, .user_id = e.id, .user_name = e.name};
  out.permissions_boundary = boundary_of(rq, e);
  if (auto tags = tag_list(rq.tx, e); !tags.empty()) out.tags = std::move(tags);
  return out;
}

CreateUserOutput Iam::create_user(Request& rq, const CreateUserInput& in) {
  region::ConditionKeys keys = request_tags(in.tags);
  if (in.permissions_boundary) keys["iam:PermissionsBoundary"] = {*in.permissions_boundary};
  Entity user = make(rq, Kind::kUser, in.user_name, in.path);
  rq.authorize("iam:CreateUser", user.arn, keys);
  if (const auto tags = request_tags(in.tags); !tags.empty()) rq.authorize("iam:TagUser", user.arn, tags);

  if (in.permissions_boundary) require_boundary_exists(rq, *in.permissions_boundary);

  insert(rq, user);
  put_tags(rq.tx, user, in.tags);
  if (in.permissions_boundary) rows::attach(rq.tx, user, Usage::kBoundary, *in.permissions_boundary);

  return {.user = user_of(rq, user)};
}

GetUserOutput Iam::get_user(Request& rq, const GetUserInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:GetUser", Kind::kUser, name);

  return {.user = user_of(rq, require_user(rq, name))};
}

ListUsersOutput Iam::list_users(Request& rq, const ListUsersInput& in) {
  const std::string prefix = in.path_prefix.value_or("/");
  rq.authorize("iam:ListUsers", make_arn("iam", "", rq.account, "user" + prefix));

  const auto page = page_below(rq, in, Kind::kUser, prefix);

  ListUsersOutput out;
  for (const Entity& e : page.items) {
    out.users.push_back(user_of(rq, e));
    // Lists leave out tags and boundary.
    out.users.back().tags.reset();
    out.users.back().permissions_boundary.reset();
  }
  end_page(page, out);
  return out;
}

UpdateUserOutput Iam::update_user(Request& rq, const UpdateUserInput& in) {
  authorize(rq, "iam:UpdateUser", Kind::kUser, in.user_name);
  if (in.new_user_name || in.new_path)
    rq.authorize("iam:UpdateUser", make(rq, Kind::kUser, in.new_user_name.value_or(in.user_name), in.new_path).arn);

  const Entity user = require_user(rq, in.user_name);

  rename(rq, user, in.new_user_name, in.new_path);

  return {};
}

DeleteUserOutput Iam::delete_user(Request& rq, const DeleteUserInput& in) {
  authorize(rq, "iam:DeleteUser", Kind::kUser, in.user_name);

  const Entity user = require_user(rq, in.user_name);
  if (!rows::access_keys(rq.tx, user.id).empty())
    throw DeleteConflictException("Cannot delete entity, must delete access keys first.");
  if (!rows::service_credentials(rq.tx, user.id).empty() || !rows::ssh_keys(rq.tx, user.id).empty())
    throw DeleteConflictException("Cannot delete entity, must remove referenced objects first.");
  if (has_login(user)) throw DeleteConflictException("Cannot delete entity, must delete login profile first.");
  if (!rows::attached(rq.tx, user.id, Usage::kPermissions).empty())
    throw DeleteConflictException("Cannot delete entity, must detach all policies first.");
  if (!rows::inline_policies(rq.tx, user.id).empty())
    throw DeleteConflictException("Cannot delete entity, must delete policies first.");
  if (!rows::groups_of(rq.tx, user.id).empty())
    throw DeleteConflictException("Cannot delete entity, must remove users from group first.");

  rows::remove(rq.tx, user);

  return {};
}

PutUserPermissionsBoundaryOutput Iam::put_user_permissions_boundary(Request& rq,
                                                                    const PutUserPermissionsBoundaryInput& in) {
  authorize(rq, "iam:PutUserPermissionsBoundary", Kind::kUser, in.user_name,
            {{"iam:PermissionsBoundary", {in.permissions_boundary}}});

  put_boundary(rq, require_user(rq, in.user_name), in.permissions_boundary);

  return {};
}

DeleteUserPermissionsBoundaryOutput Iam::delete_user_permissions_boundary(
    Request& rq, const DeleteUserPermissionsBoundaryInput& in) {
  authorize(rq, "iam:DeleteUserPermissionsBoundary", Kind::kUser, in.user_name);

  const Entity user = require_user(rq, in.user_name);
  if (!boundary_of(rq, user))
    throw NoSuchEntityException("The user with name " + in.user_name + " does not have a permissions boundary.");

  rows::detach_boundary(rq.tx, user);

  return {};
}

}  // namespace hanbat::iam
