#include "controller/core/report/error_samples.h"

#include <algorithm>

namespace monsoon {
namespace {

constexpr char kRest[] = "(other messages)";

}  // namespace

void ErrorSamples::Add(const RequestRecord& record) {
  std::vector<ErrorSample>& group = groups_[{record.error_class, record.http_status}];
  const auto count = [&group](const std::string& message) {
    const auto known = std::find_if(group.begin(), group.end(), [&message](const auto& sample) {
      return sample.message == message;
    });
    if (known != group.end()) ++known->count;
    return known != group.end();
  };
  if (count(record.error_message)) return;
  const bool full = group.size() >= kMessagesPerClass;
  const std::string message = full ? kRest : record.error_message;
  if (full && count(message)) return;
  group.push_back(
      {std::string(ErrorClassName(record.error_class)), record.http_status, message, 1});
}

std::vector<ErrorSample> ErrorSamples::Take() {
  std::vector<ErrorSample> all;
  for (auto& [key, group] : groups_) {
    std::move(group.begin(), group.end(), std::back_inserter(all));
  }
  groups_.clear();
  return all;
}

}  // namespace monsoon
