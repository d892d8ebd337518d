// An explanation while it is made: what was asked, what was found, what the caller may not see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "gen/explain/model.h"
#include "region/request.h"

namespace hanbat::explain {

/// What another service said.
struct Answer {
  Json body;            // its output by the model's names; null when it refused
  std::string code;     // of its error; "" when it answered
  std::string message;  // of its error

  explicit operator bool() const { return code.empty(); }
  const Json& operator[](std::string_view name) const { return body[name]; }
};

/// What has gone wrong, or is waited for, and how one gets out of it. Texts are English and Korean.
struct Finding {
  std::string code;
  std::string subject;
  Text sentence;
  Text remedy = {};            // with an empty English text: none
  std::string command = {};    // of the remedy
  std::string statement = {};  // of the remedy: a policy's statement as JSON
};

/// Used by the request's thread only.
class Story {
 public:
  Story(region::Request& rq, std::string kind, std::string subject);

  /// Calls an operation with the rights of the request's caller. A refusal for want of a permission is noted as unseen;
  /// every other error is only answered.
  Answer ask(const std::string& service, const std::string& operation, const Json& input);
  /// The same in another of the account's regions.
  Answer ask_in(const std::string& region, const std::string& service, const std::string& operation, const Json& input);
  /// All items that a list has under `items`, at most `most`; what comes in pages by `token` is read on.
  Json::Array ask_all(const std::string& service, const std::string& operation, Json input, const char* items,
                      const char* token_in, const char* token_out, std::size_t most = 500);

  /// Adds what follows from the causes before it: the last one is the first cause. The result lives until the next one.
  Cause& add(const Finding& finding);
  /// Evidence of the last cause: a call and what it said, cut to a length that can be read.
  void show(const std::string& call, std::string_view excerpt);
  /// The last cause waits for something.
  void waits(std::optional<Timestamp> since, std::optional<Timestamp> until = {});
  /// As above, times as answers have them; null is none.
  void waits(const Json& since);

  bool empty() const { return told_.causes.empty(); }
  bool waiting() const { return waiting_; }
  region::Request& request() { return rq_; }
  const std::string& region() const;
  const std::string& account() const;
  Timestamp now() const;

  /// What is told so far.
  Explanation& told() { return told_; }
  /// The whole: outcome and summary follow from the causes. `well` is said when there are none.
  Explanation finish(const Text& well);

 private:
  region::Request& rq_;
  Explanation told_;
  bool waiting_ = false;
};

/// A time as answers in JSON have it (seconds, or text), if it is one.
std::optional<Timestamp> time_of(const Json& value);

}  // namespace hanbat::explain
