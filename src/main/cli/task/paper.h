// Pages and papers of texts and sheets, by the programs that the machine has for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hanbat::cli::task {

/// The style that all pages share.
std::string_view page_style();

/// A page of the text (Markdown with tables), which runs and loads nothing; HTML in the text stays text. Nothing when
/// cmark-gfm is not installed. Throws Failure when it fails.
std::optional<std::string> page_of_markdown(const std::string& file, std::string_view language, std::string_view title);

/// Makes a PDF of the page with weasyprint, chromium or wkhtmltopdf. Returns why there is none, or "".
std::string make_pdf(const std::string& page, const std::string& file);

}  // namespace hanbat::cli::task
