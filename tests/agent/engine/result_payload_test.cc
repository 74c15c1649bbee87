// Embeddings and rerank: answers without text.
#include "agent/core/engine/dialect/result_payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agent/core/engine/framed_decoder.h"
#include "tests/agent/engine/decode.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

constexpr char kEmbedding[] =
    R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,-2e-3]},)"
    R"({"object":"embedding","index":1,"embedding":[1]}],"model":"m",)"
    R"("usage":{"prompt_tokens":8,"total_tokens":8,"completion_tokens":0}})";

const Lines kGood = {"flag not_streamed", "event", "flag no_text", "end terminator"};

class ResultTest : public ::testing::Test {
 protected:
  Lines Embeddings(const std::string& body) { return Decode(ResultKind::kEmbeddings, body); }
  Lines Rerank(const std::string& body) { return Decode(ResultKind::kRerank, body); }
  RequestRecord Record(const Answer& answer) {
    FramedDecoder decoder(std::make_unique<ResultPayload>(ResultKind::kEmbeddings, &json_), 1000);
    return RecordOf(decoder, answer);
  }

  JsonEvent json_;

 private:
  Lines Decode(ResultKind kind, const std::string& body) {
    FramedDecoder decoder(std::make_unique<ResultPayload>(kind, &json_), 1 << 20);
    return DecodeEveryWay(decoder, {body, 200, "application/json"});
  }
};

Lines WithInput(int tokens) {
  Lines lines = kGood;
  lines.insert(lines.end() - 1, StrCat("usage ", tokens, " -1 -1 -1"));
  return lines;
}

TEST_F(ResultTest, Embeddings) {
  EXPECT_EQ(Embeddings(kEmbedding), WithInput(8));
  EXPECT_EQ(Embeddings(R"({"data":[{"embedding":"AACAPw=="}],"usage":{"total_tokens":5}})"),
            WithInput(5));
  EXPECT_EQ(Embeddings(R"({"data":[{"embedding":[1]}],"usage":null,"error":null})"), kGood);
}

TEST_F(ResultTest, RerankOfEveryShape) {
  EXPECT_EQ(Rerank(R"({"id":"r","model":"m","usage":{"total_tokens":56},"results":[{"index":0,)"
                   R"("document":{"text":"a"},"relevance_score":0.99}]})"),
            WithInput(56));
  EXPECT_EQ(
      Rerank(R"({"object":"list","usage":{"prompt_tokens":40,"total_tokens":40},)"
             R"("results":[{"index":1,"relevance_score":-1.5},{"index":0,"relevance_score":0}]})"),
      WithInput(40));
  EXPECT_EQ(Rerank(R"([{"index":0,"score":0.99},{"index":1,"score":0.1}])"), kGood);
  EXPECT_EQ(Rerank(R"([{"score":0.9,"document":"a","index":0,"meta_info":{"prompt_tokens":7}},)"
                   R"({"score":0.1,"document":"b","index":1,"meta_info":{"prompt_tokens":9}}])"),
            WithInput(16));
}

TEST_F(ResultTest, WhatIsNoResult) {
  for (const char* body :
       {"{}", "[]", R"({"data":[]})", R"({"data":null})", R"({"data":{}})", R"({"data":[1]})",
        R"({"data":[{}]})", R"({"data":[{"embedding":[]}]})", R"({"data":[{"embedding":""}]})",
        R"({"data":[{"embedding":null}]})", R"({"data":[{"embedding":[null]}]})",
        R"({"data":[{"embedding":[1]},{"index":1}]})", R"({"results":[{"embedding":[1]}]})",
        R"({"choices":[{"message":{"content":"Hi"}}]})", R"({"data":[{"embedding":[1]}]} x)",
        R"({"data":[{"embedding":[1]})"}) {
    EXPECT_THAT(Embeddings(body).back(), HasSubstr("error bad_payload")) << body;
  }
  for (const char* body : {R"({"data":[{"relevance_score":1}]})", R"([{"index":0}])",
                           R"({"results":[{"relevance_score":null}]})", R"([[{"score":1}]])",
                           R"([{"score":"high"}])"}) {
    EXPECT_THAT(Rerank(body).back(), HasSubstr("error bad_payload")) << body;
  }
}

TEST_F(ResultTest, Errors) {
  EXPECT_EQ(Embeddings(R"({"error":{"message":"m","type":"T","code":400}})").back(),
            "error error_in_200_body: m (T, code 400)");
  EXPECT_EQ(Embeddings(R"({"detail":"Not Found"})").back(), "error error_in_200_body: Not Found");
  EXPECT_EQ(Rerank(R"({"error":"busy","results":[{"score":1}]})").back(),
            "error error_in_200_body: busy");
  EXPECT_EQ(Rerank(R"({"code":"InvalidParameter","message":"m"})").back(),
            "error error_in_200_body: m (code InvalidParameter)");
}

TEST_F(ResultTest, AResultIsASuccessWithoutTokens) {
  const RequestRecord record = Record({kEmbedding, 200, "application/json"});
  EXPECT_EQ(record.status, RequestStatus::kOk) << record.error_message;
  EXPECT_EQ(record.flags, kFlagNotStreamed | kFlagNoText);
  EXPECT_EQ(record.input_tokens, 8);
  EXPECT_EQ(record.output_tokens, kUnknownTokens);
  EXPECT_EQ(record.token_source, TokenSource::kNone);
  EXPECT_EQ(record.token_events, 0);
  EXPECT_EQ(record.first_token_ns, kNever);
  EXPECT_EQ(record.first_token_lag_ns, kNever);
  EXPECT_EQ(record.first_chunk_tokens, kUnknownTokens);
  EXPECT_EQ(record.last_token_ns, 1000) << "the end of its latency";
  EXPECT_EQ(record.done_ns, 2000);
  EXPECT_EQ(record.finish_reason, "");
  EXPECT_TRUE(record.gaps.empty());
}

TEST_F(ResultTest, FailuresStayFailures) {
  EXPECT_EQ(Record({kEmbedding, 200, "application/json", false}).error_class,
            ErrorClass::kTruncated);
  EXPECT_EQ(Record({kEmbedding, 404, "application/json"}).error_class, ErrorClass::kErrorHttp);
  EXPECT_EQ(Record({"", 200, "application/json"}).error_class, ErrorClass::kEmpty);
  EXPECT_EQ(Record({"{\"data\":[" + std::string(1000, ' ') + "]}", 200, ""}).error_class,
            ErrorClass::kLineTooLong);
}

}  // namespace
}  // namespace monsoon
