#include "main/cli/task/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <set>
#include <thread>

#include "base/encoding.h"
#include "base/utf8.h"
#include "main/cli/task/handed_out.h"
#include "main/cli/task/task_commands.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace {

constexpr const char* kJsonType = "application/json";

std::string folder_of_account(const std::string& account) { return "competitors/" + account + "/"; }

Json texts_json(const Texts& texts) {
  Json out = Json::object();
  for (const auto& [language, text] : texts) out[language] = text;
  return out;
}

Json moment_json(const std::optional<Timestamp>& at) { return at ? Json(iso8601(*at)) : Json(); }

/// The newest sheet.json of the competitor; nothing when nobody has marked.
std::optional<std::string> newest_sheet(const Entries& entries, const Entry& entry) {
  const auto folder = entries.folder_of(entry.competitor) / "sheets";
  if (!path_exists(folder.string())) return std::nullopt;
  const auto names = list_folder(folder.string());
  for (auto name = names.rbegin(); name != names.rend(); ++name)
    if (auto text = find_file((folder / *name / "sheet.json").string())) return text;
  return std::nullopt;
}

/// What the contest says of a sheet: its points and where it lies.
Json line_of_sheet(const std::optional<std::string>& text) {
  if (!text) return {};
  const Json sheet = Json::parse(*text);
  return Json::object({{"marked", sheet.text("marked")}, {"points", sheet["points"]}, {"earned", sheet["earned"]}});
}

std::string sheet_key(const std::string& account, Timestamp marked) {
  return fmt::format("sheets/{}/{}.json", account, basic_iso8601(marked));
}

/// Two commands do not write the contest at once, so what stands there last is what was so last. Waits ten seconds.
std::optional<FileLock> turn_at(const Home& home) {
  const std::string path = (home.root / "task" / ".board").string();
  for (int i = 0; i < 200; ++i) {
    if (auto lock = FileLock::try_take(path, FileLock::Mode::kAlone)) return lock;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return std::nullopt;
}

}  // namespace

std::string board_of(const std::string& account, const std::string& region) {
  return "hanbat-task-" + account + "-" + region;
}

std::string board_policy(const std::string& bucket, const std::string& organization) {
  // Inside of the organization a statement for everybody is one for its accounts, each with its own number.
  const std::string own = "competitors/${aws:PrincipalAccount}/";
  const Json everybody = Json::object({{"AWS", "*"}});
  const Json read = Json::object(
      {{"Sid", "EachAccountReadsItsOwn"},
       {"Effect", "Allow"},
       {"Principal", everybody},
       {"Action", "s3:GetObject"},
       {"Resource", "arn:aws:s3:::" + bucket + "/" + own + "*"},
       {"Condition", Json::object({{"StringEquals", Json::object({{"aws:PrincipalOrgID", organization}})}})}});
  const Json list = Json::object(
      {{"Sid", "EachAccountListsItsOwn"},
       {"Effect", "Allow"},
       {"Principal", everybody},
       {"Action", "s3:ListBucket"},
       {"Resource", "arn:aws:s3:::" + bucket},
       {"Condition",
        Json::object({{"StringEquals", Json::object({{"aws:PrincipalOrgID", organization}, {"s3:prefix", own}})}})}});
  return Json::object({{"Version", "2012-10-17"}, {"Statement", Json::array({read, list})}}).dump();
}

Json clock_json(const Entry& entry) {
  const Json json = entry.to_json();
  return Json::object({{"stage", json["stage"]},
                       {"start", moment_json(entry.start)},
                       {"end", moment_json(entry.end)},
                       {"left_seconds", json["left_seconds"]}});
}

Board::Board(Management& management, const std::string& region)
    : management_(management), region_(region), bucket_(board_of(management.account(), region)) {
  const std::string place = region == "us-east-1" ? ""
                                                  : "<CreateBucketConfiguration><LocationConstraint>" + region +
                                                        "</LocationConstraint></CreateBucketConfiguration>";
  try {
    management_.api().s3("PUT", "/" + bucket_, "", place);
  } catch (const ApiError& error) {
    if (error.code != "BucketAlreadyOwnedByYou") throw;
  }
}

void Board::open_to_competitors() {
  const Json organization = management_.api().organizations("DescribeOrganization", Json::object());
  management_.api().s3("PUT", "/" + bucket_, "policy=", board_policy(bucket_, organization["Organization"].text("Id")),
                       {owner()});
}

http::Headers::Field Board::owner() const { return {"x-amz-expected-bucket-owner", management_.account()}; }

void Board::put(const std::string& key, std::string content, const std::string& type) {
  management_.api().s3("PUT", "/" + bucket_ + "/" + percent_encode(key, "/"), "", std::move(content),
                       {{"Content-Type", type}, owner()});
}

void Board::remove(const std::string& key) {
  management_.api().s3("DELETE", "/" + bucket_ + "/" + percent_encode(key, "/"), "", "", {owner()});
}

std::vector<std::string> Board::list(const std::string& prefix) {
  std::vector<std::string> out;
  std::string token;
  do {
    const std::string page =
        management_.api().s3("GET", "/" + bucket_,
                             (token.empty() ? "" : "continuation-token=" + percent_encode(token) + "&") +
                                 "list-type=2&prefix=" + percent_encode(prefix),
                             "", {owner()});
    for (std::string& key : xml_texts(page, "Key")) out.push_back(std::move(key));
    token = xml_text(page, "NextContinuationToken");
  } while (!token.empty());
  return out;
}

Json Board::post_handout(const std::string& folder, const std::filesystem::path& kit) {
  Json in_kit_only = Json::array();
  std::set<std::string> posted;
  for (const HandedOut& one : list_handed_out(kit)) {
    const std::string key = folder + one.name;
    if (!can_be_posted(key, one.size)) {
      in_kit_only.push_back(to_utf8(one.name));
      continue;
    }
    // Of no type that a browser shows: the page looks at the bytes itself.
    put(key, read_file(one.file.string()), "application/octet-stream");
    posted.insert(key);
  }
  for (const std::string& key : list(folder + "handout"))
    if (!posted.contains(key)) remove(key);
  return in_kit_only;
}

void Board::post_task(const Entry& entry, const Pack& pack, const std::filesystem::path& kit) {
  const std::string folder = folder_of_account(entry.account);
  for (const std::string& language : pack.languages) {
    const std::string name = "task." + language + ".md";
    put(folder + name, read_file((pack.folder / name).string()), "text/markdown; charset=utf-8");
  }
  const Json task = Json::object({{"competitor", entry.competitor},
                                  {"label", entry.label},
                                  {"pack", pack.name},
                                  {"title", texts_json(pack.title)},
                                  {"languages", Json(pack.languages)},
                                  {"limit_seconds", static_cast<std::int64_t>(pack.time_limit.count())},
                                  {"in_kit_only", post_handout(folder, kit)},
                                  {"cost_limit_usd", pack.cost_limit_usd ? Json(*pack.cost_limit_usd) : Json()}});
  put(folder + "task.json", task.dump(), kJsonType);
}

void Board::post_clock(const Entry& entry) {
  put(folder_of_account(entry.account) + "clock.json", clock_json(entry).dump(), kJsonType);
}

void Board::post_contest(const Entries& entries) {
  Json all = Json::array();
  for (const Entry& entry : entries.list()) {
    if (entry.region != region_ || entry.account.empty()) continue;
    Json line = clock_json(entry);
    line["competitor"] = entry.competitor;
    line["label"] = entry.label;
    line["account"] = entry.account;
    line["pack"] = entry.pack_name;
    line["sheet"] = line_of_sheet(newest_sheet(entries, entry));
    all.push_back(std::move(line));
  }
  put("contest.json", Json::object({{"competitors", std::move(all)}}).dump(), kJsonType);
}

void Board::keep_sheet(const Sheet& sheet) {
  put(sheet_key(sheet.account, sheet.marked), sheet_json(sheet).dump(), kJsonType);
}

void Board::publish(const Entry& entry, const std::string& sheet) {
  put(folder_of_account(entry.account) + "sheet.json", sheet, kJsonType);
}

void Board::withdraw(const Entry& entry) { remove(folder_of_account(entry.account) + "sheet.json"); }

void post_clocks(const Home& home, const Entries& entries, const std::vector<Entry>& changed) {
  std::set<std::string> regions;
  for (const Entry& entry : changed)
    if (!entry.account.empty()) regions.insert(entry.region);
  const auto turn = turn_at(home);
  try {
    for (const std::string& region : regions) {
      Management management(home, region);
      Board board(management, region);
      board.open_to_competitors();  // those too who started when there was no board
      for (const Entry& entry : changed)
        if (entry.region == region && !entry.account.empty()) board.post_clock(entry);
      board.post_contest(entries);
    }
  } catch (const std::exception& failure) {
    std::cerr << fmt::format(
        "what the console shows of the contest is old: {}; the next command that moves a clock posts it anew\n",
        failure.what());
  }
}

void post_sheets(const Home& home, const std::string& region, const std::vector<Sheet>& sheets) {
  const auto turn = turn_at(home);
  try {
    Management management(home, region);
    Board board(management, region);
    for (const Sheet& sheet : sheets) board.keep_sheet(sheet);
    board.post_contest(Entries(home));
  } catch (const std::exception& failure) {
    std::cerr << fmt::format("the sheets are not in the console: {}\n", failure.what());
  }
}

void publish(const Home& home, const std::vector<std::string>& names, Publishing publishing) {
  const Entries entries(home);
  for (const std::string& name : require_names(home, names)) {
    const Entry entry = entries.require(name);
    if (entry.account.empty()) throw Failure("the start of competitor " + name + " was cut short; there is no account");
    Management management(home, entry.region);
    Board board(management, entry.region);
    if (publishing == Publishing::kWithdraw) {
      board.withdraw(entry);
      print_step(name + ": reads no sheet any more");
      continue;
    }
    const auto sheet = newest_sheet(entries, entry);
    if (!sheet)
      throw Failure(fmt::format("competitor {} has no sheet; hanbat task mark {} --competitor {} makes one", name,
                                entry.pack.string(), name));
    board.publish(entry, *sheet);
    const Json line = line_of_sheet(sheet);
    print_step(fmt::format("{}: reads the sheet of {} ({:g} of {:g})", name, line.text("marked"),
                           line["earned"].as_double(), line["points"].as_double()));
  }
}

}  // namespace hanbat::cli::task
