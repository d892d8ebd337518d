#include "guest/build_runner/runtimes.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace hanbat::guest {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

/// "corretto17" as 17, "3.10" as 3 and 10: what versions are compared by.
std::vector<int> numbers_of(const std::string& version) {
  std::vector<int> out;
  const std::size_t digits = version.find_first_of("0123456789");
  if (digits == std::string::npos) return out;
  for (const std::string& part : split(version.substr(digits), '.'))
    out.push_back(static_cast<int>(parse_int(part).value_or(0)));
  return out;
}

/// Numbers with points between, behind a word or not: nothing that is more than a version to whoever installs it.
bool is_plain(const std::string& version) {
  const std::size_t digits = version.find_first_of("0123456789");
  return digits != std::string::npos && version.size() <= 24 && version.back() != '.' &&
         version.find("..") == std::string::npos &&
         version.find_first_not_of("0123456789.", digits) == std::string::npos &&
         version.substr(0, digits).find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos;
}

}  // namespace

std::string select_runtime(const border::BuildRuntimes& runtimes, const std::string& name, const std::string& asked) {
  const auto found = runtimes.offered.find(name);
  if (found == runtimes.offered.end()) {
    std::vector<std::string> names;
    for (const auto& [one, versions] : runtimes.offered) names.push_back(one);
    throw RuntimeError("Unknown runtime named '" + name +
                       "'. This build image has the following runtimes: " + joined(names));
  }
  const bool latest = asked == "latest", newest_of = asked.ends_with(".x");
  const std::string major = newest_of ? asked.substr(0, asked.size() - 2) : "";
  std::vector<std::string> fitting;
  for (const std::string& version : found->second)
    if (latest || version == asked || (newest_of && (version == major || version.starts_with(major + "."))))
      fitting.push_back(version);
  if (!fitting.empty()) return *std::ranges::max_element(fitting, {}, numbers_of);
  if (runtimes.other_versions && is_plain(asked)) return asked;
  throw RuntimeError("Unknown runtime version named '" + asked + "' of " + name +
                     ". This build image has the following versions: " + joined(found->second));
}

bool image_has_runtime(const std::string& name, const std::string& version) {
  return name == "docker" || (name == "python" && version == "3.11");
}

std::string installing(const std::string& name, const std::string& version) {
  if (name == "docker") return "Specifying docker version in buildspec is deprecated.";
  static const std::map<std::string, std::string> kTitles = {
      {"dotnet", ".NET"},   {"golang", "Go"}, {"nodejs", "Node.js"}, {"php", "PHP"},
      {"python", "Python"}, {"ruby", "Ruby"}, {"rust", "Rust"},      {"android", "Android"}};
  if (name == "java")
    return "Installing corretto(OpenJDK) version " + version.substr(version.find_first_of("0123456789")) + " ...";
  const auto title = kTitles.find(name);
  return "Installing " + (title == kTitles.end() ? name : title->second) + " version " + version + " ...";
}

std::string prefix_of(const std::string& name, const std::string& version) { return "/opt/" + name + "-" + version; }

void add_runtime(std::map<std::string, std::string>& environment, const std::string& name, const std::string& version) {
  const std::string prefix = prefix_of(name, version);
  std::string first = prefix + "/bin:";
  if (name == "golang") {
    environment.try_emplace("GOPATH", "/go");
    first += environment["GOPATH"] + "/bin:";
  }
  if (name == "java")
    for (const char* variable : {"JAVA_HOME", "JRE_HOME", "JDK_HOME"}) environment[variable] = prefix;
  // Tools that `dotnet tool install` brings ask for it.
  if (name == "dotnet") environment["DOTNET_ROOT"] = prefix;
  environment["PATH"] = first + environment["PATH"];
}

}  // namespace hanbat::guest
