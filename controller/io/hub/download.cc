#include "controller/io/hub/download.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/hub/failure_text.h"
#include "controller/core/hub/hub_url.h"
#include "controller/core/hub/retry_plan.h"

namespace monsoon {
namespace {

std::string_view FileName(const HubFile& file) {
  const std::string_view path = file.path;
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

// How an attempt ended, and what follows from it.
struct Download::Outcome {
  enum class Next { kDone, kRetry, kGiveUp };
  Next next = Next::kDone;
  absl::Status why;
  std::optional<int64_t> asked_wait_s;
};

// Puts the body where it belongs, and refuses one that cannot be the file.
class Download::Sink final : public BodySink {
 public:
  explicit Sink(Download& download)
      : download_(download), total_(download.identity_.size), begin_(download.partial_.size()) {}

  absl::Status Begin(const ResponseFacts& facts) override {
    if (facts.status == 206) return BeginRange(facts);
    // The whole file, asked for or not: the server may not know ranges, or the file has changed.
    RETURN_IF_ERROR(download_.partial_.Clear());
    begin_ = 0;
    if (!total_.has_value()) total_ = facts.content_length;
    if (!facts.content_length.has_value() || *facts.content_length == *total_) {
      return CheckLimit();
    }
    return absl::FailedPreconditionError(
        StrCat(Describe(download_.file_), ": ", SizeText(*facts.content_length), " of type '",
               facts.content_type, "' came instead of ", *total_,
               " bytes; does a proxy answer with a page of its own?"));
  }

  absl::Status Append(std::string_view bytes) override {
    const int64_t after = download_.partial_.size() + static_cast<int64_t>(bytes.size());
    if (total_.has_value() && after > *total_) {
      return absl::FailedPreconditionError(StrCat(Describe(download_.file_), ": more than the ",
                                                  *total_, " bytes that it should have came"));
    }
    if (after > download_.context_.settings->max_bytes) return TooLarge();
    RETURN_IF_ERROR(download_.partial_.Append(bytes));
    download_.Show();
    return absl::OkStatus();
  }

  const std::optional<int64_t>& total() const { return total_; }
  bool brought_bytes() const { return download_.partial_.size() > begin_; }

 private:
  absl::Status BeginRange(const ResponseFacts& facts) {
    const std::optional<ContentRange>& range = facts.content_range;
    const bool fits = range.has_value() && range->begin == download_.partial_.size() &&
                      (range->total < 0 || !total_.has_value() || range->total == *total_);
    if (!fits) {
      // ABORTED: what is there and what comes do not belong together.
      RETURN_IF_ERROR(download_.partial_.Clear());
      return absl::AbortedError(StrCat(Describe(download_.file_),
                                       ": the server sent another range than the one asked for"));
    }
    if (!total_.has_value() && range->total >= 0) total_ = range->total;
    return CheckLimit();
  }

  absl::Status CheckLimit() const {
    if (!total_.has_value()) return absl::OkStatus();
    if (*total_ > download_.context_.settings->max_bytes) return TooLarge();
    return download_.partial_.CheckRoom(*total_ - download_.partial_.size());
  }

  absl::Status TooLarge() const {
    return OverLimit(download_.file_, total_, download_.context_.settings->max_bytes);
  }

  Download& download_;
  std::optional<int64_t> total_;
  int64_t begin_;
};

absl::Status Download::Run() {
  RetryPlan plan;
  while (true) {
    const int64_t before = partial_.size();
    const Outcome outcome = Attempt();
    if (outcome.next == Outcome::Next::kDone) {
      if (context_.live) context_.display->Finish(ProgressLine());
      return partial_.Sync();
    }
    if (outcome.next == Outcome::Next::kGiveUp) {
      return absl::Status(outcome.why.code(), StrCat(ToStd(outcome.why.message()), Kept()));
    }
    const std::optional<int64_t> wait_s =
        plan.AfterFailure(partial_.size() > before, outcome.asked_wait_s);
    if (!wait_s.has_value()) {
      return absl::UnavailableError(
          StrCat(ToStd(outcome.why.message()), "; given up after several attempts", Kept()));
    }
    RETURN_IF_ERROR(Wait(*wait_s, outcome.why));
  }
}

Download::Outcome Download::Attempt() {
  if (identity_.size.has_value() && partial_.size() == *identity_.size) return {};
  if (identity_.size.has_value() && partial_.size() > *identity_.size) {
    if (absl::Status status = partial_.Clear(); !status.ok()) {
      return {Outcome::Next::kGiveUp, std::move(status), std::nullopt};
    }
  }
  Sink sink(*this);
  // From the hub again each time: the signed links that it redirects to expire.
  const std::string url = FileUrl(context_.settings->server(file_.hub).endpoint, file_);
  const HubAnswer answer = context_.http->Get(file_.hub, url, RangeHeaders(), sink);
  return Judge(answer, sink);
}

std::vector<std::string> Download::RangeHeaders() const {
  // Only what is known to be the same bytes may be put together: by the hash at the end, or because
  // the server itself compares its ETag.
  const bool can_compare = !identity_.serving_etag.empty();
  if (partial_.size() == 0 || !(identity_.has_hash() || can_compare)) return {};
  std::vector<std::string> headers = {StrCat("Range: bytes=", partial_.size(), "-")};
  if (can_compare) headers.push_back(StrCat("If-Range: ", identity_.serving_etag));
  return headers;
}

Download::Outcome Download::Judge(const HubAnswer& answer, const Sink& sink) {
  using Next = Outcome::Next;
  const auto retry = [](absl::Status why) { return Outcome{Next::kRetry, std::move(why), {}}; };
  if (absl::IsUnavailable(answer.status) || absl::IsAborted(answer.status)) {
    return retry(absl::Status(answer.status.code(),
                              StrCat(Describe(file_), ": ", ToStd(answer.status.message()))));
  }
  if (!answer.status.ok()) return {Next::kGiveUp, answer.status, {}};
  const ResponseFacts& facts = answer.facts;
  if (facts.status == 200 || facts.status == 206) {
    if (!sink.total().has_value() || partial_.size() == *sink.total()) return {};
    return retry(absl::UnavailableError(StrCat(Describe(file_), ": the answer broke off")));
  }
  if (facts.status == 416) {
    const bool complete = facts.content_range.has_value() &&
                          facts.content_range->total == partial_.size() && partial_.size() > 0 &&
                          !identity_.size.has_value();
    if (complete) return {};
    if (absl::Status status = partial_.Clear(); !status.ok()) return {Next::kGiveUp, status, {}};
    return retry(absl::UnavailableError(
        StrCat(Describe(file_), ": the server has not the range that is missing")));
  }
  const HubServer& server = context_.settings->server(file_.hub);
  absl::Status refusal =
      HubRefusal(file_, {.endpoint = server.endpoint, .has_token = !server.token.empty()}, facts);
  // A signed link that has expired, not the hub's own word.
  const bool expired = !answer.from_hub && (facts.status == 401 || facts.status == 403);
  if (!expired && !IsTransientStatus(facts.status)) return {Next::kGiveUp, refusal, {}};
  return {Next::kRetry, std::move(refusal), AskedWaitS(facts, context_.clock->WallNs() / kNsPerS)};
}

absl::Status Download::Wait(int64_t seconds, const absl::Status& reason) {
  if (seconds > 0) {
    context_.display->Say(StrCat(ToStd(reason.message()), "; trying again in ", seconds, " s"));
  }
  if (WaitSeconds(context_, seconds)) return absl::OkStatus();
  return absl::CancelledError(StrCat("interrupted", Kept()));
}

std::string Download::Kept() const {
  if (partial_.size() == 0) return "";
  return StrCat("; ", SizeText(partial_.size()),
                identity_.size.has_value() ? StrCat(" of ", SizeText(*identity_.size)) : "",
                " are kept, and the next run goes on from there");
}

void Download::Show() {
  const int64_t now_ns = context_.clock->MonotonicNs();
  rate_.Add(now_ns, partial_.size());
  if (!context_.live || !context_.display->Due(now_ns)) return;
  context_.display->Update(ProgressLine(), now_ns);
}

std::string Download::ProgressLine() const {
  return ProgressText(FileName(file_), partial_.size(), identity_.size, rate_.BytesPerS());
}

}  // namespace monsoon
