// Sets of DHCP options: what a VPC's leases tell its machines beside their addresses.
#include "services/ec2/networks/dhcp_options.h"

#include <algorithm>
#include <set>

#include "base/words.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

/// What a set may say.
enum class DhcpKey { kDomainName, kDnsServers, kNtpServers, kNetbiosServers, kNetbiosNodeType, kIpv6LeaseTime };

}  // namespace
}  // namespace hanbat::ec2

namespace hanbat {

template <>
constexpr auto kWords<ec2::DhcpKey> =
    std::to_array<Word<ec2::DhcpKey>>({{ec2::DhcpKey::kDomainName, "domain-name"},
                                       {ec2::DhcpKey::kDnsServers, "domain-name-servers"},
                                       {ec2::DhcpKey::kNtpServers, "ntp-servers"},
                                       {ec2::DhcpKey::kNetbiosServers, "netbios-name-servers"},
                                       {ec2::DhcpKey::kNetbiosNodeType, "netbios-node-type"},
                                       {ec2::DhcpKey::kIpv6LeaseTime, "ipv6-address-preferred-lease-time"}});

}  // namespace hanbat

namespace hanbat::ec2 {
namespace {

constexpr const char* kAmazonDns = "AmazonProvidedDNS";
constexpr const char* kNoOptions = "default";  // the id by which a VPC is told to have none
constexpr std::size_t kMostServers = 4;
constexpr std::size_t kMostSets = 100;

constexpr FilterPath kDhcpPaths[] = {{"dhcp-options-id", "DhcpOptionsId"},
                                     {"key", "DhcpConfigurations.Key"},
                                     {"value", "DhcpConfigurations.Values.Value"},
                                     {"owner-id", "OwnerId"}};

Error wrong_value(const std::string& key, const std::string& value) {
  return invalid_parameter(fmt::format("Value ({}) for parameter {} is invalid.", value, key));
}

/// The domains of a value: some systems take several, with spaces between.
std::vector<std::string> domains_in(const std::string& value) {
  auto domains = split(value, ' ');
  std::erase(domains, "");
  for (std::string& domain : domains) domain = lower(domain);
  return domains;
}

bool is_domain(std::string_view name) {
  if (name.empty() || name.size() > 253 || name.front() == '.' || name.front() == '-' || name.back() == '.')
    return false;
  return std::ranges::all_of(name, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

void check_servers(Request& rq, const std::string& key, const std::vector<std::string>& values) {
  if (values.size() > kMostServers)
    throw invalid_parameter(fmt::format("No more than {} values can be specified for {}.", kMostServers, key));
  for (const std::string& value : values) {
    if (key == word_of(DhcpKey::kDnsServers) && value == kAmazonDns) continue;
    if (value.find(':') != std::string::npos && key != word_of(DhcpKey::kNetbiosServers))
      throw not_done(rq, key + " of IPv6");
    if (!parse_ipv4(value)) throw wrong_value(key, value);
  }
}

void check_values(Request& rq, const std::string& key, const std::vector<std::string>& values) {
  const auto known = find_word<DhcpKey>(key);
  if (!known)
    throw invalid_parameter(fmt::format("Value ({}) for parameter name is invalid. Unknown DHCP option", key));
  if (values.empty()) throw missing_parameter("DhcpConfiguration.Value");
  const bool one_value = *known == DhcpKey::kDomainName || *known == DhcpKey::kNetbiosNodeType;
  if (one_value && values.size() != 1)
    throw invalid_parameter(fmt::format("Exactly one value must be specified for {}.", key));
  switch (*known) {
    case DhcpKey::kDomainName: {
      const auto domains = domains_in(values.front());
      if (domains.empty() || domains.size() > 10 || !std::ranges::all_of(domains, is_domain))
        throw wrong_value(key, values.front());
      break;
    }
    case DhcpKey::kNetbiosNodeType:
      if (!std::set<std::string>{"1", "2", "4", "8"}.contains(values.front())) throw wrong_value(key, values.front());
      break;
    case DhcpKey::kIpv6LeaseTime:
      throw not_done(rq, key);
    case DhcpKey::kDnsServers:
    case DhcpKey::kNtpServers:
    case DhcpKey::kNetbiosServers:
      check_servers(rq, key, values);
      break;
  }
}

DhcpConfiguration configuration(const std::string& key, const std::vector<std::string>& values) {
  DhcpConfiguration out;
  out.key = key;
  auto& kept = out.values.emplace();
  for (const std::string& value : values) kept.emplace_back().value = value;
  return out;
}

std::vector<std::string> values_of(const DhcpConfiguration& setting) {
  std::vector<std::string> values;
  for (const AttributeValue& value : setting.values.value_or(std::vector<AttributeValue>{}))
    values.push_back(value.value.value_or(""));
  return values;
}

/// What AWS gives each region.
std::vector<DhcpConfiguration> regions_own(std::string_view region) {
  return {configuration("domain-name", {internal_domain(region)}), configuration("domain-name-servers", {kAmazonDns})};
}

bool is_regions_own(const Resource<DhcpOptions>& row) {
  const auto& settings = *row.shape.dhcp_configurations;
  const auto own = regions_own(row.place.region);
  return std::ranges::equal(settings, own, [](const DhcpConfiguration& a, const DhcpConfiguration& b) {
    return a.key == b.key && values_of(a) == values_of(b);
  });
}

}  // namespace

std::string internal_domain(std::string_view region) {
  return region == "us-east-1" ? "ec2.internal" : fmt::format("{}.compute.internal", region);
}

std::string default_dhcp_options(const Making& at) {
  for (const auto& row : list<DhcpOptions>(at.tx, at.place))
    if (is_regions_own(row)) return row.id;
  auto options = make<DhcpOptions>(at);
  options.shape.dhcp_options_id = options.id;
  options.shape.owner_id = at.place.account;
  options.shape.dhcp_configurations = regions_own(at.place.region);
  create(at.tx, options);
  return options.id;
}

host::Dhcp render_dhcp(store::Tx& tx, const Resource<Vpc>& vpc) {
  host::Dhcp dhcp;
  const auto options = find<DhcpOptions>(tx, vpc.shape.dhcp_options_id.value_or(""));
  if (!options) return dhcp;
  const std::string resolver = ipv4_text(parse_cidr(*vpc.shape.cidr_block)->base + 2);
  for (const DhcpConfiguration& setting : *options->shape.dhcp_configurations) {
    const auto values = values_of(setting);
    switch (require_word<DhcpKey>(setting.key.value_or(""))) {
      case DhcpKey::kDomainName:
        dhcp.domains = domains_in(values.front());
        break;
      case DhcpKey::kDnsServers:
        // A VPC without DNS support has no resolver to name.
        for (const std::string& value : values)
          if (value != kAmazonDns)
            dhcp.dns_servers.push_back(value);
          else if (vpc.own.flag("dns_support", true))
            dhcp.dns_servers.push_back(resolver);
        break;
      case DhcpKey::kNtpServers:
        dhcp.ntp_servers = values;
        break;
      case DhcpKey::kNetbiosServers:
        dhcp.netbios_name_servers = values;
        break;
      case DhcpKey::kNetbiosNodeType:
        dhcp.netbios_node_type = static_cast<int>(*parse_int(values.front()));
        break;
      case DhcpKey::kIpv6LeaseTime:
        break;
    }
  }
  return dhcp;
}

CreateDhcpOptionsOutput Ec2::create_dhcp_options(Request& rq, const CreateDhcpOptionsInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "dhcp-options");
  authorize_making(rq, "CreateDhcpOptions", "dhcp-options", tags);
  authorize_tagging(rq, "dhcp-options", tags);

  prepare(rq);
  if (in.dhcp_configurations.empty()) throw missing_parameter("DhcpConfiguration");
  std::set<std::string> keys;
  std::vector<DhcpConfiguration> settings;
  for (const NewDhcpConfiguration& one : in.dhcp_configurations) {
    const std::string key = one.key.value_or("");
    const auto values = one.values.value_or(std::vector<std::string>{});
    check_values(rq, key, values);
    if (!keys.insert(key).second) throw invalid_parameter(fmt::format("The DHCP option {} is specified twice.", key));
    settings.push_back(configuration(key, values));
  }
  if (list<DhcpOptions>(rq.tx, place_of(rq)).size() >= kMostSets)
    throw Error("DhcpOptionsLimitExceeded", 400, "The maximum number of DHCP options sets has been reached.");

  auto options = make<DhcpOptions>(making(rq));
  options.shape.dhcp_options_id = options.id;
  options.shape.owner_id = rq.account;
  options.shape.dhcp_configurations = std::move(settings);
  create(rq.tx, options, tags);

  CreateDhcpOptionsOutput out;
  out.dhcp_options = tagged(rq.tx, options);
  return out;
}

DescribeDhcpOptionsOutput Ec2::describe_dhcp_options(Request& rq, const DescribeDhcpOptionsInput& in) {
  authorize(rq, "DescribeDhcpOptions");
  prepare(rq);
  auto page = describe<DhcpOptions>(rq, in, in.dhcp_options_ids, in.filters, kDhcpPaths);
  DescribeDhcpOptionsOutput out;
  out.dhcp_options = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

AssociateDhcpOptionsOutput Ec2::associate_dhcp_options(Request& rq, const AssociateDhcpOptionsInput& in) {
  authorize(rq, "AssociateDhcpOptions", "vpc", in.vpc_id);
  if (in.dhcp_options_id != kNoOptions) authorize(rq, "AssociateDhcpOptions", "dhcp-options", in.dhcp_options_id);

  auto vpc = require<Vpc>(rq.tx, place_of(rq), in.vpc_id);
  if (in.dhcp_options_id != kNoOptions) require<DhcpOptions>(rq.tx, place_of(rq), in.dhcp_options_id);

  vpc.shape.dhcp_options_id = in.dhcp_options_id;
  update(rq.tx, vpc);
  touch_vpc(rq.tx, home_.tasks, vpc.id);
  return {};
}

DeleteDhcpOptionsOutput Ec2::delete_dhcp_options(Request& rq, const DeleteDhcpOptionsInput& in) {
  authorize(rq, "DeleteDhcpOptions", "dhcp-options", in.dhcp_options_id);

  const auto options = require<DhcpOptions>(rq.tx, place_of(rq), in.dhcp_options_id);
  for (const auto& vpc : list<Vpc>(rq.tx, place_of(rq)))
    if (vpc.shape.dhcp_options_id == options.id)
      throw dependency_violation(
          fmt::format("The dhcpOptions '{}' has dependencies and cannot be deleted.", options.id));

  remove(rq.tx, options);
  return {};
}

}  // namespace hanbat::ec2
