#include "region/permission_check.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"
#include "wire/operation.h"

namespace hanbat::region {
namespace {

bool names(const wire::ResourceType& type, std::string_view resource) {
  return type.arn == "*" ? resource == "*" : wildcard_match(type.arn, resource);
}

bool has(std::span<const std::string_view> patterns, std::string_view key) {
  return std::ranges::any_of(patterns, [&](std::string_view pattern) { return wildcard_match(pattern, key); });
}

[[noreturn]] void breach(const wire::OperationModel& operation, const std::string& what) {
  throw std::logic_error(std::string(operation.service->folder) + "/operations.txt: " + std::string(operation.name) +
                         " " + what);
}

}  // namespace

void PermissionCheck::note(const AccessQuestion& question) {
  bool action_known = false;
  bool resource_known = false;
  std::vector<std::string_view> unknown;
  for (const auto& [key, values] : question.keys) unknown.push_back(key);
  for (std::size_t i = 0; i < operation_.permissions.size(); ++i) {
    const wire::Permission& permission = operation_.permissions[i];
    if (std::ranges::find(permission.actions, question.action) == permission.actions.end()) continue;
    action_known = true;
    for (const wire::ResourceType& type : permission.resources) {
      if (!names(type, question.resource)) continue;
      resource_known = true;
      asked_ |= std::uint64_t{1} << i;
      std::erase_if(unknown, [&](std::string_view key) { return has(permission.keys, key) || has(type.keys, key); });
    }
  }
  if (!action_known) breach(operation_, "does not name " + question.action);
  if (!resource_known) breach(operation_, "does not name " + question.action + " on " + question.resource);
  if (!unknown.empty())
    breach(operation_,
           "does not name " + question.action + " on " + question.resource + " with " + std::string(unknown.front()));
}

void PermissionCheck::require_complete() const {
  if (operation_.permissions.empty() && !operation_.asks_nothing) breach(operation_, "has no entry");
  for (std::size_t i = 0; i < operation_.permissions.size(); ++i) {
    const wire::Permission& permission = operation_.permissions[i];
    if (permission.always && !(asked_ >> i & 1))
      breach(operation_, "names " + std::string(permission.actions.front()) + " on " +
                             std::string(permission.resources.front().arn) + ", and it succeeded without asking");
  }
}

bool names_key(const wire::OperationModel& operation, std::string_view action, std::string_view key) {
  return std::ranges::any_of(operation.permissions, [&](const wire::Permission& permission) {
    return std::ranges::find(permission.actions, action) != permission.actions.end() && has(permission.keys, key);
  });
}

bool names_resource(const wire::OperationModel& operation, std::string_view action, std::string_view arn) {
  return std::ranges::any_of(operation.permissions, [&](const wire::Permission& permission) {
    return std::ranges::find(permission.actions, action) != permission.actions.end() &&
           std::ranges::any_of(permission.resources, [&](const wire::ResourceType& type) { return names(type, arn); });
  });
}

}  // namespace hanbat::region
