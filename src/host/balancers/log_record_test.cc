// What HAProxy writes of a request and how it is read again; the spool in which records wait.
#include "host/balancers/log_record.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "base/encoding.h"
#include "host/balancers/haproxy_config.h"
#include "host/balancers/log_spool.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string kOpening = "l-1 1795992946618401 10.0.0.7 49556 10.1.2.9 443 0a1b 1795992946615640 3";
const std::string kPlain = " - - - - 0";
const std::string kArn = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/a/b";

std::string request_record(const std::string& agent) {
  return fmt::format(
      "r {}{} 1 1 1795992946615700 R0VU {} {} 1.1 {} {} 10 forward {} - 1 0 2 30 open_10.1.0.5_8080 200 200 158 3372",
      kOpening, kPlain, to_base64("a.example:80"), to_base64("/x?y=\"z"), to_base64(agent), to_base64("Root=1-2-3"),
      kArn);
}

TEST(LogRecord, ARequestIsReadAsItWasWritten) {
  const auto record = read_record(request_record("a\" \n\xff b"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->kind, RecordKind::kRequest);
  EXPECT_EQ(record->listener_id, "l-1");
  EXPECT_EQ(record->client_ip, "10.0.0.7");
  EXPECT_EQ(record->node_port, 443);
  EXPECT_EQ(record->handshake_ms, 3);
  EXPECT_EQ(record->method, "GET");
  EXPECT_EQ(record->target, "/x?y=\"z");
  EXPECT_EQ(record->agent, "a\" \n\xff b") << "a stranger's bytes end no word";
  EXPECT_EQ(record->rule, 10);
  EXPECT_EQ(record->target_ip, "10.1.0.5") << "asked though its health is unknown, it is the same target";
  EXPECT_EQ(record->target_port, 8080);
  EXPECT_EQ(record->answered_ms, 30);
  EXPECT_EQ(record->bytes_out, 3372);
  EXPECT_TRUE(record->first);
}

TEST(LogRecord, WhatIsNoTlsHasNoMoreThanAConnection) {
  const auto record = read_record("e l-1 1795992946618401 10.0.0.7 49556 10.1.2.9 443 - - 0 TLSv1.3 (NONE) - - 0 - 0");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->kind, RecordKind::kRefused);
  EXPECT_EQ(record->connection_id, "");
  EXPECT_TRUE(record->first);
  EXPECT_EQ(record->status, 0);
}

TEST(LogRecord, ALineWithAWordTooManyTooFewOrOfAnotherKindIsNone) {
  const std::string good = request_record("x");
  ASSERT_TRUE(read_record(good));
  EXPECT_FALSE(read_record(good + " 1"));
  EXPECT_FALSE(read_record(good.substr(0, good.rfind(' '))));
  EXPECT_FALSE(read_record("x" + good.substr(1)));
  EXPECT_FALSE(read_record(""));
  EXPECT_FALSE(read_record("e l-1 1 10.0.0.7 1 10.1.2.9 443 - - 0 TLSv1.3 TLS\"_AES - - 0 - 0")) << "no word quotes";
  EXPECT_FALSE(read_record("Proxy L_l-1 started."));
  EXPECT_EQ(listener_of_record("r l-1 \x01"), "") << "no byte that could end a line";
  EXPECT_EQ(listener_of_record(good), "l-1");
}

BalancersSpec logged(BalancerLogs logs) {
  BalancersSpec spec;
  TargetGroup group;
  group.id = "tg-1";
  group.arn = kArn;
  group.vpc_id = "vpc-1";
  spec.target_groups = {group};
  BalancerListener listener;
  listener.id = "l-1";
  listener.default_action = {.kind = BalancerActionKind::kForward, .forward = {{.target_group_id = "tg-1"}}};
  Balancer balancer;
  balancer.id = "lb-1";
  balancer.vpc_id = "vpc-1";
  balancer.nodes = {{.private_ip = "10.1.2.9", .public_ip = "", .subnet_cidr = "10.1.2.0/24"}};
  balancer.listeners = {listener};
  balancer.logs = logs;
  spec.balancers = {balancer};
  return spec;
}

TEST(Haproxy, ABalancerWithoutLogsHasNoLineForThem) {
  const std::string config = haproxy_of(logged(BalancerLogs::kNone), "/x", "key").config;
  EXPECT_THAT(config, Not(HasSubstr("log_")));
  EXPECT_THAT(config, Not(HasSubstr("log-format")));
  const std::string with = haproxy_of(logged(BalancerLogs::kRequests), "/x", "key").config;
  EXPECT_THAT(with, HasSubstr("  log /log len 65000 format raw local0\n"));
  EXPECT_THAT(with, HasSubstr("  http-request set-var(txn.log_group) str(" + kArn + ")\n"));
  EXPECT_THAT(with, Not(HasSubstr("silent")));
  EXPECT_THAT(haproxy_of(logged(BalancerLogs::kConnections), "/x", "key").config,
              HasSubstr("  http-request set-log-level silent if !{ var(txn.log_first) -m found }\n"));
}

class Spool : public testing::Test {
 protected:
  static void send(const std::string& path, const std::string& line) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(
        ::sendto(fd.get(), line.data(), line.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address),
        static_cast<ssize_t>(line.size()));
  }
  /// The next batch that is there within two seconds.
  static LogBatch next(LogSpool& spool) {
    for (int i = 0; i < 200; ++i) {
      LogBatch batch = spool.take({"lb-1"});
      if (!batch.name.empty()) return batch;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
  }

  TemporaryFolder folder;
  const std::string path = folder.path() + "/log";
  const std::vector<Balancer> balancers = logged(BalancerLogs::kRequests).balancers;
};

TEST_F(Spool, ABatchIsTheSameUntilItIsDroppedAlsoForAnotherDaemon) {
  LogBatch batch;
  {
    LogSpool spool(folder.path() + "/logs");
    spool.listen("vpc-1", path, "", balancers);
    send(path, "r l-1 one\n");
    batch = next(spool);
    EXPECT_THAT(batch.records, ElementsAre("r l-1 one"));
    send(path, "r l-1 two\n");
    EXPECT_EQ(spool.take({"lb-1"}).name, batch.name);
  }
  LogSpool spool(folder.path() + "/logs");
  spool.listen("vpc-1", path, "", balancers);
  EXPECT_THAT(spool.take({"lb-1"}).records, ElementsAre("r l-1 one"));
  spool.drop({"lb-1", batch.name});
  spool.drop({"lb-1", batch.name});
  const LogBatch second = next(spool);
  EXPECT_THAT(second.records, ElementsAre("r l-1 two"));
  EXPECT_GE(second.name, batch.name);
}

TEST_F(Spool, OnlyRecordsOfListenersThatHaveLogsHereAreKept) {
  LogSpool spool(folder.path() + "/logs");
  spool.listen("vpc-1", path, "", balancers);
  send(path, "r another one\n");
  send(path, "Proxy L_l-1 started.");
  send(path, "r l-1 one\nr l-1 two\n");
  send(path, "r l-1 good");
  EXPECT_THAT(next(spool).records, ElementsAre("r l-1 good"));
}

TEST_F(Spool, WhatHasNoRoomIsCountedAndToldWithTheNextBatch) {
  LogSpool spool(folder.path() + "/logs", {.bytes = 30, .batch_bytes = 1000});
  spool.listen("vpc-1", path, "", balancers);
  send(path, "r l-1 " + std::string(20, 'a'));
  for (int i = 0; i < 200 && spool.lost().empty(); ++i) {
    send(path, "r l-1 lost");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_GE(spool.lost().at("lb-1"), 1);
  const LogBatch batch = next(spool);
  EXPECT_THAT(batch.records, SizeIs(1));
  EXPECT_GE(batch.lost, 1);
}

TEST_F(Spool, ABalancerThatHasNoLogsAnyMoreLeavesNothingBehindOnceItsLastAreTaken) {
  LogSpool spool(folder.path() + "/logs");
  spool.listen("vpc-1", path, "", balancers);
  send(path, "r l-1 one");
  const LogBatch batch = next(spool);
  send(path, "r l-1 the last");
  spool.listen("vpc-1", path, "", logged(BalancerLogs::kNone).balancers);
  EXPECT_FALSE(path_exists(path));
  EXPECT_EQ(spool.take({"lb-1"}).name, batch.name);
  spool.drop({"lb-1", batch.name});
  const LogBatch last = spool.take({"lb-1"});
  EXPECT_THAT(last.records, ElementsAre("r l-1 the last"));
  spool.drop({"lb-1", last.name});
  EXPECT_EQ(spool.take({"lb-1"}).name, "");
  EXPECT_THAT(list_folder(folder.path() + "/logs"), IsEmpty());
}

}  // namespace
}  // namespace hanbat::host
