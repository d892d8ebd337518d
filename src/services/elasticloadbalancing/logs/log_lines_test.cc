// Entries as AWS's guide shows them.
#include "services/elasticloadbalancing/logs/log_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hanbat::elasticloadbalancing {
namespace {

using testing::HasSubstr;

const LogFacts kFacts{.resource = "app/web/50dc6c495c0c9188",
                      .dns_name = "web-1.ap-northeast-2.elb.amazonaws.com",
                      .certificates = {{"AB12", {"arn:aws:acm:x", {"*.example.com", "example.com"}}}}};

host::LogRecord answered() {
  host::LogRecord record;
  record.listener_id = "l-1";
  record.end_us = 1'530'570'180'186'641;
  record.client_ip = "192.168.131.39";
  record.client_port = 2817;
  record.node_ip = "10.1.2.9";
  record.node_port = 80;
  record.connection_id = "0123456789abcdef0123456789abcdef";
  record.connected_us = 1'530'570'168'300'005;
  record.handshake_ms = 0;
  record.first = true;
  record.began_us = 1'530'570'168'364'000;
  record.method = "GET";
  record.host = "www.example.com";
  record.target = "/";
  record.version = "1.1";
  record.agent = "curl/7.46.0";
  record.trace_id = "Root=1-58337262-36d228ad5d99923122bbe354";
  record.action = "forward";
  record.group_arn = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067";
  record.received_ms = 1;
  record.queued_ms = 0;
  record.connected_ms = 2;
  record.answered_ms = 1045;
  record.target_ip = "10.0.0.1";
  record.target_port = 8080;
  record.target_status = record.status = 200;
  record.bytes_in = 34;
  record.bytes_out = 366;
  return record;
}

host::LogRecord over_tls() {
  host::LogRecord record = answered();
  record.node_port = 443;
  record.tls_version = "TLSv1.2";
  record.tls_cipher = "ECDHE-RSA-AES128-GCM-SHA256";
  record.sni = "www.example.com";
  record.certificate_sha1 = "AB12";
  record.handshake_ms = 36;
  return record;
}

TEST(AccessLines, AForwardedRequestHasAllFields) {
  EXPECT_EQ(access_line(answered(), kFacts).value(),
            "http 2018-07-02T22:23:00.186641Z app/web/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:8080 0.003 1.045 "
            "0.000 200 200 34 366 \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.46.0\" - - "
            "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "
            "\"Root=1-58337262-36d228ad5d99923122bbe354\" \"-\" \"-\" 0 2018-07-02T22:22:48.364000Z \"forward\" \"-\" "
            "\"-\" \"10.0.0.1:8080\" \"200\" \"-\" \"-\" TID_0123456789abcdef0123456789abcdef \"-\" \"-\" \"-\"");
}

TEST(AccessLines, ARequestOverTlsTellsItsNameAndCertificate) {
  host::LogRecord record = over_tls();
  record.rule = 7;
  EXPECT_THAT(access_line(record, kFacts).value(),
              HasSubstr("\"GET https://www.example.com:443/ HTTP/1.1\" \"curl/7.46.0\" ECDHE-RSA-AES128-GCM-SHA256 "
                        "TLSv1.2 "));
  EXPECT_THAT(access_line(record, kFacts).value(), HasSubstr(" \"www.example.com\" \"arn:aws:acm:x\" 7 "));
  EXPECT_TRUE(access_line(record, kFacts)->starts_with("https "));
  record.version = "2.0";
  EXPECT_TRUE(access_line(record, kFacts)->starts_with("h2 "));
  record.status = 101;
  EXPECT_TRUE(access_line(record, kFacts)->starts_with("wss "));
  record.resumed = true;
  record.sni = "other.example";
  EXPECT_THAT(access_line(record, kFacts).value(), HasSubstr(" \"-\" \"session-reused\" 7 "));
}

TEST(AccessLines, WhatAStrangerSendsEndsNoFieldAndNoLine) {
  host::LogRecord record = answered();
  record.agent = "a\" \"b\\\n\xc3\xa9";
  record.target = "/x\"y?q=\\";
  record.host = "h\"ost:81";
  record.trace_id = "Root=\"1";
  const std::string line = access_line(record, kFacts).value();
  EXPECT_THAT(line, HasSubstr(R"("GET http://h\x22ost:80/x\x22y?q=\x5C HTTP/1.1" "a\x22 \x22b\x5C\x0A\xC3\xA9" )"));
  EXPECT_THAT(line, HasSubstr(R"("Root=\x221")"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '"'), 30);
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(AccessLines, ARequestThatNoTargetAnsweredHasNoTimes) {
  host::LogRecord record = answered();
  record.target_status = 0;
  record.status = 502;
  EXPECT_THAT(access_line(record, kFacts).value(), HasSubstr(" 10.0.0.1:8080 -1 -1 -1 502 - 34 366 "));
  record.target_ip.clear();
  record.status = 503;
  EXPECT_THAT(access_line(record, kFacts).value(), HasSubstr(" - -1 -1 -1 503 - 34 366 "));
  record.status = -1;
  EXPECT_THAT(access_line(record, kFacts).value(), HasSubstr(" -1 -1 -1 460 - ")) << "its client went away";
  record.action = "redirect";
  record.rule = 3;
  record.status = 301;
  record.group_arn.clear();
  record.location = "https://www.example.com:443/?a=\"";
  EXPECT_THAT(access_line(record, kFacts).value(),
              HasSubstr(R"( "redirect" "https://www.example.com:443/?a=\x22" "-" "-" "-" "-" "-" TID_)"));
}

TEST(AccessLines, WhatCouldNotBeReadIsToldAsAwsTellsIt) {
  host::LogRecord record;
  record.kind = host::RecordKind::kRefused;
  record.end_us = 1'530'570'180'186'641;
  record.client_ip = "10.0.0.7";
  record.client_port = 1;
  record.node_ip = "10.1.2.9";
  record.node_port = 80;
  record.connection_id = "ab";
  record.status = 400;
  EXPECT_EQ(access_line(record, kFacts).value(),
            "http 2018-07-02T22:23:00.186641Z app/web/50dc6c495c0c9188 10.0.0.7:1 - -1 -1 -1 400 - 0 0 \"- "
            "http://web-1.ap-northeast-2.elb.amazonaws.com:80- -\" \"-\" - - - \"-\" \"-\" \"-\" - "
            "2018-07-02T22:23:00.186641Z \"-\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\" TID_ab \"-\" \"-\" \"-\"");
  record.status = 0;
  EXPECT_FALSE(access_line(record, kFacts)) << "a connection that never was asks nothing";
}

TEST(ConnectionLines, AConnectionHasOneOfItsFirstRequest) {
  EXPECT_EQ(connection_line(over_tls()).value(),
            "2018-07-02T22:22:48.300005Z 192.168.131.39 2817 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 0.036 \"-\" - - "
            "Success TID_0123456789abcdef0123456789abcdef");
  EXPECT_EQ(connection_line(answered()).value(),
            "2018-07-02T22:22:48.300005Z 192.168.131.39 2817 80 - - - \"-\" - - - "
            "TID_0123456789abcdef0123456789abcdef");
  host::LogRecord second = over_tls();
  second.first = false;
  EXPECT_FALSE(connection_line(second));
}

TEST(ConnectionLines, AConnectionThatIsNoTlsHasFailed) {
  host::LogRecord record = over_tls();
  record.kind = host::RecordKind::kRefused;
  record.status = 0;
  record.connection_id.clear();
  record.connected_us = -1;
  EXPECT_THAT(connection_line(record).value(),
              testing::MatchesRegex("2018-07-02T22:23:00.186641Z 192.168.131.39 2817 443 - - - \"-\" - - "
                                    "Failed:UnmappedConnectionError TID_[0-9a-f]{32}"));
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
