#include "region/vault.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <memory>
#include <mutex>
#include <stdexcept>

#include "base/encoding.h"
#include "base/ids.h"
#include "os/files.h"

namespace hanbat::region {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int length(std::string_view text) { return static_cast<int>(text.size()); }

void require(int result) {
  if (result != 1) throw std::runtime_error("AES-256-GCM failed");
}

/// Two threads that start on a fresh folder must end with one key.
std::mutex key_file_mutex;

std::string read_or_make_key(const std::string& state_folder) {
  const std::lock_guard lock(key_file_mutex);
  const std::string path = state_folder + "/secrets.key";
  if (const auto have = find_file(path)) {
    const auto key = from_hex(have->substr(0, 2 * kKeySize));
    if (!key || key->size() != kKeySize) throw std::runtime_error(path + " is no key of 32 bytes in hex");
    return *key;
  }
  make_folders(state_folder);
  const std::string key = random_bytes(kKeySize);
  write_file_atomic(path, to_hex(key) + "\n", S_IRUSR | S_IWUSR);
  return key;
}

}  // namespace

Vault::Vault(const std::string& state_folder) : key_(read_or_make_key(state_folder)) {}

std::string Vault::seal(std::string_view secret, std::string_view purpose) const {
  const std::string nonce = random_bytes(kNonceSize);
  const Cipher cipher(EVP_CIPHER_CTX_new());
  std::string out(secret.size(), '\0');
  std::string tag(kTagSize, '\0');
  int done = 0;
  require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(std::string_view(key_)),
                             bytes(std::string_view(nonce))));
  require(EVP_EncryptUpdate(cipher.get(), nullptr, &done, bytes(purpose), length(purpose)));
  require(EVP_EncryptUpdate(cipher.get(), bytes(out), &done, bytes(secret), length(secret)));
  require(EVP_EncryptFinal_ex(cipher.get(), bytes(out) + done, &done));
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, bytes(tag)));
  return to_base64(nonce + out + tag);
}

std::optional<std::string> Vault::open(std::string_view sealed, std::string_view purpose) const {
  const auto raw = from_base64(sealed);
  if (!raw || raw->size() < kNonceSize + kTagSize) return std::nullopt;
  const std::string_view all = *raw;
  const std::string_view nonce = all.substr(0, kNonceSize);
  const std::string_view body = all.substr(kNonceSize, all.size() - kNonceSize - kTagSize);
  std::string tag(all.substr(all.size() - kTagSize));
  const Cipher cipher(EVP_CIPHER_CTX_new());
  std::string out(body.size(), '\0');
  int done = 0;
  require(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(std::string_view(key_)), bytes(nonce)));
  require(EVP_DecryptUpdate(cipher.get(), nullptr, &done, bytes(purpose), length(purpose)));
  require(EVP_DecryptUpdate(cipher.get(), bytes(out), &done, bytes(body), length(body)));
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, bytes(tag)));
  if (EVP_DecryptFinal_ex(cipher.get(), bytes(out) + done, &done) != 1) return std::nullopt;
  return out;
}

}  // namespace hanbat::region
