#include "services/cloudtrail/segments/compression.h"

#include <zstd.h>

#include <algorithm>
#include <new>

#include "services/cloudtrail/segments/event_bytes.h"

namespace hanbat::cloudtrail {
namespace {

// Of the levels the fastest that finds what repeats from event to event; the window holds a whole block.
constexpr int kLevel = 3;
constexpr int kWindowLog = 19;

void require_done(std::size_t code) {
  if (ZSTD_isError(code)) throw std::logic_error(std::string("zstd: ") + ZSTD_getErrorName(code));
}

}  // namespace

struct Compressor::State {
  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
};

Compressor::Compressor() : state_(std::make_unique<State>()) {
  ZSTD_CCtx* context = state_->context.get();
  if (!context) throw std::bad_alloc();
  require_done(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel));
  require_done(ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, kWindowLog));
}

Compressor::~Compressor() = default;

void Compressor::begin() { require_done(ZSTD_CCtx_reset(state_->context.get(), ZSTD_reset_session_only)); }

std::string Compressor::add(std::string_view raw) {
  std::string out(ZSTD_compressBound(raw.size()) + 64, '\0');
  ZSTD_inBuffer in{raw.data(), raw.size(), 0};
  std::size_t written = 0;
  while (true) {
    ZSTD_outBuffer to{out.data(), out.size(), written};
    const std::size_t left = ZSTD_compressStream2(state_->context.get(), &to, &in, ZSTD_e_flush);
    require_done(left);
    written = to.pos;
    if (left == 0 && in.pos == in.size) break;
    out.resize(out.size() + std::max<std::size_t>(left, 4096));
  }
  out.resize(written);
  return out;
}

struct Decompressor::State {
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context{ZSTD_createDCtx(), ZSTD_freeDCtx};
};

Decompressor::Decompressor() : state_(std::make_unique<State>()) {
  if (!state_->context) throw std::bad_alloc();
  require_done(ZSTD_DCtx_setParameter(state_->context.get(), ZSTD_d_windowLogMax, kWindowLog));
}

Decompressor::~Decompressor() = default;

void Decompressor::add(std::string_view piece, std::size_t raw_size, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + raw_size);
  ZSTD_inBuffer in{piece.data(), piece.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), begin};
  while (in.pos < in.size) {
    const std::size_t consumed = in.pos, made = to.pos;
    const std::size_t code = ZSTD_decompressStream(state_->context.get(), &to, &in);
    if (ZSTD_isError(code)) throw DamagedSegment(std::string("zstd: ") + ZSTD_getErrorName(code));
    if (in.pos == consumed && to.pos == made) break;
  }
  if (in.pos != in.size || to.pos != out.size()) throw DamagedSegment("a piece has another length than it says");
}

}  // namespace hanbat::cloudtrail
