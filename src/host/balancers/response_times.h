// How long targets take to answer: HAProxy sorts each answer into a class of about one percent's width and counts it in
// its backend's table, which costs a request less than a record of it would. A key there is <server's id> * 10000 +
// <class>; a class is <k> * 1000 + <time in steps of 2 * 10^k µs>, so that a time has two to three digits.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "host/balancers/spec.h"
#include "host/balancers/target_times.h"

namespace hanbat::host {

/// Of a backend: the time from a request's leaving to the whole head of its answer, as AWS measures it, without what
/// the connection took.
/// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
std::string response_time_lines(const TargetGroup& group);

/// By server's id and class, how many answers.
using TimeTable = std::map<std::pair<int, int>, std::int64_t>;
/// What "show table" tells; lines that are none of a table's are passed over.
TimeTable read_time_table(std::string_view text);
/// The middle of a class, in microseconds.
std::int64_t time_of_class(int time_class);

/// What has come of tables since it was taken. Not safe from several threads; its owner has a lock.
class ResponseTimesBook {
 public:
  /// Group's id, address, port.
  using TargetKey = std::tuple<std::string, std::string, int>;
  using Counts = std::map<std::pair<TargetKey, int>, std::int64_t>;  // by target and class

  /// All that the table of a worker holds now. What is not in it any more has been forgotten there, and begins anew.
  /// `source` is of one worker and one group.
  void observe(const std::string& source, const Counts& counts);
  /// Forgets what the tables of other workers held.
  void keep(const std::function<bool(const std::string& source)>& wanted);
  std::vector<ResponseTimes> take();

 private:
  std::map<std::string, Counts> seen_;
  Counts came_;
};

}  // namespace hanbat::host
