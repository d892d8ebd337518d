#include "services/cloudtrail/segments/event_bytes.h"

#include <cstdint>

namespace hanbat::cloudtrail {
namespace {

void append_number(std::string& out, std::int64_t number) {
  auto rest = static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
  for (; rest >= 0x80; rest >>= 7) out += static_cast<char>(rest | 0x80);
  out += static_cast<char>(rest);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, static_cast<std::int64_t>(text.size()));
  out += text;
}

std::int64_t take_number(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < bytes.size() && at < 10; ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    number |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * at);
    if (byte & 0x80) continue;
    bytes.remove_prefix(at + 1);
    return static_cast<std::int64_t>(number >> 1 ^ (~(number & 1) + 1));
  }
  throw DamagedSegment("a number without end");
}

std::string take_text(std::string_view& bytes) {
  const std::int64_t size = take_number(bytes);
  if (size < 0 || static_cast<std::uint64_t>(size) > bytes.size()) throw DamagedSegment("a text that ends too late");
  std::string text(bytes.substr(0, static_cast<std::size_t>(size)));
  bytes.remove_prefix(static_cast<std::size_t>(size));
  return text;
}

bool take_flag(std::string_view& bytes) {
  if (bytes.empty() || (bytes.front() != 0 && bytes.front() != 1)) throw DamagedSegment("neither yes nor no");
  const bool flag = bytes.front() == 1;
  bytes.remove_prefix(1);
  return flag;
}

}  // namespace

void append_event(std::string& out, const TrailEvent& event) {
  append_number(out, event.id);
  append_number(out, event.at.ms);
  out += event.read_only ? '\1' : '\0';
  for (const std::string* text : {&event.event_id, &event.account, &event.region, &event.name, &event.source,
                                  &event.user_name, &event.access_key_id, &event.record})
    append_text(out, *text);
  append_number(out, static_cast<std::int64_t>(event.resources.size()));
  for (const ResourceName& resource : event.resources) {
    append_text(out, resource.type);
    append_text(out, resource.name);
  }
}

TrailEvent take_event(std::string_view& bytes) {
  TrailEvent event;
  event.id = take_number(bytes);
  event.at = {take_number(bytes)};
  event.read_only = take_flag(bytes);
  for (std::string* text : {&event.event_id, &event.account, &event.region, &event.name, &event.source,
                            &event.user_name, &event.access_key_id, &event.record})
    *text = take_text(bytes);
  for (std::int64_t left = take_number(bytes); left > 0; --left) {
    std::string type = take_text(bytes);
    event.resources.insert({std::move(type), take_text(bytes)});
  }
  return event;
}

}  // namespace hanbat::cloudtrail
