#include "os/writers_turn.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace hanbat {
namespace {

thread_local int turns = 0;

std::atomic<bool>& guarded() {
  static std::atomic<bool> on = [] {
    const char* wish = std::getenv("HANBAT_GUARD");
    return wish && std::string_view(wish) == "1";
  }();
  return on;
}

}  // namespace

WritersTurn::WritersTurn() { ++turns; }
WritersTurn::~WritersTurn() { --turns; }

void guard_writers_turn() { guarded() = true; }

void require_no_writers_turn(std::string_view what) {
  if (turns == 0 || !guarded()) return;
  std::fprintf(stderr, "hanbat: in the turn of the database's writer, which all wait for: %s\n",
               std::string(what).c_str());
  std::abort();
}

}  // namespace hanbat
