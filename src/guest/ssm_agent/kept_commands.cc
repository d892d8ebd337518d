#include "guest/ssm_agent/kept_commands.h"

#include "base/encoding.h"
#include "base/json.h"
#include "border/fields.h"
#include "os/files.h"

namespace hanbat::guest {

std::string KeptCommands::file_of(const std::string& message_id) const { return folder_ + "/" + to_hex(message_id); }

void KeptCommands::keep(const KeptCommand& one) const {
  make_folders(folder_, 0700);
  const Json json = Json::object({{"message", one.message_id}, {"runs", one.runs}, {"command", one.command.to_json()}});
  write_file_atomic(file_of(one.message_id), json.dump(), 0600);
}

void KeptCommands::forget(const std::string& message_id) const { remove_tree(file_of(message_id)); }

std::vector<KeptCommand> KeptCommands::list() const {
  std::vector<KeptCommand> out;
  if (!path_exists(folder_)) return out;
  for (const std::string& name : list_folder(folder_)) try {
      // What an agent had not written to its end, beside what it was to replace.
      if (name.find('.') != std::string::npos) {
        remove_tree(folder_ + "/" + name);
        continue;
      }
      const Json json = border::parse_message(read_file(folder_ + "/" + name), "a kept command");
      out.push_back({json.text("message"), static_cast<int>(json.integer("runs")),
                     border::ShellCommand::from_json(json["command"])});
    } catch (const border::MessageError&) {
      remove_tree(folder_ + "/" + name);
    }
  return out;
}

}  // namespace hanbat::guest
