#include "main/cli/table/manual.h"

#include "base/text.h"

namespace hanbat::cli {
namespace {

/// Text as roff takes it: no line of it is one of roff's own requests.
std::string roff(const std::string& text) {
  std::string out;
  for (const std::string& line : split(replace_all(replace_all(text, "\\", "\\e"), "-", "\\-"), '\n'))
    out += (out.empty() ? "" : "\n") + std::string(line.starts_with('.') || line.starts_with('\'') ? "\\&" : "") + line;
  return out;
}

std::string paragraphs(const std::string& text) {
  std::string out;
  for (const std::string& one : split(text, '\n')) out += one.empty() ? ".PP\n" : roff(one) + "\n";
  return out;
}

std::string page_name(const About& about, const std::string& command) {
  return command.empty() ? about.name : about.name + "-" + replace_all(command, " ", "-");
}

std::string whole_name(const About& about, const std::string& command) {
  return command.empty() ? about.name : about.name + " " + command;
}

std::string synopsis(const About& about, const Table& table, const Command& command) {
  std::string text = ".B " + roff(whole_name(about, command.name)) + "\n";
  bool options = false;
  for (const Option& option : command.options) options = options || !option.positional();
  if (options) text += "[\\fIoptions\\fR]\n";
  for (const Option& option : command.options) {
    if (!option.positional()) continue;
    std::string shown = option.kind == Kind::kWord ? option.placeholder() : "\\fI" + roff(option.names) + "\\fR";
    if (option.kind == Kind::kCommandLine) shown.insert(0, "\\-\\- ");
    if (option.many()) shown += "...";
    const bool needed = option.times == Times::kOnce || option.times == Times::kSome;
    text += (needed ? shown : "[" + shown + "]") + "\n";
  }
  if (!commands_below(table, command.name).empty()) text += "\\fIcommand\\fR\n";
  return text;
}

std::string described(const Option& option) {
  std::string names;
  for (const std::string& name : split(option.names, ','))
    names += (names.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
  if (!option.positional() && option.kind != Kind::kFlag) names += " \\fI" + roff(option.placeholder()) + "\\fR";
  std::string text = option.help;
  if (option.kind == Kind::kWord) text += ". One of " + replace_all(option.placeholder(), "|", ", ");
  if (!option.preset.empty()) text += ". Without it: " + option.preset;
  return ".TP\n" + names + "\n" + roff(text) + ".\n";
}

std::string sentence(std::string text) {
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text + ".";
}

std::string exits(const std::vector<ExitCode>& own) {
  std::string text = ".SH EXIT STATUS\n.TP\n0\nIt is done.\n.TP\n1\n";
  std::string failed = "It could not; standard error says why, and what to do.";
  std::string more;
  for (const ExitCode& exit : own) {
    if (exit.code == 1)
      failed += " Also " + exit.when + ".";
    else
      more += ".TP\n" + std::to_string(exit.code) + "\n" + roff(sentence(exit.when)) + "\n";
  }
  return text + roff(failed) + "\n.TP\n2\nThe command line is wrong.\n" + more;
}

std::string heading(const About& about, const std::string& command, const std::string& help) {
  const std::string name = page_name(about, command);
  std::string upper = name;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return ".TH " + upper + " 1 \"\" \"" + about.name + " " + about.version + "\" \"Hanbat\"\n.SH NAME\n" + roff(name) +
         " \\- " + roff(help) + "\n.SH SYNOPSIS\n";
}

std::string list_of(const About& about, const std::vector<const Command*>& commands) {
  std::string text;
  for (const Command* one : commands)
    if (!one->hidden) text += ".TP\n.BR " + roff(page_name(about, one->name)) + " (1)\n" + roff(one->help) + "\n";
  return text.empty() ? "" : ".SH COMMANDS\n" + text;
}

std::string page_of(const About& about, const Table& table, const Command& command) {
  std::string text = heading(about, command.name, command.help) + synopsis(about, table, command);
  if (!command.more.empty()) text += ".SH DESCRIPTION\n" + paragraphs(command.more);
  std::string options;
  for (const Option& option : command.options) options += described(option);
  if (!options.empty()) text += ".SH OPTIONS\n" + options;
  text += list_of(about, commands_below(table, command.name)) + exits(command.exits);
  if (!command.example.empty()) text += ".SH EXAMPLE\n.nf\n" + roff(command.example) + "\n.fi\n";
  return text + ".SH SEE ALSO\n.BR " + roff(page_name(about, command.above())) + " (1)\n";
}

}  // namespace

std::map<std::string, std::string> manual_pages(const About& about, const Table& table) {
  std::map<std::string, std::string> pages;
  for (const Command& command : table)
    if (!command.hidden) pages[page_name(about, command.name) + ".1"] = page_of(about, table, command);
  pages[about.name + ".1"] = heading(about, "", about.summary) + ".B " + about.name +
                             "\n\\fIcommand\\fR [\\fIoptions\\fR]\n.SH DESCRIPTION\n" + paragraphs(about.more) +
                             list_of(about, commands_below(table, "")) + exits({}) +
                             ".SH SEE ALSO\n.BR hanbatd (8),\n.BR hanbat\\-hostd (8),\n.BR systemctl (1)\n";
  return pages;
}

}  // namespace hanbat::cli
