// What a git client may ask, whatever it speaks: to pull or to push, from or to a repository by its name. The dialects
// (smart HTTP, SSH) say who it is and bring the bytes; who may, what is recorded and what moves is the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/codecommit/store.h"

namespace hanbat::codecommit {

enum class Verb { kPull, kPush };

/// What goes over the wire: only what references there are, or objects.
enum class Transfer { kReferences, kData };

/// How the trail calls a dialect.
inline constexpr std::string_view kOverHttp = "HTTP";
inline constexpr std::string_view kOverSsh = "SSH";

struct GitCall {
  std::string repository;
  Verb verb;
  Transfer transfer;
  std::string_view protocol;
};

/// What a caller was let to.
struct Admitted {
  Repository repository;
  std::vector<Reference> references;  // of a push
};

}  // namespace hanbat::codecommit
