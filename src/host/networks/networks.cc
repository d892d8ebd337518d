// Applying specs. The order of a change: addresses and routes, then the filter in one step, then names; so nothing is
// ever open that should be closed: a new namespace has no way in before its ruleset is there.
#include "host/networks/networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/json.h"
#include "base/text.h"
#include "host/codec.h"
#include "host/error.h"
#include "host/firewall/firewall.h"
#include "host/networks/kernel.h"
#include "host/networks/link_managers.h"
#include "host/networks/saved_spec.h"
#include "host/networks/traffic.h"
#include "host/s3_address.h"
#include "os/files.h"
#include "os/foreign_address.h"
#include "os/namespaces.h"
#include "os/process.h"
#include "os/sockets.h"

namespace hanbat::host {
namespace {

Json to_json(const std::set<std::string>& lines) {
  Json out = Json::array();
  for (const auto& line : lines) out.push_back(line);
  return out;
}

std::set<std::string> lines_of(const Json& json) {
  std::set<std::string> lines;
  for (const auto& line : json.items()) lines.insert(line.as_string());
  return lines;
}

}  // namespace

Networks::Networks(std::string folder, const EdgeRange& range) : folder_(std::move(folder)), range_(range) {
  make_folders(folder_ + "/vpcs");
  make_folders(folder_ + "/counts");
  for (const std::string& file : list_folder(folder_ + "/counts"))
    if (file.ends_with(".json")) book_of(file.substr(0, file.size() - 5));
}

Networks::~Networks() {
  stop_.set();
  if (watcher_.joinable()) watcher_.join();
}

void Networks::start() {
  std::lock_guard lock(mutex_);
  make_edge();
  for (const auto& id : list_folder(folder_ + "/vpcs")) load(id);
  for (const auto& [id, vpc] : std::map(vpcs_)) apply_locked(vpc.spec);
  adopt_locked(Arrival::kAny);
  try {
    open_gates();
  } catch (const std::exception& error) {
    failure_ = error.what();  // tried again by the watcher; the region itself is not held up by it
  }
  watcher_ = std::thread([this] { watch_links(); });
}

void Networks::make_edge() {
  const std::string edge = folder_ + "/edge";
  make_folders(edge);
  if (!path_exists(edge + "/before.json")) {
    const std::string routes = run_checked({"ip", "route", "show", "exact", range_.text()});
    write_file_atomic(
        edge + "/before.json",
        Json::object({{"ip_forward", read_sysctl("ipv4/ip_forward")}, {"blackhole", !trim(routes).empty()}}).dump());
  }
  const Json before = Json::parse(read_file(edge + "/before.json"));
  keep_managers_off();
  add_namespace(kEdge);
  // A namespace that was removed by hand lives on, with its links, as long as somebody listens in it.
  if (!link_exists(kEdge, "host")) try_ip("", fmt::format("link delete {}\n", kEdge));
  if (!link_exists("", kEdge)) run_ip("", fmt::format("link add {} type veth peer name host netns {}\n", kEdge, kEdge));
  run_ip(kEdge,
         fmt::format("address replace {}/32 dev lo\naddress replace {}/32 dev lo\naddress replace {}/30 dev host\n"
                     "link set host up\n",
                     range_.endpoint(), s3_address(range_), range_.edge()));
  run_ip("", fmt::format("address replace {}/30 dev {}\nlink set {} up\n", range_.host(), kEdge, kEdge));
  run_ip(kEdge, fmt::format("route replace default via {} dev host\nroute replace unreachable {}\n", range_.host(),
                            range_.text()));
  if (!before.flag("blackhole")) run_ip("", fmt::format("route replace blackhole {}\n", range_.text()));
  run_nft(kEdge, nft_of_edge(range_));
  others_forward_ = others_forward();
  const bool was_on = before.text("ip_forward") == "1";
  run_nft("", nft_of_host(was_on || others_forward_ ? Forwarding::kWasOn : Forwarding::kWasOff, range_));
  if (!was_on) write_sysctl("", "ipv4/ip_forward", "1");
  run_ip("", fmt::format("route replace {} via {} dev {}\nroute replace {} via {} dev {}\n", range_.own().text(),
                         range_.edge(), kEdge, range_.public_range().text(), range_.edge(), kEdge));
  start_resolver_of_host();
}

void Networks::apply(const VpcSpec& spec) {
  std::lock_guard lock(mutex_);
  apply_locked(spec);
  adopt_locked(Arrival::kOnlyWithCarrier);
}

void Networks::apply_locked(const VpcSpec& spec) {
  Vpc& vpc = vpcs_[spec.id];
  vpc.spec = spec;
  number(spec, vpc.numbers);
  make_namespace(vpc);
  const std::string name = namespace_name(spec.id);
  // Written down before the kernel is touched: a change cut off half way is then done again as a whole.
  save(vpc);

  const KernelLines wanted = kernel_lines(spec, vpc.numbers, range_);
  const std::string ruleset = nft_of_vpc(spec, range_), traffic = nft_of_traffic(spec, range_);
  apply_difference(name, "address", vpc.lines.addresses, wanted.addresses);
  vpc.lines.addresses = wanted.addresses;
  const std::string changed = (ruleset != vpc.ruleset ? ruleset : "") + (traffic != vpc.traffic ? traffic : "");
  if (!changed.empty()) run_nft(name, changed);
  if (ruleset != vpc.ruleset) vpc.rules_seen.clear();
  vpc.ruleset = ruleset;
  vpc.traffic = traffic;
  // Routes through a machine's NIC wait until it is there.
  std::set<std::string> routes = wanted.routes;
  for (const auto& interface : spec.interfaces)
    if (interface.attachment == Attachment::kMachine)
      for (auto it = routes.begin(); it != routes.end();)
        it = it->find(" dev " + device_name(interface.id) + " ") != std::string::npos &&
                     !link_exists(name, device_name(interface.id))
                 ? routes.erase(it)
                 : std::next(it);
  apply_difference(name, "route", vpc.lines.routes, routes);
  vpc.lines.routes = routes;
  apply_difference(name, "rule", vpc.lines.rules, wanted.rules);
  vpc.lines.rules = wanted.rules;
  remove_stray_links(spec);
  const std::set<std::string> at_edge = edge_routes(spec, vpc.numbers, range_);
  apply_difference(kEdge, "route", vpc.edge_routes, at_edge);
  vpc.edge_routes = at_edge;
  apply_dns(vpc, dnsmasq_of_vpc(spec, folder_of(spec.id), range_));
  tell_host_balancers();
  save(vpc);
}

/// The outer end of a NIC stays when its machine goes, and would be there for ever.
void Networks::remove_stray_links(const VpcSpec& spec) {
  const std::string name = namespace_name(spec.id);
  std::set<std::string> wanted;
  for (const auto& interface : spec.interfaces) wanted.insert(device_name(interface.id));
  std::string deletes;
  for (const std::string& line : split(run_checked({"ip", "-n", name, "-brief", "link"}), '\n')) {
    const std::string link = line.substr(0, line.find_first_of("@ "));
    if (link.starts_with("hb-") && !wanted.contains(link)) deletes += "link delete " + link + "\n";
  }
  try_ip(name, deletes);
}

void Networks::make_namespace(Vpc& vpc) {
  const std::string name = namespace_name(vpc.spec.id);
  const std::string link = edge_link_name(vpc.numbers);
  if (namespace_exists(name) && link_exists(name, "edge") && link_exists(kEdge, link)) return;
  stop_resolvers(vpc.spec.id);
  vpc.lines = {};
  vpc.edge_routes.clear();
  vpc.ruleset.clear();
  vpc.traffic.clear();
  vpc.dnsmasq = {};
  try_ip(kEdge, fmt::format("link delete {}\n", link));
  add_namespace(name);
  try_ip(name, "link delete edge\n");
  run_ip(name, fmt::format("link add edge type veth peer name {} netns {}\nlink set edge up\n", link, kEdge));
  run_ip(kEdge, fmt::format("address replace {}/32 dev {}\nlink set {} up\n", kEdgeGateway, link, link));
}

void Networks::number(const VpcSpec& spec, VpcNumbers& numbers) {
  const auto lowest_free = [](int first, const auto& taken) {
    while (taken(first)) ++first;
    return first;
  };
  if (numbers.link == 0)
    numbers.link = lowest_free(1, [&](int n) {
      return std::any_of(vpcs_.begin(), vpcs_.end(), [&](const auto& one) { return one.second.numbers.link == n; });
    });
  std::erase_if(numbers.tables, [&](const auto& one) {
    return std::none_of(spec.route_tables.begin(), spec.route_tables.end(),
                        [&](const RouteTable& table) { return table.id == one.first; });
  });
  for (const auto& table : spec.route_tables)
    if (!numbers.tables.contains(table.id))
      numbers.tables[table.id] = lowest_free(1000, [&](int n) {
        return std::any_of(numbers.tables.begin(), numbers.tables.end(),
                           [&](const auto& one) { return one.second == n; });
      });
}

void Networks::remove(const std::string& id) {
  std::lock_guard lock(mutex_);
  const auto found = vpcs_.find(id);
  if (found != vpcs_.end()) {
    count_before_its_end(found->second);
    remove_from_kernel(found->second);
    vpcs_.erase(found);
    tell_host_balancers();
  }
  remove_tree(folder_of(id));
}

void Networks::remove_from_kernel(Vpc& vpc) {
  stop_resolvers(vpc.spec.id);
  try_ip(kEdge, fmt::format("link delete {}\n", edge_link_name(vpc.numbers)));
  delete_namespace(namespace_name(vpc.spec.id));
}

std::vector<std::string> Networks::list() {
  std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, vpc] : vpcs_) ids.push_back(id);
  return ids;
}

std::vector<VpcState> Networks::states() {
  std::lock_guard lock(mutex_);
  std::vector<VpcState> states = {{"", kOwnAccount, identity_of(kEdge)}};
  for (const auto& [id, vpc] : vpcs_) states.push_back({id, vpc.spec.account, identity_of(namespace_name(id))});
  return states;
}

Fd Networks::listen(const ListenSpec& spec) {
  const std::string name = spec.vpc_id.empty() ? kEdge : namespace_name(spec.vpc_id);
  if (!namespace_exists(name)) throw HostError(HostErrorCode::kNotFound, "no VPC " + spec.vpc_id);
  const InNetworkNamespace inside(name);
  const auto port = static_cast<std::uint16_t>(spec.port);
  if (!spec.vpc_id.empty() && spec.address == s3_address(range_)) return listen_tcp_on_foreign(spec.address, port);
  return listen_tcp(spec.address, port);
}

void Networks::adopt_interfaces(Arrival arrival) {
  std::lock_guard lock(mutex_);
  adopt_locked(arrival);
}

void Networks::adopt_locked(Arrival arrival) {
  std::set<std::string> here;
  for (const auto& link : list_folder("/sys/class/net"))
    if (link.starts_with("hb-") && link != kEdge) here.insert(link);
  if (here.empty()) return;
  std::string failure;
  for (auto& [id, vpc] : vpcs_)
    for (const auto& interface : vpc.spec.interfaces) {
      const std::string device = device_name(interface.id);
      if (interface.attachment != Attachment::kMachine || !here.contains(device)) continue;
      if (arrival == Arrival::kOnlyWithCarrier) {
        // Before its guest has brought the NIC up, Incus may still be at work on it.
        try {
          if (trim(read_file("/sys/class/net/" + device + "/carrier")) != "1") continue;
        } catch (const std::exception&) {
          continue;
        }
      }
      try {
        place_interface(vpc, interface);
      } catch (const HostError& error) {
        failure = error.what();  // of one machine: the others' NICs have their turn
      }
    }
  if (!failure.empty()) throw HostError(HostErrorCode::kFailed, failure);
}

void Networks::place_interface(const Vpc& vpc, const Interface& interface) {
  const std::string name = namespace_name(vpc.spec.id);
  const std::string device = device_name(interface.id);
  // The NIC of the guest's last life may still be there: the kernel takes its time to clear a namespace away.
  if (link_exists(name, device)) try_ip(name, fmt::format("link delete {}\n", device));
  run_ip("", fmt::format("link set {} netns {}\n", device, name));
  write_sysctl(name, "ipv4/conf/" + device + "/proxy_arp", "1");
  write_sysctl(name, "ipv4/neigh/" + device + "/proxy_delay", "0");
  std::string batch = interface_batch(vpc.spec, interface);
  for (const auto& line : kernel_lines(vpc.spec, vpc.numbers, range_).routes)
    if (line.find(" dev " + device + " ") != std::string::npos) batch += "route replace " + line + "\n";
  run_ip(name, batch);
}

void Networks::save(Vpc& vpc) {
  const std::string folder = folder_of(vpc.spec.id);
  make_folders(folder);
  Json tables = Json::object();
  for (const auto& [id, number] : vpc.numbers.tables) tables[id] = number;
  // Each durable write costs some milliseconds, and most of what is applied changes little.
  const auto write = [&](const char* name, std::string& last, std::string now) {
    if (now == last) return;
    write_file_atomic(folder + name, now);
    last = std::move(now);
  };
  write("/spec.json", vpc.saved_spec, encode(vpc.spec).dump());
  write("/applied.json", vpc.saved_applied,
        Json::object({{"namespace", identity_of(namespace_name(vpc.spec.id))},
                      {"edge", identity_of(kEdge)},
                      {"link", vpc.numbers.link},
                      {"tables", tables},
                      {"addresses", to_json(vpc.lines.addresses)},
                      {"routes", to_json(vpc.lines.routes)},
                      {"rules", to_json(vpc.lines.rules)},
                      {"edge_routes", to_json(vpc.edge_routes)},
                      {"ruleset", vpc.ruleset},
                      {"config", vpc.dnsmasq.config},
                      {"names", vpc.dnsmasq.names},
                      {"hosts", vpc.dnsmasq.hosts},
                      {"leases", vpc.dnsmasq.leases}})
            .dump());
}

void Networks::load(const std::string& id) {
  const auto spec = find_file(folder_of(id) + "/spec.json");
  const auto applied = find_file(folder_of(id) + "/applied.json");
  if (!spec || !applied) return remove_tree(folder_of(id));
  Vpc vpc;
  vpc.spec = read_saved_spec(*spec);
  const Json was = Json::parse(*applied);
  vpc.numbers.link = static_cast<int>(was.integer("link"));
  for (const auto& [table, number] : was["tables"].members())
    vpc.numbers.tables[table] = static_cast<int>(number.as_int());
  if (was.text("namespace") == identity_of(namespace_name(id)) && was.text("edge") == identity_of(kEdge)) {
    vpc.lines = {lines_of(was["addresses"]), lines_of(was["routes"]), lines_of(was["rules"])};
    vpc.edge_routes = lines_of(was["edge_routes"]);
    vpc.ruleset = was.text("ruleset");
    vpc.dnsmasq = {was.text("config"), was.text("names"), was.text("hosts"), was.text("leases")};
  }
  vpcs_[id] = std::move(vpc);
}

void Networks::down(const std::function<void(const std::string&)>& progress) {
  stop_.set();
  if (watcher_.joinable()) watcher_.join();
  std::lock_guard lock(mutex_);
  for (auto& [id, vpc] : vpcs_) {
    count_before_its_end(vpc);
    remove_from_kernel(vpc);
    vpc = Vpc{.spec = vpc.spec,
              .numbers = vpc.numbers,
              .lines = {},
              .edge_routes = {},
              .ruleset = "",
              .traffic = "",
              .dnsmasq = {},
              .rules_seen = "",
              .saved_spec = "",
              .saved_applied = ""};
    save(vpc);
    progress("removed the network of " + id);
  }
  const std::string edge = folder_ + "/edge";
  stop_dnsmasq(edge);
  try_ip("", fmt::format("link delete {}\n", kEdge));
  delete_namespace(kEdge);
  close_firewall();
  run_nft("", "table ip hanbat\ndelete table ip hanbat\n");
  if (const auto text = find_file(edge + "/before.json")) {
    const Json before = Json::parse(*text);
    // Whoever came meanwhile and forwards packets found forwarding on, and would be cut off.
    if (before.text("ip_forward") != "1" && !others_forward()) write_sysctl("", "ipv4/ip_forward", "0");
    if (!before.flag("blackhole")) try_ip("", fmt::format("route delete blackhole {}\n", range_.text()));
    remove_tree(edge + "/before.json");
  }
  let_managers_go();
  progress("removed the edge");
}

}  // namespace hanbat::host
