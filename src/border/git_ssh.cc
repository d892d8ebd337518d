#include "border/git_ssh.h"

#include "border/fields.h"

namespace hanbat::border {

Json SshQuestion::to_json() const {
  return Json::object({{"ask", word_of(ask)},
                       {"key_id", key_id},
                       {"command", command},
                       {"git_protocol", git_protocol},
                       {"client_address", client_address}});
}

SshQuestion SshQuestion::from_json(const Json& json) {
  Fields fields(json, "a question of git over SSH");
  SshQuestion question{fields.word<Ask>("ask"), fields.text("key_id"), fields.text("command"),
                       fields.text("git_protocol"), fields.text("client_address")};
  fields.refuse_unknown();
  return question;
}

Json SshAnswer::to_json() const {
  Json addresses = Json::array();
  for (const std::string& each : forward_to) addresses.push_back(each);
  return Json::object({{"exit_code", exit_code}, {"out", out}, {"err", err}, {"forward_to", std::move(addresses)}});
}

SshAnswer SshAnswer::from_json(const Json& json) {
  Fields fields(json, "an answer to git over SSH");
  SshAnswer answer{static_cast<int>(fields.integer("exit_code")), fields.text("out"), fields.text("err"),
                   fields.texts("forward_to")};
  fields.refuse_unknown();
  return answer;
}

}  // namespace hanbat::border
