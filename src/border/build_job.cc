#include "border/build_job.h"

#include "border/fields.h"

namespace hanbat {

template <>
inline constexpr auto kWords<border::BuildVariable::Kind> = std::to_array<Word<border::BuildVariable::Kind>>(
    {{border::BuildVariable::Kind::kPlaintext, "PLAINTEXT"},
     {border::BuildVariable::Kind::kParameterStore, "PARAMETER_STORE"},
     {border::BuildVariable::Kind::kSecretsManager, "SECRETS_MANAGER"}});
template <>
inline constexpr auto kWords<border::BuildSource::Kind> =
    std::to_array<Word<border::BuildSource::Kind>>({{border::BuildSource::Kind::kNone, "NO_SOURCE"},
                                                    {border::BuildSource::Kind::kCodeCommit, "CODECOMMIT"},
                                                    {border::BuildSource::Kind::kGit, "GIT"},
                                                    {border::BuildSource::Kind::kS3, "S3"},
                                                    {border::BuildSource::Kind::kPipeline, "CODEPIPELINE"}});
template <>
inline constexpr auto kWords<border::BuildOutput::Kind> = std::to_array<Word<border::BuildOutput::Kind>>(
    {{border::BuildOutput::Kind::kNone, "NO_ARTIFACTS"}, {border::BuildOutput::Kind::kS3, "S3"}});
template <>
inline constexpr auto kWords<border::BuildOutput::Packaging> = std::to_array<Word<border::BuildOutput::Packaging>>(
    {{border::BuildOutput::Packaging::kNone, "NONE"}, {border::BuildOutput::Packaging::kZip, "ZIP"}});

}  // namespace hanbat

namespace hanbat::border {
namespace {

Json json_of(const BuildVariable& v) {
  return Json::object({{"name", v.name}, {"value", v.value}, {"type", word_of(v.kind)}});
}

BuildVariable variable_of(const Json& json, const std::string& message) {
  Fields fields(json, message);
  BuildVariable v{fields.text("name"), fields.text("value"), fields.word<BuildVariable::Kind>("type")};
  fields.refuse_unknown();
  return v;
}

Json json_of(const BuildSource& s) {
  Json out = Json::object({{"type", word_of(s.kind)},
                           {"location", s.location},
                           {"version", s.version},
                           {"identifier", s.identifier},
                           {"submodules", s.submodules},
                           {"insecure_ssl", s.insecure_ssl}});
  if (s.depth) out["depth"] = *s.depth;
  return out;
}

BuildSource source_of(const Json& json, const std::string& message) {
  Fields fields(json, message);
  BuildSource s;
  s.kind = fields.word<BuildSource::Kind>("type");
  s.location = fields.text("location");
  s.version = fields.text("version");
  s.identifier = fields.text("identifier");
  s.submodules = fields.flag("submodules");
  s.insecure_ssl = fields.flag("insecure_ssl");
  s.depth = fields.find_integer("depth");
  fields.refuse_unknown();
  return s;
}

Json json_of(const BuildOutput& o) {
  return Json::object({{"type", word_of(o.kind)},
                       {"bucket", o.bucket},
                       {"key", o.key},
                       {"key_prefix", o.key_prefix},
                       {"build_folder", o.build_folder},
                       {"name_from_spec", o.name_from_spec},
                       {"packaging", word_of(o.packaging)},
                       {"may_be_empty", o.may_be_empty},
                       {"identifier", o.identifier}});
}

BuildOutput output_of(const Json& json, const std::string& message) {
  Fields fields(json, message);
  BuildOutput o;
  o.kind = fields.word<BuildOutput::Kind>("type");
  o.bucket = fields.text("bucket");
  o.key = fields.text("key");
  o.key_prefix = fields.text("key_prefix");
  o.build_folder = fields.text("build_folder");
  o.name_from_spec = fields.flag("name_from_spec");
  o.packaging = fields.word<BuildOutput::Packaging>("packaging");
  o.may_be_empty = fields.flag("may_be_empty");
  o.identifier = fields.text("identifier");
  fields.refuse_unknown();
  return o;
}

Json json_of(const BuildRuntimes& r) {
  Json offered = Json::object();
  for (const auto& [name, versions] : r.offered) {
    Json& list = offered[name] = Json::array();
    for (const std::string& version : versions) list.push_back(version);
  }
  return Json::object({{"offered", std::move(offered)}, {"other_versions", r.other_versions}, {"url", r.url}});
}

BuildRuntimes runtimes_of(const Json& json, const std::string& message) {
  Fields fields(json, message);
  BuildRuntimes r;
  const Json& offered = fields.object("offered");
  Fields lists(offered, fields.path("offered"));
  for (const auto& [name, versions] : offered.members()) r.offered[name] = lists.texts(name);
  r.other_versions = fields.flag("other_versions");
  r.url = fields.text("url");
  fields.refuse_unknown();
  return r;
}

template <class T>
Json list_of(const std::vector<T>& values) {
  Json out = Json::array();
  for (const T& value : values) out.push_back(json_of(value));
  return out;
}

template <class T>
std::vector<T> read_list(Fields& fields, const char* name, T (*read)(const Json&, const std::string&)) {
  std::vector<T> out;
  for (const Json& item : fields.array(name)) out.push_back(read(item, fields.path(name)));
  return out;
}

}  // namespace

Json BuildJob::to_json() const {
  Json named = Json::object();
  for (const auto& [name, value] : variables) named[name] = value;
  return Json::object({{"build_id", build_id},
                       {"region", region},
                       {"project", project},
                       {"credentials_url", credentials_url},
                       {"credentials_path", credentials_path},
                       {"logins_url", logins_url},
                       {"buildspec", buildspec},
                       {"privileged", privileged},
                       {"environment", list_of(environment)},
                       {"variables", std::move(named)},
                       {"source", json_of(source)},
                       {"secondary_sources", list_of(secondary_sources)},
                       {"artifacts", json_of(artifacts)},
                       {"secondary_artifacts", list_of(secondary_artifacts)},
                       {"runtimes", json_of(runtimes)}});
}

BuildJob BuildJob::from_json(const Json& json) {
  Fields fields(json, "job.json");
  BuildJob job;
  job.build_id = fields.text("build_id");
  job.region = fields.text("region");
  job.project = fields.text("project");
  job.credentials_url = fields.text("credentials_url");
  job.credentials_path = fields.text("credentials_path");
  job.logins_url = fields.text("logins_url");
  job.buildspec = fields.text("buildspec");
  job.privileged = fields.flag("privileged");
  job.environment = read_list<BuildVariable>(fields, "environment", variable_of);
  const Json& named = fields.object("variables");
  Fields values(named, fields.path("variables"));
  for (const auto& [name, value] : named.members()) job.variables[name] = values.text(name);
  job.source = source_of(fields.object("source"), fields.path("source"));
  job.secondary_sources = read_list<BuildSource>(fields, "secondary_sources", source_of);
  job.artifacts = output_of(fields.object("artifacts"), fields.path("artifacts"));
  job.secondary_artifacts = read_list<BuildOutput>(fields, "secondary_artifacts", output_of);
  job.runtimes = runtimes_of(fields.object("runtimes"), fields.path("runtimes"));
  fields.refuse_unknown();
  return job;
}

}  // namespace hanbat::border
