#include "services/codedeploy/codedeploy.h"

#include "base/encoding.h"
#include "base/text.h"
#include "gen/codedeploy/schema.h"

namespace hanbat::codedeploy {

std::span<const store::Migration> CodeDeploy::migrations() const { return schema(); }

void CodeDeploy::start() {
  home_.tasks.handle(kPlanTask, [this](store::TaskRun& run) { plan(run); });
  home_.tasks.handle(kTrafficTask, [this](store::TaskRun& run) { move_traffic(run); });
  home_.tasks.handle(kWakeTask, [this](store::TaskRun& run) { wake(run); });
  home_.tasks.handle(kPublishTask, [this](store::TaskRun& run) { publish_agent(run); });
  if (!home_.settings.guest_programs.empty())
    home_.db.write([&](store::Tx& tx) { home_.tasks.add(tx, {.kind = kPublishTask, .key = "agent"}); });
}

Paging::Paging(const std::optional<std::string>& token) {
  if (!token) return;
  const auto text = from_base64(*token);
  const auto value = text ? parse_int(*text) : std::nullopt;
  if (!value || *value < 0) throw InvalidNextTokenException("The next token was specified in an invalid format.");
  offset = static_cast<std::size_t>(*value);
}

std::string Paging::token(std::size_t offset) { return to_base64(std::to_string(offset)); }

}  // namespace hanbat::codedeploy
