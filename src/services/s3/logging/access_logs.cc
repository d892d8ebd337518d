#include "services/s3/logging/access_logs.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <map>
#include <utility>

#include "base/ids.h"
#include "gen/s3/client.h"
#include "services/s3/acls/acl.h"
#include "services/s3/buckets/ownership.h"
#include "services/s3/logging/access_notes.h"
#include "services/s3/objects/store.h"

namespace hanbat::s3 {
namespace {

constexpr const char* kDeliverTask = "s3.access-logs";
constexpr Milliseconds kDeliverEvery = std::chrono::minutes(1);
constexpr std::size_t kMostWaitingLines = 100'000;
constexpr int kLinesOfAFile = 20'000;
constexpr std::size_t kUniqueLetters = 16;
constexpr const char* kByDeliveryTime = "DeliveryTime";

/// What else a log's ACL grants, as the setting has it; nothing where that is all its owner's.
std::optional<AccessControlPolicy> granted(const LoggingEnabled& setting, const std::string& owner) {
  if (!setting.target_grants || setting.target_grants->empty()) return std::nullopt;
  AccessControlPolicy out = kept_acl(Json::object(), owner);
  for (const TargetGrant& one : *setting.target_grants)
    out.grants->push_back({.grantee = one.grantee, .permission = one.permission});
  return named_by_account(std::move(out));
}

}  // namespace

bool is_by_event_time(const LoggingEnabled& setting) {
  const auto& format = setting.target_object_key_format;
  return format && format->partitioned_prefix && format->partitioned_prefix->partition_date_source != kByDeliveryTime;
}

std::string log_key(const LoggingEnabled& setting, const BucketRow& source, Timestamp event, Timestamp delivery) {
  const auto& format = setting.target_object_key_format;
  if (!format || !format->partitioned_prefix) return setting.target_prefix + format_utc(delivery, "%Y-%m-%d-%H-%M-%S-");
  const std::string folder =
      fmt::format("{}{}/{}/{}/", setting.target_prefix, source.place.account, region_of(source), source.id);
  if (is_by_event_time(setting)) return folder + format_utc(event, "%Y/%m/%d/%Y-%m-%d-00-00-00-");
  return folder + format_utc(delivery, "%Y/%m/%d/%Y-%m-%d-%H-%M-%S-");
}

AccessLogs::~AccessLogs() {
  try {
    write_down();
  } catch (const std::exception& error) {
    spdlog::warn("the last lines of S3's access logs are lost: {}", error.what());
  }
}

void AccessLogs::start() {
  home_.tasks.handle(kDeliverTask, [this](store::TaskRun& run) {
    write_down();
    deliver();
    run.again(kDeliverEvery);
  });
  home_.db.write(
      [this](store::Tx& tx) { home_.tasks.add(tx, {.kind = kDeliverTask, .key = "all", .body = Json::object()}); });
}

void AccessLogs::add(LoggedLine line) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() < kMostWaitingLines)
    waiting_.push_back(std::move(line));
  else
    ++lost_;
}

void AccessLogs::write_down() {
  std::vector<LoggedLine> lines;
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(waiting_);
    std::swap(lost, lost_);
  }
  if (lost > 0) spdlog::warn("{} lines of S3's access logs had no room and are lost", lost);
  if (lines.empty()) return;
  try {
    home_.db.write([&](store::Tx& tx) { add_lines(tx, lines); });
  } catch (...) {
    // They wait on, as when the disk is full.
    const std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.begin(), std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
    throw;
  }
}

void AccessLogs::deliver() {
  while (true) {
    const WaitingLines waiting = home_.db.read([](store::Tx& tx) { return list_waiting_lines(tx, kLinesOfAFile); });
    if (waiting.lines.empty()) return;
    deliver(waiting.lines.front().bucket, waiting.lines);
    home_.db.write([&](store::Tx& tx) { remove_lines(tx, waiting); });
  }
}

void AccessLogs::deliver(const std::string& bucket, const std::vector<LoggedLine>& lines) {
  const auto source = home_.db.read([&](store::Tx& tx) { return find_bucket(tx, bucket); });
  const auto setting = source ? logging_of(*source) : std::nullopt;
  if (!setting) return;
  std::map<std::string, std::string> files;
  const Timestamp now = home_.clock.now();
  for (const LoggedLine& line : lines) (files[log_key(*setting, *source, line.at, now)] += line.text) += '\n';
  for (auto& [key, text] : files) {
    try {
      put(*source, *setting, key + random_from("0123456789ABCDEF", kUniqueLetters), std::move(text));
    } catch (const wire::Error& error) {
      if (error.status() >= 500 && error.status() != 501) throw;
      spdlog::warn("the log of {} cannot be delivered to {} and is lost: {}", bucket, setting->target_bucket,
                   error.what());
    }
  }
}

void AccessLogs::put(const BucketRow& source, const LoggingEnabled& setting, const std::string& key, std::string text) {
  region::Caller deliverer = home_.identity().service_caller(source.place.account, kLogDeliverer);
  deliverer.source_arn = region::KindOf<Bucket>::arn(source);
  PutObjectInput in;
  in.bucket = setting.target_bucket;
  in.key = key;
  in.content_type = "text/plain";
  in.body = wire::Body::of_bytes(std::move(text));
  Client(home_.as(std::move(deliverer), region_of(source))).put_object(in);

  const auto acl = granted(setting, source.place.account);
  if (!acl) return;
  home_.db.write([&](store::Tx& tx) {
    const auto target = find_bucket(tx, in.bucket);
    auto object = find_latest(tx, in.bucket, in.key);
    if (!target || !object || !takes_acls(*target)) return;
    keep_acl(object->body, *acl, target->place.account);
    update_body(tx, *object);
  });
}

}  // namespace hanbat::s3
