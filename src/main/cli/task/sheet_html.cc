// The mark sheet as a page that needs nothing else: no script, no file, no address.
#include <fmt/format.h>

#include "base/utf8.h"
#include "main/cli/task/sheet.h"
#include "main/cli/task/sheet_words.h"

namespace hanbat::cli::task {
namespace {

/// As text of an element and as a quoted attribute. What HTML cannot hold (control characters) becomes U+FFFD.
std::string html(std::string_view text) {
  std::string out;
  for (const char c : to_utf8(text)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
      case '\t':
        out += c;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
          out += "\uFFFD";
        else
          out += c;
    }
  return out;
}

constexpr std::string_view kStyle = R"(
body{font:15px/1.5 system-ui,"Noto Sans CJK KR","Noto Sans KR","Malgun Gothic",sans-serif;margin:2em auto;max-width:70em;padding:0 1em;color:#222}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.35em .6em;text-align:left;vertical-align:top}
td.n{text-align:right;white-space:nowrap}tr.pass td.r{color:#176b2c}tr.fail td.r,tr.broken td.r{color:#b00020;font-weight:bold}tr.part td.r{color:#8a5a00}
dl{margin:.2em 0;display:grid;grid-template-columns:max-content 1fr;gap:0 .8em}dt{color:#666}dd{margin:0;overflow-wrap:anywhere}
ul{margin:.2em 0;padding-left:1.2em}li.no{color:#b00020}pre{background:#f5f5f5;padding:.5em;white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px}
.total{font-size:1.4em}.small{color:#666;font-size:.85em}@media print{details{display:block}summary{display:none}})";

void write_expectations(std::string& out, const ItemMark& mark, const SheetWords& words, std::string_view language) {
  out += "<ul>";
  for (const Expectation& e : mark.expectations)
    out += fmt::format("<li class=\"{}\">{}{}<dl><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd>{}</dd></dl></li>",
                       e.met ? "yes" : "no", e.met ? "✓ " : "✗ ", html(label_in(e.what, language)), words.expected,
                       html(e.wanted), words.seen, e.seen.empty() ? "–" : html(e.seen));
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
      name, html(mark.item.id), html(mark.item.id), points_text(mark.earned), points_text(mark.item.points),
      mark.item.ours ? "*" : "", verdict, html(text_in(mark.item.title, language)));
  if (!mark.broken.empty()) out += fmt::format("<p>{}: {}</p>", words.judge_must_look, html(mark.broken));
  if (!mark.item.reading.empty())
    out += fmt::format("<p class=\"small\">{}: {}</p>", words.reading, html(text_in(mark.item.reading, language)));
  for (const PartMark& part : mark.parts)
    out += fmt::format("<p>{} / {} {}</p>", points_text(part.earned), points_text(part.part.points),
                       html(text_in(part.part.title, language)));
  write_expectations(out, mark, words, language);
  out += fmt::format("<details><summary>{} ({})</summary><pre>", words.evidence, mark.evidence.size());
  for (const Evidence& e : mark.evidence)
    out +=
        fmt::format("$ {}\n{}{}\n", html(e.command), html(e.answer), e.status ? fmt::format("\n[{}]", e.status) : "");
  out += "</pre></details></td></tr>\n";
}

}  // namespace

std::string sheet_html(const Sheet& sheet, std::string_view language) {
  const SheetWords& words = words_in(language);
  const std::string title = html(text_in(sheet.title, language));
  // Nothing may be fetched or run, whatever a name in it says.
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{}: {}, {}</title><style>{}</style></head>"
      "<body><h1>{}: {}</h1><p>{} <b>{}</b> · {} {} · {} {}</p><p class=\"total\">{} <b>{}</b> / {}</p>\n"
      "<table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th></th></tr></thead><tbody>\n",
      language == "ko" ? "ko" : "en", words.sheet, title, html(sheet.competitor), kStyle, words.sheet, title,
      words.competitor, html(sheet.competitor), words.account, html(sheet.account), words.marked, iso8601(sheet.marked),
      words.total, points_text(sheet.earned()), points_text(sheet.possible()), words.item, words.points, words.result);
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
