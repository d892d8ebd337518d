#include "main/cli/table/parse.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <numeric>

namespace hanbat::cli {
namespace {

/// A parser of the table, and what it has read.
struct Parser {
  Parser(const About& about, const Table& table) : app("Hanbat: " + about.summary + ".", about.name) {
    app.require_subcommand(1);
    app.set_version_flag("--version", about.version);
    app.footer(about.more);
    apps[""] = &app;
    for (const Command& command : table) add(command, commands_below(table, command.name));
  }

  void add(const Command& command, const std::vector<const Command*>& below) {
    CLI::App* added = apps.at(command.above())->add_subcommand(command.last_word(), command.help);
    apps[command.name] = added;
    if (command.hidden) added->group("");
    if (!below.empty()) added->require_subcommand(1);
    for (const Option& option : command.options) add(*added, option, values[command.name]);
    for (const Option& option : command.options)
      if (!option.excludes.empty()) added->get_option(long_name(option))->excludes(option.excludes);
    added->footer(footer(command));
    if (command.run)
      added->callback([this, &command] {
        for (const Option& option : command.options) {
          Values::One& one = values[command.name].at(option.key());
          one.given = apps.at(command.name)->get_option(long_name(option))->count() > 0;
        }
        code = command.run(values[command.name]);
      });
  }

  static std::string long_name(const Option& option) {
    return option.positional() ? option.names : "--" + option.key();
  }

  static void add(CLI::App& app, const Option& option, Values& values) {
    Values::One& one = values.at(option.key());
    if (option.kind == Kind::kFlag) {
      app.add_flag(option.names, one.given, option.help);
      return;
    }
    CLI::Option* added = nullptr;
    if (option.many()) {
      if (!option.preset.empty()) one.texts = {option.preset};
      added = app.add_option(option.names, one.texts, option.help);
    } else {
      one.text = option.preset;
      added = app.add_option(option.names, one.text, option.help);
    }
    added->type_name(option.placeholder());
    if (option.times == Times::kOnce || option.times == Times::kSome) added->required();
    if (!option.preset.empty()) added->default_str(option.preset);
    if (option.kind == Kind::kWord) added->check(CLI::IsMember(option.words).description(""));
    if (option.kind == Kind::kNumber) added->check(CLI::Range(option.least, option.most).description(""));
  }

  static std::string footer(const Command& command) {
    std::string text = command.more;
    if (!command.example.empty()) text += (text.empty() ? "" : "\n\n") + std::string("Example: ") + command.example;
    for (const ExitCode& exit : command.exits)
      text +=
          (text.empty() ? "" : "\n") + std::string("Exits with ") + std::to_string(exit.code) + " " + exit.when + ".";
    return text;
  }

  CLI::App app;
  std::map<std::string, CLI::App*> apps;
  std::map<std::string, Values> values;
  int code = 0;
};

std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

std::vector<std::string> words_below(const Table& table, const std::string& name) {
  std::vector<std::string> words;
  for (const Command* command : commands_below(table, name))
    if (!command->hidden) words.push_back(command->last_word());
  return words;
}

std::string listed(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

/// The command that the words name, as far as they do.
struct Named {
  std::string command;
  std::string stranger;  // the first word that is none of the commands below it
};
Named named_by(const Table& table, int argc, const char* const* argv) {
  Named named;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.starts_with('-') || commands_below(table, named.command).empty()) break;
    const std::string next = named.command.empty() ? word : named.command + " " + word;
    if (!find_command(table, next)) {
      named.stranger = word;
      break;
    }
    named.command = next;
  }
  return named;
}

/// What was likely meant: a command that is called so elsewhere in the table, or one beside it with a name like that.
std::string nearest_command(const Table& table, const Named& named) {
  for (const Command& command : table)
    if (!command.hidden && command.last_word() == named.stranger) return command.name;
  const std::string near = nearest(named.stranger, words_below(table, named.command));
  return near.empty() || named.command.empty() ? near : named.command + " " + near;
}

int complain(const About& about, const std::string& command, const std::string& what) {
  std::cout.flush();
  const std::string whole = command.empty() ? about.name : about.name + " " + command;
  std::cerr << about.name << ": " << what << "\n" << whole << " --help tells how it is used\n";
  return kWrongUse;
}

/// An option that is mistyped is told with the one that it is near.
std::string with_nearest(const Table& table, const std::string& name, const CLI::ParseError& error, int argc,
                         const char* const* argv) {
  std::string what = error.what();
  const Command* command = find_command(table, name);
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError) || !command) return what;
  if (std::ranges::count(command->options, Kind::kCommandLine, &Option::kind) > 0)
    return what + "; a command that has options of its own goes behind --";
  std::vector<std::string> known = {"--help"};
  for (const Option& option : command->options)
    if (!option.positional()) known.push_back("--" + option.key());
  for (int i = 1; i < argc; ++i) {
    const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
    if (!word.starts_with("--") || std::ranges::count(known, word)) continue;
    const std::string near = nearest(word, known);
    return name + " has no option " + word + (near.empty() ? "" : "; did you mean " + near + "?");
  }
  return what;
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& names) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& name : names)
    if (const std::size_t far = distance(word, name); far < least) {
      least = far;
      best = name;
    }
  return best;
}

std::string help_text(const About& about, const Table& table, const std::string& name) {
  Parser parser(about, table);
  std::string above = about.name;
  if (const Command* command = find_command(table, name); command && !command->above().empty())
    above += " " + command->above();
  return name.empty() ? parser.app.help(about.name) : parser.apps.at(name)->help(above);
}

int run_command(const About& about, const Table& table, int argc, const char* const* argv) {
  const Named named = named_by(table, argc, argv);
  if (!named.stranger.empty()) {
    const std::string near = nearest_command(table, named);
    return complain(about, named.command,
                    "there is no command \"" + (named.command.empty() ? "" : named.command + " ") + named.stranger +
                        "\"" + (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  }
  const Command* command = find_command(table, named.command);
  const bool asks = argc > 1 && std::string(argv[argc - 1]).starts_with('-');
  if (!asks && !(command && command->run) && !commands_below(table, named.command).empty())
    return complain(about, named.command, "say what: " + listed(words_below(table, named.command)));
  Parser parser(about, table);
  try {
    parser.app.parse(argc, argv);
    return parser.code;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return parser.app.exit(error);
    return complain(about, named.command, with_nearest(table, named.command, error, argc, argv));
  }
}

}  // namespace hanbat::cli
