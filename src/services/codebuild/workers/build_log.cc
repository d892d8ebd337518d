#include "services/codebuild/workers/build_log.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/arn.h"
#include "base/encoding.h"
#include "gen/logs/client.h"
#include "services/codebuild/words.h"

namespace hanbat::codebuild {
namespace {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMostEvents = 10'000;
constexpr std::size_t kBytesOfEvent = 26;  // that each counts beside its message

/// The log events that go out together.
class Batch {
 public:
  Batch(const region::Actor& role, const LogsLocation& logs) : client_(role) {
    in_.log_group_name = *logs.group_name;
    in_.log_stream_name = *logs.stream_name;
  }

  void add(const LogLine& line) {
    // A message must not be empty, and CodeBuild's end with a newline.
    std::string message = line.text.ends_with('\n') ? line.text : line.text + "\n";
    const std::size_t bytes = message.size() + kBytesOfEvent;
    if (bytes_ + bytes > kMostBytes || in_.log_events.size() == kMostEvents) send();
    logs::InputLogEvent event;
    last_ = std::max(last_, line.at.ms);
    event.timestamp = last_;
    event.message = std::move(message);
    bytes_ += bytes;
    in_.log_events.push_back(std::move(event));
  }

  void send() {
    if (in_.log_events.empty()) return;
    client_.put_log_events(in_);
    in_.log_events.clear();
    bytes_ = 0;
  }

 private:
  logs::Client client_;
  logs::PutLogEventsInput in_;
  std::int64_t last_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

std::string log_link(std::string_view region, std::string_view group, std::string_view stream) {
  // The console's own way to write a name behind the '#': encoded twice, with a '$' in the place of the outer '%'.
  const auto part = [](std::string_view name) {
    std::string out;
    for (const char c : percent_encode(percent_encode(name))) out += c == '%' ? '$' : c;
    return out;
  };
  return "https://console.aws.amazon.com/cloudwatch/home?region=" + std::string(region) +
         "#logsV2:log-groups/log-group/" + part(group) + "/log-events/" + part(stream);
}

void make_stream(const region::Actor& role, BuildRow& row) {
  LogsLocation& logs = *row.shape.logs;
  const CloudWatchLogsConfig& wanted = *logs.cloud_watch_logs;
  if (!is_enabled(wanted)) return;
  const std::string group = wanted.group_name.value_or("/aws/codebuild/" + *row.shape.project_name);
  const std::string uuid = uuid_of(row.id);
  const std::string stream = wanted.stream_name ? *wanted.stream_name + "/" + uuid : uuid;
  const logs::Client client(role);
  // A group that is there may be used without the right to make groups.
  try {
    client.create_log_group({.log_group_name = group});
  } catch (const wire::Error& error) {
    const bool exists = error.code() == "ResourceAlreadyExistsException";
    if (!exists && error.code().find("AccessDenied") == std::string::npos) throw;
  }
  try {
    client.create_log_stream({.log_group_name = group, .log_stream_name = stream});
  } catch (const wire::Error& error) {
    if (error.code() != "ResourceAlreadyExistsException") throw;
  }
  logs.group_name = group;
  logs.stream_name = stream;
  logs.deep_link = log_link(row.place.region, group, stream);
  logs.cloud_watch_logs_arn =
      make_arn("logs", row.place.region, row.place.account, "log-group:" + group + ":log-stream:" + stream);
}

void write_log(const region::Actor& role, const BuildRow& row, const std::vector<LogLine>& lines) {
  if (!row.shape.logs->group_name) return;
  try {
    Batch batch(role, *row.shape.logs);
    for (const LogLine& line : lines) batch.add(line);
    batch.send();
  } catch (const wire::Error& error) {
    // The permission may be taken away while the build runs; the build goes on, as on AWS.
    spdlog::warn("build {}: its log cannot be written: {}", row.id, error.message());
  }
}

}  // namespace hanbat::codebuild
