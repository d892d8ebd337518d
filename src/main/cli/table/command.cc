#include "main/cli/table/command.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"

namespace hanbat::cli {

std::string Option::key() const {
  for (const std::string& name : split(names, ','))
    if (name.starts_with("--")) return name.substr(2);
  return positional() ? names : names.substr(1);
}

std::string Option::placeholder() const {
  switch (kind) {
    case Kind::kFlag:
      return "";
    case Kind::kNumber:
      return "NUMBER";
    case Kind::kWord: {
      std::string all;
      for (const std::string& word : words) all += (all.empty() ? "" : "|") + word;
      return all;
    }
    case Kind::kFile:
      return "FILE";
    case Kind::kFolder:
      return "FOLDER";
    case Kind::kAwsRegion:
      return "REGION";
    case Kind::kInstance:
    case Kind::kBuild:
    case Kind::kDeployment:
    case Kind::kLogSubject:
      return "ID";
    case Kind::kCommandLine:
      return "COMMAND";
    case Kind::kPipeline:
    case Kind::kBalancer:
    case Kind::kCompetitor:
    case Kind::kBaseImage:
    case Kind::kRuntime:
      return "NAME";
    case Kind::kText:
      return "TEXT";
  }
  return "";
}

const Values::One& Values::require(const std::string& key) const {
  const auto found = all_.find(key);
  if (found == all_.end()) throw std::logic_error("the command's table has no " + key);
  return found->second;
}

bool Values::given(const std::string& key) const { return require(key).given; }
const std::string& Values::text(const std::string& key) const { return require(key).text; }
const std::vector<std::string>& Values::texts(const std::string& key) const { return require(key).texts; }
int Values::number(const std::string& key) const { return static_cast<int>(parse_int(require(key).text).value_or(0)); }

std::string Command::last_word() const { return name.substr(name.rfind(' ') + 1); }

std::string Command::above() const {
  const auto space = name.rfind(' ');
  return space == std::string::npos ? "" : name.substr(0, space);
}

const Command* find_command(const Table& table, const std::string& name) {
  const auto found = std::ranges::find(table, name, &Command::name);
  return found == table.end() ? nullptr : &*found;
}

std::vector<const Command*> commands_below(const Table& table, const std::string& name) {
  std::vector<const Command*> below;
  for (const Command& command : table)
    if (command.above() == name) below.push_back(&command);
  return below;
}

}  // namespace hanbat::cli
