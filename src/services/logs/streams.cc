// Log streams.
#include <algorithm>

#include "base/encoding.h"
#include "services/logs/logs.h"

namespace hanbat::logs {

std::optional<GroupRow> Logs::authorized_group(region::Request& rq, std::string_view action, const std::string& group,
                                               const std::string& stream) {
  auto row = store_.find_group(rq.tx, rq.account, rq.region, group);
  region::ConditionKeys keys;
  if (row) region::add_resource_tags(keys, tags_of(*row));
  rq.authorize(action, group_arn(rq, group) + std::string(kOfStreams) + stream, keys);
  return row;
}

StreamRow Logs::require_stream(region::Request& rq, std::string_view action, const std::string& group,
                               const std::string& stream) {
  const auto group_row = authorized_group(rq, action, group, stream);
  if (!group_row) throw ResourceNotFoundException("The specified log group does not exist.");
  if (auto row = store_.find_stream(rq.tx, *group_row, stream)) return *row;
  throw ResourceNotFoundException("The specified log stream does not exist.");
}

CreateLogStreamOutput Logs::create_log_stream(region::Request& rq, const CreateLogStreamInput& in) {
  const auto group = authorized_group(rq, "logs:CreateLogStream", in.log_group_name, in.log_stream_name);
  if (!group) throw ResourceNotFoundException("The specified log group does not exist.");
  if (store_.find_stream(rq.tx, *group, in.log_stream_name))
    throw ResourceAlreadyExistsException("The specified log stream already exists");
  store_.insert(rq.tx, StreamRow{0, group->id, in.log_stream_name, rq.now(), {}, {}, {}});
  return {};
}

DeleteLogStreamOutput Logs::delete_log_stream(region::Request& rq, const DeleteLogStreamInput& in) {
  store_.remove(rq.tx, require_stream(rq, "logs:DeleteLogStream", in.log_group_name, in.log_stream_name));
  return {};
}

DescribeLogStreamsOutput Logs::describe_log_streams(region::Request& rq, const DescribeLogStreamsInput& in) {
  const std::string group_name = name_of(in.log_group_name, in.log_group_identifier);
  const GroupRow group = require_group(rq, "logs:DescribeLogStreams", group_name);
  const bool by_time = in.order_by.value_or("LogStreamName") == "LastEventTime";
  if (by_time && in.log_stream_name_prefix)
    throw InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.");

  auto rows = store_.list_streams(rq.tx, group);
  std::erase_if(rows, [&](const StreamRow& row) {
    return in.log_stream_name_prefix && !row.name.starts_with(*in.log_stream_name_prefix);
  });
  if (by_time)
    std::stable_sort(rows.begin(), rows.end(), [](const StreamRow& a, const StreamRow& b) {
      return a.last_event.value_or(a.created.ms) < b.last_event.value_or(b.created.ms);
    });
  if (in.descending.value_or(false)) std::reverse(rows.begin(), rows.end());
  const std::string after = from_base64(in.next_token.value_or("")).value_or("");
  auto at = rows.begin();
  if (!after.empty()) {
    at = std::find_if(rows.begin(), rows.end(), [&](const StreamRow& row) { return row.name == after; });
    if (at == rows.end()) throw InvalidParameterException("The specified nextToken is invalid.");
    ++at;
  }

  const std::size_t limit = static_cast<std::size_t>(in.limit.value_or(50));
  DescribeLogStreamsOutput out;
  out.log_streams.emplace();
  for (; at != rows.end(); ++at) {
    if (out.log_streams->size() == limit) {
      out.next_token = to_base64(out.log_streams->back().log_stream_name.value_or(""));
      break;
    }
    LogStream stream;
    stream.log_stream_name = at->name;
    stream.creation_time = at->created.ms;
    stream.first_event_timestamp = at->first_event;
    stream.last_event_timestamp = at->last_event;
    stream.last_ingestion_time = at->last_ingestion;
    stream.arn = group_arn(rq, group_name) + ":log-stream:" + at->name;
    stream.stored_bytes = 0;  // AWS tells 0 for streams since 2019
    out.log_streams->push_back(std::move(stream));
  }
  return out;
}

}  // namespace hanbat::logs
