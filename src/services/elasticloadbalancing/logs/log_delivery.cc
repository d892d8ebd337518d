#include "services/elasticloadbalancing/logs/log_delivery.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "gen/s3/client.h"
#include "host/client.h"
#include "region/certificates.h"
#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/load_balancers/certificates.h"
#include "services/elasticloadbalancing/logs/delivery_accounts.h"
#include "services/elasticloadbalancing/logs/gzip.h"
#include "services/elasticloadbalancing/logs/log_lines.h"
#include "store/typed_tasks.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::string_view kDelivery = "logdelivery.elasticloadbalancing.amazonaws.com";
constexpr int kMostBatches = 200;  // of one run
constexpr std::size_t kRandom = 8;
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
constexpr std::pair<LogKind, std::string_view> kTestFiles[] = {{LogKind::kAccess, "ELBAccessLogTestFile"},
                                                               {LogKind::kConnection, "ELBConnectionLogTestFile"}};

/// Those whom a bucket's policy may let in: the service, or in older regions an account of Amazon's.
std::vector<region::Caller> deliverers(region::Region& home, const LoggedBalancer& balancer) {
  std::vector<region::Caller> out{home.identity().service_caller(balancer.place.account, kDelivery)};
  out.front().source_arn = balancer.arn;
  if (const auto account = find_delivery_account(balancer.place.region)) {
    region::Caller root;
    root.kind = region::Caller::Kind::kRoot;
    root.account = root.user_id = *account;
    root.arn = root.principal_arn = fmt::format("arn:aws:iam::{}:root", *account);
    out.push_back(std::move(root));
  }
  return out;
}

/// Puts the object as the first of them whom the bucket lets in. Throws the last one's refusal.
void put_as_any(const std::vector<region::Caller>& callers,
                const std::function<void(const region::Caller& caller)>& put) {
  for (std::size_t i = 0; i < callers.size(); ++i) {
    try {
      return put(callers[i]);
    } catch (const wire::Error& error) {
      if (error.code() != "AccessDenied" || i + 1 == callers.size()) throw;
    }
  }
}

s3::PutObjectInput object_of(const std::string& bucket, const std::string& key, const std::string& bytes) {
  s3::PutObjectInput in;
  in.bucket = bucket;
  in.key = key;
  in.body = wire::Body::of_bytes(bytes);
  return in;
}

/// AWS's region of a bucket; "" of one that there is not.
std::string region_of_bucket(region::Request& rq, const std::string& bucket) {
  try {
    const s3::Client s3(rq.as(rq.home.identity().service_caller(rq.account, kPrincipal)));
    const auto location = s3.get_bucket_location({.bucket = bucket}).location_constraint.value_or("");
    return location.empty() ? "us-east-1" : location;
  } catch (const wire::Error& error) {
    if (error.code() == "NoSuchBucket") return "";
    throw;
  }
}

void try_out(region::Request& rq, const LoggedBalancer& balancer, const LogPlace& place, std::string_view file) {
  const std::string region = region_of_bucket(rq, place.bucket);
  if (region.empty())
    throw InvalidConfigurationRequestException(fmt::format("S3Bucket: {} does not exist", place.bucket));
  if (region != rq.region)
    throw InvalidConfigurationRequestException(
        fmt::format("S3Bucket: {} is not located in the same region with ELB: {}", place.bucket, balancer.resource()));
  const std::string key = log_folder(balancer, place) + std::string(file);
  try {
    put_as_any(deliverers(rq.home, balancer), [&](const region::Caller& caller) {
      s3::Client(rq.as(caller)).put_object(object_of(place.bucket, key, "Enable logging for ELB: " + balancer.arn));
    });
  } catch (const wire::Error& error) {
    if (error.code() != "AccessDenied") throw;
    throw InvalidConfigurationRequestException(
        fmt::format("Access Denied for bucket: {}. Please check S3bucket permission", place.bucket));
  }
}

std::string certificate_sha1(const std::string& pem) {
  const std::size_t begin = pem.find(kBegin), end = pem.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos || end < begin) return "";
  const auto der = from_base64(std::string_view(pem).substr(begin + kBegin.size(), end - begin - kBegin.size()));
  if (!der) return "";
  std::string hex = to_hex(crypto::digest(crypto::Digest::Kind::kSha1, *der));
  std::transform(hex.begin(), hex.end(), hex.begin(), [](unsigned char c) { return std::toupper(c); });
  return hex;
}

LogFacts facts_of(store::Tx& tx, const LoggedBalancer& balancer) {
  LogFacts facts{.resource = balancer.resource(), .dns_name = balancer.dns_name, .certificates = {}};
  // Also of those that are no longer shown: a record is some minutes old.
  for (const auto& row : region::list<region::Certificate>(tx, balancer.place))
    facts.certificates[certificate_sha1(row.shape.body)] = {row.id, row.shape.names};
  return facts;
}

std::string address_of(const LoggedBalancer& balancer, const std::string& private_ip) {
  for (const LogNode& node : balancer.nodes)
    if (node.private_ip == private_ip && !node.public_ip.empty()) return node.public_ip;
  return private_ip;
}

/// The same for the same batch, whatever was tried before, so that a second delivery takes the first one's place.
std::string key_of(const LoggedBalancer& balancer, const LogPlace& place, LogKind kind, const host::LogBatch& batch,
                   const std::string& address) {
  const Timestamp until{batch.until * 1000};
  const auto& [account, region] = balancer.place;
  const std::string random = crypto::sha256_hex(batch.name + " " + address).substr(0, kRandom);
  return fmt::format("{}elasticloadbalancing/{}/{}/{}{}_elasticloadbalancing_{}_{}_{}_{}_{}.log.gz",
                     log_folder(balancer, place), region, format_utc(until, "%Y/%m/%d"),
                     kind == LogKind::kConnection ? "conn_log." : "", account, region,
                     replace_all(balancer.resource(), "/", "."), format_utc(until, "%Y%m%dT%H%MZ"), address, random);
}

class Delivery {
 public:
  Delivery(region::Region& home, const LoggedBalancer& balancer)
      : home_(home), balancer_(balancer), facts_(home.db.read([&](store::Tx& tx) { return facts_of(tx, balancer); })) {}

  void put(const host::LogBatch& batch) const {
    std::vector<host::LogRecord> records;
    for (const std::string& line : batch.records)
      if (auto record = host::read_record(line)) records.push_back(*std::move(record));
    put(batch, LogKind::kAccess, records);
    put(batch, LogKind::kConnection, records);
  }

 private:
  std::optional<std::string> line_of(LogKind kind, const host::LogRecord& record) const {
    return kind == LogKind::kAccess ? access_line(record, facts_) : connection_line(record);
  }

  void put(const host::LogBatch& batch, LogKind kind, const std::vector<host::LogRecord>& records) const {
    const auto& place = balancer_.of(kind);
    if (!place) return;
    std::map<std::string, std::string> files;  // by node
    for (const host::LogRecord& record : records)
      if (const auto line = line_of(kind, record)) (files[address_of(balancer_, record.node_ip)] += *line) += '\n';
    for (const auto& [address, text] : files) {
      const auto object = object_of(place->bucket, key_of(balancer_, *place, kind, batch, address), gzip(text));
      put_as_any(deliverers(home_, balancer_), [&](const region::Caller& caller) {
        s3::Client(home_.as(caller, balancer_.place.region)).put_object(object);
      });
    }
  }

  region::Region& home_;
  const LoggedBalancer& balancer_;
  const LogFacts facts_;
};

/// What becomes of records that a bucket does not take.
enum class Refused { kKept, kDropped };

/// Delivers what there is, to the end.
void deliver_all(region::Region& home, const LoggedBalancer& balancer, Refused refused) {
  host::Host& host = home.require_host();
  const std::string id(last_part(balancer.arn));
  const Delivery delivery(home, balancer);
  for (int i = 0; i < kMostBatches; ++i) {
    const host::LogBatch batch = host.take_logs({id});
    if (batch.name.empty()) return;
    if (batch.lost > 0) spdlog::warn("{} entries of the logs of {} had no room and are lost", batch.lost, balancer.arn);
    try {
      delivery.put(batch);
    } catch (const wire::Error& error) {
      const std::string what = fmt::format("logs of {} cannot be delivered: {}", balancer.arn, error.what());
      if (refused == Refused::kKept) throw std::runtime_error(what);
      spdlog::warn("{}; they are dropped, as they are off", what);
    }
    host.drop_logs({id, batch.name});
  }
}

Milliseconds until_next_period(Timestamp now) { return kLogPeriod - Milliseconds(now.ms % kLogPeriod.count()); }

}  // namespace

void change_logs(region::Request& rq, const std::string& arn, const std::optional<LoggedBalancer>& before,
                 const std::optional<LoggedBalancer>& after) {
  if (before == after) return;
  if (after)
    for (const auto& [kind, file] : kTestFiles)
      if (const auto& place = after->of(kind); place && (!before || before->of(kind) != place))
        try_out(rq, *after, *place, file);
  const Timestamp due = before ? rq.now() : rq.now() + until_next_period(rq.now());
  store::add_task(rq.home.tasks, rq.tx, DeliverLogs{arn, before}, arn, due);
}

void deliver_logs(region::Region& home, store::TaskRun& run, const DeliverLogs& task) {
  const auto now = home.db.read([&](store::Tx& tx) {
    const auto row = find<LoadBalancer>(tx, task.arn);
    return row ? logged_balancer(*row) : std::nullopt;
  });
  if (home.find_host()) {
    if (task.before) deliver_all(home, *task.before, Refused::kDropped);
    if (now) deliver_all(home, *now, Refused::kKept);
  }
  if (now) store::again(run, until_next_period(home.clock.now()), DeliverLogs{task.arn, std::nullopt});
}

}  // namespace hanbat::elasticloadbalancing
