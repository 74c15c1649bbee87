#include "common/model/request_record.h"

#include <array>

namespace monsoon {
namespace {

constexpr std::array<std::string_view, 5> kStatusNames = {"ok", "failed", "cancelled", "not_sent",
                                                          "lost"};
constexpr std::array<std::string_view, 2> kPhaseNames = {"warmup", "measure"};
constexpr std::array<std::string_view, 4> kSourceNames = {"none", "usage", "tokenizer", "chunks"};

template <typename Enum, size_t N>
std::optional<Enum> FromName(const std::array<std::string_view, N>& names, std::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view RequestStatusName(RequestStatus status) {
  return kStatusNames[static_cast<size_t>(status)];
}
std::optional<RequestStatus> RequestStatusFromName(std::string_view name) {
  return FromName<RequestStatus>(kStatusNames, name);
}
std::string_view PhaseName(Phase phase) { return kPhaseNames[static_cast<size_t>(phase)]; }
std::optional<Phase> PhaseFromName(std::string_view name) {
  return FromName<Phase>(kPhaseNames, name);
}
std::string_view TokenSourceName(TokenSource source) {
  return kSourceNames[static_cast<size_t>(source)];
}
std::optional<TokenSource> TokenSourceFromName(std::string_view name) {
  return FromName<TokenSource>(kSourceNames, name);
}

}  // namespace monsoon
