#include "agent/io/http/probe.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

#include "agent/core/engine/adapter_registry.h"
#include "agent/core/engine/decoder_scratch.h"
#include "agent/core/engine/redact.h"
#include "agent/core/engine/stream_recorder.h"
#include "agent/core/http/request_head.h"
#include "agent/io/http/engine_call.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/cache_bust.h"

namespace monsoon {
namespace {

using EndKind = EngineCall::EndKind;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr int64_t kGetLimitNs = 5 * kNsPerS;
// Of the request indexes that cache_bust.h keeps apart, the last: no request of a case has one.
constexpr uint64_t kLastBustIndex = (uint64_t{1} << 36) - 1;

void AppendCapped(std::string_view bytes, size_t cap, std::string& out) {
  out.append(bytes.substr(0, cap - std::min(cap, out.size())));
}

// The value of header `name` in the lines of `head`; "" without one.
std::string FindHeader(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(head.size(), line.size() + 1));
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!absl::EqualsIgnoreCase(ToAbsl(line.substr(0, name.size())), ToAbsl(name))) continue;
    return std::string(absl::StripAsciiWhitespace(ToAbsl(line.substr(name.size() + 1))));
  }
  return "";
}

bool IsCompressed(std::string_view content_encoding) {
  return !content_encoding.empty() && !absl::EqualsIgnoreCase(ToAbsl(content_encoding), "identity");
}

// The answer to the POST: read by the engine's own decoder, into a record like any other.
class PostAnswer final : public EngineCall::Answer {
 public:
  PostAnswer(const EngineAdapter& adapter, int64_t begin_ns, ProbeResult* result)
      : decoder_(adapter.NewDecoder(&scratch_)), begin_ns_(begin_ns), result_(*result) {
    recorder_.Reset();
    recorder_.record().dispatched_ns = recorder_.record().intended_ns = 0;
  }

  void OnRead(int64_t now_ns) override {
    now_ns_ = now_ns - begin_ns_;
    recorder_.BeginRead(now_ns_, ++reads_, ReadLag{});
  }
  void OnHead(const ResponseParser& parser, std::string_view head) override {
    recorder_.record().headers_ns = now_ns_;
    recorder_.record().http_status = parser.status();
    result_.content_type = std::string(parser.content_type());
    result_.server = FindHeader(head, "server");
    if (IsCompressed(parser.content_encoding())) {
      recorder_.Fail(ErrorClass::kBadPayload,
                     "the engine compressed the answer although it was asked not to; switch "
                     "compression off in the engine or its proxy");
    }
    decoder_->Begin(parser.status(), parser.content_type(), &recorder_);
  }
  void OnBody(std::string_view bytes) override {
    recorder_.record().received_bytes += static_cast<int64_t>(bytes.size());
    AppendCapped(bytes, kMaxProbeBodyBytes, result_.body);
    decoder_->Feed(bytes);
  }
  EngineCall::Stage stage() const override {
    if (begun() && decoder_->ended()) return EngineCall::Stage::kOver;
    return recorder_.first_token_seen() ? EngineCall::Stage::kText : EngineCall::Stage::kBeginning;
  }

  // After the last of the above.
  void Settle(const EngineCall::End& end, int64_t now_ns, int64_t time_limit_ns) {
    SettleEnd(end, time_limit_ns);
    const bool given_up = end.kind == EndKind::kCancelled ||
                          (end.kind == EndKind::kTimeLimit && recorder_.first_token_seen());
    if (given_up) {
      recorder_.Cancel(now_ns - begin_ns_);
    } else {
      recorder_.Complete(now_ns - begin_ns_);
    }
    result_.record = recorder_.record();
  }

 private:
  bool begun() const { return recorder_.record().http_status != 0; }

  void SettleEnd(const EngineCall::End& end, int64_t time_limit_ns) {
    switch (end.kind) {
      case EndKind::kComplete:
        return decoder_->Finish(true);
      case EndKind::kEnough:
        return decoder_->Finish(false);
      case EndKind::kCut:
      case EndKind::kNotHttp:
        if (begun()) return decoder_->Finish(false);
        if (end.kind == EndKind::kNotHttp) return recorder_.Fail(end.error_class, end.error);
        return recorder_.Fail(ErrorClass::kTruncated,
                              "the engine closed the connection without an answer");
      case EndKind::kNotConnected:
        return recorder_.Fail(end.error_class, end.error);
      case EndKind::kTimeLimit:
        if (recorder_.first_token_seen()) return;
        return recorder_.Fail(ErrorClass::kTimeoutFirst,
                              StrCat("no token within ", time_limit_ns / kNsPerMs, " ms"));
      case EndKind::kCancelled:
        return;
    }
  }

  DecoderScratch scratch_;
  const std::unique_ptr<ResponseDecoder> decoder_;
  StreamRecorder recorder_;
  const int64_t begin_ns_;
  ProbeResult& result_;
  int64_t now_ns_ = 0;
  uint64_t reads_ = 0;
};

class GetAnswer final : public EngineCall::Answer {
 public:
  explicit GetAnswer(ProbeGet* get) : get_(*get) {}
  void OnRead(int64_t) override {}
  void OnHead(const ResponseParser& parser, std::string_view) override {
    get_.http_status = parser.status();
  }
  void OnBody(std::string_view bytes) override {
    too_long_ = too_long_ || get_.body.size() + bytes.size() > kMaxProbeGetBytes;
    AppendCapped(bytes, kMaxProbeGetBytes, get_.body);
  }
  EngineCall::Stage stage() const override {
    return too_long_ ? EngineCall::Stage::kOver : EngineCall::Stage::kBeginning;
  }

  void Settle(const EngineCall::End& end) {
    if (too_long_) {
      get_.error = StrCat("the answer is longer than ", kMaxProbeGetBytes, " bytes");
    } else if (end.kind == EndKind::kTimeLimit) {
      get_.error = StrCat("no whole answer within ", kGetLimitNs / kNsPerS, " s");
    } else if (end.kind != EndKind::kComplete) {
      get_.error = end.error.empty() ? "the connection ended before the answer did" : end.error;
    }
  }

 private:
  ProbeGet& get_;
  bool too_long_ = false;
};

// A GET has no body to describe, and asks for a document.
Headers GetHeaders(Headers headers) {
  std::erase_if(headers, [](const auto& header) {
    return absl::EqualsIgnoreCase(header.first, "content-type") ||
           absl::EqualsIgnoreCase(header.first, "accept");
  });
  headers.emplace_back("Accept", "application/json");
  return headers;
}

class Probe {
 public:
  Probe(const ProbeOrder& order, const AddressPolicy& policy, const Clock& clock,
        const std::atomic<bool>& cancelled)
      : order_(order), policy_(policy), clock_(clock), cancelled_(cancelled) {}

  // An error: nothing could be sent.
  absl::Status Run(ProbeResult& result) {
    ASSIGN_OR_RETURN(adapter_, MakeEngineAdapter(order_.agent_case));
    ASSIGN_OR_RETURN(target_, Resolve(order_.agent_case.engine.url, policy_));
    result.engine_address = target_.Display();
    ASSIGN_OR_RETURN(
        call_, EngineCall::Create(&order_.agent_case, &target_, &policy_, &clock_, &cancelled_));
    RETURN_IF_ERROR(Post(result));
    return connected_ ? Gets(result) : absl::OkStatus();
  }

 private:
  absl::Status Post(ProbeResult& result) {
    ASSIGN_OR_RETURN(const RequestHead head,
                     RequestHead::Create(target_.endpoint, adapter_->Headers()));
    std::string prefix;
    if (order_.agent_case.cache_bust) {
      prefix = CacheBustPrefix(order_.agent_case.run_id, order_.agent_case.case_index,
                               kLastBustIndex - order_.probe_index);
    }
    ASSIGN_OR_RETURN(const std::string body, adapter_->BuildBody(order_.item, prefix));
    const int64_t begin_ns = clock_.MonotonicNs();
    PostAnswer answer(*adapter_, begin_ns, &result);
    EngineCall::End end;
    RETURN_IF_ERROR(Send(head, body, order_.time_limit_ns, answer, end));
    answer.Settle(end, clock_.MonotonicNs(), order_.time_limit_ns);
    connected_ = end.kind != EndKind::kNotConnected && end.kind != EndKind::kCancelled;
    return absl::OkStatus();
  }

  absl::Status Gets(ProbeResult& result) {
    const EngineTarget& engine = order_.agent_case.engine;
    for (const EngineGet& get : EngineGets(engine.type, engine.url)) {
      if (cancelled_.load(std::memory_order_acquire)) break;
      Endpoint endpoint = target_.endpoint;
      endpoint.path = get.target;
      ASSIGN_OR_RETURN(const RequestHead head,
                       RequestHead::CreateGet(endpoint, GetHeaders(adapter_->Headers())));
      ProbeGet& got = result.gets.emplace_back();
      got.kind = get.kind;
      got.target = get.target;
      GetAnswer answer(&got);
      EngineCall::End end;
      RETURN_IF_ERROR(Send(head, "", kGetLimitNs, answer, end));
      answer.Settle(end);
    }
    return absl::OkStatus();
  }

  absl::Status Send(const RequestHead& head, std::string_view body, int64_t limit_ns,
                    EngineCall::Answer& answer, EngineCall::End& end) {
    std::string text;
    if (!head.Append(order_.request_id, body.size(), text)) {
      return absl::InvalidArgumentError(
          "the run's name makes no valid x-request-id; use letters, digits, - and _");
    }
    end = call_->Send(text, body, clock_.MonotonicNs() + limit_ns, answer);
    return absl::OkStatus();
  }

  const ProbeOrder& order_;
  const AddressPolicy& policy_;
  const Clock& clock_;
  const std::atomic<bool>& cancelled_;
  std::unique_ptr<EngineAdapter> adapter_;
  ResolvedEndpoint target_;
  std::unique_ptr<EngineCall> call_;
  bool connected_ = false;
};

}  // namespace

ProbeResult RunProbe(const ProbeOrder& order, const AddressPolicy& policy, const Clock& clock,
                     const std::atomic<bool>& cancelled) {
  ProbeResult result;
  result.probe_index = order.probe_index;
  const absl::Status tried = Probe(order, policy, clock, cancelled).Run(result);
  if (!tried.ok()) result.error = std::string(tried.message());
  const Redactor redactor(order.agent_case.engine);
  redactor.Redact(result.record.error_message);
  redactor.Redact(result.content_type);
  redactor.Redact(result.server);
  redactor.Redact(result.body);
  for (ProbeGet& get : result.gets) redactor.Redact(get.body);
  return result;
}

}  // namespace monsoon
