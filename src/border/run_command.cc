#include "border/run_command.h"

#include <limits>

#include "border/fields.h"

namespace hanbat::border {
namespace {

constexpr const char* kDocument = "AWS-RunShellScript";

int read_int(Fields& fields, std::string_view name) {
  const std::int64_t value = fields.integer(name);
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
    fields.fail(name, "is out of range");
  return static_cast<int>(value);
}

}  // namespace

Json ShellCommand::to_json() const {
  return Json::object({{"CommandId", command_id},
                       {"DocumentName", kDocument},
                       {"Commands", Json(commands)},
                       {"WorkingDirectory", working_directory},
                       {"ExecutionTimeout", execution_timeout_s}});
}

ShellCommand ShellCommand::from_json(const Json& json) {
  Fields fields(json, "a command");
  if (const std::string document = fields.text("DocumentName"); document != kDocument)
    fields.fail("DocumentName", "has the unknown value \"" + document + "\"");
  ShellCommand command;
  command.command_id = fields.text("CommandId");
  command.commands = fields.texts("Commands");
  command.working_directory = fields.text("WorkingDirectory");
  command.execution_timeout_s = read_int(fields, "ExecutionTimeout");
  fields.refuse_unknown();
  return command;
}

Json CancelCommand::to_json() const {
  return Json::object({{"CommandId", command_id}, {"CancelMessageId", message_id}});
}

CancelCommand CancelCommand::from_json(const Json& json) {
  Fields fields(json, "a cancellation");
  CancelCommand cancel{fields.text("CommandId"), fields.text("CancelMessageId")};
  fields.refuse_unknown();
  return cancel;
}

Json CommandReply::to_json() const {
  Json json = Json::object({{"code", code}, {"out", out}, {"err", err}});
  if (ending == Ending::kTimedOut) json["timed_out"] = true;
  if (ending == Ending::kCancelled) json["cancelled"] = true;
  return json;
}

CommandReply CommandReply::from_json(const Json& json) {
  Fields fields(json, "a reply");
  CommandReply reply{read_int(fields, "code"), fields.text("out"), fields.text("err")};
  const bool cancelled = fields.find_flag("cancelled");
  const bool timed_out = fields.find_flag("timed_out");
  reply.ending = cancelled ? Ending::kCancelled : timed_out ? Ending::kTimedOut : Ending::kExited;
  fields.refuse_unknown();
  return reply;
}

}  // namespace hanbat::border
