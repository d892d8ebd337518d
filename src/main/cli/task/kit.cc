#include "main/cli/task/kit.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "main/cli/env.h"
#include "main/cli/task/paper.h"
#include "main/cli/task/sheet_words.h"
#include "main/cli/task/time_limit.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

/// Copies a tree; a link is followed when what it leads to lies in the pack.
void copy_handout(const Pack& pack, const fs::path& from, const fs::path& to) {
  const std::string inside = pack.folder.string() + "/";
  if (!fs::canonical(from).string().starts_with(inside))
    throw Failure(fmt::format("{} leads out of the pack; hand out a copy of it", from.string()));
  if (!fs::is_directory(from)) return write_file_atomic(to.string(), read_file(from.string()), 0644);
  make_folders(to.string());
  for (const std::string& name : list_folder(from.string())) copy_handout(pack, from / name, to / name);
}

/// The text as a page and on paper, as far as the machine has programs for it.
void make_paper(const Pack& pack, const std::string& language, const fs::path& kit) {
  const std::string name = "task." + language;
  const auto page = page_of_markdown((pack.folder / (name + ".md")).string(), language, text_in(pack.title, language));
  if (!page) return;
  write_file_atomic((kit / (name + ".html")).string(), *page);
  make_pdf((kit / (name + ".html")).string(), (kit / (name + ".pdf")).string());
}

/// What a competitor reads first.
std::string first_words(const Entry& entry, const Pack& pack, const std::string& language) {
  const std::string title = text_in(pack.title, language), limit = limit_text(pack.time_limit);
  const std::string key = pack.key_pair.empty() ? "" : fmt::format("  {}\n", pack.key_pair);
  if (language == "ko")
    return fmt::format(
        "{}\n\n제한 시간 {}, 리전 {}, 계정 {}\n\n"
        "이 폴더에서 셸을 열고 다음을 입력하면 aws, git, terraform, boto3가 이 계정을 가리킵니다.\n\n"
        "  . ./credentials.sh\n  aws sts get-caller-identity\n\n"
        "또는 프로파일로: AWS_CONFIG_FILE=aws/config AWS_SHARED_CREDENTIALS_FILE=aws/credentials AWS_PROFILE={}\n\n"
        "과제는 task.ko.md, 제공된 자료는 handout/에 있습니다.{}\n"
        "역할 hanbat-judge는 심사위원의 것입니다. 시간이 끝나면 이 키로는 아무것도 할 수 없고, 만든 것은 그대로 남아 "
        "채점됩니다.\n",
        title, limit, entry.region, entry.account, entry.competitor, key.empty() ? "" : " 키 페어의 개인 키:\n" + key);
  return fmt::format(
      "{}\n\nTime {}, region {}, account {}\n\n"
      "In a shell in this folder, these lines make aws, git, terraform and boto3 mean your account:\n\n"
      "  . ./credentials.sh\n  aws sts get-caller-identity\n\n"
      "Or as a profile: AWS_CONFIG_FILE=aws/config AWS_SHARED_CREDENTIALS_FILE=aws/credentials AWS_PROFILE={}\n\n"
      "The task is in task.en.md, what is given in handout/.{}\n"
      "The role hanbat-judge is the judge's. When the time is over these keys open nothing; what you have built stays "
      "and "
      "is marked.\n",
      title, limit, entry.region, entry.account, entry.competitor,
      key.empty() ? "" : " The key pair's private key:\n" + key);
}

}  // namespace

fs::path key_file(const Pack& pack, const fs::path& folder) {
  return pack.key_pair.empty() ? fs::path() : folder / "work" / pack.key_pair;
}

void make_key_pair(const Pack& pack, const fs::path& folder, RegionApi& owner) {
  if (pack.key_pair.empty()) return;
  const std::string file = key_file(pack, folder).string();
  make_folders((folder / "work").string(), 0700);
  if (!path_exists(file + ".pub")) {
    remove_tree(file);
    run_checked({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", pack.key_pair, "-f", file});
  }
  owner.query_unless("InvalidKeyPair.Duplicate", "ec2", "ImportKeyPair",
                     {{"KeyName", pack.key_pair}, {"PublicKeyMaterial", to_base64(read_file(file + ".pub"))}});
}

void make_kit(const Home& home, const Entry& entry, const Pack& pack, const fs::path& folder) {
  const fs::path kit = folder / "kit";
  make_folders((kit / "aws").string(), 0700);
  for (const std::string& language : pack.languages) {
    const std::string name = "task." + language + ".md";
    write_file_atomic((kit / name).string(), read_file((pack.folder / name).string()));
    make_paper(pack, language, kit);
    write_file_atomic((kit / ("START." + language + ".txt")).string(), first_words(entry, pack, language));
  }
  remove_tree((kit / "handout").string());  // what the pack no longer has
  if (fs::exists(pack.folder / "handout")) copy_handout(pack, pack.folder / "handout", kit / "handout");
  write_file_atomic((kit / "credentials.sh").string(),
                    shell_lines(entry.region, home, {entry.keys.id, entry.keys.secret, ""}), 0600);
  write_file_atomic((kit / "aws" / "config").string(),
                    fmt::format("[profile {}]\nregion = {}\nendpoint_url = http://127.0.0.1:{}\n", entry.competitor,
                                entry.region, front_port()),
                    0600);
  write_file_atomic((kit / "aws" / "credentials").string(),
                    fmt::format("[{}]\naws_access_key_id = {}\naws_secret_access_key = {}\n", entry.competitor,
                                entry.keys.id, entry.keys.secret),
                    0600);
  if (!pack.key_pair.empty())
    write_file_atomic((kit / pack.key_pair).string(), read_file(key_file(pack, folder).string()), 0600);
}

}  // namespace hanbat::cli::task
