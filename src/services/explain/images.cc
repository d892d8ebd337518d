// Images of the registry: whether one is there, and why its build did not bring it.
#include "base/text.h"
#include "services/explain/chains.h"

namespace hanbat::explain {
namespace {

constexpr std::size_t kBuildsLookedAt = 10;
constexpr std::size_t kTagsShown = 20;

struct Name {
  std::string repository, tag, digest;
};

/// "wsi-api-ecr:1", with "123456789012.dkr.ecr….amazonaws.com/" before it or not.
Name read_name(std::string text) {
  if (const std::size_t host = text.find(".dkr.ecr."); host != std::string::npos)
    if (const std::size_t slash = text.find('/', host); slash != std::string::npos) text = text.substr(slash + 1);
  Name out;
  if (const std::size_t at = text.find('@'); at != std::string::npos) {
    out.digest = text.substr(at + 1);
    text.resize(at);
  }
  if (const std::size_t colon = text.rfind(':'); colon != std::string::npos) {
    out.tag = text.substr(colon + 1);
    text.resize(colon);
  }
  out.repository = text;
  return out;
}

/// Of the newest builds that failed and whose log or project speaks of the repository, the chain of the newest one.
void explain_builds(Story& story, const std::string& repository) {
  const Answer list = story.ask("codebuild", "ListBuilds", Json::object({{"sortOrder", "DESCENDING"}}));
  if (!list || list["ids"].empty()) return;
  Json::Array ids = list["ids"].items();
  if (ids.size() > kBuildsLookedAt) ids.resize(kBuildsLookedAt);
  const Answer builds = story.ask("codebuild", "BatchGetBuilds", Json::object({{"ids", Json(std::move(ids))}}));
  if (!builds || !builds["builds"].is_array()) return;
  for (const Json& build : builds["builds"].items()) {
    const std::string status = build.text("buildStatus");
    if (status == "SUCCEEDED") continue;
    bool about = (build["environment"].dump() + build["source"].dump()).find(repository) != std::string::npos;
    if (!about && !build["logs"].text("streamName").empty()) {
      const Answer log = story.ask("logs", "GetLogEvents",
                                   Json::object({{"logGroupName", build["logs"].text("groupName")},
                                                 {"logStreamName", build["logs"].text("streamName")},
                                                 {"limit", 1000}}));
      about = log && log.body.dump().find(repository) != std::string::npos;
    }
    if (about) return explain_build(story, build.text("id"));
  }
}

/// A push to the repository that was refused, by the trail.
bool explain_pushes(Story& story, const std::string& repository, const std::string& subject) {
  for (const char* operation : {"PutImage", "InitiateLayerUpload", "CompleteLayerUpload", "GetAuthorizationToken"}) {
    const Answer events = story.ask(
        "cloudtrail", "LookupEvents",
        Json::object({{"LookupAttributes",
                       Json::array({Json::object({{"AttributeKey", "EventName"}, {"AttributeValue", operation}})})},
                      {"MaxResults", 50}}));
    if (!events || !events["Events"].is_array()) continue;
    for (const Json& event : events["Events"].items()) {
      const Json record = Json::parse(event.text("CloudTrailEvent", "{}"));
      const std::string said = record.text("errorMessage");
      if (said.empty() ||
          (operation != std::string("GetAuthorizationToken") && record.dump().find(repository) == std::string::npos))
        continue;
      if (explain_refusal(story, said, subject, "cloudtrail:LookupEvents")) return true;
      story.add({.code = "PUSH_REFUSED",
                 .subject = subject,
                 .sentence = {.en = "A push to it was refused: " + said, .ko = "푸시가 거부되었습니다: " + said},
                 .remedy = record.text("errorCode") == "ImageTagAlreadyExistsException"
                               ? Text{.en = "The repository's tags are immutable: push under a new tag.",
                                      .ko = "리포지토리의 태그는 변경할 수 없습니다: 새 태그로 푸시하십시오."}
                               : Text{}});
      story.show("cloudtrail:LookupEvents",
                 record.text("eventTime") + " " + operation + " " + record.text("errorCode") + ": " + said);
      return true;
    }
  }
  return false;
}

}  // namespace

void explain_image(Story& story, const std::string& text) {
  const Name name = read_name(text);
  const std::string subject = "image " + text;
  if (name.repository.empty()) throw ValidationException(text + " names no image.");
  const Answer repository =
      story.ask("ecr", "DescribeRepositories", Json::object({{"repositoryNames", Json::array({name.repository})}}));
  if (repository.code == "RepositoryNotFoundException") {
    story.add({.code = "REPOSITORY_MISSING",
               .subject = subject,
               .sentence = {.en = "There is no repository " + name.repository + " in the registry.",
                            .ko = "레지스트리에 리포지토리 " + name.repository + "이(가) 없습니다."},
               .remedy = {.en = "Create it, or mend the name.", .ko = "만들거나 이름을 고치십시오."},
               .command = "aws ecr create-repository --repository-name " + name.repository});
    return story.show("ecr:DescribeRepositories", repository.message);
  }
  require_seen(repository);
  if (!repository) return;
  const Json::Array images = story.ask_all("ecr", "DescribeImages", Json::object({{"repositoryName", name.repository}}),
                                           "imageDetails", "nextToken", "nextToken");
  if (!story.told().unseen.empty()) return;
  std::vector<std::string> tags;
  for (const Json& image : images) {
    for (const std::string& tag : image.texts("imageTags")) tags.push_back(tag);
    if (!name.digest.empty() && image.text("imageDigest") == name.digest) return;
  }
  const std::string wanted = name.tag.empty() && name.digest.empty() ? "" : name.tag;
  for (const std::string& tag : tags)
    if (tag == wanted && name.digest.empty()) return;
  if (wanted.empty() && name.digest.empty() && !images.empty()) return;
  if (tags.size() > kTagsShown) tags.resize(kTagsShown);
  if (images.empty())
    story.add({.code = "IMAGE_NEVER_PUSHED",
               .subject = subject,
               .sentence = {.en = "The repository " + name.repository +
                                  " is empty: nothing was ever pushed, or all of it was deleted.",
                            .ko = "리포지토리 " + name.repository +
                                  "이(가) 비어 있습니다: 푸시된 적이 없거나 모두 삭제되었습니다."},
               .remedy = {.en = "Push an image.", .ko = "이미지를 푸시하십시오."},
               .command = "docker push " + repository["repositories"].items().front().text("repositoryUri") + ":" +
                          (name.tag.empty() ? "TAG" : name.tag)});
  else
    story.add({.code = "IMAGE_TAG_MISSING",
               .subject = subject,
               .sentence = {.en = "The repository has images, but none is tagged " +
                                  (wanted.empty() ? name.digest : wanted) + ".",
                            .ko = "리포지토리에 이미지가 있지만 " + (wanted.empty() ? name.digest : wanted) +
                                  " 태그는 없습니다."},
               .remedy = {.en = "Pull one of the tags that are there, or push this one.",
                          .ko = "있는 태그를 쓰거나 이 태그를 푸시하십시오."},
               .command = "aws ecr list-images --repository-name " + name.repository});
  story.show("ecr:DescribeImages", "tags: " + join(tags, ", "));
  if (!explain_pushes(story, name.repository, subject)) explain_builds(story, name.repository);
}

}  // namespace hanbat::explain
