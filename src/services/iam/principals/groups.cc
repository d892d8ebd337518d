// Groups and who is in them.
#include "services/iam/iam.h"
#include "services/iam/pages.h"

namespace hanbat::iam {
namespace {

constexpr std::size_t kMostGroupsPerUser = 10;

}  // namespace

Group Iam::group_of(const Entity& e) const {
  return {.arn = e.arn, .create_date = e.created, .group_id = e.id, .group_name = e.name, .path = e.path};
}

CreateGroupOutput Iam::create_group(Request& rq, const CreateGroupInput& in) {
  const Entity group = make(rq, Kind::kGroup, in.group_name, in.path);
  rq.authorize("iam:CreateGroup", group.arn);

  insert(rq, group);

  return {.group = group_of(group)};
}

GetGroupOutput Iam::get_group(Request& rq, const GetGroupInput& in) {
  authorize(rq, "iam:GetGroup", Kind::kGroup, in.group_name);

  const Entity group = require_group(rq, in.group_name);
  const region::Pager pager(rq, in);
  const auto page = pager.cut_read(rows::members_after(rq.tx, group, pager.after(), pager.size() + 1), name_key);

  GetGroupOutput out{.group = group_of(group)};
  for (const Entity& user : page.items) {
    out.users.push_back(user_of(rq, user));
    out.users.back().tags.reset();
    out.users.back().permissions_boundary.reset();
  }
  end_page(page, out);
  return out;
}

ListGroupsOutput Iam::list_groups(Request& rq, const ListGroupsInput& in) {
  const std::string prefix = in.path_prefix.value_or("/");
  rq.authorize("iam:ListGroups", make_arn("iam", "", rq.account, "group" + prefix));

  const auto page = page_below(rq, in, Kind::kGroup, prefix);

  ListGroupsOutput out;
  for (const Entity& e : page.items) out.groups.push_back(group_of(e));
  end_page(page, out);
  return out;
}

UpdateGroupOutput Iam::update_group(Request& rq, const UpdateGroupInput& in) {
  authorize(rq, "iam:UpdateGroup", Kind::kGroup, in.group_name);
  if (in.new_group_name || in.new_path)
    rq.authorize("iam:UpdateGroup", make(rq, Kind::kGroup, in.new_group_name.value_or(in.group_name), in.new_path).arn);

  const Entity group = require_group(rq, in.group_name);

  rename(rq, group, in.new_group_name, in.new_path);

  return {};
}

DeleteGroupOutput Iam::delete_group(Request& rq, const DeleteGroupInput& in) {
  authorize(rq, "iam:DeleteGroup", Kind::kGroup, in.group_name);

  const Entity group = require_group(rq, in.group_name);
  if (rows::has_members(rq.tx, group))
    throw DeleteConflictException("Cannot delete entity, must remove users from group first.");
  if (!rows::attached(rq.tx, group.id, Usage::kPermissions).empty())
    throw DeleteConflictException("Cannot delete entity, must detach all policies first.");
  if (!rows::inline_policies(rq.tx, group.id).empty())
    throw DeleteConflictException("Cannot delete entity, must delete policies first.");

  rows::remove(rq.tx, group);

  return {};
}

AddUserToGroupOutput Iam::add_user_to_group(Request& rq, const AddUserToGroupInput& in) {
  authorize(rq, "iam:AddUserToGroup", Kind::kGroup, in.group_name);

  const Entity group = require_group(rq, in.group_name);
  const Entity user = require_user(rq, in.user_name);
  if (rows::groups_of(rq.tx, user.id).size() >= kMostGroupsPerUser)
    throw LimitExceededException("Cannot exceed quota for GroupsPerUser: " + std::to_string(kMostGroupsPerUser));

  rows::add_member(rq.tx, group, user);

  return {};
}

RemoveUserFromGroupOutput Iam::remove_user_from_group(Request& rq, const RemoveUserFromGroupInput& in) {
  authorize(rq, "iam:RemoveUserFromGroup", Kind::kGroup, in.group_name);

  const Entity group = require_group(rq, in.group_name);
  const Entity user = require_user(rq, in.user_name);

  if (!rows::remove_member(rq.tx, group, user))
    throw NoSuchEntityException("User " + in.user_name + " is not in group " + in.group_name + ".");

  return {};
}

ListGroupsForUserOutput Iam::list_groups_for_user(Request& rq, const ListGroupsForUserInput& in) {
  authorize(rq, "iam:ListGroupsForUser", Kind::kUser, in.user_name);

  const Entity user = require_user(rq, in.user_name);
  const auto page = cut_page(rq, in, rows::groups_of(rq.tx, user.id), [](const Entity& e) { return e.name; });

  ListGroupsForUserOutput out;
  for (const Entity& e : page.items) out.groups.push_back(group_of(e));
  end_page(page, out);
  return out;
}

}  // namespace hanbat::iam
