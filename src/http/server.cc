// The room that owns the connections: one thread accepts and watches those that wait, a pool handles those that have
// something to say.
#include "http/server.h"

#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "http/connection.h"
#include "os/poller.h"

namespace hanbat::http {

using SteadyClock = std::chrono::steady_clock;
using ConnectionPtr = std::unique_ptr<Connection>;

class Server::Room final : private WaitObserver {
 public:
  Room(ServerOptions options, Handler handler);
  ~Room() { stop(std::chrono::seconds(5)); }

  void add_listener(Fd listening, ListenerOptions options);
  int remove_listeners(std::string_view tag);
  Figures figures() const;
  void rest(std::string_view who, const std::function<void()>& wait);
  void stop(std::chrono::milliseconds grace);

 private:
  struct Listener {
    Fd fd;
    std::shared_ptr<const Entrance> entrance;
  };

  void watch(std::stop_token stop);
  void accept_from(std::uint64_t id);
  void close_late(SteadyClock::time_point now);
  bool evict_longest();
  void enqueue(ConnectionPtr connection);
  void park(ConnectionPtr connection, Next next);

  void work(std::stop_token stop);
  /// Whether the client's next request comes within a moment. Who has asked again as soon as it was answered is served
  /// on by the worker that it has, past the watcher and the queue, which take longer than a small request does.
  bool comes_at_once(const Connection& connection);
  void staff();
  void cut_slowest();
  void on_wait_begin(Channel& channel) override;
  void waited(Channel& channel) override;

  static constexpr std::uint64_t kWakeId = 0;
  static constexpr std::uint64_t kListenerBit = 1ull << 63;
  static constexpr std::chrono::milliseconds kLinger{5};

  const ServerOptions options_;
  const Handler handler_;
  Poller poller_;
  WakeUp wake_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> requests_{0};

  mutable std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable worker_done_;
  std::unordered_map<std::uint64_t, Listener> listeners_;
  std::unordered_map<std::uint64_t, ConnectionPtr> parked_;
  std::deque<ConnectionPtr> ready_;
  std::unordered_set<Connection*> active_;  // in a worker's hands
  std::unordered_map<Channel*, SteadyClock::time_point>
      waited_for_;                                       // of those, whose client is waited for; since when
  std::map<std::string, int, std::less<>> resting_for_;  // of the others that wait: for whose sake
  int resting_ = 0;                                      // workers that wait, for clients and others
  std::uint64_t next_id_ = 1;
  int idle_workers_ = 0;
  int lingering_ = 0;  // of those that rest: in comes_at_once
  bool stopped_ = false;
  std::vector<std::jthread> workers_;
  std::jthread watcher_;
};

Server::Room::Room(ServerOptions options, Handler handler)
    : options_(std::move(options)), handler_(std::move(handler)) {
  // OpenSSL writes to sockets without MSG_NOSIGNAL; a client that went away must not end the process.
  ::signal(SIGPIPE, SIG_IGN);
  poller_.add(wake_.fd(), kWakeId, Interest::kRead, Poller::Mode::kLevel);
  watcher_ = std::jthread([this](std::stop_token stop) { watch(stop); });
}

void Server::Room::add_listener(Fd listening, ListenerOptions options) {
  if (options.transport != Transport::kPlain && !options_.authority)
    throw std::invalid_argument("a TLS listener without a certificate authority");
  set_nonblocking(listening.get());
  std::lock_guard lock(mutex_);
  const std::uint64_t id = kListenerBit | next_id_++;
  const int fd = listening.get();
  listeners_[id] = {std::move(listening), std::make_shared<const Entrance>(
                                              Entrance{std::move(options.tag), options.transport, options.proxy_user})};
  poller_.add(fd, id, Interest::kRead, Poller::Mode::kLevel);
}

int Server::Room::remove_listeners(std::string_view tag) {
  std::lock_guard lock(mutex_);
  return static_cast<int>(std::erase_if(listeners_, [&](auto& entry) {
    if (entry.second.entrance->tag != tag) return false;
    poller_.remove(entry.second.fd.get());
    return true;
  }));
}

Server::Figures Server::Room::figures() const {
  std::lock_guard lock(mutex_);
  return {static_cast<int>(parked_.size() + ready_.size() + active_.size()), static_cast<int>(parked_.size()),
          static_cast<int>(workers_.size()), requests_};
}

// ── the watching thread ──

void Server::Room::watch(std::stop_token stop) {
  std::array<Poller::Ready, 128> buffer;
  auto next_look = SteadyClock::now();
  while (!stop.stop_requested()) {
    for (const auto& event : poller_.wait(buffer, std::chrono::milliseconds(500))) {
      if (event.id == kWakeId) {
        wake_.clear();
        continue;
      }
      if (event.id & kListenerBit) {
        accept_from(event.id);
        continue;
      }
      std::unique_lock lock(mutex_);
      auto found = parked_.extract(event.id);
      lock.unlock();
      if (found) enqueue(std::move(found.mapped()));
    }
    const auto now = SteadyClock::now();
    if (now >= next_look) {
      close_late(now);
      next_look = now + std::chrono::milliseconds(500);
    }
  }
}

void Server::Room::accept_from(std::uint64_t id) {
  for (int i = 0; i < 64; ++i) {
    std::unique_lock lock(mutex_);
    const auto it = listeners_.find(id);
    if (it == listeners_.end()) return;
    const auto entrance = it->second.entrance;
    Fd fd(::accept4(it->second.fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) {
      if (errno == ECONNABORTED || errno == EINTR) continue;
      if ((errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) && !evict_longest()) {
        lock.unlock();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
      return;
    }
    const auto count = parked_.size() + ready_.size() + active_.size();
    if (count >= static_cast<std::size_t>(options_.max_connections) && !evict_longest()) continue;
    const std::uint64_t connection_id = next_id_++;
    lock.unlock();
    try {
      auto connection = std::make_unique<Connection>(std::move(fd), entrance);
      connection->id = connection_id;
      connection->since = SteadyClock::now();
      connection->channel.set_observer(this);
      const int on = 1;
      ::setsockopt(connection->channel.fd(), 6 /* TCP */, 1 /* NODELAY */, &on, sizeof on);
      park(std::move(connection), Next::kWaitRead);
    } catch (const std::exception&) {
      // It was closed before we could ask who it is.
    }
  }
}

/// Idle or in the middle of its head, all the same: a client that means it has its head sent in a moment.
bool Server::Room::evict_longest() {
  auto longest = parked_.end();
  for (auto it = parked_.begin(); it != parked_.end(); ++it)
    if (longest == parked_.end() || it->second->since < longest->second->since) longest = it;
  if (longest == parked_.end()) return false;
  parked_.erase(longest);
  return true;
}

void Server::Room::close_late(SteadyClock::time_point now) {
  std::vector<ConnectionPtr> late;
  std::lock_guard lock(mutex_);
  for (auto it = parked_.begin(); it != parked_.end();) {
    if (it->second->deadline <= now) {
      late.push_back(std::move(it->second));
      it = parked_.erase(it);
    } else {
      ++it;
    }
  }
}

void Server::Room::park(ConnectionPtr connection, Next next) {
  connection->slim();
  const Interest interest = next == Next::kWaitWrite ? Interest::kWrite : Interest::kRead;
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  Connection& parked = *connection;
  const int fd = parked.channel.fd();
  const std::uint64_t id = parked.id;
  const bool known = std::exchange(parked.in_poller, true);
  if (!known) parked.deadline = SteadyClock::now() + options_.idle_timeout;
  parked_[id] = std::move(connection);
  if (known)
    poller_.again(fd, id, interest);
  else
    poller_.add(fd, id, interest, Poller::Mode::kOnce);
}

void Server::Room::enqueue(ConnectionPtr connection) {
  std::lock_guard lock(mutex_);
  ready_.push_back(std::move(connection));
  staff();
  work_came_.notify_one();
}

// ── the workers ──

/// Sees to it that what is ready will be taken up. Under the lock.
void Server::Room::staff() {
  if (stopping_ || idle_workers_ >= static_cast<int>(ready_.size())) return;
  const int workers = static_cast<int>(workers_.size());
  if (workers - resting_ >= options_.max_threads) return;  // all work; the next that is done takes it up
  if (workers < options_.max_threads + options_.max_waiting)
    workers_.emplace_back([this](std::stop_token stop) { work(stop); });
  else
    cut_slowest();
}

/// Breaks the connection of the client that was waited for the longest, measured by what came of it. Under the lock.
void Server::Room::cut_slowest() {
  const auto now = SteadyClock::now();
  const auto debt = [&](const auto& entry) { return entry.first->debt() + (now - entry.second); };
  auto slowest = waited_for_.begin();
  for (auto it = waited_for_.begin(); it != waited_for_.end(); ++it)
    if (debt(*it) > debt(*slowest)) slowest = it;
  if (slowest == waited_for_.end()) return;
  slowest->first->cut();
  waited_for_.erase(slowest);
}

void Server::Room::on_wait_begin(Channel& channel) {
  std::lock_guard lock(mutex_);
  waited_for_[&channel] = SteadyClock::now();
  ++resting_;
  staff();
}

void Server::Room::waited(Channel& channel) {
  std::lock_guard lock(mutex_);
  waited_for_.erase(&channel);
  --resting_;
}

void Server::Room::rest(std::string_view who, const std::function<void()>& wait) {
  std::unique_lock lock(mutex_);
  int& count = resting_for_[std::string(who)];
  if (count >= options_.max_resting) return;
  ++count;
  ++resting_;
  staff();
  lock.unlock();
  const auto back = [&] {
    lock.lock();
    --resting_;
    const auto it = resting_for_.find(who);
    if (--it->second == 0) resting_for_.erase(it);
  };
  try {
    wait();
  } catch (...) {
    back();
    throw;
  }
  back();
}

void Server::Room::work(std::stop_token) {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_workers_;
    work_came_.wait(lock, [&] { return !ready_.empty() || stopping_; });
    --idle_workers_;
    if (stopping_) return;
    ConnectionPtr connection = std::move(ready_.front());
    ready_.pop_front();
    active_.insert(connection.get());
    lock.unlock();
    Next next = Next::kClose;
    const bool at_once = connection->answered && SteadyClock::now() - connection->since < kLinger;
    try {
      do next = advance(*connection, options_, handler_, stopping_, requests_);
      while (at_once && next == Next::kWaitRead && connection->idle && comes_at_once(*connection));
    } catch (const std::exception&) {
      // A broken connection: nobody is left to tell.
    }
    lock.lock();
    active_.erase(connection.get());
    worker_done_.notify_all();
    lock.unlock();
    if (next != Next::kClose) park(std::move(connection), next);
    connection.reset();
    lock.lock();
  }
}

bool Server::Room::comes_at_once(const Connection& connection) {
  std::unique_lock lock(mutex_);
  if (stopping_ || lingering_ >= options_.max_threads / 4) return false;
  ++lingering_;
  ++resting_;
  staff();
  lock.unlock();
  const bool came = wait_ready(connection.channel.fd(), Interest::kRead, kLinger);
  lock.lock();
  --resting_;
  --lingering_;
  return came;
}

void Server::Room::stop(std::chrono::milliseconds grace) {
  std::vector<std::jthread> workers;
  {
    std::unique_lock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    stopping_ = true;
    listeners_.clear();
    work_came_.notify_all();
    worker_done_.wait_for(lock, grace, [&] { return active_.empty(); });
    for (Connection* connection : active_) connection->channel.cut();
    workers = std::move(workers_);
  }
  watcher_.request_stop();
  wake_.set();
  watcher_.join();
  workers.clear();
  std::lock_guard lock(mutex_);
  parked_.clear();
  ready_.clear();
}

Server::Server(ServerOptions options, Handler handler)
    : room_(std::make_unique<Room>(std::move(options), std::move(handler))) {}
Server::~Server() = default;
void Server::add_listener(Fd listening, ListenerOptions options) {
  room_->add_listener(std::move(listening), std::move(options));
}
int Server::remove_listeners(std::string_view tag) { return room_->remove_listeners(tag); }
Server::Figures Server::figures() const { return room_->figures(); }
void Server::rest(std::string_view who, const std::function<void()>& wait) { room_->rest(who, wait); }
void Server::stop(std::chrono::milliseconds grace) { room_->stop(grace); }

}  // namespace hanbat::http
