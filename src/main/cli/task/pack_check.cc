// What a pack must hold besides the form of its task.yaml: texts, checks and items that belong together, scripts that
// parse, points that add up.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "base/text.h"
#include "base/utf8.h"
#include "main/cli/task/pack.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

class Proof {
 public:
  explicit Proof(const fs::path& folder) : pack_(read_pack(folder, faults)) {}

  void prove() {
    prove_checks_folder();
    if (!faults.empty() && pack_.items.empty()) return;  // its form is wrong: what follows would only repeat it
    prove_texts();
    prove_items();
    prove_points();
    prove_solution();
  }

  std::vector<PackFault> faults;

 private:
  void fault(std::string file, int line, std::string item, std::string message) {
    faults.push_back({std::move(file), line, std::move(item), std::move(message)});
  }
  void of_item(const Item& item, std::string message) { fault("task.yaml", item.line, item.id, std::move(message)); }

  /// Reads the functions check_… of each file, and has bash parse it.
  void prove_checks_folder() {
    const fs::path folder = pack_.folder / "checks";
    if (!fs::is_directory(folder)) return fault("checks", 0, "", "is missing; make the folder, and a file for an item");
    static const std::regex kFunction(R"(^(?:function\s+)?(check_[A-Za-z0-9_]+)\s*\(\))");
    for (const std::string& name : list_folder(folder.string())) {
      if (!name.ends_with(".sh")) continue;
      prove_script("checks/" + name);
      std::istringstream text(read_file((folder / name).string()));
      std::smatch match;
      int number = 0;
      for (std::string line; std::getline(text, line);) {
        ++number;
        if (std::regex_search(line, match, kFunction)) functions_[name + ":" + match[1].str()] = number;
      }
    }
  }

  void prove_script(const std::string& name) {
    const Captured parsed = run_capture({"bash", "-n", (pack_.folder / name).string()});
    if (parsed.ok()) return;
    const std::string first(trim(parsed.err.substr(0, parsed.err.find('\n'))));
    const std::size_t cut = first.find(": ");
    fault(name, 0, "", "bash cannot parse it: " + (cut == std::string::npos ? first : first.substr(cut + 2)));
  }

  void prove_title(const Item& item, const Texts& texts, const std::string& what) {
    for (const std::string& language : pack_.languages)
      if (!texts.contains(language))
        of_item(item, fmt::format("{} has no text in {}; add {}.{}", what, language, what, language));
  }

  void prove_texts() {
    std::set<std::string> seen;
    for (const std::string& language : pack_.languages) {
      if (!seen.insert(language).second) fault("task.yaml", 0, "", "languages names " + language + " twice");
      if (!pack_.title.contains(language))
        fault("task.yaml", 0, "", fmt::format("title has no text in {}; add title.{}", language, language));
      const std::string name = "task." + language + ".md";
      const auto text = find_file((pack_.folder / name).string());
      if (!text)
        fault(name, 0, "", "is missing; write the task's text in " + language + ", or take it out of languages");
      else if (trim(*text).empty())
        fault(name, 0, "", "is empty; write the task's text in " + language);
      else if (!is_utf8(*text))
        fault(name, 0, "", "is not UTF-8; save it as UTF-8");
    }
  }

  void prove_items() {
    std::set<std::string> ids, used;
    for (const Item& item : pack_.items) {
      if (!ids.insert(item.id).second) of_item(item, "the id is another item's too; give each its own");
      prove_title(item, item.title, "title");
      if (!item.reading.empty()) prove_title(item, item.reading, "reading");
      const std::string check = item.file + ":" + item.function;
      if (!functions_.contains(check))
        of_item(item, fmt::format("there is no function {} in checks/{}; write it, or name another", item.function,
                                  item.file));
      if (!used.insert(check).second) of_item(item, check + " is another item's check too; write one for each");
      prove_parts(item);
    }
    for (const auto& [check, line] : functions_)
      if (!used.contains(check))
        fault("checks/" + check.substr(0, check.find(':')), line, "",
              fmt::format("{} is the check of no item; name it in task.yaml as check: {}, or call it otherwise than "
                          "check_…",
                          check.substr(check.find(':') + 1), check));
  }

  void prove_parts(const Item& item) {
    if (item.parts.empty()) return;
    Points sum = 0;
    std::set<std::string> ids;
    for (const ItemPart& part : item.parts) {
      sum += part.points;
      if (!ids.insert(part.id).second) of_item(item, "part " + part.id + " is there twice");
      prove_title(item, part.title, "the title of part " + part.id);
    }
    if (sum != item.points)
      of_item(item, fmt::format("its parts add up to {} points, and it has {}; make them the same", points_text(sum),
                                points_text(item.points)));
  }

  void prove_points() {
    Points sum = 0;
    for (const Item& item : pack_.items) sum += item.points;
    if (sum != pack_.points)
      fault("task.yaml", 0, "",
            fmt::format("the items add up to {} points, and points says {}; make them the same", points_text(sum),
                        points_text(pack_.points)));
  }

  void prove_solution() {
    for (const std::string& script : pack_.solution) {
      if (path_exists((pack_.folder / script).string()))
        prove_script(script);
      else
        fault(script, 0, "", "is missing; solution in task.yaml names it");
    }
  }

  Pack pack_;
  std::map<std::string, int> functions_;  // "file.sh:check_x" → line
};

}  // namespace

std::vector<PackFault> prove_pack(const fs::path& folder) {
  Proof proof(folder);
  proof.prove();
  return std::move(proof.faults);
}

}  // namespace hanbat::cli::task
