// Builds: started, stopped, described.
#include <algorithm>

#include "base/arn.h"
#include "base/ids.h"
#include "crypto/digest.h"
#include "region/page.h"
#include "services/codebuild/build_machine.h"
#include "services/codebuild/build_phases.h"
#include "services/codebuild/codebuild.h"
#include "services/codebuild/projects/project_rules.h"
#include "services/codebuild/sources/project_sources.h"
#include "services/codebuild/words.h"
#include "services/codebuild/workers/build_log.h"
#include "services/codebuild/workers/build_tasks.h"
#include "services/codebuild/workers/credentials_endpoint.h"

namespace hanbat::codebuild {
namespace {

/// Who started it, as CodeBuild says: a service by its own name, others by theirs.
std::string initiator_of(const region::Caller& caller) {
  if (caller.held_by.starts_with("codepipeline") || caller.held_by.starts_with("events")) {
    // The service says in its user agent for which pipeline or rule it calls.
    const std::size_t space = caller.user_agent.find(' ');
    if (space != std::string::npos) return caller.user_agent.substr(space + 1);
  }
  if (caller.kind == region::Caller::Kind::kAssumedRole) return caller.name + "/" + caller.session_name;
  return caller.name.empty() ? caller.arn : caller.name;
}

BuildArtifacts artifacts_of(const ProjectArtifacts& artifacts) {
  BuildArtifacts out;
  out.artifact_identifier = artifacts.artifact_identifier;
  const ArtifactsType type = type_of(artifacts);
  if (type == ArtifactsType::kNoArtifacts) return out;
  out.location = artifact_arn(artifacts, "");
  out.encryption_disabled = artifacts.encryption_disabled.value_or(false);
  if (type == ArtifactsType::kS3) out.override_artifact_name = artifacts.override_artifact_name.value_or(false);
  return out;
}

template <class T>
void take(std::optional<T>& to, const std::optional<T>& from) {
  if (from) to = from;
}

/// The project as this build wants it.
Project with_overrides(Project project, const StartBuildInput& in) {
  ProjectSource& source = *project.source;
  // A pipeline's input is no repository, whatever the project has else.
  if (in.source_type_override && *in.source_type_override != source.type) {
    source.type = *in.source_type_override;
    source.git_clone_depth.reset();
    source.git_submodules_config.reset();
    source.insecure_ssl.reset();
    source.report_build_status.reset();
  }
  take(source.location, in.source_location_override);
  take(source.buildspec, in.buildspec_override);
  take(source.git_clone_depth, in.git_clone_depth_override);
  take(source.git_submodules_config, in.git_submodules_config_override);
  take(source.insecure_ssl, in.insecure_ssl_override);
  take(source.report_build_status, in.report_build_status_override);
  take(project.secondary_sources, in.secondary_sources_override);
  take(project.source_version, in.source_version);
  take(project.secondary_source_versions, in.secondary_sources_version_override);
  take(project.artifacts, in.artifacts_override);
  take(project.secondary_artifacts, in.secondary_artifacts_override);
  ProjectEnvironment& environment = *project.environment;
  if (in.environment_type_override) environment.type = *in.environment_type_override;
  if (in.image_override) environment.image = *in.image_override;
  if (in.compute_type_override) environment.compute_type = *in.compute_type_override;
  take(environment.privileged_mode, in.privileged_mode_override);
  take(environment.image_pull_credentials_type, in.image_pull_credentials_type_override);
  if (in.environment_variables_override) {
    auto& variables = environment.environment_variables ? *environment.environment_variables
                                                        : environment.environment_variables.emplace();
    for (const EnvironmentVariable& variable : *in.environment_variables_override) {
      std::erase_if(variables, [&](const EnvironmentVariable& there) { return there.name == variable.name; });
      variables.push_back(variable);
    }
  }
  take(project.cache, in.cache_override);
  take(project.service_role, in.service_role_override);
  take(project.logs_config, in.logs_config_override);
  take(project.timeout_in_minutes, in.timeout_in_minutes_override);
  take(project.queued_timeout_in_minutes, in.queued_timeout_in_minutes_override);
  return project;
}

/// The condition keys about what the build is to do differently from its project.
region::ConditionKeys override_keys(const StartBuildInput& in) {
  region::ConditionKeys keys;
  const auto add = [&](const char* key, const std::optional<std::string>& value) {
    if (value) keys[std::string("codebuild:") + key] = {*value};
  };
  add("serviceRole", in.service_role_override);
  add("encryptionKey", in.encryption_key_override);
  add("source.location", in.source_location_override);
  add("source.buildspec", in.buildspec_override);
  if (in.artifacts_override) add("artifacts.location", in.artifacts_override->location);
  add("environment.type", in.environment_type_override);
  add("environment.computeType", in.compute_type_override);
  add("environment.image", in.image_override);
  if (in.privileged_mode_override) add("environment.privilegedMode", *in.privileged_mode_override ? "true" : "false");
  add_variable_keys(keys, in.environment_variables_override);
  return keys;
}

/// Where the build's log will be; its names are shown once the stream is there.
LogsLocation logs_of(const region::Request& rq, const Project& project) {
  LogsLocation logs;
  const auto configured = project.logs_config ? project.logs_config->cloud_watch_logs : std::nullopt;
  CloudWatchLogsConfig cloud_watch =
      configured ? *configured : CloudWatchLogsConfig{.status = std::string(word_of(LogsStatus::kEnabled))};
  if (is_enabled(cloud_watch)) logs.cloud_watch_logs_arn = rq.arn("logs", "log-group:null:log-stream:null");
  if (is_enabled(cloud_watch)) logs.deep_link = log_link(rq.region, "null", "null");
  logs.cloud_watch_logs = std::move(cloud_watch);
  logs.s3_logs = no_s3_logs();
  return logs;
}

/// A build of the project, not begun.
Build build_of(const region::Request& rq, const Project& project) {
  Build build;
  build.id = *project.name + ":" + random_uuid();
  build.arn = rq.arn("codebuild", "build/" + *build.id);
  build.project_name = project.name;
  build.initiator = initiator_of(rq.caller);
  build.source = project.source;
  if (!build.source->insecure_ssl) build.source->insecure_ssl = false;
  build.secondary_sources = project.secondary_sources.value_or(std::vector<ProjectSource>());
  for (ProjectSource& source : *build.secondary_sources)
    if (!source.insecure_ssl) source.insecure_ssl = false;
  build.source_version = project.source_version;
  build.secondary_source_versions = project.secondary_source_versions.value_or(std::vector<ProjectSourceVersion>());
  build.artifacts = artifacts_of(*project.artifacts);
  build.secondary_artifacts.emplace();
  for (const auto& artifacts : project.secondary_artifacts.value_or(std::vector<ProjectArtifacts>()))
    build.secondary_artifacts->push_back(artifacts_of(artifacts));
  build.cache = project.cache;
  build.environment = project.environment;
  build.service_role = project.service_role;
  build.vpc_config = project.vpc_config;
  build.encryption_key = key_of_s3(place_of(rq));
  build.timeout_in_minutes = project.timeout_in_minutes.value_or(60);
  build.queued_timeout_in_minutes = project.queued_timeout_in_minutes.value_or(480);
  build.logs = logs_of(rq, project);
  return build;
}

/// The build that the same call has started in the last five minutes. An older token counts no more.
/// Source: idempotencyToken of https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
std::optional<Build> find_started(region::Request& rq, const std::string& project, const std::string& token,
                                  const std::string& asked) {
  constexpr Milliseconds kValid = std::chrono::minutes(5);
  auto there = region::find_named<Build>(rq.tx, place_of(rq), project, token);
  if (!there) return std::nullopt;
  if (rq.now() - there->shape.start_time.value_or(there->created) > kValid) {
    there->name.reset();
    region::update(rq.tx, *there);
    return std::nullopt;
  }
  const std::string before = Work::from_json(there->own).asked;
  if (!before.empty() && before != asked)
    throw InvalidInputException(
        "Invalid input: parameters do not match those of an earlier request with the same "
        "idempotency token");
  return there->shape;
}

void check_limit(store::Tx& tx, const ProjectRow& project) {
  const auto limit = project.shape.concurrent_build_limit;
  if (!limit) return;
  int running = 0;
  for (const BuildRow& other : region::list_of<Build>(tx, project.id)) running += !is_complete(other.shape);
  if (running >= *limit)
    throw AccountLimitExceededException("Cannot have more than " + std::to_string(*limit) +
                                        " builds in queue for the project");
}

}  // namespace

BuildRow CodeBuild::require_build(region::Request& rq, std::string_view action, const std::string& asked) {
  constexpr std::string_view kBuild = "build/";
  std::string id = asked;
  const auto arn = parse_arn(asked);
  if (arn && arn->resource.starts_with(kBuild)) id = arn->resource.substr(kBuild.size());
  const bool here = !arn || (arn->service == "codebuild" && arn->account == rq.account && arn->region == rq.region);
  authorize(rq, action, id.substr(0, id.rfind(':')));
  if (id.find(':') == std::string::npos || (arn && id == asked))
    throw InvalidInputException("Invalid build ID provided: " + asked);
  if (!here) throw ResourceNotFoundException("Build not found: " + asked);
  if (auto row = region::find<Build>(rq.tx, place_of(rq), id)) return *row;
  throw ResourceNotFoundException("Build not found: " + asked);
}

StartBuildOutput CodeBuild::start_build(region::Request& rq, const StartBuildInput& in) {
  const std::string project = require_project_name(rq, "codebuild:StartBuild", in.project_name);
  authorize(rq, "codebuild:StartBuild", project, override_keys(in));
  if (in.service_role_override) {
    check_service_role(rq, *in.service_role_override);
    rq.authorize_pass_role(*in.service_role_override, kPrincipal, project_arn(rq, project));
  }

  return {.build = begin_build(rq, project, in)};
}

Build CodeBuild::begin_build(region::Request& rq, const std::string& name, const StartBuildInput& in) {
  const std::string arn = project_arn(rq, name);
  auto row = region::find<Project>(rq.tx, arn);
  if (!row) throw ResourceNotFoundException("Project cannot be found: " + arn);
  check_key(rq, "encryptionKeyOverride", in.encryption_key_override);
  const std::string asked = in.idempotency_token ? crypto::sha256_hex(wire::to_json(in).dump()) : "";
  if (in.idempotency_token)
    if (const auto there = find_started(rq, arn, *in.idempotency_token, asked)) return *there;
  const Project project = with_overrides(row->shape, in);
  refuse_what_is_not_built(rq, project);
  check_build_sources(project);
  if (in.source_type_override || in.source_location_override) check_source(*project.source);
  for (const ProjectSource& source : in.secondary_sources_override.value_or(std::vector<ProjectSource>()))
    check_source(source);
  check_identifiers(project);
  if (in.secondary_sources_version_override) check_source_versions(project);
  check_limit(rq.tx, *row);

  BuildRow build;
  build.shape = build_of(rq, project);
  build.shape.build_number = take_build_number(rq.tx, *row);
  build.id = *build.shape.id;
  build.place = place_of(rq);
  build.scope = build.parent = arn;
  build.name = in.idempotency_token;
  build.created = rq.now();
  build.own = Work{.artifacts = *project.artifacts,
                   .secondary_artifacts = project.secondary_artifacts.value_or(std::vector<ProjectArtifacts>()),
                   .asked = asked}
                  .to_json();
  const Effects effects = submit(build.shape, rq.now());
  region::insert(rq.tx, build);
  tasks_->apply(rq.tx, build, effects);

  return build.shape;
}

StopBuildOutput CodeBuild::stop_build(region::Request& rq, const StopBuildInput& in) {
  BuildRow row = require_build(rq, "codebuild:StopBuild", in.id);
  tasks_->end(rq.tx, row, BuildEvent::kStopRequested);
  return {.build = row.shape};
}

RetryBuildOutput CodeBuild::retry_build(region::Request& rq, const RetryBuildInput& in) {
  if (!in.id) throw InvalidInputException("A build id must be given");
  const BuildRow old = require_build(rq, "codebuild:RetryBuild", *in.id);
  if (!is_complete(old.shape)) throw InvalidInputException("Cannot retry a build that is in progress");
  StartBuildInput again;
  again.project_name = *old.shape.project_name;
  again.idempotency_token = in.idempotency_token;
  again.source_type_override = old.shape.source->type;
  again.source_location_override = old.shape.source->location;
  again.buildspec_override = old.shape.source->buildspec;
  again.git_clone_depth_override = old.shape.source->git_clone_depth;
  again.git_submodules_config_override = old.shape.source->git_submodules_config;
  again.source_version =
      old.shape.resolved_source_version ? old.shape.resolved_source_version : old.shape.source_version;
  again.environment_variables_override = old.shape.environment->environment_variables;
  again.image_override = old.shape.environment->image;
  again.privileged_mode_override = old.shape.environment->privileged_mode;
  again.artifacts_override = Work::from_json(old.own).artifacts;
  return {.build = begin_build(rq, again.project_name, again)};
}

BatchGetBuildsOutput CodeBuild::batch_get_builds(region::Request& rq, const BatchGetBuildsInput& in) {
  BatchGetBuildsOutput out;
  out.builds.emplace();
  out.builds_not_found.emplace();
  for (const std::string& id : in.ids) {
    try {
      out.builds->push_back(require_build(rq, "codebuild:BatchGetBuilds", id).shape);
    } catch (const ResourceNotFoundException&) {
      out.builds_not_found->push_back(id);
    }
  }
  return out;
}

namespace {

/// The ids of builds, of one project or of all; newest first unless the caller wants it otherwise.
template <class Out, class In>
Out page_of_builds(region::Request& rq, const In& in, std::string_view project = {}) {
  In unsorted = in;
  unsorted.sort_order.reset();
  const region::Pager pager(rq, unsorted);
  const std::string sorting = sorting_of(pager, in.sort_order, word_of(SortOrder::kDescending));
  region::TimeRange range{.parent = project, .most = pager.size() + 1};
  if (require_word<SortOrder>(sorting) == SortOrder::kDescending) range.order = region::TimeRange::Order::kNewestFirst;
  if (pager.after()) range.after = pager.after()->substr(sorting.size() + 1);
  const auto page = pager.cut_read(region::list_by_age<Build>(rq.tx, place_of(rq), range),
                                   [&](const BuildRow& row) { return sorting + " " + region::creation_key(row); });
  Out out;
  out.ids.emplace();
  for (const BuildRow& row : page.items) out.ids->push_back(row.id);
  out.next_token = page.next_token;
  return out;
}

}  // namespace

ListBuildsOutput CodeBuild::list_builds(region::Request& rq, const ListBuildsInput& in) {
  rq.authorize("codebuild:ListBuilds", "*");
  return page_of_builds<ListBuildsOutput>(rq, in);
}

ListBuildsForProjectOutput CodeBuild::list_builds_for_project(region::Request& rq,
                                                              const ListBuildsForProjectInput& in) {
  const std::string name = require_project_name(rq, "codebuild:ListBuildsForProject", in.project_name);
  authorize(rq, "codebuild:ListBuildsForProject", name);
  const std::string arn = project_arn(rq, name);
  if (!region::find<Project>(rq.tx, arn))
    throw ResourceNotFoundException("The provided project " + arn + " does not exist");
  return page_of_builds<ListBuildsForProjectOutput>(rq, in, arn);
}

BatchDeleteBuildsOutput CodeBuild::batch_delete_builds(region::Request& rq, const BatchDeleteBuildsInput& in) {
  BatchDeleteBuildsOutput out;
  out.builds_deleted.emplace();
  out.builds_not_deleted.emplace();
  for (const std::string& id : in.ids) {
    try {
      const BuildRow row = require_build(rq, "codebuild:BatchDeleteBuilds", id);
      if (!is_complete(row.shape)) {
        out.builds_not_deleted->push_back({.id = id, .status_code = "BUILD_IN_PROGRESS"});
        continue;
      }
      region::remove(rq.tx, row);
      out.builds_deleted->push_back(*row.shape.arn);
    } catch (const ResourceNotFoundException&) {
      // A build that does not exist counts as deleted, as on AWS.
      out.builds_deleted->push_back(id);
    }
  }
  return out;
}

}  // namespace hanbat::codebuild
