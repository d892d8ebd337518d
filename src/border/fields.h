// Reading a message member by member, so that what is missing, wrong or unknown is said by name.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/words.h"

namespace hanbat::border {

/// A message that is not as its reader needs it. The text names the message and the member.
struct MessageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The members of one object. Every reader throws MessageError.
class Fields {
 public:
  /// `message` is what errors call it: "job.json", "job.json: source". The object outlives this.
  Fields(const Json& object, std::string message);

  std::string text(std::string_view name);
  std::int64_t integer(std::string_view name);
  bool flag(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  std::optional<std::string> find_text(std::string_view name);
  std::optional<std::int64_t> find_integer(std::string_view name);
  /// false when it is absent.
  bool find_flag(std::string_view name);
  /// An object or array, to be read by the caller.
  const Json& object(std::string_view name);
  const Json::Array& array(std::string_view name);
  /// The value that the member's word stands for.
  template <class Enum>
  Enum word(std::string_view name) {
    const std::string given = text(name);
    if (const auto value = find_word<Enum>(given)) return *value;
    fail(name, "has the unknown value \"" + given + "\"");
  }

  /// Throws when the object has a member that was not asked for.
  void refuse_unknown() const;
  [[noreturn]] void fail(std::string_view name, const std::string& what) const;
  /// What errors call a member of this message.
  std::string path(std::string_view name) const { return message_ + ": " + std::string(name); }

 private:
  const Json* find(std::string_view name);
  const Json& require(std::string_view name);

  const Json& object_;
  std::string message_;
  std::set<std::string, std::less<>> asked_;
};

/// The text as JSON. Throws MessageError.
Json parse_message(std::string_view text, std::string_view message);

}  // namespace hanbat::border
