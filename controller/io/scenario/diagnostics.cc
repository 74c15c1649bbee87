#include "controller/io/scenario/diagnostics.h"

#include <algorithm>
#include <utility>

#include "common/base/str_cat.h"
#include "controller/core/scenario/engine_url.h"

namespace monsoon {
namespace {

constexpr size_t kMaxQuotedCharacters = 80;

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

Diagnostics::Diagnostics(std::string file_name, std::vector<std::string> overrides)
    : file_name_(std::move(file_name)), overrides_(std::move(overrides)) {}

void Diagnostics::Add(const SourceMark& mark, std::string message) {
  problems_.push_back({mark, std::move(message)});
}

void Diagnostics::AddSecret(const SourceMark& mark, std::string message) {
  if (mark.source > 0) secret_sources_.insert(mark.source);
  Add(mark, std::move(message));
}

std::string Diagnostics::Location(const SourceMark& mark) const {
  if (mark.source == 0) {
    return mark.line == 0 ? file_name_ : StrCat(file_name_, ":", mark.line, ":", mark.column);
  }
  const std::string& text = overrides_[static_cast<size_t>(mark.source) - 1];
  const std::string_view key = std::string_view(text).substr(0, text.find('='));
  const bool secret = secret_sources_.contains(mark.source) ||
                      (key.size() < text.size() && IsSecretName(key.substr(key.rfind('.') + 1)));
  return secret ? StrCat("--set ", key, "=<secret>") : StrCat("--set ", text);
}

absl::Status Diagnostics::ToStatus() const {
  if (problems_.empty()) return absl::OkStatus();
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.mark < b.mark; });
  // A value that an alias repeats is wrong once.
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::string text;
  for (const Problem& problem : sorted) {
    text += StrCat(text.empty() ? "" : "\n", Location(problem.mark), ": ", problem.message);
  }
  return absl::InvalidArgumentError(text);
}

std::string QuoteForMessage(std::string_view text) {
  std::string quoted = "'";
  size_t characters = 0;
  for (const char c : text) {
    if (StartsCharacter(c) && ++characters > kMaxQuotedCharacters) return quoted + "...'";
    if (c == '\n') {
      quoted += "\\n";
    } else {
      quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return quoted + "'";
}

}  // namespace monsoon
