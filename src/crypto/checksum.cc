#include "crypto/checksum.h"

#include <optional>
#include <stdexcept>

#include "crypto/crc.h"
#include "crypto/digest.h"

namespace hanbat::crypto {
namespace {

std::string crc_bytes(std::uint64_t crc, const CrcKind& kind) {
  std::string out;
  for (int shift = kind.bits - 8; shift >= 0; shift -= 8) out += static_cast<char>((crc >> shift) & 0xFF);
  return out;
}

std::uint64_t crc_value(std::string_view bytes) {
  std::uint64_t out = 0;
  for (const char c : bytes) out = (out << 8) | static_cast<unsigned char>(c);
  return out;
}

std::optional<Digest::Kind> find_digest(std::string_view name) {
  if (name == "sha1") return Digest::Kind::kSha1;
  if (name == "sha256") return Digest::Kind::kSha256;
  if (name == "md5") return Digest::Kind::kMd5;
  return std::nullopt;
}

}  // namespace

struct Checksum::State {
  const CrcKind* crc_kind = nullptr;
  std::uint64_t crc = 0;
  std::optional<Digest> digest;
};

Checksum::Checksum(std::string_view name) : name_(name), state_(std::make_unique<State>()) {
  state_->crc_kind = find_crc(name);
  if (state_->crc_kind) {
    state_->crc = state_->crc_kind->mask();
    return;
  }
  const auto digest = find_digest(name);
  if (!digest) throw std::invalid_argument("no checksum is called " + name_);
  state_->digest.emplace(*digest);
}

Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;

bool Checksum::known(std::string_view name) { return find_crc(name) || find_digest(name).has_value(); }

void Checksum::update(std::string_view bytes) {
  if (state_->crc_kind) {
    state_->crc = crc_update(*state_->crc_kind, state_->crc, bytes);
  } else {
    state_->digest->update(bytes);
  }
}

std::string Checksum::finish() {
  if (state_->crc_kind) return crc_bytes(state_->crc ^ state_->crc_kind->mask(), *state_->crc_kind);
  return state_->digest->finish();
}

std::string combine_crc(std::string_view name, std::string_view first, std::string_view second,
                        std::uint64_t second_size) {
  const CrcKind* kind = find_crc(name);
  if (!kind) throw std::invalid_argument("no CRC is called " + std::string(name));
  // crc(AB) = crc(A) * x^(8|B|) + crc(B): the inversions at both ends cancel out.
  const std::uint64_t moved = crc_multiply(*kind, crc_value(first), crc_power_of_x(*kind, 8 * second_size));
  return crc_bytes(moved ^ crc_value(second), *kind);
}

}  // namespace hanbat::crypto
