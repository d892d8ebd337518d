// The two hashes of a blob, SHA-256 for its name and MD5 for S3's ETag, of bytes as they come.
//
// Problem: one after the other they take more of a processor than everything else that an upload costs. So the MD5 of a
// long blob is computed in a thread of its own, which is handed copies of the bytes and is never far behind.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "crypto/digest.h"

namespace hanbat::store {

/// For one thread's use.
class BlobHashes {
 public:
  BlobHashes() = default;
  ~BlobHashes();
  BlobHashes(const BlobHashes&) = delete;
  BlobHashes& operator=(const BlobHashes&) = delete;

  void update(std::string_view bytes);
  /// In hex. Called once, at the end.
  std::string finish_sha256() { return sha256_.finish_hex(); }
  std::string finish_md5();

 private:
  void hand_over();
  void work();

  crypto::Digest sha256_{crypto::Digest::Kind::kSha256};
  crypto::Digest md5_{crypto::Digest::Kind::kMd5};  // the thread's, once it runs
  std::string filling_;                             // what the thread gets next

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string handed_;  // what the thread has to take; by the mutex, as ended_
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace hanbat::store
