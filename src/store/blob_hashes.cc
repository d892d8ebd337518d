#include "store/blob_hashes.h"

namespace hanbat::store {
namespace {

// What is handed over at once; a shorter blob takes no thread.
constexpr std::size_t kPiece = 1u << 20;

}  // namespace

BlobHashes::~BlobHashes() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BlobHashes::update(std::string_view bytes) {
  sha256_.update(bytes);
  filling_ += bytes;
  if (filling_.size() >= kPiece) hand_over();
}

/// Waits for the thread to have taken what it got before.
void BlobHashes::hand_over() {
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return handed_.empty(); });
    handed_.swap(filling_);
  }
  changed_.notify_all();
}

void BlobHashes::work() {
  std::string taken;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ended_ || !handed_.empty(); });
      if (handed_.empty()) return;
      taken.swap(handed_);
    }
    changed_.notify_all();
    md5_.update(taken);
    taken.clear();
  }
}

std::string BlobHashes::finish_md5() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  md5_.update(filling_);
  return md5_.finish_hex();
}

}  // namespace hanbat::store
