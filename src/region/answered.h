// What a service may be told of a request of its own, once its answer is out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "region/identity.h"
#include "wire/codec.h"

namespace hanbat::http {
struct RequestHead;
}

namespace hanbat::region {

/// A request and how it was answered. What it points to lives as long as the call that tells it.
struct Answered {
  const http::RequestHead& head;
  const wire::RequestView& request;
  const Caller& caller;  // nobody's until the request was authenticated
  std::string_view request_id;
  std::string_view operation;  // "GetObject"; "" of one that was refused before it was known
  std::uint64_t received = 0;  // bytes of the request's body, as far as it was read
  int status = 0;
  std::string error;       // its code; "" where there is none
  std::uint64_t sent = 0;  // bytes of the answer's body
  Timestamp began = {};
  Timestamp turned = {};  // when the answer began
  Timestamp ended = {};
};

/// A service that is one, too, is told of each of its requests that the front door answered. From any thread, outside
/// of any transaction; what it throws is logged and changes nothing.
class AnswerWatcher {
 public:
  virtual ~AnswerWatcher() = default;
  virtual void note_answered(const Answered& answered) = 0;
};

}  // namespace hanbat::region
