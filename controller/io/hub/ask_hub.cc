#include "controller/io/hub/ask_hub.h"

#include <string>
#include <string_view>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/hub/failure_text.h"
#include "controller/core/hub/hub_url.h"
#include "controller/core/hub/retry_plan.h"

namespace monsoon {
namespace {

// A list of files is held in memory; what is longer is none.
constexpr size_t kMaxListingBytes = 64 << 20;
constexpr int kMaxListingPages = 100;

class TextSink final : public BodySink {
 public:
  absl::Status Begin(const ResponseFacts&) override {
    text_.clear();
    return absl::OkStatus();
  }
  absl::Status Append(std::string_view bytes) override {
    text_ += bytes;
    if (text_.size() <= kMaxListingBytes) return absl::OkStatus();
    return absl::FailedPreconditionError("the list of files has no end");
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// One attempt.
class Question {
 public:
  Question(const HubContext& context, const HubFile& file)
      : context_(context), file_(file), server_(context.settings->server(file.hub)) {}

  absl::StatusOr<FileIdentity> Ask() {
    return file_.hub == Hub::kModelScope ? AskModelScope() : AskHuggingFace();
  }

  // What the hub asked for with its last refusal.
  const std::optional<int64_t>& asked_wait_s() const { return asked_wait_s_; }

 private:
  absl::Status Refusal(const ResponseFacts& facts) {
    asked_wait_s_ = AskedWaitS(facts, context_.clock->WallNs() / kNsPerS);
    return HubRefusal(file_, {.endpoint = server_.endpoint, .has_token = !server_.token.empty()},
                      facts);
  }

  absl::StatusOr<FileIdentity> AskHuggingFace() {
    const HubAnswer answer = context_.http->Head(file_.hub, FileUrl(server_.endpoint, file_));
    RETURN_IF_ERROR(answer.status);
    const bool leaves = answer.facts.is_redirect();
    if (!leaves && answer.facts.status != 200) return Refusal(answer.facts);
    absl::StatusOr<FileIdentity> identity =
        IdentityFromHeaders(answer.on_hub, leaves ? nullptr : &answer.facts);
    if (identity.ok()) return identity;
    return absl::FailedPreconditionError(StrCat(ToStd(identity.status().message()), "; is ",
                                                server_.endpoint,
                                                " (HF_ENDPOINT) a mirror of the hub?"));
  }

  absl::StatusOr<FileIdentity> AskModelScope() {
    for (int number = 1; number <= kMaxListingPages; ++number) {
      TextSink sink;
      const HubAnswer answer =
          context_.http->Get(file_.hub, ListingUrl(server_.endpoint, file_, number), {}, sink);
      RETURN_IF_ERROR(answer.status);
      if (answer.facts.status != 200) return Refusal(answer.facts);
      absl::StatusOr<ListingPage> page = ReadListing(sink.text(), file_);
      if (!page.ok()) {
        return absl::FailedPreconditionError(StrCat(ToStd(page.status().message()), "; is ",
                                                    server_.endpoint,
                                                    " (MODELSCOPE_ENDPOINT) a ModelScope?"));
      }
      if (page->found.has_value()) return *std::move(page->found);
      // Models are listed at once, whatever page is asked for.
      if (page->entries < kListingPageSize || file_.kind == RepoKind::kModel) break;
    }
    return Refusal({.status = 404, .error_code = "EntryNotFound"});
  }

  const HubContext& context_;
  const HubFile& file_;
  const HubServer& server_;
  std::optional<int64_t> asked_wait_s_;
};

}  // namespace

absl::StatusOr<FileIdentity> AskHub(const HubContext& context, const HubFile& file,
                                    bool may_retry) {
  RetryPlan plan;
  while (true) {
    Question question(context, file);
    absl::StatusOr<FileIdentity> identity = question.Ask();
    if (identity.ok() || !may_retry || !absl::IsUnavailable(identity.status())) return identity;
    const std::optional<int64_t> wait_s = plan.AfterFailure(false, question.asked_wait_s());
    if (!wait_s.has_value()) return identity;
    context.display->Say(StrCat(ToStd(InContext(file, identity.status()).message()),
                                "; trying again in ", *wait_s, " s"));
    if (!WaitSeconds(context, *wait_s)) return absl::CancelledError("interrupted");
  }
}

absl::Status InContext(const HubFile& file, const absl::Status& status) {
  const std::string name = Describe(file);
  const std::string_view message = ToStd(status.message());
  if (message.find(name) != message.npos) return status;
  return absl::Status(status.code(), StrCat(name, ": ", message));
}

}  // namespace monsoon
