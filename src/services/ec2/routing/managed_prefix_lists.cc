// Customers' prefix lists: made, changed version by version, put back, told of beside AWS's own. A change takes effect
// wherever the list is named.
#include <algorithm>
#include <set>

#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/prefix_lists.h"
#include "services/ec2/routing/vpc_endpoints.h"

namespace hanbat::ec2 {
namespace {

constexpr int kLongestList = 1000;
constexpr std::size_t kMostChanges = 100;
constexpr std::size_t kMostVersions = 1000;
constexpr std::size_t kMostLists = 100;
constexpr region::PageSizes kListPages{.usual = 100, .least = 1, .most = 100};

constexpr FilterPath kManagedListsPaths[] = {
    {"owner-id", "OwnerId"}, {"prefix-list-id", "PrefixListId"}, {"prefix-list-name", "PrefixListName"}};

void require_list_name(const std::string& name) {
  if (name.empty() || name.size() > 255)
    throw invalid_parameter("The prefix list name must have between 1 and 255 characters.");
  if (name.starts_with("com.amazonaws"))
    throw invalid_parameter("The prefix list name cannot start with com.amazonaws.");
}

void require_list_size(int most) {
  if (most < 1 || most > kLongestList)
    throw invalid_parameter(fmt::format("Must specify a max size between 1 and {}", kLongestList));
}

/// The block as lists keep it.
std::string block_text(const std::string& family, const std::string& given) {
  const Error wrong = invalid_parameter(
      fmt::format("The CIDR block ({}) is not valid for a prefix list of the address family {}.", given, family));
  if (family == "IPv4") {
    const auto block = parse_cidr(given);
    if (!block) throw wrong;
    return block->str();
  }
  if (given.find(':') == std::string::npos || given.find('/') == std::string::npos) throw wrong;
  return lower(given);
}

Json entry_json(const std::string& cidr, const std::optional<std::string>& description) {
  if (description && description->size() > 255)
    throw invalid_parameter("The description of a prefix list entry cannot be longer than 255 characters.");
  return Json::object({{"cidr", cidr}, {"description", description.value_or("")}});
}

/// The entries of a version after a change: first what is removed, then what is added.
template <class Removed>
Json changed(const std::string& family, const Json& before, const std::vector<Removed>& removed,
             const std::vector<AddPrefixListEntry>& added) {
  if (removed.size() > kMostChanges || added.size() > kMostChanges)
    throw invalid_parameter(fmt::format("The number of entries per request cannot exceeds limit ({}).", kMostChanges));
  std::set<std::string> gone, there;
  for (const Removed& one : removed) gone.insert(block_text(family, one.cidr));
  Json after = Json::array();
  for (const Json& entry : before.items()) {
    if (gone.erase(entry.text("cidr")) != 0) continue;
    there.insert(entry.text("cidr"));
    after.push_back(entry);
  }
  if (!gone.empty())
    throw invalid_parameter(fmt::format("The prefix list has no entry with the CIDR block {}.", *gone.begin()));
  for (const AddPrefixListEntry& one : added) {
    const std::string cidr = block_text(family, one.cidr);
    if (!there.insert(cidr).second)
      throw Error("InvalidRequest", 400,
                  fmt::format("The request received was invalid: duplicate CIDR block {}.", cidr));
    after.push_back(entry_json(cidr, one.description));
  }
  return after;
}

void require_room(const Json& entries, int most) {
  if (entries.items().size() > static_cast<std::size_t>(most))
    throw Error("PrefixListMaxEntriesExceeded", 400,
                fmt::format("The prefix list cannot have more than {} entries.", most));
}

/// The list's next version is what it says from now on; the oldest goes when there are too many.
void put_version(Resource<ManagedPrefixList>& list, Json entries) {
  const std::int64_t next = list.shape.version.value_or(0) + 1;
  list.shape.version = next;
  list.own["versions"][std::to_string(next)] = std::move(entries);
  const std::int64_t oldest = next - static_cast<std::int64_t>(kMostVersions);
  if (oldest >= 1) list.own["versions"].erase(std::to_string(oldest));
}

/// What names the list: route tables and security groups, and the VPCs in which they lie.
struct References {
  std::set<std::string> resources;
  std::set<std::string> vpcs;
};
References references_to(store::Tx& tx, const Resource<ManagedPrefixList>& list) {
  References found;
  for (const auto& table : ec2::list<RouteTable>(tx, list.place))
    for (const Route& route : *table.shape.routes)
      if (route.destination_prefix_list_id == list.id) found.resources.insert(table.id), found.vpcs.insert(table.scope);
  for (const auto& rule : ec2::list<SecurityGroupRule>(tx, list.place))
    if (rule.shape.prefix_list_id == list.id) found.resources.insert(rule.parent), found.vpcs.insert(rule.scope);
  return found;
}

/// Those of the resources that could not count so many entries for the list.
std::vector<std::string> too_small_for(store::Tx& tx, const Resource<ManagedPrefixList>& list, std::size_t most,
                                       const host::EdgeRange& edge) {
  std::vector<std::string> full;
  const std::size_t more = most - std::min(most, weight_of(list));
  const auto grows_past = [&](std::size_t now, std::size_t references, std::size_t limit) {
    return references > 0 && now + references * more > limit;
  };
  for (const std::string& id : references_to(tx, list).resources) {
    if (const auto table = find<RouteTable>(tx, id)) {
      const auto references = std::ranges::count_if(
          *table->shape.routes, [&](const Route& route) { return route.destination_prefix_list_id == list.id; });
      if (grows_past(routes_counted(tx, *table, edge), static_cast<std::size_t>(references), kMostRoutes))
        full.push_back(id);
      continue;
    }
    for (const bool egress : {false, true}) {
      auto rules = list_of<SecurityGroupRule>(tx, id);
      std::erase_if(rules, [&](const auto& rule) { return rule.shape.is_egress.value_or(false) != egress; });
      const auto references =
          std::ranges::count_if(rules, [&](const auto& rule) { return rule.shape.prefix_list_id == list.id; });
      if (grows_past(rules_counted(tx, rules, edge), static_cast<std::size_t>(references), kMostRules)) {
        full.push_back(id);
        break;
      }
    }
  }
  return full;
}

std::string of_first_ten(const char* what, std::vector<std::string> ids) {
  if (ids.size() > 10) ids.resize(10);
  return fmt::format("{}: {}", what, join(ids, ", "));
}

/// The list when it is the caller's to change.
Resource<ManagedPrefixList> require_own_list(Request& rq, const std::string& id) {
  auto list = require_prefix_list(rq.tx, place_of(rq), rq.home.settings.edge, id);
  if (list.shape.owner_id == "AWS")
    throw Error("OperationNotPermitted", 400, fmt::format("The prefix list {} is managed by AWS.", id));
  return list;
}

void require_version(const Resource<ManagedPrefixList>& list, std::int64_t version) {
  if (version != list.shape.version)
    throw Error("PrefixListVersionMismatch", 400, "The prefix list has the incorrect version number.");
}

/// Writes the list as it is now and answers it as under way, which is how AWS answers a change.
ManagedPrefixList settle(Request& rq, Resource<ManagedPrefixList>& list, const char* change) {
  list.shape.state = fmt::format("{}-complete", change);
  list.shape.state_message.reset();
  update(rq.tx, list);
  for (const std::string& vpc : references_to(rq.tx, list).vpcs) touch_vpc(rq.tx, rq.home.tasks, vpc);
  ManagedPrefixList told = list.shape;
  told.state = fmt::format("{}-in-progress", change);
  return told;
}

}  // namespace

CreateManagedPrefixListOutput Ec2::create_managed_prefix_list(Request& rq, const CreateManagedPrefixListInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "prefix-list");
  authorize_making(rq, "CreateManagedPrefixList", "prefix-list", tags);
  authorize_tagging(rq, "prefix-list", tags);

  require_list_name(in.prefix_list_name);
  require_list_size(in.max_entries);
  if (in.address_family != "IPv4" && in.address_family != "IPv6")
    throw invalid_parameter(
        fmt::format("Value ({}) for parameter addressFamily is invalid. Valid values: IPv4, IPv6.", in.address_family));
  CreateManagedPrefixListInput asked_of = in;
  asked_of.client_token.reset();
  const Json asked = wire::to_json(asked_of);
  CreateManagedPrefixListOutput out;
  if (const auto earlier = earlier_result(rq, in.client_token, asked)) {
    out.prefix_list = tagged(rq.tx, require<ManagedPrefixList>(rq.tx, place_of(rq), *earlier));
    return out;
  }
  Json entries = changed(in.address_family, Json::array(), std::vector<RemovePrefixListEntry>{},
                         in.entries.value_or(std::vector<AddPrefixListEntry>{}));
  require_room(entries, in.max_entries);
  if (ec2::list<ManagedPrefixList>(rq.tx, place_of(rq)).size() >= kMostLists)
    throw Error("PrefixListLimitExceeded", 400, "The maximum number of prefix lists has been reached.");

  auto list = make<ManagedPrefixList>(making(rq));
  list.shape.prefix_list_id = list.id;
  list.shape.prefix_list_arn = KindOf<ManagedPrefixList>::arn(list);
  list.shape.prefix_list_name = in.prefix_list_name;
  list.shape.address_family = in.address_family;
  list.shape.max_entries = in.max_entries;
  list.shape.owner_id = rq.account;
  list.shape.state = "create-complete";
  list.own["versions"] = Json::object();
  put_version(list, std::move(entries));
  create(rq.tx, list, tags);
  record_result(rq, in.client_token, asked, list.id);

  out.prefix_list = tagged(rq.tx, list);
  out.prefix_list->state = "create-in-progress";
  return out;
}

DescribeManagedPrefixListsOutput Ec2::describe_managed_prefix_lists(Request& rq,
                                                                    const DescribeManagedPrefixListsInput& in) {
  authorize(rq, "DescribeManagedPrefixLists");

  const region::Pager pager(rq, in, kListPages);
  const auto wanted = named_filters(in.filters, kManagedListsPaths);
  auto all = ec2::list<ManagedPrefixList>(rq.tx, place_of(rq));
  all.push_back(s3_prefix_list(place_of(rq), rq.home.settings.edge));
  for (const std::string& id : in.prefix_list_ids.value_or(std::vector<std::string>{}))
    require_prefix_list(rq.tx, place_of(rq), rq.home.settings.edge, id);
  std::vector<Resource<ManagedPrefixList>> found;
  for (auto& row : all) {
    const auto& ids = in.prefix_list_ids;
    if (ids && !ids->empty() && std::ranges::find(*ids, row.id) == ids->end()) continue;
    row.shape = tagged(rq.tx, row);
    if (wanted.empty() || matches_filters(wire::to_json(row.shape), wanted, kManagedListsPaths))
      found.push_back(std::move(row));
  }
  auto page = cut_page(pager, std::move(found));
  DescribeManagedPrefixListsOutput out;
  out.prefix_lists = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

GetManagedPrefixListEntriesOutput Ec2::get_managed_prefix_list_entries(Request& rq,
                                                                       const GetManagedPrefixListEntriesInput& in) {
  authorize(rq, "GetManagedPrefixListEntries", "prefix-list", in.prefix_list_id);

  const region::Pager pager(rq, in, kListPages);
  const auto list = require_prefix_list(rq.tx, place_of(rq), rq.home.settings.edge, in.prefix_list_id);
  auto entries = entries_of(list, in.target_version.value_or(*list.shape.version));
  if (!entries)
    throw Error("PrefixListVersionNotFound", 400,
                fmt::format("The prefix list {} has no version {}.", list.id, *in.target_version));
  std::vector<Placed<PrefixListEntry>> placed;
  for (PrefixListEntry& entry : *entries) placed.push_back({*entry.cidr, std::move(entry)});
  auto page = cut_page(pager, std::move(placed));
  GetManagedPrefixListEntriesOutput out;
  out.entries = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

GetManagedPrefixListAssociationsOutput Ec2::get_managed_prefix_list_associations(
    Request& rq, const GetManagedPrefixListAssociationsInput& in) {
  authorize(rq, "GetManagedPrefixListAssociations", "prefix-list", in.prefix_list_id);

  const region::Pager pager(rq, in, {.usual = 255, .least = 5, .most = 255});
  const auto list = require_own_list(rq, in.prefix_list_id);
  std::vector<Placed<PrefixListAssociation>> placed;
  for (const std::string& id : references_to(rq.tx, list).resources) {
    PrefixListAssociation association;
    association.resource_id = id;
    association.resource_owner = rq.account;
    placed.push_back({id, std::move(association)});
  }
  auto page = cut_page(pager, std::move(placed));
  GetManagedPrefixListAssociationsOutput out;
  out.prefix_list_associations = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

ModifyManagedPrefixListOutput Ec2::modify_managed_prefix_list(Request& rq, const ModifyManagedPrefixListInput& in) {
  authorize(rq, "ModifyManagedPrefixList", "prefix-list", in.prefix_list_id);

  auto list = require_own_list(rq, in.prefix_list_id);
  const auto added = in.add_entries.value_or(std::vector<AddPrefixListEntry>{});
  const auto removed = in.remove_entries.value_or(std::vector<RemovePrefixListEntry>{});
  const bool entries = !added.empty() || !removed.empty();
  if (entries && in.max_entries)
    throw Error("InvalidParameterCombination", 400,
                "You cannot modify the entries and the maximum entries for the prefix list in the same request.");
  if (entries && !in.current_version)
    throw Error("MissingParameter", 400, "The request must contain the parameter CurrentVersion");
  if (in.current_version) require_version(list, *in.current_version);
  ModifyManagedPrefixListOutput out;
  if (in.prefix_list_name) require_list_name(*in.prefix_list_name);
  if (in.max_entries) {
    require_list_size(*in.max_entries);
    require_room(list.own["versions"][std::to_string(*list.shape.version)], *in.max_entries);
    const auto full = too_small_for(rq.tx, list, static_cast<std::size_t>(*in.max_entries), rq.home.settings.edge);
    if (!full.empty()) {
      list.shape.state = "modify-failed";
      list.shape.state_message = of_first_ten("These resources do not support the new maximum size", full);
      update(rq.tx, list);
      out.prefix_list = list.shape;
      out.prefix_list->state = "modify-in-progress";
      return out;
    }
    list.shape.max_entries = in.max_entries;
  }
  if (entries) {
    Json next =
        changed(*list.shape.address_family, list.own["versions"][std::to_string(*list.shape.version)], removed, added);
    require_room(next, *list.shape.max_entries);
    put_version(list, std::move(next));
  }
  if (in.prefix_list_name) list.shape.prefix_list_name = in.prefix_list_name;

  out.prefix_list = settle(rq, list, "modify");
  return out;
}

RestoreManagedPrefixListVersionOutput Ec2::restore_managed_prefix_list_version(
    Request& rq, const RestoreManagedPrefixListVersionInput& in) {
  authorize(rq, "RestoreManagedPrefixListVersion", "prefix-list", in.prefix_list_id);

  auto list = require_own_list(rq, in.prefix_list_id);
  require_version(list, in.current_version);
  const std::string previous = std::to_string(in.previous_version);
  if (!list.own["versions"].contains(previous))
    throw Error("PrefixListVersionNotFound", 400,
                fmt::format("The prefix list {} has no version {}.", list.id, previous));
  Json entries = list.own["versions"][previous];
  require_room(entries, *list.shape.max_entries);
  put_version(list, std::move(entries));

  RestoreManagedPrefixListVersionOutput out;
  out.prefix_list = settle(rq, list, "restore");
  return out;
}

DeleteManagedPrefixListOutput Ec2::delete_managed_prefix_list(Request& rq, const DeleteManagedPrefixListInput& in) {
  authorize(rq, "DeleteManagedPrefixList", "prefix-list", in.prefix_list_id);

  auto list = require_own_list(rq, in.prefix_list_id);
  DeleteManagedPrefixListOutput out;
  // AWS takes the call and fails afterwards, which is what the state tells.
  const auto users = references_to(rq.tx, list).resources;
  if (users.empty()) {
    out.prefix_list = list.shape;
    remove(rq.tx, list);
  } else {
    list.shape.state = "delete-failed";
    list.shape.state_message =
        of_first_ten("The prefix list is in use by these resources", {users.begin(), users.end()});
    update(rq.tx, list);
    out.prefix_list = list.shape;
    out.prefix_list->state_message.reset();
  }
  out.prefix_list->state = "delete-in-progress";
  return out;
}

}  // namespace hanbat::ec2
