// Builds: started, stopped, told of.
#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "services/codebuild/build_phases.h"
#include "services/codebuild/build_tasks.h"
#include "services/codebuild/codebuild.h"

namespace hanbat::codebuild {
namespace {

/// Who started it, as CodeBuild tells: a service by its own name, others by theirs.
std::string initiator_of(const region::Caller& caller) {
  if (caller.held_by.starts_with("codepipeline") || caller.held_by.starts_with("events")) {
    // The service tells in its user agent for which pipeline or rule it calls.
    const std::size_t space = caller.user_agent.find(' ');
    if (space != std::string::npos) return caller.user_agent.substr(space + 1);
  }
  if (caller.kind == region::Caller::Kind::kAssumedRole) return caller.name + "/" + caller.session_name;
  return caller.name.empty() ? caller.arn : caller.name;
}

BuildArtifacts artifacts_of(const ProjectArtifacts& artifacts) {
  BuildArtifacts out;
  out.artifact_identifier = artifacts.artifact_identifier;
  if (artifacts.type != "NO_ARTIFACTS") out.location = artifact_arn(artifacts, "");
  return out;
}

template <class T>
void take(std::optional<T>& to, const std::optional<T>& from) {
  if (from) to = from;
}

/// The project as this build wants it.
Project with_overrides(Project project, const StartBuildInput& in) {
  ProjectSource& source = *project.source;
  if (in.source_type_override) source.type = *in.source_type_override;
  take(source.location, in.source_location_override);
  take(source.buildspec, in.buildspec_override);
  take(source.git_clone_depth, in.git_clone_depth_override);
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

/// The condition keys that tell what the build is to do differently from its project.
region::ConditionKeys override_keys(const StartBuildInput& in) {
  region::ConditionKeys keys;
  const auto add = [&](const char* key, const std::optional<std::string>& value) {
    if (value) keys[std::string("codebuild:") + key] = {*value};
  };
  add("serviceRole", in.service_role_override);
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

}  // namespace

BuildRow CodeBuild::require_build(region::Request& rq, std::string_view action, const std::string& asked) {
  std::string id = asked;
  if (const std::size_t at = id.find(":build/"); at != std::string::npos) id = id.substr(at + 7);
  authorize(rq, action, id.substr(0, id.rfind(':')));
  if (auto row = store_.find_build(rq.tx, rq.account, rq.region, id)) return *row;
  throw ResourceNotFoundException("Build not found: " + asked);
}

StartBuildOutput CodeBuild::start_build(region::Request& rq, const StartBuildInput& in) {
  authorize(rq, "codebuild:StartBuild", project_name(in.project_name), override_keys(in));
  if (in.service_role_override)
    rq.authorize_pass_role(*in.service_role_override, "codebuild.amazonaws.com",
                           project_arn(rq, project_name(in.project_name)));

  return {.build = begin_build(rq, in)};
}

Build CodeBuild::begin_build(region::Request& rq, const StartBuildInput& in) {
  const std::string name = project_name(in.project_name);
  const auto row = store_.find_project(rq.tx, rq.account, rq.region, name);
  if (!row) throw ResourceNotFoundException("Project cannot be found: " + project_arn(rq, name));
  if (in.idempotency_token)
    if (const auto there = store_.find_build_by_token(rq.tx, rq.account, rq.region, name, *in.idempotency_token))
      return there->build;
  const Project project = with_overrides(row->project, in);
  // What a service calls for is its own to have checked; a user's overrides are checked like a project.
  if (in.service_role_override || in.environment_type_override || in.source_type_override) {
    if (project.environment->type != "LINUX_CONTAINER")
      throw wire::Error::not_implemented("StartBuild", "environmentTypeOverride=" + project.environment->type);
  }
  int running = 0;
  for (const BuildRow& other : store_.list_builds(rq.tx, rq.account, rq.region, name)) running += !other.complete();
  if (project.concurrent_build_limit && running >= *project.concurrent_build_limit)
    throw AccountLimitExceededException("Cannot have more than " + std::to_string(*project.concurrent_build_limit) +
                                        " builds in queue for the project");

  BuildRow build_row;
  build_row.account = rq.account;
  build_row.region = rq.region;
  build_row.token = in.idempotency_token.value_or("");
  Build& build = build_row.build;
  build.id = name + ":" + random_uuid();
  build.arn = rq.arn("codebuild", "build/" + *build.id);
  build.build_number = store_.take_build_number(rq.tx, *row);
  build.project_name = name;
  build.start_time = rq.now();
  build.build_status = "IN_PROGRESS";
  build.build_complete = false;
  build.initiator = initiator_of(rq.caller);
  build.source = project.source;
  build.secondary_sources = project.secondary_sources;
  build.source_version = project.source_version;
  build.secondary_source_versions = project.secondary_source_versions;
  build.artifacts = artifacts_of(*project.artifacts);
  if (project.secondary_artifacts) {
    build.secondary_artifacts.emplace();
    for (const auto& artifacts : *project.secondary_artifacts)
      build.secondary_artifacts->push_back(artifacts_of(artifacts));
  }
  build.cache = project.cache;
  build.environment = project.environment;
  build.service_role = project.service_role;
  build.timeout_in_minutes = project.timeout_in_minutes.value_or(60);
  build.queued_timeout_in_minutes = project.queued_timeout_in_minutes.value_or(480);
  LogsLocation logs;
  const auto configured = project.logs_config ? project.logs_config->cloud_watch_logs : std::nullopt;
  CloudWatchLogsConfig cloud_watch = configured ? *configured : CloudWatchLogsConfig{.status = "ENABLED"};
  // The names are told once the stream is there.
  if (cloud_watch.status == "ENABLED") logs.cloud_watch_logs_arn = rq.arn("logs", "log-group:null:log-stream:null");
  logs.cloud_watch_logs = std::move(cloud_watch);
  build.logs = std::move(logs);
  begin_phase(build, "SUBMITTED", rq.now());
  end_phase(build, "SUBMITTED", "SUCCEEDED", rq.now());
  begin_phase(build, "QUEUED", rq.now());
  build_row.work = Json::object({{"artifacts", wire::to_json(*project.artifacts)}});
  if (project.secondary_artifacts) {
    Json secondary = Json::array();
    for (const auto& artifacts : *project.secondary_artifacts) secondary.push_back(wire::to_json(artifacts));
    build_row.work["secondary_artifacts"] = std::move(secondary);
  }
  store_.insert(rq.tx, build_row);
  build_row = *store_.find_build(rq.tx, rq.account, rq.region, *build.id);
  tasks_->add(rq.tx, build_row);
  tasks_->publish_state(rq.tx, build_row);

  return build_row.build;
}

StopBuildOutput CodeBuild::stop_build(region::Request& rq, const StopBuildInput& in) {
  BuildRow row = require_build(rq, "codebuild:StopBuild", in.id);
  if (!row.complete()) tasks_->end(rq.tx, row, "STOPPED");
  return {.build = row.build};
}

RetryBuildOutput CodeBuild::retry_build(region::Request& rq, const RetryBuildInput& in) {
  if (!in.id) throw InvalidInputException("A build id must be given");
  const BuildRow old = require_build(rq, "codebuild:RetryBuild", *in.id);
  if (!old.complete()) throw InvalidInputException("Cannot retry a build that is in progress");
  StartBuildInput again;
  again.project_name = *old.build.project_name;
  again.idempotency_token = in.idempotency_token;
  again.source_type_override = old.build.source->type;
  again.source_location_override = old.build.source->location;
  again.buildspec_override = old.build.source->buildspec;
  again.source_version =
      old.build.resolved_source_version ? old.build.resolved_source_version : old.build.source_version;
  again.environment_variables_override = old.build.environment->environment_variables;
  again.image_override = old.build.environment->image;
  again.privileged_mode_override = old.build.environment->privileged_mode;
  again.artifacts_override = wire::from_json<ProjectArtifacts>(old.work["artifacts"]);
  return {.build = begin_build(rq, again)};
}

BatchGetBuildsOutput CodeBuild::batch_get_builds(region::Request& rq, const BatchGetBuildsInput& in) {
  BatchGetBuildsOutput out;
  out.builds.emplace();
  out.builds_not_found.emplace();
  for (const std::string& id : in.ids) {
    try {
      out.builds->push_back(require_build(rq, "codebuild:BatchGetBuilds", id).build);
    } catch (const ResourceNotFoundException&) {
      out.builds_not_found->push_back(id);
    }
  }
  return out;
}

namespace {

template <class Out>
Out page_of_ids(std::vector<BuildRow> rows, const std::optional<std::string>& order,
                const std::optional<std::string>& token) {
  if (order.value_or("DESCENDING") == "ASCENDING") std::reverse(rows.begin(), rows.end());
  const std::size_t start = static_cast<std::size_t>(parse_int(token.value_or("0")).value_or(0));
  Out out;
  out.ids.emplace();
  for (std::size_t i = start; i < rows.size(); ++i) {
    if (out.ids->size() == 100) {
      out.next_token = std::to_string(i);
      break;
    }
    out.ids->push_back(rows[i].id());
  }
  return out;
}

}  // namespace

ListBuildsOutput CodeBuild::list_builds(region::Request& rq, const ListBuildsInput& in) {
  rq.authorize("codebuild:ListBuilds", "*");
  return page_of_ids<ListBuildsOutput>(store_.list_builds(rq.tx, rq.account, rq.region, ""), in.sort_order,
                                       in.next_token);
}

ListBuildsForProjectOutput CodeBuild::list_builds_for_project(region::Request& rq,
                                                              const ListBuildsForProjectInput& in) {
  authorize(rq, "codebuild:ListBuildsForProject", in.project_name);
  auto rows = store_.list_builds(rq.tx, rq.account, rq.region, in.project_name);
  if (rows.empty() && !store_.find_project(rq.tx, rq.account, rq.region, in.project_name))
    throw ResourceNotFoundException("The provided project " + project_arn(rq, in.project_name) + " does not exist");
  return page_of_ids<ListBuildsForProjectOutput>(std::move(rows), in.sort_order, in.next_token);
}

BatchDeleteBuildsOutput CodeBuild::batch_delete_builds(region::Request& rq, const BatchDeleteBuildsInput& in) {
  BatchDeleteBuildsOutput out;
  out.builds_deleted.emplace();
  out.builds_not_deleted.emplace();
  for (const std::string& id : in.ids) {
    try {
      const BuildRow row = require_build(rq, "codebuild:BatchDeleteBuilds", id);
      if (!row.complete()) {
        out.builds_not_deleted->push_back({.id = id, .status_code = "BUILD_IN_PROGRESS"});
        continue;
      }
      store_.remove_build(rq.tx, row);
      out.builds_deleted->push_back(*row.build.arn);
    } catch (const ResourceNotFoundException&) {
      // A build that does not exist counts as deleted, as on AWS.
      out.builds_deleted->push_back(id);
    }
  }
  return out;
}

}  // namespace hanbat::codebuild
