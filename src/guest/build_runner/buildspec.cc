#include "guest/build_runner/buildspec.h"

#include <fnmatch.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "base/text.h"

namespace hanbat::guest {
namespace {

[[noreturn]] void refuse(const std::string& why) { throw BuildSpecError(why); }

std::string scalar(const YAML::Node& node, const std::string& what) {
  if (!node.IsScalar()) refuse(what + " must be a text");
  return node.as<std::string>();
}

std::vector<std::string> texts(const YAML::Node& node, const std::string& what) {
  std::vector<std::string> out;
  if (node.IsNull()) return out;
  if (node.IsScalar()) return {node.as<std::string>()};
  if (!node.IsSequence()) refuse(what + " must be a list");
  for (const auto& item : node) {
    if (!item.IsScalar()) refuse(what + ": Expected Commands[" + std::to_string(out.size()) + "] to be of string type");
    out.push_back(item.as<std::string>());
  }
  return out;
}

std::map<std::string, std::string> text_map(const YAML::Node& node, const std::string& what) {
  std::map<std::string, std::string> out;
  if (node.IsNull()) return out;
  if (!node.IsMap()) refuse(what + " must be a map");
  for (const auto& member : node)
    out[member.first.as<std::string>()] = scalar(member.second, what + "." + member.first.as<std::string>());
  return out;
}

/// Carries out YAML's merge keys (`<<: *defaults`), which yaml-cpp leaves to its callers. Nodes that name each other
/// would never end, so there is a bound.
class Merge {
 public:
  YAML::Node node(const YAML::Node& from, int depth = 0) {
    if (depth > kDeepest || ++count_ > kMost) refuse("the build specification is too large");
    if (from.IsSequence()) {
      YAML::Node out(YAML::NodeType::Sequence);
      for (const auto& item : from) out.push_back(node(item, depth + 1));
      return out;
    }
    if (!from.IsMap()) return from;
    YAML::Node out(YAML::NodeType::Map);
    for (const auto& member : from)
      if (const auto name = member.first.as<std::string>(); name != kKey) out[name] = node(member.second, depth + 1);
    for (const auto& member : from) {
      if (member.first.as<std::string>() != kKey) continue;
      if (!member.second.IsSequence())
        add(out, member.second, depth);
      else
        for (const auto& one : member.second) add(out, one, depth);
    }
    return out;
  }

 private:
  static constexpr const char* kKey = "<<";
  static constexpr int kDeepest = 64, kMost = 100'000;

  void add(YAML::Node& to, const YAML::Node& from, int depth) {
    if (!from.IsMap()) refuse("<< must name a map");
    for (const auto& member : node(from, depth + 1))
      if (const auto name = member.first.as<std::string>(); !to[name]) to[name] = member.second;
  }
  int count_ = 0;
};

/// BUILD: a phase as logs call it.
std::string in_capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

bool yes(const YAML::Node& node) {
  const std::string text = lower(node.as<std::string>());
  return text == "yes" || text == "true" || text == "on";
}

void env(BuildSpec& spec, const YAML::Node& node) {
  if (node.IsNull()) return;
  for (const auto& member : node) {
    const auto name = member.first.as<std::string>();
    if (name == "variables")
      spec.variables = text_map(member.second, "env.variables");
    else if (name == "parameter-store")
      spec.parameter_store = text_map(member.second, "env.parameter-store");
    else if (name == "secrets-manager")
      spec.secrets_manager = text_map(member.second, "env.secrets-manager");
    else if (name == "exported-variables")
      spec.exported_variables = texts(member.second, "env.exported-variables");
    else if (name == "git-credential-helper")
      spec.git_credential_helper = yes(member.second);
    else if (name == "shell") {
      spec.shell = scalar(member.second, "env.shell");
      if (spec.shell != "sh" && spec.shell != "bash" && spec.shell != "/bin/sh" && spec.shell != "/bin/bash")
        refuse("env.shell: " + spec.shell + " is not supported; sh and bash are");
    } else
      spec.unidentified["env"].push_back(name);
  }
}

BuildPhaseSpec phase(BuildSpec& spec, const std::string& phase_name, const YAML::Node& node) {
  BuildPhaseSpec p;
  if (node.IsNull()) return p;
  if (!node.IsMap()) refuse("phases." + phase_name + " must be a map");
  for (const auto& member : node) {
    const auto name = member.first.as<std::string>();
    const std::string where = "phases." + phase_name + "." + name;
    if (name == "run-as")
      p.run_as = scalar(member.second, where);
    else if (name == "commands")
      p.commands = texts(member.second, where);
    else if (name == "finally")
      p.finally = texts(member.second, where);
    else if (name == "runtime-versions")
      p.runtime_versions = text_map(member.second, where);
    else if (name == "on-failure") {
      const std::string what = scalar(member.second, where);
      if (what != "ABORT" && what != "CONTINUE")
        refuse(where + ": " + what + " is not supported; ABORT and CONTINUE are");
      p.on_failure_given = true;
      p.abort_on_failure = what == "ABORT";
    } else
      spec.unidentified[in_capitals(phase_name)].push_back(name);
  }
  return p;
}

ArtifactSpec artifact(BuildSpec& spec, const YAML::Node& node) {
  ArtifactSpec a;
  for (const auto& member : node) {
    const auto name = member.first.as<std::string>();
    if (name == "files")
      a.files = texts(member.second, "artifacts.files");
    else if (name == "exclude-paths")
      a.exclude_paths = texts(member.second, "artifacts.exclude-paths");
    else if (name == "name")
      a.name = scalar(member.second, "artifacts.name");
    else if (name == "base-directory")
      a.base_directory = scalar(member.second, "artifacts.base-directory");
    else if (name == "s3-prefix")
      a.s3_prefix = scalar(member.second, "artifacts.s3-prefix");
    else if (name == "discard-paths")
      a.discard_paths = yes(member.second);
    else if (name == "enable-symlinks")
      a.enable_symlinks = yes(member.second);
    else if (name != "secondary-artifacts" && !(name == "type" && spec.each_command_alone))  // version 0.1 had a type
      spec.unidentified["artifacts"].push_back(name);
  }
  return a;
}

/// `env` of version 0.1.
void environment_variables(BuildSpec& spec, const YAML::Node& node) {
  if (node.IsNull()) return;
  for (const auto& member : node) {
    if (member.first.as<std::string>() != "plaintext") refuse("environment_variables has plaintext only");
    spec.variables = text_map(member.second, "environment_variables.plaintext");
  }
}

/// What goes through a proxy: there is none here, so there is nothing to do.
void check_proxy(BuildSpec& spec, const YAML::Node& node) {
  if (node.IsNull()) return;
  for (const auto& member : node) {
    const auto name = member.first.as<std::string>();
    if (name == "upload-artifacts" || name == "logs")
      yes(member.second);
    else
      spec.unidentified["proxy"].push_back(name);
  }
}

/// Keys that mean nothing do not fail a build on AWS: its log names them ("Found possible syntax errors in buildspec").
void section(BuildSpec& spec, const std::string& name, const YAML::Node& node) {
  static const std::set<std::string> kPhases = {"install", "pre_build", "build", "post_build"};
  if (name == "version") return;
  if (name == "run-as") {
    spec.run_as = scalar(node, name);
  } else if (name == "env") {
    env(spec, node);
  } else if (name == "environment_variables" && spec.each_command_alone) {
    environment_variables(spec, node);
  } else if (name == "phases") {
    for (const auto& p : node) {
      const auto phase_name = p.first.as<std::string>();
      if (kPhases.contains(phase_name))
        spec.phases[phase_name] = phase(spec, phase_name, p.second);
      else
        spec.unidentified["phases"].push_back(phase_name);
    }
  } else if (name == "artifacts") {
    if (node.IsNull()) return;
    spec.artifacts = artifact(spec, node);
    if (node["secondary-artifacts"])
      for (const auto& s : node["secondary-artifacts"])
        spec.secondary_artifacts[s.first.as<std::string>()] = artifact(spec, s.second);
  } else if (name == "proxy") {
    check_proxy(spec, node);
  } else if (name == "reports") {
    spec.reports_given = !node.IsNull();
  } else if (name != "cache" && name != "batch") {
    // cache names paths for a project that has one, which those of this region have not; batch is of StartBuildBatch.
    spec.unidentified["buildspec"].push_back(name);
  }
}

}  // namespace

BuildSpec BuildSpec::parse(const std::string& text) {
  BuildSpec spec;
  try {
    const YAML::Node root = Merge().node(YAML::Load(text));
    if (!root.IsMap()) refuse("the build specification is empty");
    const std::string version = root["version"] ? scalar(root["version"], "version") : "";
    if (version != "0.1" && version != "0.2")
      refuse("version " + (version.empty() ? "is missing" : version + " is not supported") +
             "; this runner takes 0.1 and 0.2");
    spec.each_command_alone = version == "0.1";
    for (const auto& member : root) section(spec, member.first.as<std::string>(), member.second);
  } catch (const YAML::Exception& e) {
    refuse(std::string("YAML: ") + e.what());
  }
  if (spec.phases.empty()) refuse("there are no phases");
  return spec;
}

bool artifact_match(const std::string& pattern, const std::string& path) {
  const auto want = split(pattern, '/'), have = split(path, '/');
  // Dynamic programming over the two lists of names: reach[i][j] = the first i patterns match the first j names.
  std::vector<std::vector<bool>> reach(want.size() + 1, std::vector<bool>(have.size() + 1, false));
  reach[0][0] = true;
  for (std::size_t i = 1; i <= want.size(); ++i)
    for (std::size_t j = 0; j <= have.size(); ++j) {
      if (want[i - 1] == "**")
        reach[i][j] = reach[i - 1][j] || (j > 0 && reach[i][j - 1]);
      else
        reach[i][j] = j > 0 && reach[i - 1][j - 1] && ::fnmatch(want[i - 1].c_str(), have[j - 1].c_str(), 0) == 0;
    }
  return reach[want.size()][have.size()];
}

}  // namespace hanbat::guest
