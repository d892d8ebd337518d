// What the last lines of a build's or a script's output say of why it failed. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/explain/story.h"

namespace hanbat::explain {

/// As many lines are shown as evidence.
inline constexpr std::size_t kLinesShown = 12;

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Where a command ran, as its remedies differ.
enum class Scene { kBuild, kInstance };

/// A known failure in the output.
struct Recognised {
  Finding finding;
  std::string line;  // the one that says so
};

/// The failure that the output tells of, the last one where there are several; nothing when no line is of a known kind.
std::optional<Recognised> recognise(std::string_view output, Scene scene);

/// The last lines of the text that hold anything.
std::string last_lines(std::string_view text, std::size_t count);

}  // namespace hanbat::explain
