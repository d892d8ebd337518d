// The commands of `hanbat` as data: what each is called, takes, does and ends with. Parsing, --help, the manual pages
// and the shells' completion all read this one table, so that none of them can know of a command that the others do
// not.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace hanbat::cli {

/// What an option or a positional holds: how it is checked, and what completion offers for it.
enum class Kind {
  kFlag,
  kText,         ///< anything; `words` are suggestions
  kNumber,       ///< whole, of `least` to `most`
  kWord,         ///< one of `words`
  kFile,         ///< of this machine, there or to be made
  kFolder,       ///< of this machine
  kAwsRegion,    ///< ap-northeast-2
  kInstance,     ///< the id of an EC2 instance
  kBuild,        ///< the id of a build
  kDeployment,   ///< the id of a deployment
  kPipeline,     ///< a pipeline's name
  kBalancer,     ///< a load balancer's name
  kLogSubject,   ///< what the word before it says: a build's id after "build"
  kCompetitor,   ///< who has started a task
  kBaseImage,    ///< an image of the shelf
  kRuntime,      ///< a runtime of the shelf
  kCommandLine,  ///< a command to run elsewhere, with its own options
};

enum class Times {
  kAtMostOnce,
  kOnce,
  kAny,  ///< none, one or several
  kSome  ///< one or several
};

struct Option {
  std::string names;  ///< "-n,--lines", "--region"; without dashes it is a positional: "file"
  Kind kind = Kind::kFlag;
  std::string help;
  Times times = Times::kAtMostOnce;
  std::string preset = {};  ///< what is taken when it is not given
  std::vector<std::string> words = {};
  int least = 0, most = 0;
  std::string excludes = {};  ///< another option that cannot be given with it

  bool positional() const { return !names.starts_with('-'); }
  bool many() const { return times == Times::kAny || times == Times::kSome; }
  /// What it is called in code and in Values: the long name without dashes.
  std::string key() const;
  /// As --help writes what goes there: "FILE"; "" of a flag.
  std::string placeholder() const;
};

/// What was given on the command line. Asked for a name that the command's table does not have, it throws
/// std::logic_error.
class Values {
 public:
  bool given(const std::string& key) const;
  /// What was given, or the preset; "" where there is neither.
  const std::string& text(const std::string& key) const;
  const std::vector<std::string>& texts(const std::string& key) const;
  int number(const std::string& key) const;

  struct One {
    std::string text;
    std::vector<std::string> texts;
    bool given = false;
  };
  One& at(const std::string& key) { return all_[key]; }

 private:
  const One& require(const std::string& key) const;

  std::map<std::string, One> all_;
};

/// Another end of a command than 0 (done), 1 (it could not; why is on standard error) and 2 (the command line is
/// wrong).
struct ExitCode {
  int code;
  std::string when;
};

struct Command {
  std::string name;  ///< with those above it: "image base add"
  std::string help;
  std::vector<Option> options = {};
  /// Returns what the program ends with. A command without one has commands below it.
  std::function<int(const Values&)> run = nullptr;
  std::vector<ExitCode> exits = {};
  std::string more = {};     ///< below the options of --help
  std::string example = {};  ///< a line of the manual page
  bool hidden = false;       ///< for programs, not for people

  std::string last_word() const;
  std::string above() const;  ///< "" of those at the top
};
using Table = std::vector<Command>;

const Command* find_command(const Table& table, const std::string& name);
/// The commands right below that one ("": at the top), as the table has them.
std::vector<const Command*> commands_below(const Table& table, const std::string& name);

}  // namespace hanbat::cli
