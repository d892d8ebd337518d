// Sessions: who may have one, how it is handed to the agent, the data channel between the two ends, and its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "gen/ssmmessages/client.h"
#include "http/client.h"
#include "http/server.h"
#include "http/websocket.h"
#include "os/sockets.h"
#include "services/ssm/sessions/message_gateway.h"
#include "services/ssm/testing.h"

namespace hanbat::ssm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Opcode = http::WebSocketOpcode;

struct SessionTest : SsmTest {
  SessionTest() : gateway(region.add<MessageGateway>(dynamic_cast<Ssm&>(*region.home.find_service("ssm")).sessions())) {
    Fd fd = listen_tcp("127.0.0.1", 0);
    port = local_address(fd.get()).port;
    server.add_listener(std::move(fd), {.tag = "front"});
    register_instance();
  }

  ssmmessages::Client channels() { return {region.home, instance, region.region}; }
  void announce() {
    ssmmessages::CreateControlChannelInput in;
    in.channel_id = kInstance;
    in.message_schema_version = "1.0";
    in.request_id = "r";
    channels().create_control_channel(in);
  }
  StartSessionOutput begin(const std::string& document = "", const Parameters& parameters = {}) {
    StartSessionInput in;
    in.target = kInstance;
    if (!document.empty()) in.document_name = document;
    if (!parameters.empty()) in.parameters = parameters;
    return client.start_session(in);
  }
  std::string agents_token(const std::string& session) {
    ssmmessages::CreateDataChannelInput in;
    in.session_id = session;
    in.message_schema_version = "1.0";
    in.request_id = in.client_id = "r";
    return *channels().create_data_channel(in).token_value;
  }
  std::vector<Session> sessions(const std::string& state, const std::vector<SessionFilter>& filters = {}) {
    DescribeSessionsInput in;
    in.state = state;
    if (!filters.empty()) in.filters = filters;
    return *client.describe_sessions(in).sessions;
  }
  std::string status(const std::string& session) {
    for (const char* state : {"Active", "History"})
      for (const Session& s : sessions(state))
        if (s.session_id == session) return *s.status;
    return "";
  }
  /// Waits a moment for the status, which the channels' threads write.
  std::string status_soon(const std::string& session, const std::string& wanted) {
    for (int i = 0; i < 300 && status(session) != wanted; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return status(session);
  }
  static void say(http::ClientWebSocket& end, Opcode kind, const std::string& data) {
    end.socket().send({kind, data});
    end.socket().flush();
  }
  /// An end of the channel with its token sent.
  std::unique_ptr<http::ClientWebSocket> open(const std::string& session, const std::string& token) {
    auto opened =
        std::make_unique<http::ClientWebSocket>(http::Endpoint{.host = "127.0.0.1", .port = port},
                                                http::ClientOptions{}, "/v1/data-channel/" + session, http::Headers{});
    say(*opened, Opcode::kText, Json::object({{"TokenValue", token}}).dump());
    return opened;
  }
  template <class Call>
  std::string refusal(Call call) {
    try {
      call();
    } catch (const wire::Error& error) {
      return error.code();
    }
    return "";
  }

  MessageGateway& gateway;
  http::Server server{{}, [this](http::Exchange& exchange) { gateway.serve(exchange); }};
  std::uint16_t port = 0;
};

constexpr auto kSoon = std::chrono::seconds(5);

TEST_F(SessionTest, AnInstanceWhoseAgentTakesNoSessionsIsNotConnected) {
  EXPECT_EQ(refusal([&] { begin(); }), "TargetNotConnected");
  GetConnectionStatusInput in;
  in.target = kInstance;
  EXPECT_EQ(client.get_connection_status(in).status, "notconnected");
  announce();
  EXPECT_EQ(client.get_connection_status(in).status, "connected");
  EXPECT_EQ(refusal([&] { begin(); }), "");
  region.clock.advance(std::chrono::minutes(4));
  EXPECT_EQ(refusal([&] { begin(); }), "TargetNotConnected");
}

TEST_F(SessionTest, ItsDocumentAndParametersAreChecked) {
  announce();
  EXPECT_EQ(refusal([&] { begin("AWS-StartNothing"); }), "InvalidDocument");
  EXPECT_EQ(refusal([&] { begin("AWS-StartPortForwardingSession"); }), "NotImplemented");
  EXPECT_EQ(refusal([&] { begin("AWS-StartSSHSession", {{"portNumber", {"0"}}}); }), "ValidationException");
  EXPECT_EQ(refusal([&] { begin("AWS-StartSSHSession", {{"port", {"22"}}}); }), "ValidationException");
  EXPECT_EQ(refusal([&] { begin("AWS-StartInteractiveCommand"); }), "ValidationException");
  EXPECT_EQ(refusal([&] { begin("SSM-SessionManagerRunShell", {{"command", {"ls"}}}); }), "ValidationException");
  EXPECT_TRUE(sessions("Active").empty());
}

TEST_F(SessionTest, TheAgentIsHandedItOnce) {
  announce();
  const auto started = begin("AWS-StartSSHSession", {{"portNumber", {"2222"}}});
  EXPECT_THAT(*started.stream_url, HasSubstr("wss://ssmmessages." + region.region + ".amazonaws.com/v1/data-channel/"));
  const auto handed = messages();
  ASSERT_EQ(handed.size(), 1u);
  EXPECT_THAT(*handed[0].topic, HasSubstr("aws.ssm.startSession"));
  const auto start = border::SessionStart::from_json(Json::parse(*handed[0].payload));
  EXPECT_EQ(start, (border::SessionStart{*started.session_id, border::SessionType::kPort, "", "2222"}));
  acknowledge(*handed[0].message_id);
  send("true");
  const auto later = messages();
  ASSERT_EQ(later.size(), 1u);
  EXPECT_THAT(*later[0].topic, HasSubstr("aws.ssm.sendCommand"));
  EXPECT_EQ(refusal([&] { acknowledge("aws.ssm.session.none"); }), "InvalidRequestException");
}

TEST_F(SessionTest, OnlyItsOwnInstanceOpensTheOtherEnd) {
  announce();
  const std::string session = *begin().session_id;
  region::Caller another = instance;
  another.session_name = "i-00000000000000000";
  ssmmessages::CreateDataChannelInput in;
  in.session_id = session;
  in.message_schema_version = "1.0";
  in.request_id = in.client_id = "r";
  EXPECT_EQ(refusal([&] { ssmmessages::Client(region.home, another, region.region).create_data_channel(in); }),
            "AccessDeniedException");
  in.session_id = "none";
  EXPECT_EQ(refusal([&] { channels().create_data_channel(in); }), "InvalidRequestException");
}

TEST_F(SessionTest, WhatOneEndSaysTheOtherHears) {
  announce();
  const auto started = begin();
  const std::string session = *started.session_id;
  EXPECT_EQ(status(session), "Connecting");
  const auto user = open(session, *started.token_value);
  say(*user, Opcode::kBinary, "typed before the agent came");
  const auto agent = open(session, agents_token(session));
  EXPECT_EQ(agent->socket().receive(kSoon)->data, "typed before the agent came");
  say(*agent, Opcode::kBinary, "heard");
  EXPECT_EQ(user->socket().receive(kSoon)->data, "heard");
  EXPECT_EQ(status_soon(session, "Connected"), "Connected");

  // The shell ends: the agent says goodbye, and the user's end is closed.
  agent->socket().close(http::close_code::kNormal);
  agent->socket().run({});
  EXPECT_EQ(user->socket().run({}).code, http::close_code::kNormal);
  EXPECT_EQ(status_soon(session, "Terminated"), "Terminated");
  EXPECT_TRUE(sessions("History").at(0).end_date.has_value());
}

TEST_F(SessionTest, AUserThatIsLostComesBackWithANewToken) {
  announce();
  const auto started = begin();
  const std::string session = *started.session_id;
  const auto agent = open(session, agents_token(session));
  {
    const auto user = open(session, *started.token_value);
    say(*user, Opcode::kBinary, "first");
    EXPECT_EQ(agent->socket().receive(kSoon)->data, "first");
    EXPECT_EQ(status_soon(session, "Connected"), "Connected");
  }
  EXPECT_EQ(status_soon(session, "Disconnected"), "Disconnected");
  say(*agent, Opcode::kBinary, "said meanwhile");
  ResumeSessionInput in;
  in.session_id = session;
  const auto resumed = client.resume_session(in);
  EXPECT_NE(resumed.token_value, started.token_value);
  const auto user = open(session, *resumed.token_value);
  EXPECT_EQ(user->socket().receive(kSoon)->data, "said meanwhile");
  EXPECT_EQ(status_soon(session, "Connected"), "Connected");
  // The token before it is void.
  const auto old = open(session, *started.token_value);
  EXPECT_EQ(old->socket().run({}).code, http::close_code::kPolicy);
}

TEST_F(SessionTest, TerminatingTellsTheUserAndHangsUpOnBoth) {
  announce();
  const auto started = begin();
  const std::string session = *started.session_id;
  const auto user = open(session, *started.token_value);
  const auto agent = open(session, agents_token(session));
  EXPECT_EQ(status_soon(session, "Connected"), "Connected");
  TerminateSessionInput in;
  in.session_id = session;
  EXPECT_EQ(client.terminate_session(in).session_id, session);
  const auto last = border::SessionMessage::from_bytes(user->socket().receive(kSoon)->data);
  EXPECT_EQ(last.kind, border::SessionMessageKind::kChannelClosed);
  EXPECT_EQ(agent->socket().run({}).code, http::close_code::kNormal);
  EXPECT_EQ(status(session), "Terminated");
  EXPECT_EQ(refusal([&] { agents_token(session); }), "InvalidRequestException");
  ResumeSessionInput resume;
  resume.session_id = session;
  EXPECT_EQ(client.resume_session(resume).token_value, std::nullopt);
  resume.session_id = in.session_id = "none";
  EXPECT_EQ(refusal([&] { client.resume_session(resume); }), "DoesNotExistException");
  EXPECT_EQ(refusal([&] { client.terminate_session(in); }), "DoesNotExistException");
}

TEST_F(SessionTest, WhoHasNoTokenIsTurnedAway) {
  announce();
  const std::string session = *begin().session_id;
  for (const char* first : {R"({"TokenValue": "guessed"})", R"({"TokenValue": ""})", "{}", "no JSON"}) {
    http::ClientWebSocket guest({.host = "127.0.0.1", .port = port}, {}, "/v1/data-channel/" + session, {});
    guest.socket().send({Opcode::kText, first});
    EXPECT_EQ(guest.socket().run({}).code, http::close_code::kPolicy) << first;
  }
  EXPECT_EQ(status(session), "Connecting");
  EXPECT_THROW(open("guessed", "guessed"), http::Error);
}

TEST_F(SessionTest, AnAgentThatNeverComesAndOneThatIsLostEndIt) {
  announce();
  const std::string never = *begin().session_id;
  const auto lost = begin();
  {
    const auto user = open(*lost.session_id, *lost.token_value);
    const auto agent = open(*lost.session_id, agents_token(*lost.session_id));
    EXPECT_EQ(status_soon(*lost.session_id, "Connected"), "Connected");
  }
  EXPECT_EQ(status_soon(*lost.session_id, "Disconnected"), "Disconnected");
  region.clock.advance(std::chrono::seconds(50));
  region.run_until_idle();
  EXPECT_EQ(status(never), "Connecting");
  // A minute and more from now: that the second end is lost, too, may have been noticed just now.
  region.clock.advance(std::chrono::seconds(70));
  region.run_until_idle();
  EXPECT_EQ(status(never), "Failed");
  EXPECT_EQ(status(*lost.session_id), "Terminated");
  region.clock.advance(std::chrono::hours(24 * 31));
  region.run_until_idle();
  EXPECT_TRUE(sessions("History").empty());
}

TEST_F(SessionTest, TheListIsFiltered) {
  announce();
  const std::string first = *begin().session_id;
  region.clock.advance(std::chrono::minutes(1));
  const Timestamp between = region.clock.now();
  region.clock.advance(std::chrono::minutes(1));
  const std::string second = *begin().session_id;
  const auto ids = [&](const std::string& key, const std::string& value) {
    std::vector<std::string> all;
    for (const Session& s : sessions("Active", {SessionFilter{.key = key, .value = value}}))
      all.push_back(*s.session_id);
    return all;
  };
  EXPECT_THAT(ids("Target", kInstance), ElementsAre(second, first));
  EXPECT_THAT(ids("Target", "i-1"), ElementsAre());
  EXPECT_THAT(ids("SessionId", first), ElementsAre(first));
  EXPECT_THAT(ids("Owner", region.user.arn), ElementsAre(second, first));
  EXPECT_THAT(ids("Status", "Connected"), ElementsAre());
  EXPECT_THAT(ids("InvokedAfter", iso8601(between)), ElementsAre(second));
  EXPECT_THAT(ids("InvokedBefore", iso8601(between)), ElementsAre(first));
  EXPECT_EQ(refusal([&] { ids("InvokedAfter", "yesterday"); }), "ValidationException");
}

TEST_F(SessionTest, EachIsAskedAbout) {
  announce();
  const std::string session = *begin("AWS-StartSSHSession").session_id;
  TerminateSessionInput in;
  in.session_id = session;
  client.terminate_session(in);
  const auto asked = [&](const std::string& action) {
    std::vector<std::string> resources;
    for (const auto& question : region.authorizer.asked)
      if (question.action == action) resources.push_back(question.resource);
    return resources;
  };
  EXPECT_THAT(asked("ssm:StartSession"),
              ElementsAre("arn:aws:ec2:" + region.region + ":" + region.user.account + ":instance/" + kInstance,
                          "arn:aws:ssm:" + region.region + "::document/AWS-StartSSHSession"));
  EXPECT_THAT(asked("ssm:TerminateSession"),
              ElementsAre("arn:aws:ssm:" + region.region + ":" + region.user.account + ":session/" + session));
  EXPECT_EQ(region.authorizer.condition_key_of("ssm:StartSession", "*instance/*", "ssm:resourceTag/team"), "a");
}

TEST(SessionMachineTest, EveryEventInEveryStatus) {
  for (const auto& [status, word] : kWords<SessionStatus>)
    for (const SessionEvent event :
         {SessionEvent::kConnect, SessionEvent::kLoseClient, SessionEvent::kEnd, SessionEvent::kGiveUp}) {
      SessionRow row;
      row.shape.status = word;
      const bool was_over = is_over(row);
      const bool changed = happen(row, event, {5});
      EXPECT_FALSE(was_over && changed) << word;
      EXPECT_EQ(row.shape.end_date.has_value(), !was_over && is_over(row)) << word;
    }
}

}  // namespace
}  // namespace hanbat::ssm
