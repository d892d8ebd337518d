#include "services/codepipeline/codepipeline.h"

#include "base/encoding.h"
#include "base/text.h"
#include "gen/codepipeline/schema.h"

namespace hanbat::codepipeline {

std::span<const store::Migration> CodePipeline::migrations() const { return schema(); }

void CodePipeline::start() {
  home_.tasks.handle(kActionTask, [this](store::TaskRun& run) { run_action(run); });
  home_.tasks.handle(kPollTask, [this](store::TaskRun& run) { poll_sources(run); });
}

std::int64_t page_offset(const std::optional<std::string>& token) {
  if (!token) return 0;
  const auto text = from_base64(*token);
  const auto value = text ? parse_int(*text) : std::nullopt;
  if (!value || *value < 0) throw InvalidNextTokenException("The next token was specified in an invalid format.");
  return *value;
}

std::string page_token(std::int64_t offset) { return to_base64(std::to_string(offset)); }

}  // namespace hanbat::codepipeline
