#include "services/explain/story.h"

#include <algorithm>

#include "base/text.h"
#include "region/region.h"
#include "services/explain/refusal.h"
#include "wire/error.h"

namespace hanbat::explain {
namespace {

// Of evidence the end tells most: what failed is said last.
constexpr std::size_t kLongestExcerpt = 2000;

/// The text's end, from the start of a line on, as UTF-8 that is whole.
std::string end_of(std::string_view text) {
  text = trim(text);
  if (text.size() <= kLongestExcerpt) return std::string(text);
  text.remove_prefix(text.size() - kLongestExcerpt);
  const std::size_t line = text.find('\n');
  if (line != std::string_view::npos && line + 1 < text.size()) text.remove_prefix(line + 1);
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80) text.remove_prefix(1);
  return "…" + std::string(text);
}

}  // namespace

std::optional<Timestamp> time_of(const Json& value) {
  if (value.is_number()) return Timestamp::of_seconds(value.as_double());
  if (value.is_string()) return parse_iso8601(value.as_string());
  return std::nullopt;
}

Story::Story(region::Request& rq, std::string kind, std::string subject) : rq_(rq) {
  told_.kind = std::move(kind);
  told_.subject = std::move(subject);
}

Answer Story::ask(const std::string& service, const std::string& operation, const Json& input) {
  return ask_in(rq_.region, service, operation, input);
}

Answer Story::ask_in(const std::string& region, const std::string& service, const std::string& operation,
                     const Json& input) {
  try {
    region::Actor actor(rq_);
    actor.region = region;
    return {rq_.home.call(actor, service, operation, input), "", ""};
  } catch (const wire::Error& error) {
    if (is_denial(error.code(), error.message())) {
      const auto refusal = read_refusal(error.message());
      Unseen unseen;
      unseen.action = refusal ? refusal->action : service + ":" + operation;
      unseen.resource = refusal ? refusal->resource : "*";
      unseen.message = without_encoded_message(error.message());
      const auto same = [&](const Unseen& one) {
        return one.action == unseen.action && one.resource == unseen.resource;
      };
      if (std::ranges::none_of(told_.unseen, same)) told_.unseen.push_back(std::move(unseen));
    }
    return {Json(), error.code(), error.message()};
  }
}

Json::Array Story::ask_all(const std::string& service, const std::string& operation, Json input, const char* items,
                           const char* token_in, const char* token_out, std::size_t most) {
  Json::Array all;
  while (true) {
    Answer page = ask(service, operation, input);
    if (!page) return all;
    if (page[items].is_array())
      for (Json& item : page.body[items].items()) all.push_back(std::move(item));
    const std::string token = page.body.text(token_out);
    if (token.empty() || all.size() >= most) return all;
    input[token_in] = token;
  }
}

Cause& Story::add(const Finding& finding) {
  Cause& cause = told_.causes.emplace_back();
  cause.code = finding.code;
  cause.subject = finding.subject;
  cause.sentence = finding.sentence;
  if (!finding.remedy.en.empty()) {
    Remedy& remedy = cause.remedy.emplace();
    remedy.en = finding.remedy.en;
    remedy.ko = finding.remedy.ko;
    if (!finding.command.empty()) remedy.command = finding.command;
    if (!finding.statement.empty()) remedy.statement = finding.statement;
  }
  return cause;
}

void Story::show(const std::string& call, std::string_view excerpt) {
  if (trim(excerpt).empty()) return;
  Evidence& evidence = told_.causes.back().evidence.emplace_back();
  evidence.call = call;
  evidence.excerpt = end_of(excerpt);
}

void Story::waits(std::optional<Timestamp> since, std::optional<Timestamp> until) {
  waiting_ = true;
  told_.causes.back().since = since;
  told_.causes.back().until = until;
}

void Story::waits(const Json& since) { waits(time_of(since)); }

const std::string& Story::region() const { return rq_.region; }
const std::string& Story::account() const { return rq_.account; }
Timestamp Story::now() const { return rq_.now(); }

Explanation Story::finish(const Text& well) {
  if (!told_.causes.empty()) {
    told_.outcome = waiting_ ? "WAITING" : "FAILED";
    told_.summary = told_.causes.back().sentence;
    return std::move(told_);
  }
  if (told_.unseen.empty()) {
    told_.outcome = "WORKS";
    told_.summary = well;
    return std::move(told_);
  }
  const Unseen& unseen = told_.unseen.front();
  told_.outcome = "UNSEEN";
  told_.summary = {
      .en = "You may not see why: you lack " + unseen.action + " on " + unseen.resource + ".",
      .ko = "이유를 볼 권한이 없습니다: " + unseen.resource + "에 대한 " + unseen.action + " 권한이 없습니다."};
  return std::move(told_);
}

}  // namespace hanbat::explain
