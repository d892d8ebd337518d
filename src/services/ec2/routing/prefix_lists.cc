// AWS's own prefix lists, and how calls tell of them.
#include "services/ec2/routing/prefix_lists.h"

#include <array>

#include "crypto/digest.h"
#include "host/s3_address.h"
#include "services/ec2/ec2.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kPrefixListsPaths[] = {{"prefix-list-id", "PrefixListId"}, {"prefix-list-name", "PrefixListName"}};

/// As AWS's regions have them; another region's id is derived from its name.
std::string s3_list_id(std::string_view region) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kKnown{
      {{"ap-northeast-1", "pl-61a54008"},
       {"ap-northeast-2", "pl-78a54011"},
       {"ap-southeast-1", "pl-6fa54006"},
       {"eu-central-1", "pl-6ea54007"},
       {"eu-west-1", "pl-6da54004"},
       {"us-east-1", "pl-63a5400a"},
       {"us-east-2", "pl-7ba54012"},
       {"us-west-2", "pl-68a54001"}}};
  for (const auto& [name, id] : kKnown)
    if (name == region) return std::string(id);
  return "pl-" + crypto::sha256_hex(s3_service(region)).substr(0, 8);
}

}  // namespace

std::string s3_service(std::string_view region) { return fmt::format("com.amazonaws.{}.s3", region); }

Resource<ManagedPrefixList> s3_prefix_list(const Place& place, const host::EdgeRange& edge) {
  Resource<ManagedPrefixList> list;
  list.id = s3_list_id(place.region);
  list.place = place;
  list.shape.prefix_list_id = list.id;
  list.shape.prefix_list_arn = fmt::format("arn:aws:ec2:{}:aws:prefix-list/{}", place.region, list.id);
  list.shape.prefix_list_name = s3_service(place.region);
  list.shape.address_family = "IPv4";
  list.shape.owner_id = "AWS";
  list.shape.state = "create-complete";
  list.shape.version = 1;
  list.own["versions"] = Json::object(
      {{"1", Json::array({Json::object({{"cidr", host::s3_address(edge) + "/32"}, {"description", ""}})})}});
  return list;
}

std::optional<Resource<ManagedPrefixList>> find_prefix_list(store::Tx& tx, const Place& place,
                                                            const host::EdgeRange& edge, std::string_view id) {
  auto s3 = s3_prefix_list(place, edge);
  if (s3.id == id) return s3;
  return find<ManagedPrefixList>(tx, place, id);
}

Resource<ManagedPrefixList> require_prefix_list(store::Tx& tx, const Place& place, const host::EdgeRange& edge,
                                                std::string_view id) {
  if (auto found = find_prefix_list(tx, place, edge, id)) return *std::move(found);
  return require<ManagedPrefixList>(tx, place, id);
}

std::optional<std::vector<PrefixListEntry>> entries_of(const Resource<ManagedPrefixList>& list, std::int64_t version) {
  const Json& versions = list.own["versions"];
  const std::string key = std::to_string(version);
  if (!versions.contains(key)) return std::nullopt;
  std::vector<PrefixListEntry> entries;
  for (const Json& one : versions[key].items()) {
    PrefixListEntry& entry = entries.emplace_back();
    entry.cidr = one.text("cidr");
    if (!one.text("description").empty()) entry.description = one.text("description");
  }
  return entries;
}

std::vector<std::string> blocks_of(const Resource<ManagedPrefixList>& list) {
  std::vector<std::string> blocks;
  if (list.shape.address_family != "IPv4") return blocks;
  const auto entries = entries_of(list, *list.shape.version);
  for (const PrefixListEntry& entry : *entries) blocks.push_back(*entry.cidr);
  return blocks;
}

std::size_t weight_of(const Resource<ManagedPrefixList>& list) {
  return static_cast<std::size_t>(list.shape.max_entries.value_or(1));
}

namespace {

std::size_t weight_of_id(store::Tx& tx, const Place& place, const host::EdgeRange& edge,
                         const std::optional<std::string>& id) {
  const auto list = id ? find_prefix_list(tx, place, edge, *id) : std::nullopt;
  return list ? weight_of(*list) : 1;
}

}  // namespace

std::size_t routes_counted(store::Tx& tx, const Resource<RouteTable>& table, const host::EdgeRange& edge) {
  std::size_t count = 0;
  for (const Route& route : *table.shape.routes)
    count += weight_of_id(tx, table.place, edge, route.destination_prefix_list_id);
  return count;
}

std::size_t rules_counted(store::Tx& tx, const std::vector<Resource<SecurityGroupRule>>& rules,
                          const host::EdgeRange& edge) {
  std::size_t count = 0;
  for (const auto& rule : rules) count += weight_of_id(tx, rule.place, edge, rule.shape.prefix_list_id);
  return count;
}

DescribePrefixListsOutput Ec2::describe_prefix_lists(Request& rq, const DescribePrefixListsInput& in) {
  authorize(rq, "DescribePrefixLists");

  const region::Pager pager(rq, in, {.usual = 100, .least = 1, .most = 1000});
  const auto wanted = named_filters(in.filters, kPrefixListsPaths);
  const auto s3 = s3_prefix_list(place_of(rq), rq.home.settings.edge);
  for (const std::string& id : in.prefix_list_ids.value_or(std::vector<std::string>{}))
    if (id != s3.id)
      throw Error("InvalidPrefixListId.NotFound", 400, fmt::format("The prefix list ID '{}' does not exist", id));
  PrefixList shape;
  shape.prefix_list_id = s3.id;
  shape.prefix_list_name = s3.shape.prefix_list_name;
  shape.cidrs = {{host::s3_address(rq.home.settings.edge) + "/32"}};
  std::vector<Placed<PrefixList>> found;
  if (wanted.empty() || matches_filters(wire::to_json(shape), wanted, kPrefixListsPaths))
    found.push_back({s3.id, std::move(shape)});
  auto page = cut_page(pager, std::move(found));
  DescribePrefixListsOutput out;
  out.prefix_lists = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
