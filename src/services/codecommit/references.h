// References as git names them, without the rows that they are kept in.
#pragma once

#include <string>
#include <string_view>

namespace hanbat::codecommit {

inline constexpr std::string_view kBranchPrefix = "refs/heads/";
inline constexpr std::string_view kTagPrefix = "refs/tags/";

struct Reference {
  std::string name;  // "refs/heads/main"
  std::string object_id;
};

/// A reference that is to move. An empty id stands for "there is none".
struct ReferenceChange {
  std::string name;
  std::string old_id;
  std::string new_id;
};

}  // namespace hanbat::codecommit
