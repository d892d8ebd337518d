// `hanbat explain`: asks the region why, with the caller's own keys.
#pragma once

#include <string>

#include "main/cli/form.h"
#include "main/cli/home.h"

namespace hanbat::cli {

/// How and where something is asked and told.
struct Question {
  std::string language;  // "ko", "en"; "" = the locale's
  std::string region;    // "" = of AWS_REGION, else ap-northeast-2
  Form form = Form::kTable;
};

/// `kind` and `id` as the operation Explain has them. Throws ApiError, or Failure when nobody answers.
void explain(const Home& home, const std::string& kind, const std::string& id, const Question& question);

/// `to` is TO:PORT. Throws as above, and Failure when there is no port in it.
void explain_packet(const Home& home, const std::string& from, const std::string& to, const std::string& protocol,
                    const Question& question);

}  // namespace hanbat::cli
