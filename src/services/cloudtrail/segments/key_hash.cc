#include "services/cloudtrail/segments/key_hash.h"

namespace hanbat::cloudtrail {
namespace {

/// FNV-1a, of 64 bits, taken on over the pieces.
class Fnv {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    hash_ = (hash_ ^ 0xFFU) * 0x100000001B3U;  // which no text has: it ends the piece
  }
  std::uint32_t finish() const { return static_cast<std::uint32_t>(hash_ ^ hash_ >> 32); }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325U;
};

/// The number of a key in hashes on disk; '0' stands for all events.
char number_of(std::optional<LookupKey> key) { return static_cast<char>(key ? '1' + static_cast<int>(*key) : '0'); }

}  // namespace

std::uint32_t key_hash(std::string_view account, std::string_view region, std::optional<LookupKey> key,
                       std::string_view value) {
  Fnv hash;
  hash.add(account);
  hash.add(region);
  const char number = number_of(key);
  hash.add({&number, 1});
  hash.add(value);
  return hash.finish();
}

std::uint32_t key_hash(const EventQuery& query) {
  return key_hash(query.account, query.region, query.key, query.key ? query.value : "");
}

std::vector<std::uint32_t> key_hashes(const TrailEvent& event) {
  std::vector<std::uint32_t> out;
  const auto add = [&](std::optional<LookupKey> key, std::string_view value) {
    out.push_back(key_hash(event.account, event.region, key, value));
  };
  add({}, "");
  add(LookupKey::kEventId, event.event_id);
  add(LookupKey::kEventName, event.name);
  add(LookupKey::kReadOnly, event.read_only ? "true" : "false");
  add(LookupKey::kUsername, event.user_name);
  for (const ResourceName& resource : event.resources) {
    add(LookupKey::kResourceType, resource.type);
    add(LookupKey::kResourceName, resource.name);
  }
  add(LookupKey::kEventSource, event.source);
  add(LookupKey::kAccessKeyId, event.access_key_id);
  return out;
}

}  // namespace hanbat::cloudtrail
