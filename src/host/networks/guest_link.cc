#include "host/networks/guest_link.h"

#include <fcntl.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "host/error.h"
#include "host/networks/netlink.h"
#include "os/files.h"
#include "os/namespaces.h"

namespace hanbat::host {
namespace {

/// A question to the kernel about links of the calling thread's namespace, and the payload of its answer behind the
/// fixed part of `head` bytes; empty when it refuses.
template <class Head>
std::vector<char> ask_links(int type, int answer_type, const Head& head, int attribute, Bytes value) {
  std::vector<char> out(NLMSG_HDRLEN + NLMSG_ALIGN(sizeof head) + NLA_HDRLEN + NLA_ALIGN(value.size()));
  nlmsghdr message{};
  message.nlmsg_len = static_cast<std::uint32_t>(out.size());
  message.nlmsg_type = static_cast<std::uint16_t>(type);
  message.nlmsg_flags = NLM_F_REQUEST;
  nlattr name{static_cast<std::uint16_t>(NLA_HDRLEN + value.size()), static_cast<std::uint16_t>(attribute)};
  std::memcpy(out.data(), &message, sizeof message);
  std::memcpy(out.data() + NLMSG_HDRLEN, &head, sizeof head);
  std::memcpy(out.data() + NLMSG_HDRLEN + NLMSG_ALIGN(sizeof head), &name, sizeof name);
  std::copy(value.begin(), value.end(), out.begin() + NLMSG_HDRLEN + NLMSG_ALIGN(sizeof head) + NLA_HDRLEN);
  const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  std::vector<char> in(1 << 16);
  if (!socket || ::send(socket.get(), out.data(), out.size(), 0) < 0) throw_errno("ask the kernel about links");
  const ssize_t size = ::recv(socket.get(), in.data(), in.size(), 0);
  if (size < 0) throw_errno("hear of links from the kernel");
  nlmsghdr answer{};
  if (static_cast<std::size_t>(size) < sizeof answer) return {};
  std::memcpy(&answer, in.data(), sizeof answer);
  const std::size_t begin = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof head);
  if (answer.nlmsg_type != answer_type || static_cast<std::size_t>(size) < begin) return {};
  return {in.begin() + static_cast<std::ptrdiff_t>(begin), in.begin() + size};
}

/// A number in the machine's own order of bytes.
int host_number(Bytes bytes, int otherwise) {
  if (bytes.size() != sizeof(std::int32_t)) return otherwise;
  std::int32_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

/// The number by which the calling thread's namespace knows that one; -1: it does not.
int number_of_space(int space) {
  const std::int32_t value = space;
  const std::vector<char> answer =
      ask_links(RTM_GETNSID, RTM_NEWNSID, rtgenmsg{}, NETNSA_FD, {reinterpret_cast<const char*>(&value), sizeof value});
  std::map<int, Bytes> all = attributes_of(answer);
  return host_number(all[NETNSA_NSID], -1);
}

/// Files that are network namespaces: those with names, and those of processes.
std::vector<std::string> spaces() {
  std::vector<std::string> paths;
  for (const std::string& name : list_folder("/run/netns")) paths.push_back("/run/netns/" + name);
  for (const std::string& name : list_folder("/proc"))
    if (name.find_first_not_of("0123456789") == std::string::npos) paths.push_back("/proc/" + name + "/ns/net");
  return paths;
}

}  // namespace

KernelLink link_in(const std::string& space, const std::string& name) {
  const InNetworkNamespace inside(space);
  const std::vector<char> answer =
      ask_links(RTM_GETLINK, RTM_NEWLINK, ifinfomsg{}, IFLA_IFNAME, {name.c_str(), name.size() + 1});
  if (answer.empty()) throw HostError(HostErrorCode::kNotFound, "no link " + name + " in " + space);
  std::map<int, Bytes> all = attributes_of(answer);
  KernelLink link{.peer = host_number(all[IFLA_LINK], 0), .peer_space = host_number(all[IFLA_LINK_NETNSID], -1)};
  const Bytes mac = all[IFLA_ADDRESS];
  for (std::size_t i = 0; i < link.mac.size(); ++i) link.mac[i] = byte_at(mac, i);
  return link;
}

GuestEnd guest_end(const std::string& space, const std::string& device) {
  const KernelLink link = link_in(space, device);
  const HostError off(HostErrorCode::kNotFound, "the machine of " + device + " does not run");
  if (link.peer_space < 0 || link.peer == 0) throw off;
  const InNetworkNamespace inside(space);
  std::set<std::pair<dev_t, ino_t>> seen;
  for (const std::string& path : spaces()) {
    struct stat about{};
    if (::stat(path.c_str(), &about) != 0 || !seen.insert({about.st_dev, about.st_ino}).second) continue;
    Fd candidate(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (candidate && number_of_space(candidate.get()) == link.peer_space)
      return {std::move(candidate), link.peer, link.mac};
  }
  throw off;
}

}  // namespace hanbat::host
