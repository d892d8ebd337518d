// hanbatd: the region's front, unprivileged. Reads as the map of the daemon: what there is, in the order in which it is
// made; it ends in reverse.
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "console/console.h"
#include "host/balancers/haproxy_config.h"
#include "host/client.h"
#include "host/edge_range.h"
#include "host/listening/setting.h"
#include "http/authority.h"
#include "http/server.h"
#include "main/services.h"
#include "os/fault.h"
#include "os/fd.h"
#include "os/files.h"
#include "os/sockets.h"
#include "os/unfinished.h"
#include "region/front_door.h"
#include "region/region.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/durability.h"
#include "store/tasks.h"

namespace hanbat {
namespace {

// Tasks block on machines, balancers and other services, so there are more of them than processors.
constexpr int kTaskWorkers = 24;

struct Flags {
  std::string home = "/var/lib/hanbat";
  std::string guest;
  int port = 4566;
  int host_fd = -1;
  bool check = false;
  bool schema = false;
  std::string known;
};

region::Settings settings_of(const Flags& flags, const std::string& folder) {
  return {.state_folder = folder,
          .port = flags.port,
          .guest_programs = flags.guest,
          .edge = host::EdgeRange::of(flags.home)};
}

/// What the region stands on, in the order in which one needs the other: the database of the flags, and what else
/// survives in the folder.
struct Ground {
  Ground(const Flags& flags, const std::string& folder)
      : settings(settings_of(flags, folder)),
        database(store::open_sqlite(flags.home + "/region.db")),
        blobs(folder + "/blobs", *database),
        tasks(store::make_tasks(*database, clock)),
        vault(folder),
        foundations(settings, clock, *database, vault) {}

  region::Parts parts() {
    return {.clock = &clock,
            .db = database.get(),
            .blobs = &blobs,
            .tasks = tasks.get(),
            .vault = &vault,
            .identity = &foundations.access.identity,
            .authorizer = &foundations.authorizer,
            .memberships = &foundations.memberships,
            .trail = &foundations.trail};
  }

  const region::Settings settings;
  const SystemClock clock;
  const std::unique_ptr<store::Database> database;
  store::Blobs blobs;
  const std::unique_ptr<store::Tasks> tasks;
  const region::Vault vault;
  Foundations foundations;
};

http::ServerOptions server_options(http::Authority& authority) {
  http::ServerOptions options;
  options.authority = &authority;
  // The other half is for what the region opens itself: the database, blobs, git.
  rlimit open_files{};
  if (::getrlimit(RLIMIT_NOFILE, &open_files) == 0)
    options.max_connections = static_cast<int>(std::min<rlim_t>(options.max_connections, open_files.rlim_cur / 2));
  options.on_error = [](const http::RequestHead& head, std::string_view what) {
    spdlog::error("{} {}: {}", head.method, head.raw_path, what);
  };
  return options;
}

/// Where hostd's HAProxy passes on who comes from the local network.
void listen_to_network(http::Server& server) {
  const passwd* haproxy = ::getpwnam(host::kHaproxyUser);
  if (!haproxy) throw std::runtime_error(std::string("there is no user ") + host::kHaproxyUser);
  server.add_listener(
      listen_abstract(host::kDoorSocket),
      {.tag = std::string(region::kNetworkTag), .transport = http::Transport::kProxied, .proxy_user = haproxy->pw_uid});
}

/// Throws when a newer version wrote the database, before anything of it is touched.
void refuse_newer(const Flags& flags, const region::Region& region) {
  store::require_not_newer(flags.home + "/region.db", region.migrations());
}

/// Two daemons on one folder would do each other's work. One that was killed just now may have left a child that lets
/// go of the lock in a moment.
FileLock lock_home(const std::string& home) {
  for (int i = 0; i < 100; ++i) {
    if (auto lock = FileLock::try_take(home + "/hanbatd.lock", FileLock::Mode::kAlone)) return std::move(*lock);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("another hanbatd runs in " + home);
}

/// What an earlier process did not get to remove; the port is open meanwhile.
void sweep(store::Blobs& blobs, const std::stop_token& stop) {
  const FaultScope scope("sweep");
  try {
    if (const int removed = blobs.sweep(stop)) spdlog::info("removed {} blobs that nobody needs", removed);
  } catch (const std::exception& error) {
    spdlog::error("blobs that nobody needs are left until the next start: {}", error.what());
  }
}

int run(const Flags& flags) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  raise_open_files_limit();
  // The C library raises this bound with each large block that is freed, and then keeps what large messages took.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  make_folders(flags.home);
  const FileLock alone = lock_home(flags.home);
  for (const char* folder : {"", "/ca"}) remove_unfinished(flags.home + folder);
  for (const char* name : {"/blobs", "/codecommit"}) {
    make_folders(flags.home + name, 0700);
    std::filesystem::permissions(flags.home + name, std::filesystem::perms::owner_all);
  }
  Ground ground(flags, flags.home);
  http::Authority authority(flags.home + "/ca");
  const auto listening = host::ListenSetting::find(flags.home);
  if (listening) authority.add_domain(listening->name, host::find_own_certificate(flags.home));
  std::unique_ptr<host::Host> host;
  if (flags.host_fd >= 0) host = std::make_unique<host::HostClient>(Fd(flags.host_fd));
  // Behind the region, whose services listen by the server; it is there before anything listens.
  std::optional<console::Console> console;
  std::optional<region::FrontDoor> door;
  http::Server server(server_options(authority), [&](http::Exchange& exchange) {
    if (!console->serve(exchange)) door->serve(exchange);
  });

  region::Parts parts = ground.parts();
  parts.host = host.get();
  parts.authority = &authority;
  parts.server = &server;
  region::Region region(ground.settings, parts);
  add_services(region, ground.foundations);
  refuse_newer(flags, region);
  console.emplace(region);
  door.emplace(region, &ground.foundations.access.identity);
  region.start();
  door->start();
  serve_at_edge(region);
  ground.tasks->start(kTaskWorkers);
  if (listening) listen_to_network(server);
  server.add_listener(listen_tcp("127.0.0.1", static_cast<std::uint16_t>(flags.port)),
                      {.tag = "front", .transport = http::Transport::kEither});
  spdlog::info("hanbatd serves on 127.0.0.1:{}{}", flags.port, host ? "" : ", without its host side");
  const std::jthread sweeper([&](const std::stop_token& stop) { sweep(ground.blobs, stop); });

  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("hanbatd ends on signal {}", signal);
  region.notifier.close();
  server.stop();
  ground.tasks->stop();
  door->stop();
  return 0;
}

/// The newest step of each module, a line each.
void print_schema(const std::vector<store::Migration>& migrations) {
  std::map<std::string_view, int> newest;
  for (const store::Migration& one : migrations) newest[one.module] = std::max(newest[one.module], one.number);
  for (const auto& [module, number] : newest) std::printf("%s %d\n", std::string(module).c_str(), number);
}

/// What another version printed by print_schema, by its lines, in which the modules' names lie.
std::vector<store::Migration> read_schema(const std::vector<std::string>& lines) {
  std::vector<store::Migration> steps;
  for (const std::string_view line : lines) {
    const std::size_t space = line.find(' ');
    const auto number = space == line.npos ? std::nullopt : parse_int(line.substr(space + 1));
    if (number) steps.push_back({line.substr(0, space), static_cast<int>(*number), ""});
  }
  return steps;
}

/// Whether this program, or the one whose schema is in the file `known`, can run on the database there; changes
/// nothing.
int check(const Flags& flags) {
  // The services tell their schemas; where they would keep things is thrown away.
  const TemporaryFolder folder;
  Ground ground(flags, folder.path());
  region::Region region(ground.settings, ground.parts());
  add_services(region, ground.foundations);
  if (flags.schema) {
    print_schema(region.migrations());
  } else if (flags.known.empty()) {
    refuse_newer(flags, region);
  } else {
    const std::vector<std::string> lines = split(read_file(flags.known), '\n');
    store::require_not_newer(flags.home + "/region.db", read_schema(lines));
  }
  return 0;
}

}  // namespace
}  // namespace hanbat

int main(int argc, char** argv) {
  hanbat::Flags flags;
  CLI::App app{"hanbatd: an AWS region on one machine. Started by 'hanbat up'."};
  app.add_option("--home", flags.home, "folder of everything that survives")->capture_default_str();
  app.add_option("--port", flags.port, "port of the front door on 127.0.0.1, HTTP and TLS")->capture_default_str();
  app.add_option("--guest", flags.guest, "folder of the programs that run inside instances and builds");
  app.add_option("--host-fd", flags.host_fd,
                 "descriptor of the socket to hanbat-hostd; without it there is no host side");
  app.add_flag("--check", flags.check, "only say whether this program can run on the database in --home");
  app.add_option("--known", flags.known, "with --check: whether the program could that printed this file by --schema");
  app.add_flag("--schema", flags.schema, "only print which steps of the database's schema this program knows");
  CLI11_PARSE(app, argc, argv);
  if (flags.check || flags.schema) {
    try {
      return hanbat::check(flags);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      return 1;
    }
  }
  try {
    return hanbat::run(flags);
  } catch (const std::exception& error) {
    spdlog::critical("hanbatd cannot run: {}", error.what());
    return 1;
  }
}
