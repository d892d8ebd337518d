// The words of a mark sheet in both languages.
#pragma once

#include <string>
#include <string_view>

#include "main/cli/task/pack.h"

namespace hanbat::cli::task {

/// What of a sheet is ours and not the pack's.
struct SheetWords {
  std::string_view sheet, competitor, account, marked, total, item, points, expected, seen, evidence, result;
  std::string_view pass, part, fail, broken, ours, reading, judge_must_look;
};

inline constexpr SheetWords kEnglishSheet = {"Mark sheet",
                                             "Competitor",
                                             "Account",
                                             "Marked",
                                             "Total",
                                             "Item",
                                             "Points",
                                             "Expected",
                                             "Seen",
                                             "Evidence",
                                             "Result",
                                             "pass",
                                             "part",
                                             "FAIL",
                                             "BROKEN",
                                             "points are the pack's own",
                                             "How the task is read",
                                             "the check itself did not come to its end; a judge must look"};
inline constexpr SheetWords kKoreanSheet = {"채점표",
                                            "선수",
                                            "계정",
                                            "채점 시각",
                                            "합계",
                                            "항목",
                                            "배점",
                                            "기대한 값",
                                            "확인한 값",
                                            "근거",
                                            "결과",
                                            "정답",
                                            "부분",
                                            "오답",
                                            "점검 오류",
                                            "배점은 이 과제 묶음이 정한 것",
                                            "과제 문장의 해석",
                                            "점검 자체가 끝나지 않았습니다. 심사위원의 확인이 필요합니다"};

inline const SheetWords& words_in(std::string_view language) { return language == "ko" ? kKoreanSheet : kEnglishSheet; }

/// The text in that language, or in another that there is.
inline std::string text_in(const Texts& texts, std::string_view language) {
  if (const auto found = texts.find(std::string(language)); found != texts.end()) return found->second;
  return texts.empty() ? "" : texts.begin()->second;
}

}  // namespace hanbat::cli::task
