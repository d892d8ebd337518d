// Log streams.
#include "base/text.h"
#include "base/words.h"
#include "region/page.h"
#include "services/logs/logs.h"

namespace hanbat::logs {
namespace {

/// What a list of streams is sorted by.
enum class OrderBy { kName, kLastEventTime };

}  // namespace
}  // namespace hanbat::logs

namespace hanbat {

template <>
constexpr auto kWords<logs::OrderBy> = std::to_array<Word<logs::OrderBy>>(
    {{logs::OrderBy::kName, "LogStreamName"}, {logs::OrderBy::kLastEventTime, "LastEventTime"}});

}  // namespace hanbat

namespace hanbat::logs {
namespace {

LogStream describe(const StreamRow& row, const std::string& group_arn) {
  LogStream stream;
  stream.log_stream_name = row.name;
  stream.creation_time = row.created.ms;
  stream.first_event_timestamp = row.first_event;
  stream.last_event_timestamp = row.last_event;
  stream.last_ingestion_time = row.last_ingestion;
  stream.arn = group_arn + std::string(kOfStreams) + row.name;
  if (row.last_ingestion) stream.upload_sequence_token = token_after(*row.last_ingestion);
  stream.stored_bytes = 0;  // as AWS answers for streams since 2019
  return stream;
}

/// The stream whose key ends a page, as far as its place among the others goes.
StreamRow stream_at(const std::string& key, OrderBy order) {
  StreamRow row;
  const std::size_t digits = order == OrderBy::kLastEventTime ? region::page_key(0).size() : 0;
  row.name = key.substr(digits);
  if (digits > 0) row.last_event = parse_int(key.substr(0, digits)).value_or(0);
  return row;
}

}  // namespace

std::optional<GroupRow> Logs::authorized_group(region::Request& rq, std::string_view action, const std::string& group,
                                               const std::string& stream) {
  const std::string arn = group_arn(place_of(rq), group);
  region::ConditionKeys keys;
  region::add_resource_tags(keys, region::tags_of(rq.tx, arn));
  rq.authorize(action, arn + std::string(kOfStreams) + stream, keys);
  return find_group(rq.tx, place_of(rq), group);
}

StreamRow Logs::require_stream(region::Request& rq, std::string_view action, const std::string& group,
                               const std::string& stream) {
  const auto group_row = authorized_group(rq, action, group, stream);
  if (!group_row) throw ResourceNotFoundException("The specified log group does not exist.");
  if (auto row = find_stream(rq.tx, *group_row, stream)) return *row;
  throw ResourceNotFoundException("The specified log stream does not exist.");
}

CreateLogStreamOutput Logs::create_log_stream(region::Request& rq, const CreateLogStreamInput& in) {
  const auto group = authorized_group(rq, "logs:CreateLogStream", in.log_group_name, in.log_stream_name);
  if (!group) throw ResourceNotFoundException("The specified log group does not exist.");
  if (find_stream(rq.tx, *group, in.log_stream_name))
    throw ResourceAlreadyExistsException("The specified log stream already exists");
  insert_stream(rq.tx, StreamRow{0, number_of(*group), in.log_stream_name, rq.now(), {}, {}, {}});
  return {};
}

DeleteLogStreamOutput Logs::delete_log_stream(region::Request& rq, const DeleteLogStreamInput& in) {
  remove_stream(rq.tx, require_stream(rq, "logs:DeleteLogStream", in.log_group_name, in.log_stream_name));
  return {};
}

DescribeLogStreamsOutput Logs::describe_log_streams(region::Request& rq, const DescribeLogStreamsInput& in) {
  const std::string group_name = name_of(rq, in.log_group_name, in.log_group_identifier);
  const GroupRow group = require_group(rq, "logs:DescribeLogStreams", group_name);
  const OrderBy order_by = require_word(in.order_by, OrderBy::kName);
  const bool by_time = order_by == OrderBy::kLastEventTime;
  if (by_time && in.log_stream_name_prefix)
    throw InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.");

  const auto key = [&](const StreamRow& row) {
    return by_time ? region::page_key(last_moment(row)) + row.name : row.name;
  };
  const std::string prefix = in.log_stream_name_prefix.value_or("");
  StreamRange range{.order = in.descending.value_or(false) ? region::Order::kDescending : region::Order::kAscending,
                    .prefix = prefix};
  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  range.most = pager.size() + 1;
  if (pager.after()) range.after = stream_at(*pager.after(), order_by);
  const auto page =
      pager.cut_read(by_time ? streams_by_time(rq.tx, group, range) : streams_by_name(rq.tx, group, range), key);

  DescribeLogStreamsOutput out;
  out.log_streams.emplace();
  for (const StreamRow& row : page.items) out.log_streams->push_back(describe(row, group_arn(group.place, group_name)));
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::logs
