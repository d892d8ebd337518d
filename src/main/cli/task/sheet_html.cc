// The mark sheet as a page that needs nothing else: no script, no file, no address.
#include <fmt/format.h>

#include "base/html.h"
#include "main/cli/task/paper.h"
#include "main/cli/task/sheet.h"
#include "main/cli/task/sheet_words.h"

namespace hanbat::cli::task {
namespace {

void write_expectations(std::string& out, const ItemMark& mark, const SheetWords& words, std::string_view language) {
  out += "<ul>";
  for (const Expectation& e : mark.expectations)
    out += fmt::format("<li class=\"{}\">{}{}<dl><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd>{}</dd></dl></li>",
                       e.met ? "yes" : "no", e.met ? "✓ " : "✗ ", html_text(label_in(e.what, language)), words.expected,
                       html_text(label_in(e.wanted, language)), words.seen, e.seen.empty() ? "–" : html_text(e.seen));
  out += "</ul>";
}

void write_item(std::string& out, const ItemMark& mark, const SheetWords& words, std::string_view language) {
  const auto [name, verdict] = !mark.broken.empty() ? std::pair{"broken", words.broken}
                               : mark.full()        ? std::pair{"pass", words.pass}
                               : mark.earned > 0    ? std::pair{"part", words.part}
                                                    : std::pair{"fail", words.fail};
  out += fmt::format(
      "<tr class=\"{}\" id=\"item-{}\"><td>{}</td><td class=\"n\">{} / {}{}</td><td class=\"r\">{}</td>"
      "<td><b>{}</b>",
      name, html_text(mark.item.id), html_text(mark.item.id), points_text(mark.earned), points_text(mark.item.points),
      mark.item.ours ? "*" : "", verdict, html_text(text_in(mark.item.title, language)));
  if (!mark.broken.empty()) out += fmt::format("<p>{}: {}</p>", words.judge_must_look, html_text(mark.broken));
  if (!mark.left.empty()) out += fmt::format("<p>{}</p>", html_text(mark.left));
  if (!mark.item.reading.empty())
    out += fmt::format("<p class=\"small\">{}: {}</p>", words.reading, html_text(text_in(mark.item.reading, language)));
  for (const PartMark& part : mark.parts)
    out += fmt::format("<p>{} / {} {}</p>", points_text(part.earned), points_text(part.part.points),
                       html_text(text_in(part.part.title, language)));
  write_expectations(out, mark, words, language);
  out += fmt::format("<details><summary>{} ({})</summary><pre>", words.evidence, mark.evidence.size());
  for (const Evidence& e : mark.evidence)
    out += fmt::format("$ {}\n{}{}\n", html_text(e.command), html_text(e.answer),
                       e.status ? fmt::format("\n[{}]", e.status) : "");
  out += "</pre></details></td></tr>\n";
}

}  // namespace

std::string sheet_html(const Sheet& sheet, std::string_view language) {
  const SheetWords& words = words_in(language);
  const std::string title = html_text(text_in(sheet.title, language));
  // Nothing may be fetched or run, whatever a name in it says.
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{}: {}, {}</title><style>{}</style></head>"
      "<body><h1>{}: {}</h1><p>{} <b>{}</b> · {} {} · {} {}</p><p class=\"total\">{} <b>{}</b> / {}</p>\n"
      "<table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th></th></tr></thead><tbody>\n",
      language == "ko" ? "ko" : "en", words.sheet, title, html_text(sheet.competitor), page_style(), words.sheet, title,
      words.competitor, html_text(sheet.competitor), words.account, html_text(sheet.account), words.marked,
      iso8601(sheet.marked), words.total, points_text(sheet.earned()), points_text(sheet.possible()), words.item,
      words.points, words.result);
  bool ours = false;
  for (const ItemMark& one : sheet.items) {
    ours = ours || one.item.ours;
    write_item(out, one, words, language);
  }
  out += "</tbody></table>\n";
  if (ours) out += fmt::format("<p class=\"small\">* {}</p>\n", words.ours);
  return out + "</body></html>\n";
}

}  // namespace hanbat::cli::task
