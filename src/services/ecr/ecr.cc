#include "services/ecr/ecr.h"

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "gen/ecr/schema.h"

namespace hanbat::ecr {

Ecr::Ecr(region::Region& home) : home_(home), uploads_(home.blobs) {}

std::span<const store::Migration> Ecr::migrations() const { return schema(); }

void Ecr::start() {
  tokens_ = Tokens(home_.db.write([this](store::Tx& tx) {
    uploads_.forget_all(tx);
    if (const auto row = tx.find("SELECT secret FROM ecr_keys WHERE id = 1")) return row->text(0);
    std::string secret = to_base64(random_bytes(32));
    tx.exec("INSERT INTO ecr_keys (id, secret) VALUES (1, ?)", secret);
    return secret;
  }));
  home_.tasks.handle(std::string(kExpireUpload), [this](store::TaskRun& run) {
    const std::string id = run.body().text("id");
    run.finish([&](store::Tx& tx) { uploads_.forget(tx, id); });
  });
}

Page read_page(const std::optional<std::string>& token, const std::optional<int>& count, std::size_t usual) {
  Page page{.count = usual};
  if (count) {
    if (*count < 1 || *count > 1000)
      throw InvalidParameterException(
          "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must be "
          "between 1 and 1000'");
    page.count = static_cast<std::size_t>(*count);
  }
  if (token) {
    const auto number = parse_int(*token);
    if (!number || *number < 0) throw InvalidParameterException("Invalid parameter at 'nextToken'");
    page.first = static_cast<std::size_t>(*number);
  }
  return page;
}

}  // namespace hanbat::ecr
