#include "main/cli/table/complete.h"

#include <algorithm>

#include "base/text.h"

namespace hanbat::cli {
namespace {

/// What has been typed before the last word.
struct Typed {
  const Command* command = nullptr;  // none at the top
  std::vector<const Option*> given;
  const Option* pending = nullptr;  // waits for its value
  std::size_t positionals = 0;
  std::string last_positional;
  bool only_positionals = false;  // behind "--"
};

const Option* find_option(const Command* command, const std::string& word) {
  if (!command) return nullptr;
  for (const Option& option : command->options) {
    const auto names = split(option.names, ',');
    if (!option.positional() && std::ranges::count(names, word)) return &option;
  }
  return nullptr;
}

Typed read(const Table& table, const std::vector<std::string>& words) {
  Typed typed;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (typed.only_positionals || !word.starts_with('-')) {
      const std::string next = typed.command ? typed.command->name + " " + word : word;
      const Command* below = typed.only_positionals ? nullptr : find_command(table, next);
      if (below && typed.positionals == 0 && !typed.pending) {
        typed.command = below;
      } else if (typed.pending) {
        if (!typed.pending->many()) typed.pending = nullptr;
      } else {
        ++typed.positionals;
        typed.last_positional = word;
      }
      continue;
    }
    typed.pending = nullptr;
    if (word == "--") {
      typed.only_positionals = true;
    } else if (const Option* option = find_option(typed.command, word.substr(0, word.find('=')))) {
      typed.given.push_back(option);
      if (option->kind != Kind::kFlag && word.find('=') == std::string::npos) typed.pending = option;
    }
  }
  return typed;
}

class Completing {
 public:
  Completing(const LookUp& look_up, std::string begun) : look_up_(look_up), begun_(std::move(begun)) {}

  void add(const std::string& word, const std::string& help) {
    if (!word.starts_with(begun_)) return;
    out_.candidates.push_back({word, split(help, '\n').front()});
  }

  /// `before`: the positional in front of it, by which a log's subject is told.
  void add_values(const Option& option, const std::string& before) {
    for (const std::string& word : option.words) add(word, "");
    Kind kind = option.kind;
    if (kind == Kind::kLogSubject)
      kind = before == "build"        ? Kind::kBuild
             : before == "deployment" ? Kind::kDeployment
             : before == "instance"   ? Kind::kInstance
                                      : Kind::kText;
    switch (kind) {
      case Kind::kFile:
        out_.files = true;
        return;
      case Kind::kFolder:
        out_.folders = true;
        return;
      case Kind::kFlag:
      case Kind::kText:
      case Kind::kNumber:
      case Kind::kWord:
      case Kind::kLogSubject:
      case Kind::kCommandLine:
        return;
      case Kind::kAwsRegion:
      case Kind::kInstance:
      case Kind::kBuild:
      case Kind::kDeployment:
      case Kind::kPipeline:
      case Kind::kBalancer:
      case Kind::kCompetitor:
      case Kind::kBaseImage:
      case Kind::kRuntime:
        for (const Candidate& one : look_up_(kind)) add(one.word, one.help);
    }
  }

  void add_positional(const Typed& typed) {
    std::size_t at = 0;
    for (const Option& option : typed.command->options) {
      if (!option.positional()) continue;
      if (at++ == typed.positionals || (option.many() && at <= typed.positionals))
        return add_values(option, typed.last_positional);
    }
  }

  Completion take() { return std::move(out_); }

 private:
  const LookUp& look_up_;
  std::string begun_;
  Completion out_;
};

}  // namespace

Completion complete(const Table& table, const std::vector<std::string>& words, const LookUp& look_up) {
  std::string last = words.empty() ? "" : words.back();
  const Typed typed = read(table, words);
  // --region=ap: the value is completed, with what stands before it.
  const std::string::size_type equals = last.find('=');
  if (last.starts_with("--") && equals != std::string::npos) {
    const Option* option = find_option(typed.command, last.substr(0, equals));
    if (!option || option->kind == Kind::kFlag) return {};
    Completing of_value(look_up, last.substr(equals + 1));
    of_value.add_values(*option, "");
    Completion found = of_value.take();
    for (Candidate& one : found.candidates) one.word.insert(0, last.substr(0, equals + 1));
    return found;
  }
  Completing found(look_up, last);
  if (typed.pending && !last.starts_with('-')) {
    found.add_values(*typed.pending, "");
    if (!typed.pending->many()) return found.take();
  }
  if (!typed.only_positionals && typed.positionals == 0)
    for (const Command* below : commands_below(table, typed.command ? typed.command->name : ""))
      if (!below->hidden) found.add(below->last_word(), below->help);
  if (typed.only_positionals || !last.starts_with('-')) {
    if (typed.command && !(typed.pending && typed.pending->many())) found.add_positional(typed);
    return found.take();
  }
  if (typed.command)
    for (const Option& option : typed.command->options)
      if (!option.positional() && (option.many() || !std::ranges::count(typed.given, &option)))
        found.add("--" + option.key(), option.help);
  found.add("--help", "what the command does and takes");
  if (!typed.command) found.add("--version", "which version this is");
  return found.take();
}

std::string to_lines(const Completion& completion) {
  std::string text;
  for (const Candidate& one : completion.candidates)
    text += one.word + (one.help.empty() ? "" : "\t" + one.help) + "\n";
  if (completion.files) text += ":files\n";
  if (completion.folders) text += ":folders\n";
  return text;
}

}  // namespace hanbat::cli
