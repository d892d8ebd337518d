#include "main/cli/trust_files.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"

namespace hanbat::cli {
namespace {

constexpr std::string_view kBegin =
    "# BEGIN hanbat: AWS's names lead to the region on this machine; hanbat trust --remove";
constexpr std::string_view kEnd = "# END hanbat";
constexpr std::string_view kJoined = " (the file ended without a new line)";

/// "198.18.0.1\tec2.ap-northeast-2.amazonaws.com": the form of our lines and of no other.
bool is_our_line(std::string_view line) {
  const auto tab = line.find('\t');
  return tab != std::string_view::npos && line.ends_with(".amazonaws.com") &&
         line.substr(0, tab).find_first_not_of("0123456789.") == std::string_view::npos &&
         line.find_first_of(" \t#", tab + 1) == std::string_view::npos;
}

struct Line {
  std::string_view text;  // without its end
  std::string_view whole;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back({text.substr(0, end), text.substr(0, size)});
    text.remove_prefix(size);
  }
  return lines;
}

}  // namespace

std::vector<std::string> endpoint_names(const std::string& region, const std::string& account) {
  std::vector<std::string> names;
  for (const char* regional : {"api.ecr", "cloudtrail", "codebuild", "codecommit", "codedeploy", "codedeploy-commands",
                               "codepipeline", "ec2", "ec2messages", "elasticloadbalancing", "events", "git-codecommit",
                               "logs", "s3", "secretsmanager", "ssm", "ssmmessages", "sts"})
    names.push_back(std::string(regional) + "." + region + ".amazonaws.com");
  for (const char* global : {"iam", "s3", "sts"}) names.push_back(std::string(global) + ".amazonaws.com");
  for (const char* name : {"ce.us-east-1", "budgets", "organizations.us-east-1"})
    names.push_back(std::string(name) + ".amazonaws.com");
  if (!account.empty()) names.push_back(account + ".dkr.ecr." + region + ".amazonaws.com");
  return names;
}

std::string without_names(std::string_view hosts) {
  std::string out;
  bool ours = false, joined = false;
  for (const Line& line : lines_of(hosts)) {
    if (line.text.starts_with(kBegin)) {
      ours = true;
      joined = line.text.ends_with(kJoined);
      // The end of the line before is ours, too.
      if (joined && out.ends_with('\n')) out.pop_back();
      continue;
    }
    if (ours && is_our_line(line.text)) continue;
    if (ours && line.text == kEnd) {
      ours = false;
      continue;
    }
    if (joined && !out.empty() && !out.ends_with('\n')) out += '\n';  // somebody went on after us
    joined = false;
    out += line.whole;
  }
  return out;
}

std::string with_names(std::string_view hosts, const std::string& address, const std::vector<std::string>& names) {
  std::string out = without_names(hosts);
  const bool joined = !out.empty() && !out.ends_with('\n');
  if (joined) out += '\n';
  out += std::string(kBegin) + std::string(joined ? kJoined : "") + "\n";
  for (const std::string& name : names) out += address + "\t" + name + "\n";
  return out + std::string(kEnd) + "\n";
}

std::optional<std::vector<std::string>> find_names(std::string_view hosts) {
  std::optional<std::vector<std::string>> names;
  for (const Line& line : lines_of(hosts)) {
    if (line.text.starts_with(kBegin)) names.emplace();
    if (line.text == kEnd) break;
    if (names && is_our_line(line.text)) names->push_back(replace_all(std::string(line.text), "\t", " "));
  }
  return names;
}

std::string ca_file_name(std::string_view certificate) {
  return "hanbat-" + crypto::sha256_hex(certificate).substr(0, 16) + ".crt";
}

bool is_our_ca(std::string_view name, std::string_view certificate) { return name == ca_file_name(certificate); }

}  // namespace hanbat::cli
