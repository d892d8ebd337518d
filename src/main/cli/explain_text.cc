#include "main/cli/explain_text.h"

#include <cmath>
#include <utility>

#include "base/text.h"

namespace hanbat::cli {
namespace {

struct Words {
  const char *first_cause, *remedy, *statement, *unseen, *on, *since, *until, *path, *back, *ends, *too;
};
constexpr Words kEnglish{"first cause", "way out",  "statement", "not seen, as you lack", "on", "since", "until",
                         "path",        "way back", "ends here", "in the way behind it"};
constexpr Words kKorean{"첫 원인",     "해결",        "정책 문",     "권한이 없어 보지 못한 것",
                        "대상",        "시작",        "끝",          "경로",
                        "돌아오는 길", "여기서 끝남", "그 뒤도 막힘"};

std::string in(const Json& text, Language language) { return text.text(language == Language::kKorean ? "ko" : "en"); }

/// "4 min ago", "in 56 min"
std::string distance(double seconds, Language language) {
  const bool past = seconds < 0;
  const auto all = static_cast<long>(std::lround(std::fabs(seconds)));
  const bool korean = language == Language::kKorean;
  const std::string amount =
      all < 120 ? std::to_string(all) + (korean ? "초" : " s") : std::to_string(all / 60) + (korean ? "분" : " min");
  if (korean) return amount + (past ? " 전" : " 뒤");
  return past ? amount + " ago" : "in " + amount;
}

void add_indented(std::string& out, const std::string& text, const std::string& indent) {
  for (const std::string& line : split(text, '\n')) out += indent + line + "\n";
}

void add_cause(std::string& out, const Json& cause, std::size_t number, bool first, const Words& words,
               Language language, double now) {
  out += "\n" + std::to_string(number) + ". " + in(cause["sentence"], language) + "\n";
  out += "   " + cause.text("code") + ", " + cause.text("subject") +
         (first ? std::string("  ← ") + words.first_cause : "") + "\n";
  for (const auto& [name, word] : {std::pair{"since", words.since}, {"until", words.until}})
    if (cause[name].is_number())
      out += "   " + std::string(word) + ": " + distance(cause[name].as_double() - now, language) + "\n";
  for (const Json& evidence : cause["evidence"].items()) {
    out += "   | " + evidence.text("call") + "\n";
    add_indented(out, evidence.text("excerpt"), "   |   ");
  }
  const Json& remedy = cause["remedy"];
  if (!remedy.is_object()) return;
  out += "   " + std::string(words.remedy) + ": " + in(remedy, language) + "\n";
  if (!remedy.text("command").empty()) add_indented(out, remedy.text("command"), "     $ ");
  if (!remedy.text("statement").empty()) out += "     " + remedy.text("statement") + "\n";
}

void add_path(std::string& out, const Json& path, const Words& words, Language language) {
  std::string direction;
  for (const Json& hop : path.items()) {
    if (!hop.flag("passes")) continue;
    if (hop.text("direction") != direction) {
      direction = hop.text("direction");
      out += std::string("\n") + (direction == "return" ? words.back : words.path) + ":\n";
    }
    out += "  ✓ " + hop.text("component") + "  " + in(hop["sentence"], language) + "\n";
  }
  const char* word = words.ends;
  for (const Json& hop : path.items())
    if (!hop.flag("passes"))
      out += "  ✗ " + hop.text("component") + "  " + hop.text("code") + "  (" + std::exchange(word, words.too) + ")\n";
}

/// What the kernel did, with the rules that it went by.
void add_kernel(std::string& out, const Json& kernel, Language language) {
  out += "\n" + in(kernel["sentence"], language) + "\n";
  for (const Json& evidence : kernel["evidence"].items()) {
    out += "   | " + evidence.text("call") + "\n";
    add_indented(out, evidence.text("excerpt"), "   |   ");
  }
}

}  // namespace

Language language_of(const std::string& locale) {
  return locale.starts_with("ko") ? Language::kKorean : Language::kEnglish;
}

std::string explanation_text(const Json& explanation, Language language, double now) {
  const Words& words = language == Language::kKorean ? kKorean : kEnglish;
  const std::string subject = explanation.text("subject");
  std::string out = explanation.text("kind") + (subject.empty() ? "" : " " + subject) + ": " +
                    explanation.text("outcome") + "\n" + in(explanation["summary"], language) + "\n";
  if (explanation["path"].is_array()) add_path(out, explanation["path"], words, language);
  if (explanation["kernel"].is_object()) add_kernel(out, explanation["kernel"], language);
  const Json::Array& causes = explanation["causes"].items();
  const bool chained = explanation.text("kind") != "stuck";  // what waits there waits each for itself
  for (std::size_t i = 0; i < causes.size(); ++i)
    add_cause(out, causes[i], i + 1, chained && i + 1 == causes.size(), words, language, now);
  if (!explanation["unseen"].empty()) out += "\n";
  for (const Json& unseen : explanation["unseen"].items())
    out += std::string(words.unseen) + ": " + unseen.text("action") + " " + words.on + " " + unseen.text("resource") +
           "\n";
  return out;
}

}  // namespace hanbat::cli
