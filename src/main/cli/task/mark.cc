// Marking competitors: keys for the judge, the checks, and the sheets in their forms.
#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iostream>
#include <mutex>
#include <optional>

#include "base/text.h"
#include "main/cli/env.h"
#include "main/cli/task/account.h"
#include "main/cli/task/board.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/kit.h"
#include "main/cli/task/marking.h"
#include "main/cli/task/paper.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/warm_aws.h"
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

/// Where the forms are, as lines; makes those on paper, all at once.
std::string lines_of_forms(const Sheet& sheet, const fs::path& folder, Pace pace) {
  std::vector<std::future<std::string>> papers;
  const auto file = [&](const std::string& language, const char* kind) {
    return (folder / ("sheet." + language + kind)).string();
  };
  if (pace == Pace::kWhole)
    for (const std::string& language : sheet.languages)
      papers.push_back(std::async(std::launch::async, make_pdf, file(language, ".html"), file(language, ".pdf")));
  std::string out;
  for (std::size_t i = 0; i < sheet.languages.size(); ++i) {
    out += fmt::format("HTML: {}\n", file(sheet.languages[i], ".html"));
    if (papers.empty()) continue;
    const std::string why = papers[i].get();
    out += fmt::format("PDF:  {}\n", why.empty() ? file(sheet.languages[i], ".pdf") : "none: " + why);
  }
  return out + fmt::format("JSON: {}\n", (folder / "sheet.json").string());
}

/// What all that are marked at once share.
struct Hall {
  const Home& home;
  const MarkOptions& options;
  const Pack& pack;
  const std::vector<Item>& items;
  std::string path;  // the checks' PATH
  Turns turns;
  std::mutex telling;
  int competitors;
};

Sheet marks_of(Hall& hall, const Marked& marked) {
  const Pack& pack = hall.pack;
  const auto lock = FileLock::try_take((marked.folder / ".marking").string(), FileLock::Mode::kAlone);
  if (!lock) throw Failure(fmt::format("{} is being marked by another command", marked.label));
  Management management(hall.home, pack.region);
  const Keys judge = management.judge(marked.account), owner = management.enter(marked.account);
  const Judging judging{.judge_lines = shell_lines(pack.region, hall.home, {judge.id, judge.secret, judge.token}),
                        .owner_lines = shell_lines(pack.region, hall.home, {owner.id, owner.secret, owner.token}),
                        .key = marked.key,
                        .account = marked.account,
                        .undo = marked.folder / "undo",
                        .path = hall.path,
                        .pace = hall.options.pace};
  Sheet sheet{.pack = pack.name,
              .title = pack.title,
              .languages = pack.languages,
              .competitor = marked.label,
              .account = marked.account,
              .marked = SystemClock().now()};
  std::size_t so_far = 0;
  sheet.items = run_checks(pack, hall.items, judging, hall.turns, [&](const ItemMark& one) {
    // To standard error: it is no part of the sheet.
    const std::lock_guard telling(hall.telling);
    std::cerr << fmt::format("  {}{}/{} {} {}\n", hall.competitors > 1 ? marked.label + " " : "", ++so_far,
                             hall.items.size(), one.item.id, !one.broken.empty() ? "broken" : points_text(one.earned));
  });
  return sheet;
}

/// One competitor's marking, or why there is none.
struct Outcome {
  std::optional<Sheet> sheet;
  fs::path folder;    // the sheet's
  std::string forms;  // where its forms are, as lines
  std::string error;
};

Outcome outcome_of(Hall& hall, const Marked& marked) {
  Outcome out;
  try {
    make_folders(marked.folder.string(), 0700);
    out.sheet = marks_of(hall, marked);
    out.folder = write_sheet(*out.sheet, marked.folder);
    if (hall.options.form == Form::kTable) {
      const Turn turn(hall.turns.looking);
      out.forms = lines_of_forms(*out.sheet, out.folder, hall.options.pace);
    }
  } catch (const std::exception& error) {
    out.error = error.what();
  }
  return out;
}

}  // namespace

bool mark(const Home& home, const MarkOptions& options) {
  const Pack pack = require_pack(options.pack);
  const std::vector<Item> items = items_named(pack, options.items);
  Management management(home, pack.region);
  const std::vector<Marked> all = those_to_mark(home, options, pack, management);
  const WarmAws warm(all.size() * items.size());
  Hall hall{home, options, pack, items, warm.path(), Turns(options.jobs), {}, static_cast<int>(all.size())};
  std::vector<std::future<Outcome>> outcomes;
  for (const Marked& marked : all)
    outcomes.push_back(std::async(std::launch::async, [&hall, &marked] { return outcome_of(hall, marked); }));

  bool full = true;
  Json sheets = Json::array();
  std::string summary, failed;
  std::vector<Sheet> marked;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Outcome one = outcomes[i].get();
    const std::string name = all[i].folder.filename().string();
    full = full && one.sheet && one.sheet->full();
    if (!one.sheet) {
      failed += fmt::format("{}{}: {}", failed.empty() ? "" : "; ", name, one.error);
      summary += fmt::format("  not marked  {}: {}\n", name, one.error);
      continue;
    }
    marked.push_back(*one.sheet);
    summary +=
        fmt::format("{:>7} / {}  {}\n", points_text(one.sheet->earned()), points_text(one.sheet->possible()), name);
    if (options.form == Form::kJson) {
      Json json = sheet_json(*one.sheet);
      json["folder"] = one.folder.string();
      sheets.push_back(std::move(json));
      continue;
    }
    std::cout << sheet_text(*one.sheet, options.language) << "\n" << one.forms << std::flush;
  }
  // The region's own account is marked and left as it is, so no board is made in it unless it was asked for.
  if (!options.here || options.console) post_sheets(home, pack.region, marked);
  if (options.form == Form::kJson)
    std::cout << (sheets.size() == 1 && !options.competitors.empty() ? sheets.items().front() : sheets).pretty()
              << "\n";
  else if (all.size() > 1)
    std::cout << "\n" << summary;
  if (!failed.empty()) throw Failure(failed);
  return full;
}

}  // namespace hanbat::cli::task
