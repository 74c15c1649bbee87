// GrpcLog: takes gRPC's own log off standard error, where its lines would break up the agent's,
// come as often as strangers like (one for each handshake that fails), and make gRPC's threads wait
// for whoever reads them.
#pragma once

#include <functional>
#include <string_view>

namespace monsoon {

class GrpcLog {
 public:
  using Tell = std::function<void(std::string_view message)>;

  // From now on `tell` is told, by threads of gRPC, whatever gRPC would have written; empty: nobody
  // is. Where GRPC_VERBOSITY is set, somebody looks for an error in gRPC, and it writes as ever.
  // One at a time in a process.
  explicit GrpcLog(Tell tell);
  // `tell` is told no more when this returns, nor does gRPC write again.
  ~GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
};

}  // namespace monsoon
