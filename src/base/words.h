// Enumerations whose values have words: AWS's statuses, types and options as they travel, in one table each.
#pragma once

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace hanbat {

template <class Enum>
struct Word {
  Enum value;
  std::string_view word;
};

/// The words of an enumeration, in the order of its values. Specialised beside the enumeration:
///     template <> inline constexpr auto hanbat::kWords<Status> = std::to_array<Word<Status>>({{Status::kA, "A"}, …});
template <class Enum>
inline constexpr std::nullptr_t kWords = nullptr;

/// AWS's word for the value. Throws std::logic_error for a value that its table does not have.
template <class Enum>
constexpr std::string_view word_of(Enum value) {
  for (const auto& entry : kWords<Enum>)
    if (entry.value == value) return entry.word;
  throw std::logic_error("an enumeration's table of words lacks a value");
}

/// The value of a word, or nothing.
template <class Enum>
constexpr std::optional<Enum> find_word(std::string_view word) {
  for (const auto& entry : kWords<Enum>)
    if (entry.word == word) return entry.value;
  return std::nullopt;
}

/// The value of a word that we wrote or checked before. Throws std::invalid_argument that names it.
template <class Enum>
constexpr Enum require_word(std::string_view word) {
  if (const auto found = find_word<Enum>(word)) return *found;
  throw std::invalid_argument("no such word: " + std::string(word));
}

/// The same of a word that may be left out, which means the usual one.
template <class Enum>
constexpr Enum require_word(const std::optional<std::string>& word, Enum usual) {
  return word ? require_word<Enum>(*word) : usual;
}

}  // namespace hanbat
