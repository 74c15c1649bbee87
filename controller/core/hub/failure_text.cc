#include "controller/core/hub/failure_text.h"

#include "common/base/str_cat.h"
#include "controller/core/hub/hub_url.h"
#include "controller/core/hub/retry_plan.h"
#include "controller/core/hub/transfer_progress.h"

namespace monsoon {
namespace {

std::string_view TokenVariable(Hub hub) {
  return hub == Hub::kModelScope ? "MODELSCOPE_API_TOKEN" : "HF_TOKEN";
}

std::string_view EndpointVariable(Hub hub) {
  return hub == Hub::kModelScope ? "MODELSCOPE_ENDPOINT" : "HF_ENDPOINT";
}

absl::Status Denied(const HubFile& file, const Asker& asker, const ResponseFacts& facts,
                    const std::string& begin) {
  const std::string page = PageUrl(asker.endpoint, file);
  const std::string_view variable = TokenVariable(file.hub);
  std::string text;
  if (facts.error_code == "GatedRepo") {
    text = StrCat("it is gated: accept its terms at ", page,
                  asker.has_token
                      ? " with the account that the token belongs to"
                      : StrCat(", then put an access token of that account in ", variable));
  } else if (facts.error_code == "RepoNotFound" || !asker.has_token) {
    text = StrCat("the repository does not exist, or it is private: check the name at ", page);
    text += asker.has_token ? StrCat(", and that the token in ", variable, " may read it")
                            : StrCat(", or put an access token in ", variable);
  } else {
    text = StrCat("the token in ", variable,
                  " is not valid or may not read it: make another, or "
                  "ask for access at ",
                  page);
  }
  return absl::PermissionDeniedError(StrCat(begin, text));
}

absl::Status Missing(const HubFile& file, const Asker& asker, const ResponseFacts& facts,
                     const std::string& begin) {
  const std::string page = PageUrl(asker.endpoint, file);
  if (facts.error_code == "RevisionNotFound") {
    return absl::NotFoundError(StrCat(begin, "the repository has no revision '", file.revision,
                                      "': name a branch, a tag or a commit that ", page, " shows"));
  }
  if (facts.error_code == "EntryNotFound") {
    return absl::NotFoundError(StrCat(begin, "the repository has no file '", file.path,
                                      "' at that revision: look at ", page));
  }
  return absl::NotFoundError(StrCat(begin,
                                    "there is no such repository, revision or file: look at ", page,
                                    asker.has_token ? "" : "; a private one needs a token"));
}

}  // namespace

std::string Describe(const HubFile& file) {
  const std::string_view name = file.kind == RepoKind::kModel ? file.path : "";
  return StrCat(FormatReference(file), name.empty() ? "" : StrCat(" ", name), " (revision ",
                file.revision, ")");
}

absl::Status HubRefusal(const HubFile& file, const Asker& asker, const ResponseFacts& facts) {
  const std::string begin =
      StrCat(Describe(file), ": ", HubTitle(file.hub), " answers ", facts.status, ": ");
  if (facts.status == 401 || facts.status == 403) return Denied(file, asker, facts, begin);
  if (facts.status == 404 || facts.status == 410) return Missing(file, asker, facts, begin);
  if (facts.status == 429) {
    return absl::UnavailableError(
        StrCat(begin, "too many requests from here: wait",
               facts.retry_after.empty() ? "" : StrCat(" (it asks for ", facts.retry_after, ")"),
               asker.has_token ? ""
                               : StrCat(", or put an access token in ", TokenVariable(file.hub),
                                        ", which raises the limit"),
               ", and run again"));
  }
  if (IsTransientStatus(facts.status)) {
    return absl::UnavailableError(
        StrCat(begin, "the hub is out of order: run again later, or name a mirror with ",
               EndpointVariable(file.hub)));
  }
  return absl::FailedPreconditionError(StrCat(begin, "that is not an answer of a hub; check ",
                                              EndpointVariable(file.hub), " (now ", asker.endpoint,
                                              ") and the proxy"));
}

absl::Status OverLimit(const HubFile& file, std::optional<int64_t> size, int64_t max_bytes) {
  return absl::FailedPreconditionError(
      StrCat(Describe(file), size.has_value() ? StrCat(" has ", SizeText(*size), ",") : " goes on",
             " beyond the limit of ", SizeText(max_bytes),
             " for a download: set MONSOON_MAX_DOWNLOAD (such as 8GiB) if it is really meant"));
}

}  // namespace monsoon
