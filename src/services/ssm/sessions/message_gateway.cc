#include "services/ssm/sessions/message_gateway.h"

#include "base/text.h"
#include "http/server.h"
#include "region/gate.h"
#include "services/ssm/commands/agent.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

using namespace ssmmessages;

constexpr std::string_view kDataChannels = "/v1/data-channel/";
constexpr const char* kSchemaVersion = "1.0";

}  // namespace

CreateControlChannelOutput MessageGateway::create_control_channel(region::Request& rq,
                                                                  const CreateControlChannelInput& in) {
  rq.authorize("ssmmessages:CreateControlChannel", "*", source_instance(rq));

  require_own(rq, in.channel_id);

  note_channel(rq.tx, place_of(rq), in.channel_id, rq.now());

  CreateControlChannelOutput out;
  out.message_schema_version = kSchemaVersion;
  return out;
}

CreateDataChannelOutput MessageGateway::create_data_channel(region::Request& rq, const CreateDataChannelInput& in) {
  rq.authorize("ssmmessages:CreateDataChannel", "*", source_instance(rq));
  rq.authorize("ssmmessages:OpenDataChannel", "*", source_instance(rq));

  auto row = region::find<Session>(rq.tx, place_of(rq), in.session_id);
  if (!row || is_over(*row)) throw InvalidRequestException("There is no session " + in.session_id);
  require_own(rq, row->shape.target.value_or(""));

  CreateDataChannelOutput out;
  out.message_schema_version = kSchemaVersion;
  out.token_value = issue_token(*row, SessionEnd::kAgent);
  region::update(rq.tx, *row);
  return out;
}

bool MessageGateway::claims(const http::RequestHead& head) const {
  return head.method == "GET" && head.raw_path.starts_with(kDataChannels);
}

void MessageGateway::serve(http::Exchange& exchange) {
  region::Gate gate(home_, exchange);
  gate.pass(
      [&] {
        const auto session = percent_decode(std::string_view(exchange.head().raw_path).substr(kDataChannels.size()));
        if (!session) throw wire::Error("InvalidRequestException", 400, "The path names no session.");
        sessions_.serve(exchange, *session);
      },
      [&](const wire::Error& error) {
        exchange.send({error.status(), {{"Content-Type", "text/plain"}}, error.message() + "\n"});
      });
}

}  // namespace hanbat::ssm
