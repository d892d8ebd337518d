#include "main/cli/unit.h"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "base/text.h"
#include "main/cli/control.h"
#include "main/cli/parts.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli {

bool is_unit() { return std::getenv("HANBAT_UNIT") != nullptr; }

bool is_managed(const Home& home) {
  return !is_unit() && home.root == "/var/lib/hanbat" && front_port() == 4566 &&
         Parts::find().hanbat == "/usr/bin/hanbat" && path_exists("/usr/lib/systemd/system/hanbat.service") &&
         path_exists("/run/systemd/system");
}

bool is_unit_active() { return run_capture({"systemctl", "is-active", "--quiet", "hanbat.service"}).ok(); }

void change_unit(const std::string& verb) {
  const std::string since = "--since=@" + std::to_string(std::time(nullptr));
  std::cout << "systemctl " << verb << " hanbat (journalctl -fu hanbat shows how far it is)" << std::endl;
  const Captured done = run_capture({"systemctl", verb, "hanbat.service"}, {.timeout = std::chrono::minutes(20)});
  const Captured said = run_capture(
      {"journalctl", "--quiet", "--output=cat", since, "_SYSTEMD_UNIT=hanbat.service", "SYSLOG_IDENTIFIER=hanbat"});
  std::cout << said.out << std::flush;
  if (!done.ok()) throw Failure("systemctl " + verb + " hanbat failed: " + std::string(trim(done.err)));
}

}  // namespace hanbat::cli
