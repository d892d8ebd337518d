#include "main/cli/task/paper.h"

#include <fmt/format.h>

#include <chrono>
#include <vector>

#include "base/html.h"
#include "base/text.h"
#include "main/cli/control.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace {

bool has_program(const std::string& name) { return run_capture({"sh", "-c", "command -v \"$0\"", name}).ok(); }

// Korean is broken between words, a heading stays with what follows it, and a row of a sheet shows its evidence on
// paper.
constexpr std::string_view kStyle = R"(
@page{size:A4;margin:16mm 14mm}
body{font:15px/1.5 "Noto Sans CJK KR","Noto Sans KR","Malgun Gothic",system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em;color:#222;word-break:keep-all;overflow-wrap:anywhere}
h1{font-size:1.6em;line-height:1.3}h1,h2,h3{break-after:avoid}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.35em .6em;text-align:left;vertical-align:top}th,td.r{white-space:nowrap}
td.n{text-align:right;white-space:nowrap}tr.pass td.r{color:#176b2c}tr.fail td.r,tr.broken td.r{color:#b00020;font-weight:bold}tr.part td.r{color:#8a5a00}
dl{margin:.2em 0;display:grid;grid-template-columns:max-content 1fr;gap:0 .8em}dt{color:#666}dd{margin:0}
tbody ul{list-style:none;margin:.2em 0;padding-left:.2em}li{break-inside:avoid}li.no{color:#b00020}pre{background:#f5f5f5;padding:.5em;white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px}
td p{margin:.2em 0}td .small{break-before:avoid}.total{font-size:1.4em}.small{color:#666;font-size:.85em}
@media print{body{font-size:10.5pt;margin:0;padding:0;max-width:none}pre{font-size:7.5pt}details::details-content{content-visibility:visible;display:block}})";

}  // namespace

std::string_view page_style() { return kStyle; }

std::optional<std::string> page_of_markdown(const std::string& file, std::string_view language,
                                            std::string_view title) {
  if (!has_program("cmark-gfm")) return std::nullopt;
  const std::string inner = run_checked({"cmark-gfm", "--extension", "table", "--to", "html", file});
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{}</title><style>{}</style></head><body>\n{}"
      "</body></html>\n",
      language, html_text(title), kStyle, inner);
}

std::string make_pdf(const std::string& page, const std::string& file) {
  const std::vector<std::vector<std::string>> ways = {
      {"weasyprint", page, file},
      {"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--print-to-pdf=" + file,
       "file://" + page},
      {"wkhtmltopdf", "--quiet", "--disable-javascript", "--disable-local-file-access", page, file}};
  for (const auto& way : ways) {
    if (!has_program(way.front())) continue;
    const Captured made = run_capture(way, {.timeout = std::chrono::minutes(2)});
    if (made.ok() && path_exists(file)) return "";
    return way.front() + ": " + std::string(trim(made.err.substr(0, 300)));
  }
  return "no program for it; install one of the packages weasyprint, chromium, wkhtmltopdf";
}

}  // namespace hanbat::cli::task
