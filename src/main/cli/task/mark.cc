// Marking competitors: keys for the judge, the checks, and the sheets in their forms.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "base/text.h"
#include "main/cli/env.h"
#include "main/cli/task/account.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/kit.h"
#include "main/cli/task/marking.h"
#include "main/cli/task/paper.h"
#include "main/cli/task/task_commands.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

/// Whom to mark, and where the sheets go.
struct Marked {
  std::string label, account;
  fs::path folder, key;
};

std::vector<Item> items_named(const Pack& pack, const std::vector<std::string>& ids) {
  if (ids.empty()) return pack.items;
  std::vector<Item> out;
  for (const std::string& id : ids) {
    const Item* found = pack.find_item(id);
    if (!found) {
      std::vector<std::string> all;
      for (const Item& one : pack.items) all.push_back(one.id);
      throw Failure(fmt::format("pack {} has no item {}; there are {}", pack.name, id, join(all, ", ")));
    }
    out.push_back(*found);
  }
  return out;
}

std::vector<Marked> those_to_mark(const Home& home, const MarkOptions& options, const Pack& pack,
                                  const Management& management) {
  std::vector<Marked> out;
  if (options.here) {
    out.push_back({"the region's own account", management.account(), home.root / "task" / ".here" / pack.name,
                   options.key.empty() ? options.key : fs::absolute(options.key)});
    return out;
  }
  const Entries entries(home);
  for (const std::string& name : require_names(home, options.competitors)) {
    const Entry entry = entries.require(name);
    // Of all, those of this pack; somebody who is named must be.
    if (entry.pack_name != pack.name) {
      if (options.competitors.empty()) continue;
      throw Failure(fmt::format("competitor {} has started {}, not {}", name, entry.pack_name, pack.name));
    }
    if (entry.stage == Stage::kPaused)
      throw Failure(fmt::format("competitor {} is paused and its machines stand; hanbat task resume --competitor {}",
                                name, name));
    if (entry.account.empty() || !entry.start)
      throw Failure(
          fmt::format("the start of competitor {} was cut short; hanbat task start {} --competitor {} goes on", name,
                      entry.pack.string(), name));
    out.push_back({entry.label, entry.account, entries.folder_of(name), key_file(pack, entries.folder_of(name))});
  }
  if (out.empty()) throw Failure("nobody has started " + pack.name + "; hanbat task start PACK --competitor NAME");
  return out;
}

/// Writes all forms into a new folder and prints where they are.
fs::path write_sheet(const Sheet& sheet, const fs::path& folder) {
  const fs::path to = folder / "sheets" / basic_iso8601(sheet.marked);
  make_folders(to.string(), 0700);
  write_file_atomic((to / "sheet.json").string(), sheet_json(sheet).pretty() + "\n", 0600);
  for (const std::string& language : sheet.languages) {
    const std::string page = (to / ("sheet." + language + ".html")).string();
    write_file_atomic((to / ("sheet." + language + ".txt")).string(), sheet_text(sheet, language), 0600);
    write_file_atomic(page, sheet_html(sheet, language), 0600);
  }
  return to;
}

void print_forms(const Sheet& sheet, const fs::path& folder) {
  for (const std::string& language : sheet.languages) {
    const std::string page = (folder / ("sheet." + language + ".html")).string();
    std::cout << "HTML: " << page << "\n";
    const std::string file = (folder / ("sheet." + language + ".pdf")).string();
    const std::string why = make_pdf(page, file);
    std::cout << "PDF:  " << (why.empty() ? file : "none: " + why) << "\n";
  }
  std::cout << "JSON: " << (folder / "sheet.json").string() << "\n" << std::flush;
}

Sheet mark_one(const Home& home, const MarkOptions& options, const Pack& pack, const std::vector<Item>& items,
               Management& management, const Marked& marked) {
  const Keys judge = management.judge(marked.account), owner = management.enter(marked.account);
  const Judging judging{.judge_lines = shell_lines(pack.region, home, {judge.id, judge.secret, judge.token}),
                        .owner_lines = shell_lines(pack.region, home, {owner.id, owner.secret, owner.token}),
                        .key = marked.key,
                        .account = marked.account,
                        .jobs = options.jobs};
  Sheet sheet{.pack = pack.name,
              .title = pack.title,
              .languages = pack.languages,
              .competitor = marked.label,
              .account = marked.account,
              .marked = SystemClock().now()};
  std::size_t so_far = 0;
  sheet.items = run_checks(pack, items, judging, [&](const ItemMark& one) {
    // To standard error: it is no part of the sheet.
    std::cerr << fmt::format("  {}/{} {} {}\n", ++so_far, items.size(), one.item.id,
                             !one.broken.empty() ? "broken" : points_text(one.earned));
  });
  return sheet;
}

}  // namespace

bool mark(const Home& home, const MarkOptions& options) {
  const Pack pack = require_pack(options.pack);
  const std::vector<Item> items = items_named(pack, options.items);
  Management management(home, pack.region);
  bool full = true;
  Json sheets = Json::array();
  std::string summary;
  for (const Marked& marked : those_to_mark(home, options, pack, management)) {
    const Sheet sheet = mark_one(home, options, pack, items, management, marked);
    full = full && sheet.full();
    const fs::path folder = write_sheet(sheet, marked.folder);
    summary += fmt::format("{:>7} / {}  {}\n", points_text(sheet.earned()), points_text(sheet.possible()),
                           fs::path(marked.folder).filename().string());
    if (options.form == Form::kJson) {
      Json one = sheet_json(sheet);
      one["folder"] = folder.string();
      sheets.push_back(std::move(one));
      continue;
    }
    std::cout << sheet_text(sheet, options.language) << "\n";
    print_forms(sheet, folder);
  }
  if (options.form == Form::kJson)
    std::cout << (sheets.size() == 1 && !options.competitors.empty() ? sheets.items().front() : sheets).pretty()
              << "\n";
  else if (std::count(summary.begin(), summary.end(), '\n') > 1)
    std::cout << "\n" << summary;
  return full;
}

}  // namespace hanbat::cli::task
