// What carries a build out after the commit that started it: its machine, what the runner in it tells, its end.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "region/region.h"
#include "services/codebuild/build_phases.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

/// One task per build drives it: provision, then follow the runner's events until they end. Another removes the
/// machine.
class BuildTasks {
 public:
  BuildTasks(region::Region& home, const Store& store, const region::Service& service)
      : home_(home), store_(store), service_(service) {}

  void start();
  /// Adds the task of a build; in the transaction that writes it.
  void add(store::Tx& tx, const BuildRow& row);
  /// Ends a build with that status: its task is dropped, its machine goes after the commit.
  void end(store::Tx& tx, BuildRow& row, std::string_view status);
  void publish_state(store::Tx& tx, const BuildRow& row);

 private:
  void carry_out(store::TaskRun& run);
  void provision(store::TaskRun& run, BuildRow row);
  void follow(store::TaskRun& run, BuildRow row);
  void fail(store::TaskRun& run, BuildRow row, std::string_view phase, std::string_view code, std::string_view message);
  void remove_machine(store::TaskRun& run);
  void apply_network();
  void write_folder(const BuildRow& row);
  /// Appends lines to the build's log stream as its service role; in the transaction of the offset they were read to.
  void write_log(store::Tx& tx, const BuildRow& row, const region::Caller& role, const std::vector<LogLine>& lines);
  /// Makes the build's log stream as its service role, when it wants one, and names it in the row.
  void make_stream(store::Tx& tx, BuildRow& row, const region::Caller& role);
  /// Gives the build an address of its own in the row; leaves it empty when none is free.
  void take_address(store::Tx& tx, BuildRow& row);
  /// Whether the build is there and has not been stopped meanwhile.
  bool goes_on(store::Tx& tx, const BuildRow& row) const;
  region::Caller assume(const BuildRow& row);
  std::string folder_of(const BuildRow& row) const;

  region::Region& home_;
  std::mutex network_mutex_;
  const Store& store_;
  const region::Service& service_;
};

}  // namespace hanbat::codebuild
