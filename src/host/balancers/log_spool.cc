#include "host/balancers/log_spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/text.h"
#include "host/balancers/haproxy_logs.h"
#include "host/balancers/log_record.h"
#include "host/error.h"
#include "os/files.h"
#include "os/namespaces.h"

namespace hanbat::host {
namespace {

constexpr const char* kCurrent = "current";
constexpr const char* kQueueLength = "/proc/sys/net/unix/max_dgram_qlen";
constexpr int kUrgency = -15;                 // of a thread; the least is 19
constexpr const char* kQueued = "4096";       // a worker does not wait: what finds no place in the queue is lost
constexpr std::size_t kMostAtOnce = 1 << 20;  // bytes of one place, before others have their turn

std::int64_t size_of(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

void write_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno("cannot write a balancer's records");
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
}

/// "<seconds>-<lost>-<random>", of as many digits each, so that their order is that of their names.
std::string batch_name(std::int64_t lost) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("{:016}-{:09}-{}", std::chrono::duration_cast<std::chrono::microseconds>(now).count(), lost,
                     random_hex(8));
}

/// The oldest batch of a folder, or "".
std::string oldest_batch(const std::string& folder) {
  for (const std::string& name : list_folder(folder))
    if (name != kCurrent && split(name, '-').size() == 3) return name;
  return "";
}

Fd open_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw HostError(HostErrorCode::kFailed, "too long a path: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  remove_tree(path);
  Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw_errno("cannot bind " + path);
  // A worker may send to it and do nothing else there: the folder is root's.
  if (::chmod(path.c_str(), 0622) != 0) throw_errno("chmod " + path);
  return fd;
}

/// How long its queue may be is a setting of the namespace that it is made in; this machine's own stays as it is.
Fd open_socket_in(const std::string& space, const std::string& path) {
  if (space.empty()) return open_socket(path);
  const InNetworkNamespace inside(space);
  if (const Fd setting(::open(kQueueLength, O_WRONLY | O_CLOEXEC)); setting)
    if (::write(setting.get(), kQueued, std::strlen(kQueued)) < 0)
      spdlog::debug("the queue of records stays as long as it is");
  return open_socket(path);
}

}  // namespace

LogSpool::LogSpool(std::string folder, SpoolLimits limits)
    : folder_(std::move(folder)), limits_(limits), wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wakeup_) throw_errno("eventfd");
  make_folders(folder_, 0700);
  reader_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
}

LogSpool::~LogSpool() {
  reader_.request_stop();
  wake();
}

void LogSpool::wake() const {
  const std::uint64_t one = 1;
  if (::write(wakeup_.get(), &one, sizeof one) < 0) return;  // it is awake
}

void LogSpool::listen(const std::string& place, const std::string& path, const std::string& space,
                      const std::vector<Balancer>& balancers) {
  const std::lock_guard lock(mutex_);
  Place& here = places_[place];
  keep_what_came(here);  // as long as it is known whose it is
  here.balancers.clear();
  for (const Balancer& balancer : balancers)
    if (balancer.logs != BalancerLogs::kNone)
      for (const BalancerListener& listener : balancer.listeners) here.balancers[listener.id] = balancer.id;
  if (here.balancers.empty()) {
    places_.erase(place);
    remove_tree(path);
    return;
  }
  if (here.socket && here.path == path && here.space == space && path_exists(path)) return;
  here.path = path;
  here.space = space;
  here.socket = open_socket_in(space, path);
  wake();
}

void LogSpool::stop_listening(const std::string& place) {
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(place); found != places_.end()) {
    keep_what_came(found->second);
    places_.erase(found);
  }
}

void LogSpool::read(const std::stop_token& stop) {
  // As soon as anything is there: a worker's queue holds some hundred records, and it does not wait. On a busy machine
  // a thread like others comes milliseconds later, which a burst of requests does not bear.
  const sched_param least{.sched_priority = 1};
  if (::sched_setscheduler(0, SCHED_RR, &least) != 0)
    spdlog::info("records of balancers are read like all else is done; bursts may lose some");
  while (!stop.stop_requested()) {
    std::vector<pollfd> waiting{{.fd = wakeup_.get(), .events = POLLIN, .revents = 0}};
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [name, place] : places_)
        if (place.socket) waiting.push_back({.fd = place.socket.get(), .events = POLLIN, .revents = 0});
    }
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
    std::uint64_t woken = 0;
    if (::read(wakeup_.get(), &woken, sizeof woken) > 0) continue;
    receive_all();
  }
  receive_all();  // what came before the end
}

void LogSpool::receive_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, place] : places_) keep_what_came(place);
}

void LogSpool::keep_what_came(Place& place) {
  if (!place.socket) return;
  std::map<std::string, std::string> gathered;
  receive(place, gathered);
  for (const auto& [balancer, lines] : gathered) {
    try {
      append(balancer, lines);
    } catch (const std::exception& error) {
      const auto count = std::count(lines.begin(), lines.end(), '\n');
      spools_[balancer].lost += count;
      spools_[balancer].lost_ever += count;
      spdlog::warn("records of load balancer {} are lost: {}", balancer, error.what());
    }
  }
}

/// What is no record, or of no listener that has logs here, is passed over: a worker may be in a stranger's hands.
void LogSpool::receive(Place& place, std::map<std::string, std::string>& gathered) {
  char buffer[kLongestRecord + 512];
  for (std::size_t taken = 0; taken < kMostAtOnce;) {
    const ssize_t size = ::recv(place.socket.get(), buffer, sizeof buffer, MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return;
    taken += static_cast<std::size_t>(size) + 1;
    if (size > static_cast<ssize_t>(sizeof buffer)) continue;
    std::string_view line(buffer, static_cast<std::size_t>(size));
    if (line.ends_with('\n')) line.remove_suffix(1);
    const auto found = place.balancers.find(listener_of_record(line));
    if (found == place.balancers.end()) continue;
    (gathered[found->second] += line) += '\n';
  }
}

LogSpool::Spool& LogSpool::spool_of(const std::string& balancer) {
  const auto [there, is_new] = spools_.try_emplace(balancer);
  Spool& spool = there->second;
  if (!spool.current) {
    const std::string folder = folder_ + "/" + balancer;
    make_folders(folder, 0700);
    spool.bytes = 0;
    for (const std::string& name : list_folder(folder)) spool.bytes += size_of(folder + "/" + name);
    spool.current = open_file(folder + "/" + kCurrent, O_WRONLY | O_CREAT | O_APPEND, 0600);
    spool.current_bytes = size_of(folder + "/" + kCurrent);
  }
  return spool;
}

void LogSpool::append(const std::string& balancer, std::string_view lines) {
  Spool& spool = spool_of(balancer);
  const auto room = static_cast<std::size_t>(std::max<std::int64_t>(limits_.bytes - spool.bytes, 0));
  if (lines.size() > room) {
    const std::size_t end = room == 0 ? std::string_view::npos : lines.rfind('\n', room - 1);
    const std::size_t kept = end == std::string_view::npos ? 0 : end + 1;
    const auto count = std::count(lines.begin() + static_cast<std::ptrdiff_t>(kept), lines.end(), '\n');
    spool.lost += count;
    spool.lost_ever += count;
    lines = lines.substr(0, kept);
  }
  const auto size = static_cast<std::int64_t>(lines.size());
  write_whole(spool.current.get(), lines);
  spool.bytes += size;
  spool.current_bytes += size;
  if (spool.current_bytes >= limits_.batch_bytes) close_current(balancer, spool);
}

void LogSpool::close_current(const std::string& balancer, Spool& spool) {
  const std::string folder = folder_ + "/" + balancer + "/";
  const std::string name = batch_name(std::min<std::int64_t>(spool.lost, 999'999'999));
  if (::rename((folder + kCurrent).c_str(), (folder + name).c_str()) != 0) throw_errno("cannot close a batch");
  spool.lost = 0;
  spool.current.reset();
  spool_of(balancer);
}

bool LogSpool::is_logged(const std::string& balancer) const {
  return std::any_of(places_.begin(), places_.end(), [&](const auto& place) {
    return std::any_of(place.second.balancers.begin(), place.second.balancers.end(),
                       [&](const auto& one) { return one.second == balancer; });
  });
}

std::string LogSpool::oldest_or_closed(const std::string& balancer) {
  const std::lock_guard lock(mutex_);
  const std::string folder = folder_ + "/" + balancer;
  if (!path_exists(folder)) return "";
  if (const std::string name = oldest_batch(folder); !name.empty()) return name;
  Spool& spool = spool_of(balancer);
  if (spool.current_bytes > 0) {
    close_current(balancer, spool);
    return oldest_batch(folder);
  }
  if (!is_logged(balancer)) {
    spools_.erase(balancer);
    remove_tree(folder);
  }
  return "";
}

/// What is handed out is on the disk, so that a power cut leaves the batch as it was delivered. Nobody is kept waiting
/// for that: the queue of records is short.
LogBatch LogSpool::take(const BalancerName& balancer) {
  const std::string name = oldest_or_closed(balancer.id);
  if (name.empty()) return {};
  const std::string folder = folder_ + "/" + balancer.id, path = folder + "/" + name;
  if (::fdatasync(open_file(path, O_RDONLY).get()) != 0) throw_errno("cannot keep " + path);
  sync_folder(folder);
  LogBatch batch{.name = name};
  const auto parts = split(name, '-');
  batch.until = parse_int(parts[0]).value_or(0) / 1'000'000;
  batch.lost = parse_int(parts[1]).value_or(0);
  for (std::string& line : split(read_file(path), '\n'))
    if (!listener_of_record(line).empty()) batch.records.push_back(std::move(line));
  return batch;
}

void LogSpool::drop(const LogBatchName& batch) {
  const std::lock_guard lock(mutex_);
  const std::string path = folder_ + "/" + batch.balancer_id + "/" + batch.name;
  if (batch.name == kCurrent || !path_exists(path)) return;
  const std::int64_t size = size_of(path);
  remove_tree(path);
  if (const auto found = spools_.find(batch.balancer_id); found != spools_.end()) found->second.bytes -= size;
}

std::map<std::string, std::int64_t> LogSpool::lost() {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::int64_t> all;
  for (const auto& [balancer, spool] : spools_)
    if (spool.lost_ever > 0) all[balancer] = spool.lost_ever;
  return all;
}

}  // namespace hanbat::host
